"""What every test shares: a home of its own, a clean environment, the data beside the project."""

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
import pytest

from assistant import Library
from assistant.models.fake import FakeEmbedder

# No test asserts a time: a busy machine would fail it.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

SHARED = Path(os.environ.get("CARREL_SHARED") or Path(__file__).parents[2] / "shared")
"""Read before the environment is cleaned."""

PAPERS = """\
{"id": "cats", "title": "Why cats purr", "abstract": "We recorded forty old cats. Cats purr at 25 hertz when content."}
{"id": "fish", "title": "How fish sleep", "abstract": "Fish rest with open eyes. They have no eyelids to close."}
{"id": "dogs", "title": "What dogs hear", "abstract": "Dogs hear tones of up to 45,000 hertz."}
"""


def _isolate(patch: pytest.MonkeyPatch, home: Path) -> None:
    for name in [name for name in os.environ if name.startswith("CARREL_")]:
        patch.delenv(name)
    patch.setenv("CARREL_HOME", str(home))


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep fixtures that outlive one test away from the person's own library too."""
    with pytest.MonkeyPatch.context() as patch:
        _isolate(patch, tmp_path_factory.mktemp("session-home"))
        yield


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of this test, empty; no other `CARREL_*` is set."""
    place = tmp_path_factory.mktemp("home")
    _isolate(monkeypatch, place)
    return place


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"no shared data at {SHARED}; name its folder in CARREL_SHARED")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome on this machine."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine; `make test-setup` says how to get one")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three papers."""
    home = tmp_path_factory.mktemp("filled")
    (home / "papers.jsonl").write_text(PAPERS, encoding="utf-8")
    with Library(home, embedder=FakeEmbedder(dimension=512)) as library:
        library.add(home / "papers.jsonl")
    return home


class Done(NamedTuple):
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def carrel(capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run a command as the console script does, without the time to start Python."""
    from assistant.ui.cli import main

    def run(*arguments: object) -> Done:
        capfd.readouterr()
        code = main([str(one) for one in arguments])
        return Done(code, *capfd.readouterr())

    return run


@dataclass
class Hub:
    """A model hub on loopback, and how it fails: each list is used up from its beginning, one entry a request."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """What it has, by path."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and range of every request."""
    cuts: list[int] = field(default_factory=list)
    """Bytes after which the line breaks; 0 for not at all."""
    statuses: list[int] = field(default_factory=list)
    """What is answered instead of a file."""
    redirect: str = ""
    """The address of another server that has the files."""
    ranges: bool = True
    """Whether it sends a part of a file where that is asked for."""
    kind: str = "application/octet-stream"
    stalled: threading.Event | None = None
    """What it waits for after half of a file."""


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Stay silent."""

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            hub.asked.append((self.path, asked))
            content = hub.files.get(self.path.lstrip("/"))
            if hub.statuses:
                self.send_error(hub.statuses.pop(0))
            elif hub.redirect:
                self.send_response(302)
                self.send_header("Location", hub.redirect + self.path)
                self.end_headers()
            elif content is None:
                self.send_error(404)
            else:
                start = int(asked.removeprefix("bytes=").rstrip("-") or 0) if hub.ranges else 0
                self._send(content, start, partly=hub.ranges and bool(asked))

        def _send(self, content: bytes, start: int, *, partly: bool) -> None:
            self.send_response(206 if partly else 200)
            self.send_header("Content-Type", hub.kind)
            self.send_header("Content-Length", str(len(content) - start))
            if partly:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.end_headers()
            cut = hub.cuts.pop(0) if hub.cuts else 0
            if hub.stalled is not None:
                half = start + (len(content) - start) // 2
                self.wfile.write(content[start:half])
                self.wfile.flush()
                hub.stalled.wait(10)
                start = half
            self.wfile.write(content[start : start + cut if cut else None])
            self.close_connection = True

    return Handler


@pytest.fixture
def hubs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Hub]]:
    """Two hubs on loopback, the first of which is the one that models are pulled from."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr("assistant.offline._set_here", set())
    found, servers = [Hub(), Hub()], []
    for hub in found:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
        hub.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
    monkeypatch.setenv("HF_ENDPOINT", found[0].address)
    yield found
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def hub(hubs: list[Hub]) -> Hub:
    """The hub on loopback that models are pulled from."""
    return hubs[0]
