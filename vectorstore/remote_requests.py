"""Requests to a Chroma server, tried again where it is away for a moment, and what went wrong as one kind of error.

Chroma's own client waits for ever for a server that is slow, and takes settings from a `.env` in the current folder;
the server's interface (version 2, since Chroma 1.0) is a few requests in JSON.
"""

import json
import time
from typing import TYPE_CHECKING, Any

from assistant.errors import ServerError
from assistant.vectorstore.remote_address import Address

if TYPE_CHECKING:
    import httpx

TIMEOUT = 20.0
"""Seconds that one request may take."""

CONNECT_TIMEOUT = 5.0

PAUSES = (0.3, 1.0, 3.0)
"""Seconds before each further try. All requests may be sent twice: what is stored is stored under a given id."""

RETRIED = (408, 425, 429, 500, 502, 503, 504)
"""Answers that may be others in a moment: the server or what stands before it is starting, busy or restarting."""


class Server:
    """A Chroma server.

    Args:
        address: Where it is.
        token: Sent along, where the server asks for one.
    """

    def __init__(self, address: Address, token: str = "") -> None:
        import httpx

        self.address = address
        self._http = httpx.Client(
            base_url=f"{address.server}/api/v2",
            headers=_headers(address, token),  # not sent on to another server: redirections are not followed
            timeout=httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT),
        )

    def request(self, method: str, path: str, body: object = None, *, none_for: int = 0) -> Any:
        """Send a request, again where the server is away for a moment.

        Args:
            method: Such as `GET`.
            path: After `/api/v2`.
            body: Sent as JSON.
            none_for: The status for which None is returned.

        Raises:
            ServerError: The server is away, slow, or refuses.
        """
        import httpx

        for pause in (*PAUSES, None):
            try:
                # Escaped: half of a character, which a broken file may hold, could not be sent otherwise.
                content = None if body is None else json.dumps(body)
                answer = self._http.request(method, path, content=content)
            except httpx.TimeoutException as error:
                problem = self._slow(error)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                problem = self._away(error)
            else:
                if answer.status_code == none_for:
                    return None
                if answer.is_success:
                    return self._read(answer)
                problem = self._refused(answer)
                if answer.status_code not in RETRIED:
                    raise problem
            if pause is None:
                raise problem
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _read(self, answer: "httpx.Response") -> Any:
        try:
            return answer.json()
        except ValueError as error:
            raise self._stranger() from error

    def _away(self, error: Exception) -> ServerError:
        return ServerError(
            f"There is no Chroma server at {self.address.server} ({_reason(error)}).",
            remedy="Start it with `chroma run --path FOLDER`, or correct the address; what was stored stays.",
        )

    def _slow(self, error: Exception) -> ServerError:
        return ServerError(
            f"The Chroma server at {self.address.server} did not answer in time ({type(error).__name__}).",
            remedy="Try again when it is less busy; what was stored stays.",
        )

    def _stranger(self) -> ServerError:
        return ServerError(
            f"What answers at {self.address.server} is no Chroma server of version 1 or newer.",
            remedy="Check host and port of the address.",
        )

    def _refused(self, answer: "httpx.Response") -> ServerError:
        server = self.address.server
        if answer.status_code in (401, 403):
            return ServerError(
                f"{server} does not let you in ({answer.status_code}).",
                remedy="Set CARREL_CHROMA_TOKEN to a token that it accepts.",
            )
        try:
            error = answer.json()
            message = str(error["message"])
        except (ValueError, KeyError, TypeError):
            if answer.status_code in RETRIED:
                return ServerError(f"{server} answers with status {answer.status_code}.", remedy="Try again later.")
            return self._stranger()
        message = " ".join(message.split())[:300].rstrip(".")
        if answer.status_code == 404:
            return ServerError(f"{server}: {message}.", remedy="Make it there, or correct the address.")
        return ServerError(
            f"{server} refuses: {message}.",
            remedy="Carrel is tried with Chroma 1.5; see the server's log, and its version with `chroma --version`.",
        )


def _headers(address: Address, token: str) -> dict[str, str]:
    usual = {"Content-Type": "application/json"}
    if not token:
        return usual
    # Chroma Cloud reads the first; servers of one's own stand behind something that reads the second.
    return usual | {"X-Chroma-Token": token} | ({} if address.is_cloud else {"Authorization": f"Bearer {token}"})


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
