import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import EmbedderMismatchError, HomeError, LedgerError, QuestionError, UsageError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.types import Paper, Progress

ROUTING: dict[str, Any] = {
    "id": "routing",
    "title": "Routing questions to cheap models",
    "abstract": "A router sends easy questions to a small model. It halves the cost of the answers.",
    "authors": ["Ann Lee"],
    "year": 2024,
    "venue": "ICLR",
    "topics": ["language models"],
}
GRAPHS: dict[str, Any] = {
    "id": "graphs",
    "title": "Graph networks for molecules",
    "abstract": "Molecules are graphs of atoms and bonds. A network passes messages along the bonds.",
    "authors": ["Carl Ölander"],
    "year": 2019,
    "venue": "NeurIPS",
    "topics": ["graphs"],
}


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder(dimension=512)


@pytest.fixture(scope="module")
def refs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _file(tmp_path_factory.mktemp("refs") / "refs.jsonl", ROUTING, GRAPHS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, refs: Path) -> Path:
    """A home with two papers and their index, to be copied."""
    place = tmp_path_factory.mktemp("made")
    with Library(place, embedder=FakeEmbedder(dimension=512)) as library:
        library.add(refs)
    return place


@pytest.fixture
def library(home: Path, made: Path, embedder: FakeEmbedder) -> Iterator[Library]:
    shutil.copytree(made, home, dirs_exist_ok=True)
    with Library(home, embedder=embedder) as one:
        yield one


def _file(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, records)))
    return path


def _first(library: Library, query: str) -> str:
    return library.search(query)[0].paper.id


def test_new_library_is_empty(home: Path, embedder: FakeEmbedder) -> None:
    with Library(home, embedder=embedder) as library:
        assert (len(library), library.papers(), library.search("anything"), library.check()) == (0, [], [], [])
    assert embedder.embedded == []


def test_home_is_that_of_the_environment(home: Path) -> None:
    with Library() as library:
        assert library.home == home


def test_home_is_made(tmp_path: Path) -> None:
    with Library(tmp_path / "a" / "b") as library:
        assert library.home.is_dir()


def test_added_papers_are_found_at_once(library: Library) -> None:
    assert len(library) == 2
    assert _first(library, "Which router halves the cost?") == "routing"
    assert _first(library, "bonds of molecules") == "graphs"


def test_papers_are_there_when_the_library_is_opened_again(library: Library, embedder: FakeEmbedder) -> None:
    before = library.papers()
    library.close()
    with Library(library.home, embedder=embedder) as again:
        assert again.papers() == before
        assert _first(again, "router") == "routing"


def test_adding_the_same_file_twice_writes_nothing(library: Library, embedder: FakeEmbedder, refs: Path) -> None:
    def state() -> list[Any]:
        with closing(sqlite3.connect(library.home / "library.sqlite3")) as connection:
            return (
                connection.execute("SELECT * FROM papers").fetchall()
                + connection.execute("SELECT * FROM meta").fetchall()
            )

    embedder.embedded.clear()
    before = state()
    index = (library.home / "index" / "current.json").read_text()
    assert library.add(refs).unchanged == ("routing", "graphs")
    assert (state(), (library.home / "index" / "current.json").read_text()) == (before, index)
    assert embedder.embedded == []


def test_changed_abstract_is_found_by_its_new_words_and_no_more_by_its_old(
    home: Path, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    file = _file(tmp_path / "refs.jsonl", ROUTING, GRAPHS)
    with Library(home, embedder=embedder) as library:
        library.add(file)
        library.search("warm up")
        embedder.embedded.clear()
        _file(file, ROUTING | {"abstract": "Elephants remember every question that they heard."})
        assert library.add(file).updated == ("routing",)
        assert len(embedder.embedded) == 3
        (hit, other) = library.search("elephants remember")
        assert (hit.paper.id, hit.evidence[0].text) == ("routing", "Elephants remember every question that they heard.")
        assert other.lexical == 0
        assert [hit.lexical for hit in library.search("router halves the cost")] == [0, 0]
        assert all("router" not in passage.text for passage in hit.evidence)


def test_removed_paper_is_gone_from_every_search(library: Library) -> None:
    library.check()
    assert library.remove("routing", "unknown") == 1
    assert [hit.paper.id for hit in library.search("router halves the cost")] == ["graphs"]
    assert (library.get("routing"), len(library)) == ([], 1)
    assert library.search("router", ids=["routing"]) == []


def test_removed_paper_may_come_back(library: Library, refs: Path) -> None:
    library.remove("routing")
    report = library.add(refs)
    assert (report.added, report.unchanged) == (("routing",), ("graphs",))
    assert _first(library, "router") == "routing"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {"routing", "graphs"}),
        ({"years": (2020, None)}, {"routing"}),
        ({"years": (None, 2020)}, {"graphs"}),
        ({"years": (2000, 2010)}, set()),
        ({"authors": ["olander"]}, {"graphs"}),
        ({"authors": ["LEE", "Ölander"]}, {"routing", "graphs"}),
        ({"venue": "iclr"}, {"routing"}),
        ({"topics": ["graph", "vision"]}, {"graphs"}),
        ({"source": "refs"}, {"routing", "graphs"}),
        ({"source": "other"}, set()),
        ({"ids": ["graphs"]}, {"graphs"}),
        ({"ids": ["graphs"], "years": (2020, None)}, set()),
    ],
)
def test_search_keeps_to_its_filters(library: Library, filters: dict[str, Any], expected: set[str]) -> None:
    assert {hit.paper.id for hit in library.search("networks and models", **filters)} == expected


def test_another_library_on_the_same_home_finds_what_is_added(
    library: Library, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    with Library(library.home, embedder=embedder) as other:
        assert _first(other, "ships") != "ships"
        library.add(_file(tmp_path / "ships.jsonl", {"id": "ships", "title": "Ships at sea"}))
        assert _first(other, "ships") == "ships"
        other.remove("ships")
        assert _first(library, "ships") != "ships"


def test_several_threads_may_search_while_papers_are_added(
    library: Library, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    def search(_: int) -> str:
        return _first(library, "Which router halves the cost?")

    with ThreadPoolExecutor(4) as pool:
        found = pool.map(search, range(40))
        for number in range(5):
            library.add(_file(tmp_path / f"{number}.jsonl", {"title": f"Ships at sea {number}"}))
    assert set(found) == {"routing"}
    assert len(library) == 7


def test_folder_is_read_without_its_hidden_files(home: Path, embedder: FakeEmbedder, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "sub").mkdir(parents=True)
    (folder / ".git").mkdir()
    _file(folder / "sub" / "one.jsonl", ROUTING)
    _file(folder / ".hidden.jsonl", GRAPHS)
    _file(folder / ".git" / "two.jsonl", GRAPHS)
    with Library(home, embedder=embedder) as library:
        assert library.add(folder).added == ("routing",)


def test_papers_without_files_are_wrong_use(library: Library) -> None:
    with pytest.raises(UsageError, match="no file to add"):
        library.add()
    with pytest.raises(UsageError, match="no file to add"):
        library.add("")


@pytest.mark.parametrize("query", ["", "  \n", "why " * 2000])
def test_query_that_is_none_is_wrong_use(library: Library, query: str) -> None:
    with pytest.raises(QuestionError):
        library.search(query)


def test_fewer_than_one_paper_cannot_be_asked_for(library: Library) -> None:
    with pytest.raises(UsageError, match="0 papers cannot be searched for"):
        library.search("router", k=0)


def test_progress_tells_of_papers_and_of_the_index(home: Path, embedder: FakeEmbedder, refs: Path) -> None:
    seen: list[Progress] = []
    with Library(home, embedder=embedder) as library:
        library.add(refs, progress=seen.append)
    assert [(step.stage, step.done) for step in seen] == [("papers", 2), ("words", 2), ("index", 2)]
    assert seen[-1] == Progress(stage="index", done=2, total=2)


def test_sample_library_is_added(home: Path, embedder: FakeEmbedder) -> None:
    with Library(home, embedder=embedder) as library:
        assert len(library.add_sample().added) == 119
        assert library.add_sample().unchanged == tuple(paper.id for paper in library.papers())


def test_page_of_the_seed_gives_all_its_papers(home: Path, embedder: FakeEmbedder, shared: Path) -> None:
    lines = (shared / "seed" / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    expected = [(record["title"], record["abstract"]) for record in map(json.loads, lines)]
    with Library(home, embedder=embedder) as library:
        report = library.add(shared / "seed" / "000_170fe2fa1aa63f36.txt")
        assert (len(report.added), report.skipped) == (119, ())
        assert [(paper.title, paper.abstract) for paper in library.papers()] == expected


def test_other_embedder_is_refused_in_words(library: Library) -> None:
    library.close()
    with Library(library.home, embedder=FakeEmbedder(name="other")) as other:
        with pytest.raises(EmbedderMismatchError, match="embedded by fake") as caught:
            other.search("router")
        assert "the embedder the library was made with" in caught.value.remedy
        assert len(other.papers()) == 2


def test_other_embedder_may_add_nothing(library: Library, tmp_path: Path) -> None:
    new = _file(tmp_path / "new.jsonl", {"title": "Ships at sea"})
    with Library(library.home, embedder=FakeEmbedder(name="other")) as other:
        with pytest.raises(EmbedderMismatchError):
            other.add(new)
        assert len(other) == 2


def test_newer_schema_is_refused_in_words(library: Library) -> None:
    library.close()
    with closing(sqlite3.connect(library.home / "library.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="has schema 99") as caught:
        Library(library.home)
    assert "Install the Carrel that made it" in caught.value.remedy


def test_garbage_in_place_of_the_ledger_is_refused_in_words(home: Path) -> None:
    (home / "library.sqlite3").write_bytes(b"garbage " * 1000)
    with pytest.raises(LedgerError, match="damaged or no library of Carrel"):
        Library(home)


def test_file_in_place_of_the_home_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeError, match="is not a folder"):
        Library(tmp_path / "file")


AS_NOBODY = """
import os, sys
import assistant.vectorstore.store
from assistant.errors import HomeError
from assistant.library import Library
if os.geteuid() == 0:  # may write everywhere
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    library = Library(sys.argv[1])
    print(len(library))
    library.remove("routing")
except HomeError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="a folder cannot be made read-only there")
@pytest.mark.parametrize(
    ("folder", "file", "expected"),
    [
        (0o555, 0o444, "{home} is not writable.\n"),
        (0o777, 0o444, "2\n{home}/library.sqlite3 cannot be written (attempt to write a readonly database).\n"),
    ],
)
def test_read_only_home_is_refused_in_words(library: Library, folder: int, file: int, expected: str) -> None:
    library.close()
    # Outside pytest's own folders, which nobody else may enter.
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        shutil.copy(library.home / "library.sqlite3", home)
        home.chmod(folder)
        (home / "library.sqlite3").chmod(file)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", AS_NOBODY, name]
        child = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        home.chmod(0o777)
    assert (child.stdout, child.stderr) == (expected.format(home=home), "")


def test_damaged_index_is_mended_without_embedding(library: Library, embedder: FakeEmbedder) -> None:
    library.close()
    (graph,) = library.home.glob("index/*/vectors/*/data_level0.bin")
    graph.write_bytes(b"\xff" * graph.stat().st_size)
    embedder.embedded.clear()
    with Library(library.home, embedder=embedder) as again:
        assert _first(again, "Which router halves the cost?") == "routing"
        assert again.check() == []
        assert _first(again, "bonds of molecules") == "graphs"
    assert embedder.embedded == ["Which router halves the cost?", "bonds of molecules"]


def test_library_without_a_possible_index_searches_all_the_same(home: Path, embedder: FakeEmbedder, refs: Path) -> None:
    (home / "index").write_text("in the way")
    with Library(home, embedder=embedder) as library:
        library.add(refs)
        assert _first(library, "router") == "routing"
        assert library.check() == ["the index could not be built; search is exact, and slower in a large library"]


def test_get_returns_papers_in_the_order_asked_for(library: Library) -> None:
    assert [paper.id for paper in library.get("graphs", "unknown", "routing")] == ["graphs", "routing"]
    assert library.papers(offset=1) == library.get("graphs")


def test_paper_has_all_that_its_record_said(library: Library, refs: Path) -> None:
    assert library.get("routing") == [
        Paper(
            id="routing",
            title="Routing questions to cheap models",
            abstract="A router sends easy questions to a small model. It halves the cost of the answers.",
            authors=("Ann Lee",),
            year=2024,
            venue="ICLR",
            topics=("language models",),
            keys=("routing",),
            source=str(refs),
        )
    ]


def test_closing_twice_is_closing_once(home: Path) -> None:
    library = Library(home)
    library.close()
    library.close()
