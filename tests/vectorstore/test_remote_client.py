"""What is said where the server is away, slow, none of Chroma, or refuses."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.errors import ServerError
from assistant.vectorstore import remote_requests
from assistant.vectorstore.remote_address import Address
from assistant.vectorstore.remote_client import Client


class _Handler(BaseHTTPRequestHandler):
    answers: list[tuple[int, str]]
    seen: list[dict[str, str]]
    wait: threading.Event | None

    def do_GET(self) -> None:
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        if self.wait:
            self.wait.wait(5)
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        with suppress(OSError):  # whoever waited has gone
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _serving(*answers: tuple[int, str], wait: threading.Event | None = None) -> Iterator[tuple[int, type[_Handler]]]:
    handler = type("Handler", (_Handler,), {"answers": list(answers), "seen": [], "wait": wait})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port, handler
    finally:
        if wait:
            wait.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _check(port: int, token: str = "", host: str = "127.0.0.1") -> None:
    client = Client(Address(protocol="http", host=host, port=port, collection="papers"), token)
    try:
        client.check()
    finally:
        client.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_requests, "PAUSES", (0.01, 0.01))


def test_a_server_that_is_away_for_a_moment_is_asked_again() -> None:
    with _serving((503, "starting"), (502, ""), (200, '"1.0.0"')) as (port, handler):
        _check(port)
    assert len(handler.seen) == 3


def test_a_server_that_stays_away() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ServerError, match=rf"There is no Chroma server at http://127.0.0.1:{port} \(") as caught:
        _check(port)
    assert "chroma run" in caught.value.remedy


def test_a_server_that_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_requests, "TIMEOUT", 0.05)
    with _serving((200, '"1.0.0"'), wait=threading.Event()) as (port, handler):
        with pytest.raises(ServerError, match="did not answer in time"):
            _check(port)
        assert len(handler.seen) == 3


@pytest.mark.parametrize("answer", [(200, "<html>It works!</html>"), (404, "nothing here"), (200, '{"a": 1}')])
def test_another_kind_of_server(answer: tuple[int, str]) -> None:
    with _serving(answer) as (port, _), pytest.raises(ServerError, match="is no Chroma server") as caught:
        _check(port)
    assert "host and port" in caught.value.remedy


def test_an_old_chroma_server() -> None:
    with _serving((200, '"0.6.3"')) as (port, _), pytest.raises(ServerError, match=r"is of version 0\.6\.3") as caught:
        _check(port)
    assert "Update" in caught.value.remedy


def test_a_server_that_stays_busy() -> None:
    with _serving((503, "busy")) as (port, _), pytest.raises(ServerError, match="answers with status 503"):
        _check(port)


def test_a_token_is_sent_and_asked_for() -> None:
    with _serving((401, "{}")) as (port, _), pytest.raises(ServerError, match="does not let you in") as caught:
        _check(port)
    assert "CARREL_CHROMA_TOKEN" in caught.value.remedy
    with _serving((200, '"1.0.0"')) as (port, handler):
        _check(port, token="sesame")
        assert handler.seen[0]["x-chroma-token"] == "sesame"
        assert handler.seen[0]["authorization"] == "Bearer sesame"


def test_a_token_is_not_sent_on_to_another_server() -> None:
    with _serving((302, "")) as (port, handler), pytest.raises(ServerError, match="is no Chroma server"):
        _check(port, token="sesame")
    assert len(handler.seen) == 1


def test_what_the_server_says_is_passed_on_in_one_line() -> None:
    said = json.dumps({"error": "InvalidArgumentError", "message": "Expected an\n  int."})
    with _serving((400, said)) as (port, handler), pytest.raises(ServerError, match=r"refuses: Expected an int\.$"):
        _check(port)
    assert len(handler.seen) == 1
