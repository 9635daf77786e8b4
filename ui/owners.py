"""Whose a request is: of a login, or of a browser profile, told by a cookie that nobody can guess."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

COOKIE = "carrel"
LASTS = 400 * 24 * 3600
"""Seconds that a browser keeps the cookie: the most that browsers allow."""

LONG_ENOUGH = 32
"""Characters that a cookie of ours has at least; another program on this machine may have set one of this name."""


def owner(headers: Mapping[str, str], logins: Mapping[str, str], session: str = "") -> str:
    """Return who owns what a request asks for; the name says nothing about the cookie.

    Args:
        headers: Of the request.
        logins: Names and passwords; empty where none is asked for.
        session: Stands in where the browser takes no cookies; without it, such a request owns nothing.
    """
    if logins:
        return _digest(f"login {login(headers.get('authorization', ''), logins)}")
    return _digest(f"cookie {cookie(headers) or session or secrets.token_hex()}")


def cookie(headers: Mapping[str, str]) -> str:
    """Return the cookie of a browser profile; empty where it has none yet."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found and len(found.value) >= LONG_ENOUGH else ""


def new_cookie() -> str:
    """Return the header that gives a browser profile its cookie.

    Scripts cannot read it. It goes along when a link leads here, but not with what other sites post.
    """
    return f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={LASTS}; HttpOnly; SameSite=Lax"


def login(authorization: str, logins: Mapping[str, str]) -> str:
    """Return the name of a login; empty where name or password is wrong.

    >>> login("Basic " + base64.b64encode(b"ann:secret").decode(), {"ann": "secret"})
    'ann'
    """
    kind, _, told = authorization.partition(" ")
    try:
        name, _, password = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    # An unknown name takes as long as a wrong password.
    right = hmac.compare_digest(password.encode(), logins.get(name, secrets.token_hex()).encode())
    return name if kind.lower() == "basic" and right and name in logins else ""


def _digest(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=16).hexdigest()
