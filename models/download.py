"""Fetching one file over HTTP, so that nothing is lost when the line breaks, and nothing wrong is kept."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.models.catalogue import digest
from assistant.models.entries import File

if TYPE_CHECKING:
    import httpx

PATIENCE = 30.0
"""Seconds without a byte after which the line is taken for broken."""

ATTEMPTS = 3
"""Attempts in a row that bring nothing before it is given up; each that brings something begins the count anew."""

PAUSE = 1.0
"""Seconds before another attempt; twice as many where the last one brought nothing."""

PASSING = {408, 429, 500, 502, 503, 504}
"""What a server answers when it may answer otherwise a little later."""

AGAIN = "Run the same command again: it goes on from there."
OFFLINE = "Look at the network and at HF_ENDPOINT; where there is no network, `carrel models import FILE`."
OTHER = "Try another mirror with HF_ENDPOINT; if it stays so, the file on the hub has been changed."

Watcher = Callable[[int], None]
"""Told how many bytes of the file there are."""


class _Broken(Exception):
    """The transfer stopped; another attempt may go on."""

    def __init__(self, reason: str, remedy: str = AGAIN) -> None:
        super().__init__(reason)
        self.remedy = remedy


def fetch(client: "httpx.Client", url: str, target: Path, wanted: File, progress: Watcher) -> None:
    """Fetch a file, going on where an earlier attempt stopped.

    What has arrived lies in a file of the same name with `.part` behind, also after Ctrl-C.

    Args:
        client: Sends the requests.
        url: Where the file is.
        target: Where it is to be.
        wanted: What it must be.
        progress: Told of every piece.

    Raises:
        ModelError: It cannot be reached, is not there, or is another file.
    """
    if target.is_file() and digest(target) == wanted.sha256:
        progress(wanted.size)  # it is there from an earlier run
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    _fetch_all(client, url, part, wanted, progress)
    if digest(part) != wanted.sha256:
        part.unlink()
        raise ModelError(
            f"What {url} sends is not the file it should be, its sha256 is another; it was thrown away.", remedy=OTHER
        )
    part.replace(target)


def _fetch_all(client: "httpx.Client", url: str, part: Path, wanted: File, progress: Watcher) -> None:
    idle = 0
    while (before := _size(part)) < wanted.size:
        try:
            _fetch_some(client, url, part, wanted.size, progress)
        except _Broken as error:
            idle = 0 if _size(part) > before else idle + 1
            if idle == ATTEMPTS:
                raise ModelError(f"{url} cannot be fetched: {error}.", remedy=error.remedy) from error
            time.sleep(PAUSE * 2 ** max(idle - 1, 0))


def _fetch_some(client: "httpx.Client", url: str, part: Path, size: int, progress: Watcher) -> None:
    """Append what one request brings."""
    done = _size(part)
    # Compressed on the way, the bytes would be others than those counted.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    with _translated(url), client.stream("GET", url, headers=headers) as response:
        _check_answer(url, response, size)
        if not _goes_on(response, done):
            done = 0  # it sends the file from its beginning
        with part.open("r+b" if done else "wb") as file:
            file.seek(done)
            for piece in response.iter_raw():
                file.write(piece[: size - done])
                done += len(piece)
                progress(min(done, size))
                if done > size:
                    raise ModelError(f"{url} sends more than the {size:,} bytes it should.", remedy=OTHER)
    if done < size:
        raise _Broken("the line broke")


def _goes_on(response: "httpx.Response", done: int) -> bool:
    """Tell whether a response begins where the last one stopped."""
    start = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return response.status_code == 206 and start == str(done)


def _check_answer(url: str, response: "httpx.Response", size: int) -> None:
    status = response.status_code
    if status in PASSING:
        raise _Broken(f"the server answers {status} {response.reason_phrase}".rstrip())
    if status == 404:
        raise ModelError(
            f"{url} is not there (404).", remedy="Look whether HF_ENDPOINT names a hub; a mirror may lack the file."
        )
    if status in (401, 403, 407):
        raise ModelError(
            f"{url} is refused ({status}).",
            remedy="Download it by hand where you are known, and `carrel models import` it.",
        )
    if status not in (200, 206, 416):
        raise ModelError(f"{url} cannot be fetched: the server answers {status}.", remedy="Try again later.")
    if status != 416 and "html" in response.headers.get("Content-Type", ""):
        raise ModelError(
            f"{url} brings a web page and no file.", remedy="This network may want you to log in first; then try again."
        )
    length = _length(response)
    if status == 416 or length not in (None, size):
        has = f"{length} instead of" if length else "other than"
        raise ModelError(f"{url} has {has} {size} bytes.", remedy=OTHER)


def _length(response: "httpx.Response") -> int | None:
    """Return how long the whole file is, where the server says it."""
    of_range = response.headers.get("Content-Range", "").rpartition("/")[2]
    told = of_range if response.status_code != 200 else response.headers.get("Content-Length", "")
    return int(told) if told.isdecimal() else None


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Say in words what can go wrong on the way."""
    import httpx

    try:
        yield
    except httpx.TimeoutException as error:
        raise _Broken("nothing arrived for a while") from error
    except httpx.TooManyRedirects as error:
        raise ModelError(f"{url} leads in a circle.", remedy="Look whether HF_ENDPOINT names a hub.") from error
    except httpx.ProxyError as error:
        raise _Broken(f"the proxy refuses it ({_reason(error)})", OFFLINE) from error
    except httpx.ConnectError as error:
        raise _Broken(f"there is no connection to {error.request.url.host} ({_reason(error)})", OFFLINE) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise ModelError(f"{url} is no address.", remedy="Correct HF_ENDPOINT.") from error
    except httpx.TransportError as error:
        raise _Broken("the line broke") from error


def _reason(error: Exception) -> str:
    return str(error).partition("] ")[2] or str(error) or "it is refused"


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0
