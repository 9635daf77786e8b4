import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant import adding
from assistant.adding import Adder, embed, titled, whole
from assistant.errors import EmbedderMismatchError
from assistant.models.fake import FakeEmbedder
from assistant.protocols import Embedder, TextKind, Vectors
from assistant.types import AddReport, Paper, Progress, Span
from assistant.vectorstore.ledger import Ledger

ROUTING = {
    "id": "routing",
    "title": "Routing questions to cheap models",
    "abstract": "A router sends easy questions to a small model. It halves the cost.",
    "authors": ["Ann Lee"],
    "year": 2024,
}
GRAPHS = {"id": "graphs", "title": "Graph networks", "abstract": "Molecules are graphs of atoms and of bonds."}

Add = Callable[..., AddReport]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "library.sqlite3")) as opened:
        yield opened


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def add(ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path) -> Add:
    """Add records, as if from one file."""

    def run(*records: dict[str, Any], name: str = "papers.jsonl") -> AddReport:
        path = tmp_path / name
        path.write_text("\n".join(map(json.dumps, records)))
        return Adder(ledger, lambda: embedder).add([path])

    return run


def _abstracts(ledger: Ledger) -> dict[str, str]:
    return {paper.id: paper.abstract for paper in ledger.page()}


def test_new_papers_are_added(add: Add, ledger: Ledger, tmp_path: Path) -> None:
    assert add(ROUTING, GRAPHS) == AddReport(added=("routing", "graphs"), files_read=1)
    routing, graphs = ledger.page()
    assert (routing.title, routing.year, routing.keys) == ("Routing questions to cheap models", 2024, ("routing",))
    assert graphs.source == str(tmp_path / "papers.jsonl")


def test_adding_the_same_file_again_changes_nothing(add: Add, ledger: Ledger, embedder: FakeEmbedder) -> None:
    add(ROUTING, GRAPHS)
    embedder.embedded.clear()
    assert add(ROUTING, GRAPHS) == AddReport(unchanged=("routing", "graphs"), files_read=1)
    assert (embedder.embedded, ledger.revision) == ([], 1)


def test_embedder_is_not_asked_for_when_nothing_is_new(add: Add, ledger: Ledger, tmp_path: Path) -> None:
    def load() -> Embedder:
        raise AssertionError("loaded for nothing")

    add(ROUTING)
    assert Adder(ledger, load).add([tmp_path / "papers.jsonl"]).unchanged == ("routing",)


def test_changed_abstract_embeds_that_paper_only(add: Add, ledger: Ledger, embedder: FakeEmbedder) -> None:
    add(ROUTING, GRAPHS)
    embedder.embedded.clear()
    report = add(ROUTING | {"abstract": "It now reads otherwise from the first word on."}, GRAPHS)
    assert (report.updated, report.unchanged) == (("routing",), ("graphs",))
    assert embedder.embedded == [
        "Routing questions to cheap models\nIt now reads otherwise from the first word on.",
        "Routing questions to cheap models",
        "Routing questions to cheap models. It now reads otherwise from the first word on.",
    ]
    assert _abstracts(ledger)["routing"] == "It now reads otherwise from the first word on."


def test_same_title_and_author_under_another_key_is_the_same_paper(add: Add, ledger: Ledger) -> None:
    add(ROUTING)
    report = add(ROUTING | {"id": "lee24", "abstract": "Quite another summary of the matter."}, name="other.jsonl")
    assert report.updated == ("routing",)
    assert ledger.page()[0].keys == ("routing", "lee24")


def test_field_that_a_newer_record_leaves_open_stays(add: Add, ledger: Ledger) -> None:
    add(ROUTING)
    add({"id": "routing", "title": ROUTING["title"], "venue": "ICLR"})
    (paper,) = ledger.page()
    assert (paper.abstract, paper.year, paper.venue) == (ROUTING["abstract"], 2024, "ICLR")


def test_second_record_of_a_paper_in_one_file_adds_only_what_is_missing(add: Add, ledger: Ledger) -> None:
    twice = (ROUTING, ROUTING | {"id": "lee24", "abstract": "A later summary of it.", "venue": "ICLR"})
    assert add(*twice).added == ("routing",)
    (paper,) = ledger.page()
    assert (paper.abstract, paper.venue, paper.keys) == (ROUTING["abstract"], "ICLR", ("routing", "lee24"))
    assert add(*twice) == AddReport(unchanged=("routing",), files_read=1)
    assert ledger.revision == 1


def test_records_of_one_paper_far_apart_in_a_file_change_nothing_either(
    add: Add, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "BATCH", 1)
    apart = (ROUTING, GRAPHS, ROUTING | {"abstract": "A later summary of it.", "venue": "ICLR"})
    assert add(*apart).added == ("routing", "graphs")
    revision = ledger.revision
    assert add(*apart) == AddReport(unchanged=("routing", "graphs"), files_read=1)
    assert ledger.revision == revision
    assert _abstracts(ledger)["routing"] == ROUTING["abstract"]


def test_paper_that_gains_a_field_late_in_a_file_counts_as_updated(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "BATCH", 1)
    add(ROUTING)
    assert add(ROUTING, ROUTING | {"venue": "ICLR"}) == AddReport(updated=("routing",), files_read=1)


def test_another_paper_of_the_same_key_gets_a_number(add: Add, ledger: Ledger) -> None:
    other = {"id": "routing", "title": "Routing of parcels", "abstract": "Lorries carry parcels."}
    report = add(ROUTING, other, name="one.jsonl")
    assert report.added == ("routing", "routing-2")
    assert add(other, ROUTING, name="two.jsonl").unchanged == ("routing-2", "routing")
    assert add({"id": "routing", "title": "Routing of trains"}).added == ("routing-3",)


def test_equal_number_decides_before_an_equal_title(add: Add, ledger: Ledger) -> None:
    add(
        {"id": "review", "title": "Book review", "abstract": "The book is about ships."},
        {"id": "ships", "title": "On ships", "doi": "10.1000/1", "abstract": "Ships sail."},
    )
    report = add({"title": "Book review", "doi": "10.1000/1", "abstract": "The book is about ships."})
    assert report.updated == ("ships",)


def test_paper_without_an_id_gets_one_that_stays(add: Add, ledger: Ledger) -> None:
    (made,) = add({"title": "Graph networks"}).added
    ledger.remove([made])
    assert add({"title": "Graph Networks!"}).added == (made,)


def test_bad_record_is_skipped_and_the_rest_added(add: Add, ledger: Ledger, tmp_path: Path) -> None:
    report = add(ROUTING, {"id": "empty"}, GRAPHS)
    assert report.added == ("routing", "graphs")
    assert [str(one) for one in report.skipped] == [f"{tmp_path / 'papers.jsonl'}, line 2: no title and no abstract"]


def test_bad_file_is_skipped_and_the_rest_read(
    add: Add, ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    (tmp_path / "good.jsonl").write_text(json.dumps(ROUTING))
    report = Adder(ledger, lambda: embedder).add([tmp_path / "missing.bib", tmp_path / "good.jsonl"])
    assert (report.added, report.files_read) == (("routing",), 1)
    (skipped,) = report.skipped
    assert (skipped.file, skipped.place) == (str(tmp_path / "missing.bib"), "")
    assert "does not exist" in skipped.reason


def test_file_whose_name_is_not_unicode_is_read(ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path) -> None:
    path = tmp_path / "r\udce9sum\udce9.jsonl"
    path.write_text(json.dumps(ROUTING))
    assert Adder(ledger, lambda: embedder).add([path]).added == ("routing",)
    assert ledger.page()[0].source == str(tmp_path / "r\ufffdsum\ufffd.jsonl")


def test_progress_follows_each_batch_that_is_stored(
    ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "BATCH", 2)
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(json.dumps({"title": f"Paper {number}"}) for number in range(5)))
    seen: list[tuple[Progress, int]] = []
    Adder(ledger, lambda: embedder, lambda progress: seen.append((progress, len(ledger)))).add([path])
    assert [(progress.done, stored) for progress, stored in seen] == [(2, 2), (4, 4), (5, 5)]


def test_what_was_stored_before_an_interruption_stays(
    ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(adding, "BATCH", 2)
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(json.dumps({"id": str(number), "title": f"Paper {number}"}) for number in range(5)))
    with pytest.raises(KeyboardInterrupt):
        Adder(ledger, lambda: embedder, interrupt).add([path])
    assert [paper.id for paper in ledger.page()] == ["0", "1"]
    report = Adder(ledger, lambda: embedder).add([path])
    assert (report.unchanged, report.added) == (("0", "1"), ("2", "3", "4"))


def test_other_embedder_is_refused_before_it_embeds(add: Add, ledger: Ledger, tmp_path: Path) -> None:
    add(ROUTING)
    other = FakeEmbedder(name="other")
    (tmp_path / "new.jsonl").write_text(json.dumps(GRAPHS))
    with pytest.raises(EmbedderMismatchError):
        Adder(ledger, lambda: other).add([tmp_path / "new.jsonl"])
    assert other.embedded == []


class Interfering(FakeEmbedder):
    """While it embeds for the first time, another process stores papers."""

    def __init__(self, path: Path, *papers: Paper) -> None:
        super().__init__()
        self._path = path
        self._papers = papers

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        papers, self._papers = self._papers, ()
        if papers:
            with closing(Ledger(self._path)) as other:
                other.write(list(embed(papers, FakeEmbedder())), self.identity)
        return super().embed(texts, kind)


def test_two_processes_that_add_different_papers_of_one_key_lose_neither(ledger: Ledger, tmp_path: Path) -> None:
    other = Paper(id="routing", title="Routing of parcels")
    embedder = Interfering(ledger.database.path, other)
    (tmp_path / "papers.jsonl").write_text(json.dumps(ROUTING))
    assert Adder(ledger, lambda: embedder).add([tmp_path / "papers.jsonl"]).added == ("routing-2",)
    assert [(paper.id, paper.title) for paper in ledger.page()] == [
        ("routing", "Routing of parcels"),
        ("routing-2", "Routing questions to cheap models"),
    ]


def test_two_processes_that_add_one_paper_store_it_once(ledger: Ledger, tmp_path: Path) -> None:
    other = Paper(id="lee24", title="Routing Questions to Cheap Models", authors=("A. Lee",), keys=("lee24",))
    embedder = Interfering(ledger.database.path, other)
    (tmp_path / "papers.jsonl").write_text(json.dumps(ROUTING))
    assert Adder(ledger, lambda: embedder).add([tmp_path / "papers.jsonl"]).updated == ("lee24",)
    (paper,) = ledger.page()
    assert (paper.abstract, paper.keys) == (ROUTING["abstract"], ("lee24", "routing"))


def test_paper_is_embedded_whole_and_sentence_by_sentence() -> None:
    paper = Paper(id="a", title="On routing", abstract="A router sends questions around. It halves the cost of them.")
    (entry,) = embed([paper], FakeEmbedder())
    assert entry.spans == (Span("title", 0, 10), Span("abstract", 0, 32), Span("abstract", 33, 60))
    assert entry.sentence_vectors.shape == (3, 64)
    np.testing.assert_array_equal(entry.vector, FakeEmbedder().embed([whole(paper)], "passage")[0])
    texts = [titled(paper, span) for span in entry.spans]
    assert texts == [
        "On routing",
        "On routing. A router sends questions around.",
        "On routing. It halves the cost of them.",
    ]
    np.testing.assert_array_equal(entry.sentence_vectors, FakeEmbedder().embed(texts, "passage"))


@pytest.mark.parametrize(
    ("paper", "expected"),
    [
        (Paper(id="a", title="Only a title"), "Only a title"),
        (Paper(id="a", title="", abstract="Only an abstract."), "Only an abstract."),
        (Paper(id="a", title="Both", abstract="of them"), "Both\nof them"),
    ],
)
def test_what_a_paper_lacks_is_not_embedded(paper: Paper, expected: str) -> None:
    assert whole(paper) == expected
