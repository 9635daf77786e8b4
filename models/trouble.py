"""What can go wrong with a model's server, in words."""

import json
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from assistant.errors import ContextOverflowError, EndpointError, ModelError
from assistant.models.address import Address

SAID = 200
"""Characters of the server's own message that are repeated."""

AGAIN = "Ask again; if it happens again, look at what the server says where it runs."
LATER = "Ask again in a while."


class Trouble:
    """Makes errors for one server; none of them repeats its key.

    Args:
        address: The server.
        key: What is sent along with every request; empty for none.
    """

    def __init__(self, address: Address, key: str) -> None:
        self._address = address
        self._host = f"The server at {address.host}"
        self._key = key

    def not_a_model(self) -> EndpointError:
        """Say that what is there is no model."""
        return EndpointError(
            f"What {self._address.base} says is not what a model's server says.",
            remedy="Give the address of an OpenAI-compatible server; it mostly ends in /v1.",
            status=200,
        )

    def broken(self) -> EndpointError:
        """Say that an answer ended before its end."""
        return EndpointError(f"{self._host} broke off its answer.", remedy=AGAIN)

    def silent(self, seconds: float) -> EndpointError:
        """Say that nothing came for too long."""
        return EndpointError(
            f"{self._host} has said nothing for {seconds:g} seconds.", remedy="Ask again, or set a smaller model."
        )

    def failed(self, said: str, status: int = 0) -> EndpointError:
        """Say that the server failed, with its own words where it has some."""
        return EndpointError(
            f"{self._host} failed{f' (status {status})' if status else ''}{self._quoted(said)}",
            remedy=AGAIN,
            status=status,
        )

    def of(self, error: Exception) -> Exception:
        """Say why a request failed; what no server causes stays as it is."""
        import httpx

        host = self._address.host
        if isinstance(error, httpx.ConnectError):
            causes = list(_causes(error))
            if any(isinstance(cause, ssl.SSLError) for cause in causes):
                return EndpointError(
                    f"{self._host} proves by no certificate that it is the one named.",
                    remedy="Correct the address, or name the file of its authority in SSL_CERT_FILE.",
                )
            elif any(isinstance(cause, socket.gaierror) for cause in causes):
                return EndpointError(f"There is no machine of the name {host}.", remedy="Correct the address.")
            return EndpointError(f"No server answers at {host}.")
        elif isinstance(error, httpx.TimeoutException):
            return EndpointError(f"{self._host} does not answer.")
        elif isinstance(error, httpx.ProxyError):
            return EndpointError(f"The proxy before {host} refuses.", remedy="Name the host in the variable NO_PROXY.")
        elif isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
            return self.not_a_model()
        return self.broken() if isinstance(error, httpx.HTTPError) else error

    def refusal(self, status: int, content: bytes, location: str = "") -> ModelError:
        """Say what a status means."""
        said = message_in(content)
        if 300 <= status < 400:
            return EndpointError(
                f"{self._host} sends elsewhere{self._quoted(location)}",
                remedy="Set that address, if you trust it.",
                status=status,
            )
        elif status in (401, 403):
            return EndpointError(
                f"{self._host} {'does not accept the key' if self._key else 'wants a key'}.",
                remedy="Set the variable CARREL_API_KEY to a key that it accepts.",
                status=status,
            )
        elif status == 404:
            return EndpointError(
                f"{self._host} knows no such model or path{self._quoted(said)}",
                remedy="Correct the address; it mostly ends in /v1, and #NAME behind it names a model.",
                status=status,
            )
        elif status == 429:
            return EndpointError(f"{self._host} has too much to do.", remedy=LATER, status=status)
        elif status == 503:
            return EndpointError(f"{self._host} is not ready{self._quoted(said)}", remedy=LATER, status=status)
        elif status in (400, 413) and "context" in said.lower():
            return ContextOverflowError(f"{self._host} refuses the question{self._quoted(said)}")
        elif 400 <= status < 500:
            return EndpointError(f"{self._host} refuses{self._quoted(said)}", remedy=AGAIN, status=status)
        return self.failed(said, status)

    def _quoted(self, said: str) -> str:
        """Return a stranger's words in one line behind a colon, or the end of the sentence where there are none."""
        text = " ".join(said.split())
        text = text.replace(self._key, "…") if self._key else text
        text = text if len(text) <= SAID else f"{text[:SAID]}…"
        return f": {text.rstrip('.')}." if text else "."


def message_in(content: str | bytes) -> str:
    """Find the message in the body of a refusal, whichever way servers write it; empty where there is none.

    >>> message_in('{"error": {"message": "No."}}'), message_in('{"detail": "No."}'), message_in("<html>")
    ('No.', 'No.', '')
    """
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    for _ in range(2):
        if isinstance(found, dict):
            found = next((found[name] for name in ("error", "message", "detail") if found.get(name)), "")
    return found if isinstance(found, str) else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
