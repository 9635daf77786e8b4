from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from assistant.models.fake import FakeChat
from assistant.ui import owners
from assistant.ui.chat import Desk
from assistant.ui.downloads import add_routes
from assistant.ui.filters import spelled
from assistant.ui.talk import Exchange, Talk
from assistant.wiring import Assistant

Make = Callable[..., Assistant]
MINE, OTHER = ({"cookie": f"carrel={letter * 40}"} for letter in "mo")


@pytest.fixture
def desk(make: Make) -> Desk:
    desk = Desk(make(FakeChat("Cats purr with their larynx.")))
    desk.load()
    return desk


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    import fastapi

    app = fastapi.FastAPI()
    add_routes(app, desk)
    with TestClient(app) as client:
        yield client


@pytest.fixture
def talk(desk: Desk) -> Talk:
    *_, answered = desk.ask("How do cats purr with their larynx?")
    talk = Talk().grown(answered)
    desk.kept.save(owners.owner(MINE, {}), talk)
    return talk


@pytest.mark.parametrize(
    ("ending", "kind", "part"),
    [
        ("md", "text/markdown", "References:"),
        ("bib", "application/x-bibtex", "@misc{cats,"),
        ("ris", "application/x-research-info-systems", "TI  - Purr: How cats purr"),
        ("json", "application/json", '"id": "cats"'),
    ],
)
def test_a_conversation_as_a_file(client: TestClient, talk: Talk, ending: str, kind: str, part: str) -> None:
    reply = client.get(f"/conversations/{talk.id}.{ending}", headers=MINE)
    assert reply.headers["content-type"] == f"{kind}; charset=utf-8"
    name = f"how-do-cats-purr-with-their-larynx.{ending}"
    assert reply.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert part in reply.text


def test_nobody_else_gets_it(client: TestClient, talk: Talk) -> None:
    for headers in (OTHER, {}):
        assert client.get(f"/conversations/{talk.id}.md", headers=headers).status_code == 404


@pytest.mark.parametrize("path", ["conversations/none.md", "conversations/none.exe", "conversations/..%2f..%2fx.md"])
def test_what_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"/{path}", headers=MINE).status_code == 404


def test_a_title_of_other_scripts_is_a_name_too(client: TestClient, desk: Desk) -> None:
    talk = Talk().grown(Exchange(question='图神经网络 "\r\n', problem="No."))
    desk.kept.save(owners.owner(MINE, {}), talk)
    reply = client.get(f"/conversations/{talk.id}.md", headers=MINE)
    assert reply.headers["content-disposition"] == 'attachment; filename="conversation.md"'


def test_an_entry_for_a_bibliography(client: TestClient) -> None:
    assert client.get(f"/bibtex?paper={spelled('cats')}").text.startswith("@misc{cats,")
    assert client.get("/bibtex?paper=none").status_code == 404


def test_similar_papers(client: TestClient) -> None:
    reply = client.get(f"/similar?paper={spelled('cats')}")
    assert "Barking dogs" in reply.text
    assert "Purr: How cats purr" not in reply.text
    assert client.get("/similar?paper=zz").status_code == 404
