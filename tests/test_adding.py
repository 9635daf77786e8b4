import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from assistant import adding, export, recognising
from assistant.adding import Adder
from assistant.embedding import embed
from assistant.errors import EmbedderMismatchError, LibraryError
from assistant.models.fake import FakeEmbedder
from assistant.protocols import Embedder, TextKind, Vectors
from assistant.splitting import split
from assistant.types import AddReport, Merged, Noted, Paper, Progress
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
def add(ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Add records, as if from one file."""
    monkeypatch.chdir(tmp_path)

    def run(*records: dict[str, Any], name: str = "papers.jsonl") -> AddReport:
        path = Path(name)
        path.write_text("\n".join(map(json.dumps, records)))
        return Adder(ledger, lambda: embedder).add([path])

    return run


def _merged(file: str, place: str, paper: str, reason: str) -> Merged:
    return Merged(file=file, place=place, paper=paper, reason=reason)


def _reasons(report: AddReport) -> list[str]:
    return [one.reason for one in report.merged]


def _abstracts(ledger: Ledger) -> dict[str, str]:
    return {paper.id: paper.abstract for paper in ledger.page()}


def test_new_papers_are_added(add: Add, ledger: Ledger) -> None:
    assert add(ROUTING, GRAPHS) == AddReport(added=("routing", "graphs"), files_read=1)
    routing, graphs = ledger.page()
    assert (routing.title, routing.year, routing.keys) == ("Routing questions to cheap models", 2024, ("routing",))
    assert graphs.source == "papers.jsonl"


def test_adding_the_same_file_again_changes_nothing(add: Add, ledger: Ledger, embedder: FakeEmbedder) -> None:
    add(ROUTING, GRAPHS)
    embedder.embedded.clear()
    assert add(ROUTING, GRAPHS) == AddReport(unchanged=("routing", "graphs"), files_read=1)
    assert (embedder.embedded, ledger.revision) == ([], 1)


def test_embedder_is_not_asked_for_when_nothing_is_new(add: Add, ledger: Ledger) -> None:
    def load() -> Embedder:
        raise AssertionError("loaded for nothing")

    add(ROUTING)
    assert Adder(ledger, load).add([Path("papers.jsonl")]).unchanged == ("routing",)


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
    report = add(ROUTING | {"id": "lee24", "abstract": "Quite another text."}, name="other.jsonl")
    assert report == AddReport(
        merged=(_merged("other.jsonl", "lee24", "routing", "same title and first author as routing (papers.jsonl)"),),
        files_read=1,
    )
    (paper,) = ledger.page()
    assert (paper.abstract, paper.keys) == (ROUTING["abstract"], ("routing", "lee24"))
    assert [part.keys for part in ledger.parts("routing")] == [("routing",), ("lee24",)]


def test_field_that_a_newer_record_leaves_open_stays(add: Add, ledger: Ledger) -> None:
    add(ROUTING)
    add({"id": "routing", "title": ROUTING["title"], "venue": "ICLR"})
    (paper,) = ledger.page()
    assert (paper.abstract, paper.year, paper.venue) == (ROUTING["abstract"], 2024, "ICLR")


def test_second_record_of_a_paper_in_one_file_is_merged(add: Add, ledger: Ledger) -> None:
    twice = (ROUTING, ROUTING | {"id": "lee24", "abstract": "A later text.", "venue": "ICLR"})
    reason = "same title and first author as routing (papers.jsonl)"
    merged = (_merged("papers.jsonl", "lee24", "routing", reason),)
    assert add(*twice) == AddReport(added=("routing",), merged=merged, files_read=1)
    (paper,) = ledger.page()
    assert (paper.abstract, paper.venue, paper.keys) == (ROUTING["abstract"], "ICLR", ("routing", "lee24"))
    assert add(*twice) == AddReport(unchanged=("routing", "routing"), files_read=1)
    assert ledger.revision == 1


def test_records_of_one_key_far_apart_in_a_file_are_two_records_of_the_paper(
    add: Add, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "BATCH", 1)
    apart = (ROUTING, GRAPHS, ROUTING | {"abstract": "A later text.", "venue": "ICLR"})
    assert add(*apart).added == ("routing", "graphs")
    revision = ledger.revision
    report = add(*apart)
    assert (report.unchanged, report.updated, len(report.merged)) == (("routing", "routing", "graphs"), (), 0)
    assert ledger.revision == revision
    assert _abstracts(ledger)["routing"] == ROUTING["abstract"]
    changed = (ROUTING, GRAPHS, ROUTING | {"abstract": "A text that is now longer than the other." * 3})
    report = add(*changed)
    assert (report.updated, len(report.merged), len(ledger.parts("routing"))) == (("routing",), 1, 2)
    assert _abstracts(ledger)["routing"] == changed[2]["abstract"]


def test_paper_that_gains_a_field_late_in_a_file_counts_as_updated(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "BATCH", 1)
    add(ROUTING)
    report = add(ROUTING, ROUTING | {"venue": "ICLR"})
    assert (report.updated, report.unchanged, len(report.merged), report.records) == (("routing",), (), 1, 2)


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
    (merged,) = add({"title": "Book review", "doi": "10.1000/1", "abstract": "The book is about ships."}).merged
    assert (merged.paper, merged.place) == ("ships", "Book review")
    assert merged.reason.startswith("same DOI 10.1000/1 as ships (")


def test_paper_without_an_id_gets_one_that_stays(add: Add, ledger: Ledger) -> None:
    (made,) = add({"title": "Graph networks"}).added
    ledger.remove([made])
    assert add({"title": "Graph Networks!"}).added == (made,)


def test_bad_record_is_skipped_and_the_rest_added(add: Add) -> None:
    report = add(ROUTING, {"id": "empty"}, GRAPHS)
    assert report.added == ("routing", "graphs")
    assert [str(one) for one in report.skipped] == ["papers.jsonl, line 2: no title and no abstract"]


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
    assert [(step.stage, step.done, step.total, stored) for step, stored in seen] == [
        ("reading", 2, None, 0),
        ("reading", 4, None, 0),
        ("papers", 2, 5, 2),
        ("papers", 4, 5, 4),
        ("papers", 5, 5, 5),
    ]


def test_total_is_told_as_soon_as_the_end_is_in_sight(
    ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "BATCH", 2)
    monkeypatch.setattr(adding, "AHEAD", 4)
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(json.dumps({"title": f"Paper {number}"}) for number in range(7)))
    seen: list[Progress] = []
    Adder(ledger, lambda: embedder, seen.append).add([path])
    stored = [(step.done, step.total) for step in seen if step.stage == "papers"]
    assert stored == [(2, None), (4, None), (6, 7), (7, 7)]


def test_what_was_stored_before_an_interruption_stays(
    ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(step: Progress) -> None:
        if step.stage == "papers":
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


def test_two_processes_that_add_one_paper_store_it_once(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = Paper(id="lee24", title="Routing Questions to Cheap Models", authors=("A. Lee",), keys=("lee24",))
    embedder = Interfering(ledger.database.path, other)
    (tmp_path / "papers.jsonl").write_text(json.dumps(ROUTING))
    assert Adder(ledger, lambda: embedder).add([Path("papers.jsonl")]).merged == (
        _merged("papers.jsonl", "routing", "lee24", "same title and first author as lee24"),
    )
    (paper,) = ledger.page()
    assert (paper.abstract, paper.keys) == (ROUTING["abstract"], ("lee24", "routing"))


PREPRINT = ROUTING | {"id": "lee23", "year": 2023, "arxiv": "2406.18665v1", "doi": "10.48550/arXiv.2406.18665"}
LATER = PREPRINT | {"id": "lee23v3", "title": "Routing queries to cheap models", "arxiv": "2406.18665v3"}
JOURNAL = ROUTING | {
    "id": "lee24",
    "doi": "10.1000/1",
    "authors": ["Lee, A."],
    "venue": "Journal of Routing",
    "pmid": 17,
}


def test_preprints_and_journal_version_are_one_paper(add: Add, ledger: Ledger) -> None:
    assert add(PREPRINT, name="v1.jsonl").added == ("lee23",)
    assert _reasons(add(LATER, name="v3.jsonl")) == ["same arXiv number 2406.18665 as lee23 (v1.jsonl)"]
    assert _reasons(add(JOURNAL, name="journal.jsonl")) == ["same title and abstract as lee23 (v1.jsonl)"]
    assert _reasons(add(ROUTING | {"pmid": 17}, name="med.jsonl")) == ["same PMID 17 as lee24 (journal.jsonl)"]
    (paper,) = ledger.page()
    assert (paper.id, paper.year, paper.venue, paper.doi) == ("lee23", 2024, "Journal of Routing", "10.1000/1")
    assert paper.keys == ("lee23", "lee23v3", "lee24", "routing")


def test_number_that_only_one_of_the_records_has_is_recognised(add: Add, ledger: Ledger) -> None:
    add(PREPRINT | {"doi": "10.1101/2024.01.01.123456", "arxiv": None}, name="preprint.jsonl")
    add(JOURNAL, name="journal.jsonl")
    report = add({"id": "x", "title": "Cheap answers by routing", "doi": "10.1101/2024.01.01.123456"}, name="x.jsonl")
    assert _reasons(report) == ["same DOI 10.1101/2024.01.01.123456 as lee23 (preprint.jsonl)"]
    assert len(ledger) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"authors": ["Carl Wu"]},
        {"doi": "10.1000/2"},
        {"year": 2019},
        {"authors": None, "abstract": "Lorries carry parcels from the harbour to the town."},
    ],
)
def test_two_papers_of_one_title_stay_two(add: Add, ledger: Ledger, other: dict[str, Any]) -> None:
    one = ROUTING | {"doi": "10.1000/1"}
    two = {key: value for key, value in (ROUTING | {"id": "other"} | other).items() if value is not None}
    assert add(one, name="one.jsonl").added == ("routing",)
    assert add(two, name="two.jsonl").added == ("other",)
    assert add(two, one, name="one.jsonl").added == ()
    assert len(ledger) == 2


def test_third_record_does_not_join_a_paper_of_another_number(add: Add, ledger: Ledger) -> None:
    add(ROUTING, name="bare.jsonl")
    assert add(JOURNAL, name="one.jsonl").merged[0].paper == "routing"
    assert add(JOURNAL | {"id": "lee25", "doi": "10.1000/2", "pmid": 18}, name="two.jsonl").added == ("lee25",)


@pytest.mark.parametrize("order", list(permutations(["v1.jsonl", "v3.jsonl", "journal.jsonl"])))
def test_adding_the_files_again_in_any_order_changes_nothing(
    add: Add, ledger: Ledger, embedder: FakeEmbedder, order: tuple[str, ...]
) -> None:
    for name, record in (("v1.jsonl", PREPRINT), ("v3.jsonl", LATER), ("journal.jsonl", JOURNAL)):
        add(record, name=name)
    before = (ledger.page(), ledger.parts("lee23"), ledger.revision)
    embedder.embedded.clear()
    report = Adder(ledger, lambda: embedder).add(map(Path, order))
    assert (report.added, report.updated, report.unchanged, len(report.merged)) == ((), (), ("lee23",) * 3, 0)
    assert (ledger.page(), ledger.parts("lee23"), ledger.revision) == before
    assert embedder.embedded == []


def test_every_record_is_counted_once(add: Add) -> None:
    records = (PREPRINT, GRAPHS, LATER, {"id": "nothing"}, JOURNAL, GRAPHS)
    first, again = add(*records), add(*records)
    assert (first.unchanged, len(first.merged), len(first.skipped), first.records) == (("graphs",), 2, 1, 6)
    assert (len(again.unchanged), len(again.merged), len(again.skipped), again.records) == (5, 0, 1, 6)
    assert list(again)[:2] == ["lee23", "graphs"]
    assert list(first) == ["lee23", "graphs"]


def test_copy_of_a_file_says_nothing_new(add: Add, ledger: Ledger) -> None:
    add(ROUTING, GRAPHS)
    assert add(ROUTING, GRAPHS, name="copy.jsonl") == AddReport(unchanged=("routing", "graphs"), files_read=1)
    assert (ledger.parts("routing"), ledger.revision) == ([], 1)


EDITORIAL = {"id": "ed1", "title": "Editorial", "venue": "J", "year": 2020}


@pytest.mark.parametrize(
    "record",
    [EDITORIAL, {**EDITORIAL, "id": ""}, {"id": "deep", "title": "Deep learning"}, {"title": "Index"}],
)
def test_copy_that_says_little_is_recognised(add: Add, ledger: Ledger, record: dict[str, Any]) -> None:
    (made,) = add(record).added
    assert add(record, name="copy.jsonl") == AddReport(unchanged=(made,), files_read=1)
    assert (ledger.parts(made), ledger.revision) == ([], 1)


def test_record_of_a_general_title_that_says_anything_else_is_another_paper(add: Add) -> None:
    add(EDITORIAL)
    others = (EDITORIAL | {"year": 2021}, EDITORIAL | {"id": "ed2"}, EDITORIAL | {"doi": "10.1000/1"})
    assert add(*others, name="others.jsonl").added == ("ed1-2", "ed2", "ed1-3")


def test_copies_of_a_title_that_very_many_papers_have_are_recognised(
    add: Add, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognising, "MANY", 2)
    editorials = [EDITORIAL | {"id": f"ed{year}", "year": year} for year in range(2001, 2006)]
    add(*editorials)
    assert len(add(*editorials, name="copy.jsonl").unchanged) == 5
    assert len(ledger) == 5


def test_export_of_what_was_split_joins_nothing(add: Add, ledger: Ledger, embedder: FakeEmbedder) -> None:
    add(ROUTING, ROUTING | {"venue": "ICLR"}, name="keyed.jsonl")
    bare = {"title": "Graph networks of molecules", "abstract": GRAPHS["abstract"], "authors": ["Carl Wu"]}
    (made,) = add(bare, name="one.jsonl").added
    add(bare | {"venue": "ICML"}, name="two.jsonl")
    for one in ("routing", made):
        split(ledger, one, lambda: embedder)
    papers, revision = ledger.page(), ledger.revision
    assert {paper.id for paper in papers} == {"routing", "routing-2", made, f"{made}-2"}
    for name in ("export.jsonl", "keyed.jsonl"):
        report = add(*map(export.record, papers), name=name)
        assert report == AddReport(unchanged=tuple(paper.id for paper in papers), files_read=1)
    assert (ledger.page(), ledger.revision) == (papers, revision)


def test_made_id_in_an_export_is_no_citation_key(add: Add, ledger: Ledger) -> None:
    add({"id": "p0123456789a-2", "title": "Graph networks"}, {"id": "p2", "title": "Knots"})
    assert [(paper.id, paper.keys) for paper in ledger.page()] == [("p0123456789a-2", ()), ("p2", ("p2",))]


def test_export_of_the_library_says_nothing_new(add: Add, ledger: Ledger) -> None:
    add(PREPRINT, LATER, JOURNAL)
    report = add(*map(export.record, ledger.page()), name="export.jsonl")
    assert (report.unchanged, report.merged) == (("lee23",), ())


def test_record_without_a_key_whose_abstract_changes_is_updated(add: Add, ledger: Ledger) -> None:
    bare = {"title": "Graph networks of molecules", "abstract": "Molecules are graphs.", "authors": ["Carl Wu"]}
    (made,) = add(bare).added
    assert add(bare | {"abstract": "An atom is a point."}).updated == (made,)
    assert add(bare | {"abstract": "An atom is a point.", "year": 2024}).updated == (made,)
    assert _abstracts(ledger) == {made: "An atom is a point."}


def test_corrected_title_updates_the_paper_of_that_key(add: Add, ledger: Ledger) -> None:
    add(ROUTING)
    assert add(ROUTING | {"title": "On the routing of questions to cheap models"}).updated == ("routing",)
    assert [paper.title for paper in ledger.page()] == ["On the routing of questions to cheap models"]


def test_changed_record_of_a_merged_paper_changes_its_own_part_only(add: Add, ledger: Ledger) -> None:
    add(PREPRINT, name="v1.jsonl")
    add(JOURNAL, name="journal.jsonl")
    assert add(JOURNAL | {"abstract": "Short."}, name="journal.jsonl").unchanged == ("lee23",)
    assert [part.abstract for part in ledger.parts("lee23")] == [ROUTING["abstract"], "Short."]
    assert add(JOURNAL | {"year": 2025}, name="journal.jsonl").updated == ("lee23",)
    assert ledger.page()[0].year == 2025


def test_record_that_changes_no_text_embeds_nothing(add: Add, ledger: Ledger, embedder: FakeEmbedder) -> None:
    def load() -> Embedder:
        raise AssertionError("loaded for nothing")

    add(ROUTING)
    before = ledger.vectors.of([1])[1].tolist()
    Path("papers.jsonl").write_text(json.dumps(ROUTING | {"venue": "ICLR"}))
    assert Adder(ledger, load).add([Path("papers.jsonl")]).updated == ("routing",)
    assert ledger.page()[0].venue == "ICLR"
    assert ledger.vectors.of([1])[1].tolist() == before


def test_removed_paper_takes_its_records_with_it(add: Add, ledger: Ledger) -> None:
    add(PREPRINT, JOURNAL)
    ledger.remove(["lee23"])
    assert (ledger.parts("lee23"), ledger.find(["arxiv:2406.18665", "doi:10.1000/1"])) == ([], [])
    assert add(JOURNAL).added == ("lee24",)


def test_notes_of_the_readers_are_kept(ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text("[]")
    report = Adder(ledger, lambda: embedder).add([tmp_path / "none.json"])
    assert report.notes == (Noted(str(tmp_path / "none.json"), "it holds no papers"),)


def test_splitting_undoes_a_merging(add: Add, ledger: Ledger, embedder: FakeEmbedder) -> None:
    add(PREPRINT, name="v1.jsonl")
    (before,) = ledger.page()
    add(JOURNAL, name="journal.jsonl")
    first, second = split(ledger, "lee23", lambda: embedder)
    assert first == before
    assert (second.id, second.doi, second.source, second.authors) == (
        "lee24",
        "10.1000/1",
        "journal.jsonl",
        ("Lee, A.",),
    )
    assert ledger.page() == [first, second]
    assert ledger.parts("lee23") == []
    assert ledger.check() == []


def test_what_was_split_stays_split(add: Add, ledger: Ledger, embedder: FakeEmbedder) -> None:
    add(PREPRINT, name="v1.jsonl")
    add(JOURNAL, name="journal.jsonl")
    split(ledger, "lee23", lambda: embedder)
    revision = ledger.revision
    assert add(JOURNAL, name="journal.jsonl").unchanged == ("lee24",)
    assert add(PREPRINT, name="v1.jsonl").unchanged == ("lee23",)
    assert ledger.revision == revision
    assert add(JOURNAL | {"year": 2025}, name="journal.jsonl").updated == ("lee24",)


def test_splitting_embeds_what_has_no_vectors_yet(add: Add, ledger: Ledger, embedder: FakeEmbedder) -> None:
    add(PREPRINT, name="v1.jsonl")
    add(JOURNAL | {"abstract": ROUTING["abstract"] + " Nothing is lost."}, name="journal.jsonl")
    embedder.embedded.clear()
    split(ledger, "lee23", lambda: embedder)
    wholes = [text for text in embedder.embedded if "\n" in text]
    assert [text.split("\n")[1][-16:] for text in wholes] == ["halves the cost.", "Nothing is lost."]


def test_records_of_one_key_get_ids_of_their_own_when_split(add: Add, ledger: Ledger, embedder: FakeEmbedder) -> None:
    add(ROUTING, {"id": "routing-2", "title": "Trains"}, ROUTING | {"venue": "ICLR"}, ROUTING | {"year": 2025})
    assert [paper.id for paper in split(ledger, "routing", lambda: embedder)] == ["routing", "routing-3", "routing-4"]


@pytest.mark.parametrize(
    ("one", "message"),
    [("unknown", "There is no paper with the id unknown."), ("routing", "routing is not merged of several records.")],
)
def test_only_a_merged_paper_can_be_split(
    add: Add, ledger: Ledger, embedder: FakeEmbedder, one: str, message: str
) -> None:
    add(ROUTING)
    with pytest.raises(LibraryError) as raised:
        split(ledger, one, lambda: embedder)
    assert str(raised.value) == message


def test_stopping_keeps_what_was_stored_and_reports_it(ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"p{number}", "title": f"Title {number}"}) for number in range(200)))
    stop, seen = threading.Event(), list[Progress]()

    def watch(progress: Progress) -> None:
        seen.append(progress)
        if progress.stage == "papers":
            stop.set()

    report = Adder(ledger, lambda: embedder, watch, stop=stop).add([path])
    assert len(report.added) == len(ledger) == adding.BATCH
    assert seen[-1] == Progress(stage="papers", done=adding.BATCH, total=200)
    assert len(Adder(ledger, lambda: embedder).add([path]).added) == 200 - adding.BATCH


def test_stopping_while_files_are_read(ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path) -> None:
    (tmp_path / "papers.jsonl").write_text(json.dumps(ROUTING))
    stop = threading.Event()
    stop.set()
    assert Adder(ledger, lambda: embedder, stop=stop).add([tmp_path / "papers.jsonl"]) == AddReport()


def test_a_file_is_remembered_by_the_name_given(ledger: Ledger, embedder: FakeEmbedder, tmp_path: Path) -> None:
    path = tmp_path / "upload-17.jsonl"
    path.write_text(json.dumps(ROUTING) + "\nbroken\n")
    report = Adder(ledger, lambda: embedder, names={path: "refs.jsonl"}).add([path])
    assert [one.file for one in report.skipped] == ["refs.jsonl"]
    assert [paper.source for paper in ledger.page()] == ["refs.jsonl"]


def test_stopping_amid_a_batch(ledger: Ledger, tmp_path: Path) -> None:
    stop = threading.Event()

    class Slow(FakeEmbedder):
        def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
            vectors = super().embed(texts, kind)
            if len(self.embedded) > 3 * adding.BATCH:
                stop.set()
            return vectors

    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"p{number}", "title": f"Title {number}"}) for number in range(200)))
    slow = Slow()
    report = Adder(ledger, lambda: slow, stop=stop).add([path])
    assert len(report.added) == len(ledger)
    assert len(ledger) in (adding.BATCH, 2 * adding.BATCH)


def test_vectors_are_the_same_where_stopping_is_possible(ledger: Ledger, tmp_path: Path) -> None:
    abstract = " ".join(f"Sentence number {number} has {'many ' * (number % 7)}words." for number in range(90))
    path = tmp_path / "papers.jsonl"
    path.write_text(json.dumps(ROUTING | {"abstract": abstract}) + "\n" + json.dumps(GRAPHS))
    Adder(ledger, FakeEmbedder, stop=threading.Event()).add([path])
    with closing(Ledger(tmp_path / "other.sqlite3")) as other:
        Adder(other, FakeEmbedder).add([path])
        rows = list(ledger.rows_of(["routing", "graphs"]).values())
        for one, same in zip(
            ledger.vectors.sentences(rows).values(), other.vectors.sentences(rows).values(), strict=True
        ):
            assert one[0] == same[0]
            assert (one[1] == same[1]).all()
