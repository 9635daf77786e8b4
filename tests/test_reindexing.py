"""A library is embedded anew: killed, continued, and changed meanwhile."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import reindexing
from assistant.errors import EmbedderMismatchError, LibraryError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.types import Progress
from assistant.vectorstore import drafts
from assistant.vectorstore.ledger import Ledger

NEW = FakeEmbedder(dimension=8, name="new")

CHILD = """
import sys
from assistant import reindexing
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
reindexing.BATCH = 4
library = Library(sys.argv[1], embedder=FakeEmbedder(dimension=8, name="new"))
def tell(step):
    print(step.done, flush=True)
    if step.done == 12:
        sys.stdin.readline()
library.reindex(tell)
"""

Fill = Callable[[int], None]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindexing, "BATCH", 4)
    # A few papers are searched exactly just as well, and Chroma takes seconds to load.
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)


@pytest.fixture
def library(home: Path, tmp_path: Path) -> Iterator[Library]:
    """Twenty papers, embedded by a fake of 64 dimensions."""
    with Library(home, embedder=FakeEmbedder()) as library:
        _add(library, tmp_path, *(f"Ships of kind {number}" for number in range(20)))
        yield library


@pytest.fixture
def renewed(home: Path, library: Library) -> Iterator[Library]:
    """The same library, opened with another embedder."""
    with Library(home, embedder=FakeEmbedder(dimension=8, name="new")) as other:
        yield other


def _add(library: Library, folder: Path, *titles: str, **fields: str) -> None:
    file = folder / "papers.jsonl"
    records = ({"id": title.lower().replace(" ", "-"), "title": title, **fields} for title in titles)
    file.write_text("\n".join(map(json.dumps, records)))
    library.add(file)


def _ledger(library: Library) -> Ledger:
    return library._store.ledger


def _embedded(library: Library) -> list[str]:
    embedder = library.embedder
    assert isinstance(embedder, FakeEmbedder)
    return embedder.embedded


def _assert_embedded_by(library: Library, embedder: FakeEmbedder) -> None:
    """Compare every vector with one made now."""
    ledger = _ledger(library)
    rows, vectors = next(ledger.vectors.all())
    papers = ledger.papers(rows.tolist())
    assert len(rows) == len(papers) == len(ledger)
    assert ledger.embedder == embedder.identity
    assert ledger.check() == []
    texts = ["\n".join(filter(None, (paper.title, paper.abstract))) for paper in papers.values()]
    assert (vectors * embedder.embed(texts, "passage")).sum(axis=1).min() > 0.99
    assert ledger.vectors.sentences(rows.tolist()).keys() == papers.keys()
    assert drafts.begun(ledger) is None
    assert drafts.count(ledger) == 0


def _stop_at(done: int, then: type[BaseException] = KeyboardInterrupt) -> Callable[[Progress], None]:
    def tell(step: Progress) -> None:
        if step.done >= done:
            raise then

    return tell


def test_all_papers_are_embedded_by_the_new_one(renewed: Library) -> None:
    told: list[tuple[str, int, int | None]] = []
    assert renewed.reindex(lambda step: told.append((step.stage, step.done, step.total))) == 20
    assert told == [("reindex", done, 20) for done in (4, 8, 12, 16, 20)]
    _assert_embedded_by(renewed, NEW)
    assert renewed.search("ships of kind 7", 1)[0].paper.id == "ships-of-kind-7"


def test_interrupted_one_goes_on_from_there(home: Path, renewed: Library) -> None:
    with pytest.raises(KeyboardInterrupt):
        renewed.reindex(_stop_at(12))
    assert len(_embedded(renewed)) == 12 * 2
    with Library(home, embedder=FakeEmbedder(dimension=8, name="new")) as again:
        told: list[int] = []
        assert again.reindex(lambda step: told.append(step.done)) == 8
        assert told == [16, 20]
        assert len(_embedded(again)) == 8 * 2  # each with its title as a sentence
        _assert_embedded_by(again, NEW)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_killed_one_goes_on_from_there(home: Path, library: Library, renewed: Library) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", CHILD, str(home)]
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdout is not None
        assert [child.stdout.readline() for _ in range(3)] == ["4\n", "8\n", "12\n"]
        child.kill()
    assert child.returncode == -signal.SIGKILL
    assert library.search("ships of kind 7", 1)[0].paper.id == "ships-of-kind-7"
    assert renewed.reindex() == 8
    _assert_embedded_by(renewed, NEW)


def test_killed_between_the_last_paper_and_the_exchange(renewed: Library) -> None:
    with pytest.raises(KeyboardInterrupt):
        renewed.reindex(_stop_at(20))
    assert renewed.reindex() == 0
    _assert_embedded_by(renewed, NEW)


def test_former_embedder_serves_until_the_exchange_and_is_refused_then(library: Library, renewed: Library) -> None:
    found: list[str] = []
    renewed.reindex(lambda _: found.append(library.search("ships of kind 7", 1)[0].paper.id))
    assert found == ["ships-of-kind-7"] * 5
    with pytest.raises(EmbedderMismatchError, match=r"embedded by new .* not fake") as caught:
        library.search("ships of kind 7")
    assert "`carrel reindex`" in caught.value.remedy


def test_new_embedder_is_refused_until_the_exchange(renewed: Library, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        renewed.reindex(_stop_at(12))
    with pytest.raises(EmbedderMismatchError):
        renewed.search("ships")
    with pytest.raises(EmbedderMismatchError):
        _add(renewed, tmp_path, "Trees")


def test_papers_added_changed_and_removed_meanwhile(library: Library, renewed: Library, tmp_path: Path) -> None:
    def change(step: Progress) -> None:
        if step.done == 12:
            _add(library, tmp_path, "Trees that grow", "Molecules")
            _add(library, tmp_path, "Ships of kind 3", "Ships of kind 19", abstract="They sail in the wind.")
            assert library.remove("ships-of-kind-2", "ships-of-kind-18") == 2

    renewed.reindex(change)
    assert len(renewed) == 20
    _assert_embedded_by(renewed, NEW)
    (changed,) = renewed.get("ships-of-kind-3")
    assert changed.abstract == "They sail in the wind."
    assert renewed.search("molecules", 1)[0].paper.id == "molecules"


def test_progress_never_says_more_than_all(library: Library, renewed: Library, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []

    def change(step: Progress) -> None:
        told.append((step.done, step.total))
        if len(told) == 5:
            titles = [f"Ships of kind {number}" for number in range(8)]
            _add(library, tmp_path, *titles, abstract="They sail in the wind.")

    assert renewed.reindex(change) == 28
    assert told[-3:] == [(20, 20)] * 3


def test_changed_before_the_next_run(library: Library, renewed: Library, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        renewed.reindex(_stop_at(12))
    _add(library, tmp_path, "Ships of kind 3", abstract="They sail in the wind.")
    assert renewed.reindex() == 9
    _assert_embedded_by(renewed, NEW)


def test_third_embedder_after_an_unfinished_second(home: Path, renewed: Library) -> None:
    with pytest.raises(KeyboardInterrupt):
        renewed.reindex(_stop_at(12))
    third = FakeEmbedder(dimension=32, name="third")
    with Library(home, embedder=third) as library:
        assert library.reindex() == 20
        _assert_embedded_by(library, FakeEmbedder(dimension=32, name="third"))


def test_third_embedder_begun_while_the_second_runs(home: Path, renewed: Library) -> None:
    with Library(home, embedder=FakeEmbedder(dimension=8, name="third")) as third:

        def begin(step: Progress) -> None:
            if step.done == 12:
                with pytest.raises(KeyboardInterrupt):
                    third.reindex(_stop_at(8))

        with pytest.raises(LibraryError, match="Another process") as caught:
            renewed.reindex(begin)
        assert "`carrel reindex`" in caught.value.remedy
        assert third.reindex() == 12
        _assert_embedded_by(third, FakeEmbedder(dimension=8, name="third"))


def test_the_same_begun_twice_is_done_once(home: Path, renewed: Library) -> None:
    with Library(home, embedder=FakeEmbedder(dimension=8, name="new")) as twin:

        def begin(step: Progress) -> None:
            if step.done == 12:
                assert twin.reindex() == 8

        with pytest.raises(LibraryError, match="Another process"):
            renewed.reindex(begin)
        assert renewed.reindex() == 0
        _assert_embedded_by(renewed, NEW)


def test_library_restored_meanwhile_is_not_mixed(library: Library, renewed: Library, tmp_path: Path) -> None:
    with Library(library.home, embedder=FakeEmbedder(dimension=8, name="third")) as third:
        with pytest.raises(KeyboardInterrupt):
            third.reindex(_stop_at(8))
        library.backup(tmp_path / "unfinished.carrel")

        def restore(step: Progress) -> None:
            if step.done == 12:
                library.restore(tmp_path / "unfinished.carrel")

        with pytest.raises(LibraryError, match="Another process"):
            renewed.reindex(restore)
        _check_former(library)
        assert third.reindex() == 12
        _assert_embedded_by(third, FakeEmbedder(dimension=8, name="third"))


def _check_former(library: Library) -> None:
    assert _ledger(library).embedder == FakeEmbedder().identity
    assert library.search("ships of kind 7", 1)[0].paper.id == "ships-of-kind-7"


class TestSameEmbedder:
    def test_nothing_is_done(self, library: Library) -> None:
        revision, count = _ledger(library).revision, len(_embedded(library))
        assert library.reindex() == 0
        assert (_ledger(library).revision, len(_embedded(library))) == (revision, count)

    def test_all_is_embedded_where_that_is_asked_for(self, library: Library) -> None:
        assert library.reindex(force=True) == 20
        _assert_embedded_by(library, FakeEmbedder())

    def test_unfinished_one_that_was_asked_for_is_ended_without_asking_again(self, library: Library) -> None:
        with pytest.raises(KeyboardInterrupt):
            library.reindex(_stop_at(12), force=True)
        assert library.reindex() == 8
        _assert_embedded_by(library, FakeEmbedder())

    def test_unfinished_one_of_another_embedder_is_given_up(self, library: Library, renewed: Library) -> None:
        with pytest.raises(KeyboardInterrupt):
            renewed.reindex(_stop_at(12))
        assert library.reindex() == 0
        assert (drafts.begun(_ledger(library)), drafts.count(_ledger(library))) == (None, 0)
        _check_former(library)

    def test_lost_vectors_are_made_again(self, library: Library) -> None:
        _ledger(library).database.query("DELETE FROM vectors WHERE row = 7")
        assert _ledger(library).check() == ["the vector of ships-of-kind-6"]
        library.reindex(force=True)
        _assert_embedded_by(library, FakeEmbedder())


def test_empty_library(home: Path, tmp_path: Path) -> None:
    with Library(home, embedder=NEW) as library:
        assert library.reindex() == 0
    with Library(home, embedder=FakeEmbedder()) as library:
        _add(library, tmp_path, "Ships")
        _assert_embedded_by(library, FakeEmbedder())


def test_few_papers_are_in_memory_at_once(renewed: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    embed = FakeEmbedder.embed

    def counted(self: FakeEmbedder, texts: list[str], kind: str) -> object:
        sizes.append(len(texts))
        return embed(self, texts, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(FakeEmbedder, "embed", counted)
    renewed.reindex()
    assert sizes == [8] * 5
