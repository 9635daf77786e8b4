"""What every request to the page must pass, and what every response carries."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class Guard:
    """Refuses requests meant for another host or sent by another site's page.

    A site can point its own name at this machine (DNS rebinding) or post to it from its pages; both are
    told by the headers Host and Origin, which a browser does not let a page forge.

    Args:
        app: What answers the requests let through.
        host: The address served at.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host

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
        elif scope["path"].startswith(CLOSED):
            await PlainTextResponse("Not served", status_code=403)(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))


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


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return sending
