"""Requests to a model's server: short ones, and one whose reply comes line by line and can be broken off."""

import asyncio
import json
import queue
import threading
import time
from collections.abc import Coroutine, Generator
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.models.address import Address
from assistant.models.trouble import Trouble

if TYPE_CHECKING:
    import ssl

    import httpx

CONNECT = 10.0
"""Seconds until a connection must stand, or a short request be answered."""

PATIENCE = 300.0
"""Seconds without a word after which a server counts as hung; a large model may read a prompt for minutes."""

PAUSE = 0.1
"""Seconds between two looks at `stop`."""

LONGEST = 1_000_000
"""Bytes of a line, or of a refusal; what is longer comes from no model."""

Line = bytes | Exception | None


class Server:
    """Talks with the one host it was given, and follows no redirection to another.

    Args:
        address: Where it is.
        key: Sent along with every request, where there is one.
        patience: Seconds without a word after which it counts as hung.
    """

    def __init__(self, address: Address, key: str = "", patience: float = PATIENCE) -> None:
        self.address = address
        self.trouble = Trouble(address, key)
        self._patience = patience
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, url: str) -> Any:
        """Return the JSON that is at an address.

        Raises:
            EndpointError: There is none.
        """
        return self._short("GET", url, CONNECT)

    def post(self, url: str, body: object, timeout: float = CONNECT) -> Any:
        """Send JSON, and return the JSON that is replied.

        Raises:
            EndpointError: There is none.
        """
        return self._short("POST", url, timeout, json=body)

    def _short(self, method: str, url: str, timeout: float, **content: Any) -> Any:
        import httpx

        try:
            # A connection is not kept for the next request: the server may have closed it by then.
            with httpx.Client(**self._options(), timeout=timeout) as client:
                response = client.request(method, url, **content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self.trouble.of(error) from error
        if response.status_code != httpx.codes.OK:
            raise self.trouble.refusal(response.status_code, response.content, response.headers.get("location", ""))
        return self.parsed(response.content)

    def parsed(self, text: bytes) -> Any:
        """Read JSON.

        Raises:
            EndpointError: It is none.
        """
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise self.trouble.not_a_model() from None

    def lines(self, url: str, body: object, stop: threading.Event) -> Generator[bytes, None, None]:
        """Send JSON, and return the reply line by line; once `stop` is set, or nobody reads on, the request ends.

        Raises:
            ModelError: The server cannot be reached, refuses, breaks off or says nothing for too long.
        """
        found: queue.SimpleQueue[Line] = queue.SimpleQueue()
        request = _Request(self._fetch(url, body, found), found)
        heard = time.monotonic()
        try:
            while not stop.is_set():
                line = _next(found)
                if line is None:
                    return
                elif isinstance(line, Exception):
                    raise self.trouble.of(line) from line.__cause__
                # An empty line or a comment keeps a connection open and says nothing.
                elif line and not line.startswith(b":"):
                    heard = time.monotonic()
                    yield line
                elif time.monotonic() - heard > self._patience:
                    raise self.trouble.silent(self._patience)
        finally:
            request.cancel()

    async def _fetch(self, url: str, body: object, found: "queue.SimpleQueue[Line]") -> None:
        import httpx

        timeout = httpx.Timeout(None, connect=CONNECT)
        async with (
            httpx.AsyncClient(**self._options(), timeout=timeout) as client,
            client.stream("POST", url, json=body) as response,
        ):
            if response.status_code != httpx.codes.OK:
                said = await self._all(response)
                raise self.trouble.refusal(response.status_code, said, response.headers.get("location", ""))
            rest = b""
            async for chunk in response.aiter_bytes():
                *whole, rest = (rest + chunk).split(b"\n")
                if len(rest) > LONGEST:
                    raise self.trouble.not_a_model()
                for line in whole:
                    found.put(line.rstrip(b"\r"))
            found.put(rest)

    async def _all(self, response: "httpx.Response") -> bytes:
        content = b""
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > LONGEST:
                break
        return content

    def _options(self) -> dict[str, Any]:
        # A proxy named by the environment is another machine: what is for this one does not go through it.
        trust = not self.address.is_local
        return {"headers": self._headers, "trust_env": trust, "verify": self._tls, "follow_redirects": False}

    @cached_property
    def _tls(self) -> "ssl.SSLContext":
        import httpx

        # Made once: it reads the certificates of all authorities.
        return httpx.create_ssl_context()


def _next(found: "queue.SimpleQueue[Line]") -> Line:
    """Wait a moment for a line; an empty one where none came."""
    with suppress(queue.Empty):
        return found.get(timeout=PAUSE)
    return b""


class _Request:
    """A request in a thread of its own, which can be cancelled wherever it is: connecting, waiting or reading."""

    def __init__(self, work: Coroutine[Any, Any, None], found: "queue.SimpleQueue[Line]") -> None:
        self._found = found
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._report(work))
        self._thread = threading.Thread(target=self._run, name="model server", daemon=True)
        self._thread.start()

    async def _report(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
            self._found.put(None)
        except Exception as error:  # raised again in the thread that reads
            self._found.put(error)

    def _run(self) -> None:
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._task)
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()

    def cancel(self) -> None:
        """End it, and its connection with it, so that the server stops writing too."""
        with suppress(RuntimeError):  # it is over, and its loop closed
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(timeout=1.0)
