"""Where text goes is said wherever it is not this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.settings import Settings
from assistant.ui.chat import Desk
from assistant.ui.cli import main
from assistant.ui.doctor import examine
from assistant.ui.page import header
from assistant.wiring import Assistant

Make = Callable[..., Assistant]
ELSEWHERE = "questions and quotations go to lab:8000"
PROMISE = "Your questions, and the quotations that are found for them, go to lab:8000."


class Lister(BaseHTTPRequestHandler):
    """Has one model, and counts no tokens."""

    def do_GET(self) -> None:
        content = json.dumps({"data": [{"id": "tiny"}]}).encode() if self.path == "/v1/models" else b""
        self.send_response(200 if content else 404)
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Lister) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def desk(make: Make, **settings: str) -> Desk:
    assistant = make()
    assistant.settings = replace(assistant.settings, **settings)  # type: ignore[arg-type]
    desk = Desk(assistant)
    desk.load()
    return desk


def test_page_says_it(make: Make) -> None:
    assert "all on this machine" in header(desk(make))
    assert "all on this machine" in header(desk(make, model="http://localhost:8000/v1"))
    assert ELSEWHERE in header(desk(make, model="http://lab:8000/v1"))


def test_command_says_it_on_standard_error(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def load_chat(settings: Settings) -> FakeChat:
        return FakeChat("Cats purr.")

    monkeypatch.setattr("assistant.models.load_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setattr("assistant.models.load_chat", load_chat)
    file = tmp_path / "papers.jsonl"
    file.write_text('{"id": "cats", "title": "Cats", "abstract": "Cats purr with their larynx."}', encoding="utf-8")
    with Library(home, embedder=FakeEmbedder()) as library:
        library.add(file)
    capfd.readouterr()
    assert main(["ask", "--json", "--model", "http://lab:8000/v1", "How do cats purr with their larynx?"]) == 0
    out, err = capfd.readouterr()
    assert PROMISE in err
    assert json.loads(out)["answered"]
    assert main(["ask", "--json", "--model", "http://localhost/v1", "How do cats purr with their larynx?"]) == 0
    assert capfd.readouterr().err == ""


def test_address_that_is_none_is_told_before_anything_is_loaded(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--model", "http://me:secret@lab/v1", "What?"]) == 1
    err = capfd.readouterr().err
    assert "holds a name, a password or a query" in err
    assert "secret" not in err


def test_doctor_asks_the_server(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_MODEL", f"http://{address}/v1")
    (found,) = [finding for finding in examine() if finding.name == "model"]
    assert found.ok
    assert found.text == (
        f"tiny at {address}, context 4,096 tokens, counted by an estimate; nothing you ask or read here leaves this "
        "machine"
    )


def test_doctor_says_that_the_server_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_MODEL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("CARREL_API_KEY", "sk-secret")
    findings = list(examine())
    (found,) = [finding for finding in findings if finding.name == "model"]
    assert (found.ok, found.text) == (False, "No server answers at 127.0.0.1:9.")
    assert "See that it runs" in found.remedy
    assert "sk-secret" not in str(findings)
