"""Fetching a file over HTTP, and everything that may go wrong on the way."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.errors import ModelError
from assistant.models import download
from assistant.models.download import fetch
from assistant.models.entries import File

CONTENT = bytes(range(256)) * 40
PATH = "own/model/resolve/abc/model.gguf"
WANTED = File(path="model.gguf", size=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())

Fetch = Callable[..., list[int]]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAUSE", 0)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models" / "model.gguf"


@pytest.fixture
def part(target: Path) -> Path:
    target.parent.mkdir()
    return target.with_name("model.gguf.part")


@pytest.fixture
def get(hub: Any, target: Path) -> Iterator[Fetch]:
    """Fetch the file from the hub; return what was told of progress."""
    hub.files[PATH] = CONTENT
    with httpx.Client(follow_redirects=True, timeout=5) as client:

        def run(client: httpx.Client = client, wanted: File = WANTED, path: str = PATH) -> list[int]:
            told: list[int] = []
            fetch(client, f"{hub.address}/{path}", target, wanted, told.append)
            return told

        yield run


def _fails(get: Fetch, message: str, remedy: str, **arguments: Any) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        get(**arguments)
    assert remedy in caught.value.remedy
    assert "\n" not in str(caught.value)


def test_whole_file(get: Fetch, hub: Any, target: Path) -> None:
    assert get()[-1] == len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert hub.asked == [(f"/{PATH}", "")]
    assert list(target.parent.iterdir()) == [target]


def test_file_that_is_there_is_not_fetched_again(get: Fetch, hub: Any, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(CONTENT)
    assert get() == [len(CONTENT)]
    assert hub.asked == []


def test_broken_line_goes_on_where_it_broke(get: Fetch, hub: Any, target: Path) -> None:
    hub.cuts = [3000, 1000]
    get()
    assert target.read_bytes() == CONTENT
    assert [asked for _, asked in hub.asked] == ["", "bytes=3000-", "bytes=4000-"]


def test_line_that_breaks_again_and_again_is_given_up_and_nothing_lost(get: Fetch, hub: Any, part: Path) -> None:
    hub.cuts = [3000]

    def answers() -> None:
        hub.statuses[:] = [503] * 3

    with pytest.raises(ModelError, match="the server answers 503") as caught:
        _after_the_first(get, hub, answers)
    assert caught.value.remedy == download.AGAIN
    assert part.read_bytes() == CONTENT[:3000]
    hub.statuses.clear()
    get()
    assert hub.asked[-1] == (f"/{PATH}", "bytes=3000-")


def _after_the_first(get: Fetch, hub: Any, then: Callable[[], None]) -> None:
    """Fetch, and change the hub as soon as the first request is answered."""
    real = download._fetch_some

    def some(*arguments: Any) -> None:
        try:
            real(*arguments)
        finally:
            if len(hub.asked) == 1:
                then()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download, "_fetch_some", some)
        get()


def test_earlier_run_is_gone_on_with(get: Fetch, hub: Any, target: Path, part: Path) -> None:
    part.write_bytes(CONTENT[:5000])
    get()
    assert hub.asked == [(f"/{PATH}", "bytes=5000-")]
    assert target.read_bytes() == CONTENT


def test_server_without_ranges_sends_all_again(get: Fetch, hub: Any, target: Path, part: Path) -> None:
    part.write_bytes(b"x" * 5000)
    hub.ranges = False
    get()
    assert target.read_bytes() == CONTENT


def test_redirect_to_another_server_keeps_the_range(get: Fetch, hubs: list[Any], target: Path, part: Path) -> None:
    hubs[0].redirect, hubs[1].files = hubs[1].address, {PATH: CONTENT}
    part.write_bytes(CONTENT[:5000])
    get()
    assert target.read_bytes() == CONTENT
    assert hubs[1].asked == [(f"/{PATH}", "bytes=5000-")]


def test_redirect_in_a_circle(get: Fetch, hub: Any) -> None:
    hub.redirect = hub.address
    _fails(get, "leads in a circle", "HF_ENDPOINT")


def test_other_file_of_the_same_size_is_thrown_away(get: Fetch, hub: Any, target: Path) -> None:
    hub.files[PATH] = b"\0" * len(CONTENT)
    _fails(get, "its sha256 is another; it was thrown away", "another mirror")
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("length", [len(CONTENT) - 1, len(CONTENT) + 1])
def test_file_of_another_size(get: Fetch, hub: Any, target: Path, length: int) -> None:
    hub.files[PATH] = CONTENT[:length] + b"x" * (length - len(CONTENT))
    _fails(get, f"has {length} instead of {len(CONTENT)} bytes", "another mirror")
    assert not target.exists()


def test_part_beyond_the_end_of_what_the_server_has(get: Fetch, hub: Any, part: Path) -> None:
    part.write_bytes(CONTENT[:5000])
    hub.statuses = [416]
    _fails(get, f"has other than {len(CONTENT)} bytes", "another mirror")


@pytest.mark.parametrize(
    ("status", "message", "remedy"),
    [
        (404, r"is not there \(404\)", "HF_ENDPOINT"),
        (401, r"is refused \(401\)", "carrel models import"),
        (403, r"is refused \(403\)", "carrel models import"),
        (418, "the server answers 418", "later"),
    ],
)
def test_answers_that_are_final(get: Fetch, hub: Any, status: int, message: str, remedy: str) -> None:
    hub.statuses = [status]
    _fails(get, message, remedy)
    assert len(hub.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_answers_that_pass(get: Fetch, hub: Any, target: Path, status: int) -> None:
    hub.statuses = [status, status]
    get()
    assert target.read_bytes() == CONTENT


def test_login_page_of_a_network(get: Fetch, hub: Any, part: Path) -> None:
    part.write_bytes(CONTENT[:5000])
    hub.ranges, hub.kind = False, "text/html; charset=utf-8"
    _fails(get, "brings a web page and no file", "log in")
    assert part.read_bytes() == CONTENT[:5000]


def test_no_server(get: Fetch, hub: Any, target: Path) -> None:
    hub.address = "http://127.0.0.1:1"
    _fails(get, r"there is no connection to 127\.0\.0\.1 \(Connection refused\)", "carrel models import FILE")


def test_slow_server_is_waited_for_and_then_given_up(get: Fetch, hub: Any, part: Path) -> None:
    hub.stalled = threading.Event()
    with httpx.Client(timeout=0.05) as impatient:
        _fails(get, "nothing arrived for a while", "goes on from there", client=impatient)
    hub.stalled.set()
    hub.stalled = None
    assert 0 < len(part.read_bytes()) < len(CONTENT)
    get()
    assert part.with_name("model.gguf").read_bytes() == CONTENT


def test_ctrl_c_keeps_what_arrived(get: Fetch, hub: Any, part: Path) -> None:
    hub.stalled = threading.Event()
    target = part.with_name("model.gguf")

    def interrupt(done: int) -> None:
        hub.stalled.set()
        raise KeyboardInterrupt

    with httpx.Client() as client, pytest.raises(KeyboardInterrupt):
        fetch(client, f"{hub.address}/{PATH}", target, WANTED, interrupt)
    kept = len(part.read_bytes())
    assert kept > 0
    get()
    assert target.read_bytes() == CONTENT
    assert hub.asked[-1] == (f"/{PATH}", f"bytes={kept}-")


def test_bytes_are_not_packed_on_the_way(hub: Any, target: Path) -> None:
    seen = []
    transport = httpx.MockTransport(lambda request: (seen.append(request.headers), httpx.Response(404))[1])
    with httpx.Client(transport=transport) as client, pytest.raises(ModelError, match="404"):
        fetch(client, "http://hub/file", target, WANTED, lambda _: None)
    assert seen[0]["Accept-Encoding"] == "identity"
