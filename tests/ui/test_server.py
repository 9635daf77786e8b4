import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from assistant.errors import ServeError
from assistant.library import Library
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.ui import server
from assistant.ui.chat import Desk
from assistant.ui.guard import Guard
from assistant.ui.upload import LARGEST
from assistant.wiring import Assistant

CATS = {
    "id": "cats",
    "title": "How cats purr",
    "abstract": "Cats purr with their larynx. They purr when content.",
    "year": 2020,
}

SERVE = """
import sys
from assistant.library import Library
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.ui.server import serve
from assistant.wiring import Assistant
library = Library(sys.argv[1], embedder=FakeEmbedder())
serve(Assistant(library, model=FakeChat()), port=0, open_browser=False, announce=lambda url: print(url, flush=True))
print("ended")
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("page")
    (folder / "papers.jsonl").write_text(json.dumps(CATS), encoding="utf-8")
    with Library(folder, embedder=FakeEmbedder()) as library:
        library.add(folder / "papers.jsonl")
        desk = Desk(Assistant(library, model=FakeChat("Cats purr with their larynx.")))
        desk.load()
        with TestClient(server.application(desk), base_url="http://127.0.0.1:7860") as client:
            yield client


@pytest.fixture
def busy() -> Iterator[int]:
    """A port that is taken."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_busy_port_names_the_next_free_one(busy: int) -> None:
    with pytest.raises(ServeError, match=f"Port {busy} is in use") as raised:
        server.listen("127.0.0.1", busy)
    free = int(raised.value.remedy.strip("`.").rsplit(" ", 1)[1])
    assert free > busy
    server.listen("127.0.0.1", free).close()


def test_an_address_of_another_machine_is_refused_in_words() -> None:
    with pytest.raises(ServeError, match=r"cannot be served at 192\.0\.2\.1"):
        server.listen("192.0.2.1", 0)


def test_the_page_is_there(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "[::1]:7860", "LOCALHOST"])
def test_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/config", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.test", "evil.test:7860", "127.0.0.1.evil.test", "192.168.1.5", "", "[", "a@b"])
def test_other_names_are_refused(client: TestClient, host: str) -> None:
    assert client.get("/config", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "http://127.0.0.1:8888"])
def test_pages_of_other_sites_are_refused(client: TestClient, origin: str) -> None:
    asked = client.post("/gradio_api/call/ask", json={"data": ["?"]}, headers={"origin": origin})
    assert asked.status_code == 403


def test_the_browser_is_told_to_ask_no_other_host(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/monitoring",
        "/monitoring/summary",
        "/gradio_api/runs",
        "/docs",
        "/redoc",
        "/gradio_api/mcp/",
        "/gradio_api/file=/etc/passwd",
        f"/gradio_api/file={Path(__file__)}",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/file=http://127.0.0.1:9/x",
        "/gradio_api/file=http://example.org/",
        "/gradio_api/proxy=http://example.org/",
        "/file=/etc/passwd",
        "/carrel/files/guess",
        "/carrel/files/..%2F..%2Flibrary.sqlite3",
    ],
)
def test_what_the_page_does_not_need_is_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (403, 404)


@pytest.fixture(scope="module")
def locked(client: TestClient) -> TestClient:
    """The page of those who have a password."""

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("inside")(scope, receive, send)

    return TestClient(Guard(inside, "0.0.0.0", {"ann": "secret"}), base_url="http://192.168.1.5")


def test_without_the_password_nothing_is_shown(locked: TestClient) -> None:
    for path in ("/", "/config", "/gradio_api/info", "/assets/x.js"):
        refused = locked.get(path)
        assert (refused.status_code, "inside" in refused.text) == (401, False)
        assert refused.headers["www-authenticate"].startswith("Basic")
    assert locked.get("/", auth=("ann", "wrong")).status_code == 401
    assert locked.get("/", auth=("bo", "secret")).status_code == 401
    assert locked.get("/", auth=("ann", "secret")).text == "inside"


def test_a_browser_is_told_who_it_is_once(client: TestClient) -> None:
    fresh = TestClient(client.app, base_url="http://127.0.0.1:7860")
    assert fresh.get("/config").headers.get("set-cookie") is None
    assert fresh.get("/").headers["set-cookie"].startswith("carrel=")
    assert fresh.get("/").headers.get("set-cookie") is None


def test_programs_are_offered_these_endpoints_only(client: TestClient) -> None:
    assert list(client.get("/gradio_api/info").json()["named_endpoints"]) == ["/ask", "/search", "/add"]


def sent(client: TestClient, name: str, content: bytes) -> str:
    """Send a file as a browser does; return where it was put."""
    reply = client.post("/gradio_api/upload", files={"files": (name, content)})
    assert reply.status_code == 200
    (path,) = reply.json()
    return str(path)


def added(client: TestClient, *files: Any) -> str:
    event = client.post("/gradio_api/call/add", json={"data": [list(files)]}).json()["event_id"]
    return client.get(f"/gradio_api/call/add/{event}").text


def test_what_is_sent_is_put_into_the_home_and_served_to_nobody(client: TestClient, home: Path) -> None:
    path = sent(client, "../../page.html", b"<script>1</script>")
    assert Path(path).is_relative_to(os.environ["GRADIO_TEMP_DIR"])
    assert "temporary" in path
    assert client.get(f"/gradio_api/file={path}").status_code == 403


def test_a_huge_file_is_refused_and_leaves_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from gradio.route_utils import GradioMultiPartParser

    make = GradioMultiPartParser.__init__
    # As if five bytes were huge.
    monkeypatch.setattr(
        GradioMultiPartParser,
        "__init__",
        lambda self, *given, **named: make(self, *given, **{**named, "max_file_size": 5}),
    )
    before = set(Path(os.environ["GRADIO_TEMP_DIR"]).rglob("*"))
    assert client.post("/gradio_api/upload", files={"files": b"many words"}).status_code == 413
    assert set(Path(os.environ["GRADIO_TEMP_DIR"]).rglob("*")) == before


def test_the_limit_is_given_to_the_route(client: TestClient) -> None:
    assert client.get("/config").json()["max_file_size"] == LARGEST


def test_a_program_adds_a_file(client: TestClient) -> None:
    wolves = {"id": "wolves", "title": "What wolves hear", "abstract": "Wolves hear high tones."}
    path = sent(client, "wolves.jsonl", json.dumps(wolves).encode() + b"\nbroken\n")
    reply = added(client, {"path": path, "orig_name": "wolves.jsonl"})
    assert reply.startswith("event: complete\ndata: ")
    (report,) = json.loads(reply.split("data: ")[1])
    assert report["added"] == ["wolves"]
    assert [one["file"] for one in report["skipped"]] == ["wolves.jsonl"]
    assert not Path(path).exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "pyproject.toml", "http://example.org/x", ""])
def test_a_program_adds_no_file_of_the_server(client: TestClient, path: str) -> None:
    for meta in ({}, {"meta": {"_type": "gradio.FileData"}}):
        reply = added(client, {"path": path, **meta})
        assert reply.startswith("event: error")


@pytest.mark.parametrize("path", [__file__, "http://127.0.0.1:9/x", "https://example.org/x"])
def test_no_endpoint_copies_a_file_or_fetches_an_address(client: TestClient, path: str) -> None:
    before = set(Path(os.environ["GRADIO_TEMP_DIR"]).rglob("*"))
    named = {"path": path, "meta": {"_type": "gradio.FileData"}}
    for question in (named, [named], {"text": "?", "files": [named]}):
        assert asked(client, question).startswith("event: error")
    assert set(Path(os.environ["GRADIO_TEMP_DIR"]).rglob("*")) == before


def asked(client: TestClient, *values: Any) -> str:
    event = client.post("/gradio_api/call/ask", json={"data": values}).json()["event_id"]
    return client.get(f"/gradio_api/call/ask/{event}").text


def asked_by_name(client: TestClient, endpoint: str = "ask", **values: Any) -> str:
    event = client.post(f"/gradio_api/call/v2/{endpoint}", json=values).json()["event_id"]
    return client.get(f"/gradio_api/call/{endpoint}/{event}").text


def test_a_program_asks(client: TestClient) -> None:
    reply = asked(client, "How do cats purr with their larynx?")
    assert reply.startswith("event: complete\ndata: ")
    (answer,) = json.loads(reply.split("data: ")[1])
    assert answer["answered"]
    assert answer["citations"][0]["id"] == "cats"


def test_a_program_takes_the_words_as_they_stand(client: TestClient) -> None:
    question = "How do cats purr with their larynx since 2019?"
    for literal, understood in ((False, {"years": [2019, None]}), (True, {})):
        (answer,) = json.loads(asked_by_name(client, question=question, literal=literal).split("data: ")[1])
        assert answer["scope"]["understood"] == understood


def test_a_program_searches(client: TestClient) -> None:
    ((hit, *_),) = json.loads(asked_by_name(client, "search", query="larynx", k=3).split("data: ")[1])
    assert (hit["id"], hit["evidence"][0]["quote"]) == ("cats", CATS["abstract"])
    ((),) = json.loads(asked_by_name(client, "search", query="larynx", years=[2021, None]).split("data: ")[1])
    assert "There is no paper with the id dogs." in asked_by_name(client, "search", query="larynx", ids=["dogs"])
    assert "Ask for at least one." in asked_by_name(client, "search", query="larynx", k=0)
    assert "k is no whole number." in asked_by_name(client, "search", query="larynx", k="3")


def test_a_program_is_told_what_is_wrong(client: TestClient) -> None:
    reply = asked(client, " ")
    assert reply.startswith("event: error")
    assert "The question is empty." in reply


def test_programs_are_told_what_can_be_given(client: TestClient) -> None:
    parameters = client.get("/gradio_api/info").json()["named_endpoints"]["/ask"]["parameters"]
    assert [(one["parameter_name"], one["parameter_has_default"]) for one in parameters] == [
        ("question", False),
        ("years", True),
        ("authors", True),
        ("venue", True),
        ("topics", True),
        ("source", True),
        ("ids", True),
        ("with_abstract", True),
        ("literal", True),
    ]


def test_a_program_asks_some_papers_only(client: TestClient) -> None:
    question = "How do cats purr with their larynx?"
    for reply in (
        asked(client, question, [2000, None], None, "", None, "", ["cats"], True),
        asked_by_name(client, question=question, years=[2000, None], ids=["cats"], with_abstract=True),
    ):
        (answer,) = json.loads(reply.split("data: ")[1])
        assert answer["scope"]["filters"] == {"ids": ["cats"], "years": [2000, None], "with_abstract": True}
        assert answer["citations"][0]["id"] == "cats"
    (answer,) = json.loads(asked_by_name(client, question=question, authors=["Bo Li"]).split("data: ")[1])
    assert (answer["answered"], answer["hits"]) == (False, [])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"years": [2022, 2020]}, "No year is from 2022 and to 2020. Exchange the two years."),
        ({"authors": "Ann Lee"}, "authors are no list of texts."),
        ({"ids": ["dogs"]}, "There is no paper with the id dogs."),
    ],
)
def test_a_program_is_told_which_filter_is_wrong(client: TestClient, wrong: dict[str, Any], message: str) -> None:
    reply = asked_by_name(client, question="Why?", **wrong)
    assert reply.startswith("event: error")
    assert message in reply


def test_ctrl_c_ends_cleanly(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert httpx.get(url).status_code == 200
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "ended\n", "")


STUBBORN = """
import time
from assistant.ui.upload import Intake

def add_amid_arithmetic(self):
    next(self.run(lambda library, tell, stop: time.sleep(60), "me"))

Intake.close = add_amid_arithmetic
"""


def test_ctrl_c_does_not_wait_for_what_is_being_added(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN + SERVE, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "ended\n", "")
    assert time.monotonic() - began < 8
