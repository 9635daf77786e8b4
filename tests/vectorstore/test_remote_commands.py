"""The command line and `ask` over a library on a Chroma server."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from chroma_server import ChromaServer

from assistant import Library, ask
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.settings import load
from assistant.ui.chat import Desk
from assistant.ui.page import header
from assistant.wiring import Assistant

Carrel = Callable[..., tuple[int, str, str]]
CATS = '{"id": "cats", "title": "Why cats purr", "abstract": "Cats purr at 25 hertz when content.", "year": 2020}'


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.load_embedder", lambda settings: FakeEmbedder(dimension=512))
    monkeypatch.setattr("assistant.vectorstore.remote_requests.PAUSES", ())


@pytest.fixture(scope="module")
def address(chroma_server: ChromaServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    address = chroma_server.address("commands")
    file = tmp_path_factory.mktemp("cats") / "cats.jsonl"
    file.write_text(CATS, encoding="utf-8")
    with Library(address, embedder=FakeEmbedder(dimension=512)) as library:
        library.add(file)
    return address


def test_every_command_takes_the_address_in_the_place_of_a_home(carrel: Carrel, address: str) -> None:
    code, out, err = carrel("--home", address, "list")
    assert (code, err) == (0, f"1 paper at {address}.\n")
    assert "Why cats purr" in out
    assert "25 hertz" in carrel("--home", address, "search", "purring cats")[1]
    assert json.loads(carrel("--home", address, "search", "--json", "--year-from", "2021", "cats")[1]) == []


def test_or_the_setting_names_it(carrel: Carrel, address: str, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    (home / "config.toml").write_text(f'library = "{address}"\n', encoding="utf-8")
    assert carrel("list")[2] == f"1 paper at {address}.\n"
    monkeypatch.setenv("CARREL_LIBRARY", "local")
    assert carrel("list")[2] == f"0 papers in {home}.\n"
    monkeypatch.setenv("CARREL_HOME", address)
    assert load().library == address


def test_what_is_the_persons_own_stays_in_the_home(carrel: Carrel, address: str, home: Path) -> None:
    carrel("--home", address, "list")
    assert load(address).home == home
    assert list(home.iterdir()) == []


def test_a_new_paper_is_seen_by_all(carrel: Carrel, chroma_server: ChromaServer, tmp_path: Path) -> None:
    address = chroma_server.address("new-papers")
    (tmp_path / "cats.jsonl").write_text(CATS, encoding="utf-8")
    assert carrel("--home", address, "add", str(tmp_path / "cats.jsonl"))[0] == 0
    assert carrel("--home", address, "remove", "--yes", "cats")[1] == "1 paper removed.\n"
    code, _, err = carrel("--home", address, "search", "cats")
    assert (code, err.splitlines()[0]) == (
        1,
        f"carrel: The library at {address} is empty. Add papers with `carrel add FILE`, or the sample library with "
        "`carrel add --sample`.",
    )


def test_a_server_that_is_away_is_one_line(carrel: Carrel) -> None:
    code, out, err = carrel("--home", "chroma+http://127.0.0.1:9/papers", "list")
    assert (code, out) == (1, "")
    assert err.startswith("carrel: There is no Chroma server at http://127.0.0.1:9 (")
    assert err.count("\n") == 1


def test_a_wrong_address_is_wrong_use(carrel: Carrel) -> None:
    assert carrel("--home", "chroma+http://127.0.0.1", "list")[0] == 2


def test_the_doctor_looks_at_the_server(carrel: Carrel, address: str) -> None:
    _, out, _ = carrel("--home", address, "doctor", "--json")
    texts = [finding["text"] for finding in json.loads(out)["findings"] if finding["name"] == "library"]
    assert texts[0].startswith("1 paper in commands at http://127.0.0.1:")
    assert texts[1].startswith("embedded by fake, but")


def test_ask_takes_the_address(address: str) -> None:
    answer = ask("At how many hertz do cats purr?", library=address, model=FakeChat())
    assert "25 hertz" in answer.text


def test_the_page_says_where_the_papers_are_and_that_the_server_is_away(tmp_path: Path) -> None:
    with ChromaServer(tmp_path / "server") as server:
        address = server.address("papers")
        (tmp_path / "cats.jsonl").write_text(CATS, encoding="utf-8")
        library = Library(address)
        library.add(tmp_path / "cats.jsonl")
        with closing(Assistant(library, model=FakeChat())) as assistant:
            desk = Desk(assistant)
            desk.load()
            assert f"1 paper at {address} · fake · " in header(desk)
            assert "a question&#x27;s vector and rarest words" in header(desk)
            server.kill()
            assert "There is no Chroma server at" in header(desk)
            (*_, last) = desk.ask("What do cats do?")
            assert "There is no Chroma server at" in last.problem
            server.start()
            (*_, last) = desk.ask("At how many hertz do cats purr?")
            assert last.answer
            assert "25 hertz" in last.answer.text
