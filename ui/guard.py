"""What every request to the page must pass, and what every response carries."""

import asyncio
import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.ui import owners

OWN = frozenset({"127.0.0.1", "localhost", "::1"})
EVERYWHERE = ("0.0.0.0", "::")

CLOSED = ("/gradio_api/file=", "/gradio_api/proxy=", "/file=", "/proxy=")
"""Beginnings of addresses at which Gradio would serve what was sent to it, or fetch what others serve; nothing here
needs them."""

HEADERS = {
    # Whatever may slip into the page, the browser asks no other host for anything. Gradio needs the unsafe ones.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


ASKING = {"WWW-Authenticate": 'Basic realm="Carrel", charset="UTF-8"'}
"""Makes a browser ask for name and password."""

PATIENCE = 0.5
"""Seconds after which a wrong password is refused, so that nobody can try many."""


class Guard:
    """Refuses requests meant for another host, sent by another site's page, or without the password.

    A site can point its own name at this machine (DNS rebinding) or post to it from its pages; both are
    told by the headers Host and Origin, which a browser does not let a page forge.

    Args:
        app: What answers the requests let through.
        host: The address served at.
        logins: Names and passwords of those let in; empty where anyone is.
    """

    def __init__(self, app: ASGIApp, host: str, logins: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._host = host
        self._logins = logins or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not is_known(headers.get("host", ""), self._host):
            await PlainTextResponse("Unknown host", status_code=400)(scope, receive, send)
        elif not is_own_page(headers.get("origin"), headers.get("host", "")):
            await PlainTextResponse("Not from this page", status_code=403)(scope, receive, send)
        elif self._logins and not owners.login(headers.get("authorization", ""), self._logins):
            if "authorization" in headers:
                await asyncio.sleep(PATIENCE)
            refusal = PlainTextResponse("A name and a password are needed", status_code=401, headers=ASKING)
            await refusal(scope, receive, send)
        elif scope["path"].startswith(CLOSED):
            await PlainTextResponse("Not served", status_code=403)(scope, receive, send)
        else:
            is_first = not self._logins and scope["path"] == "/" and not owners.cookie(headers)
            await self._app(scope, receive, _with_headers(send, owners.new_cookie() if is_first else ""))


def is_known(asked: str, served: str) -> bool:
    """Say whether the Host header names this page.

    Where the page is served at every address of the machine, any address will do, but still no foreign name.

    >>> is_known("localhost:7860", "127.0.0.1"), is_known("evil.test", "127.0.0.1")
    (True, False)
    >>> is_known("192.168.1.5", "0.0.0.0"), is_known("evil.test", "0.0.0.0")
    (True, False)
    """
    name = _name(asked)
    return bool(name) and (name in OWN or name == served.lower() or (served in EVERYWHERE and _is_address(name)))


def is_own_page(origin: str | None, host: str) -> bool:
    """Say whether a request comes from this page or from a program; other pages send an Origin of their own.

    >>> is_own_page("http://localhost:7860", "localhost:7860"), is_own_page("http://evil.test", "localhost:7860")
    (True, False)
    """
    return origin is None or origin.split("//")[-1].lower() == host.lower()


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _with_headers(send: Send, cookie: str = "") -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            if cookie:
                headers.append("Set-Cookie", cookie)
        await send(message)

    return sending
