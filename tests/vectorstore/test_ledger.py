from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from assistant.errors import EmbedderMismatchError
from assistant.models.fake import FakeEmbedder
from assistant.types import Filters, Paper, Span
from assistant.vectorstore import records
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.records import Entry

Put = Callable[..., bool]
Write = Callable[..., None]


def test_new_ledger_is_empty(ledger: Ledger) -> None:
    assert (len(ledger), ledger.revision, ledger.embedder, ledger.origin, ledger.page()) == (0, 0, None, "", [])


def test_papers_come_back_as_they_went_in(ledger: Ledger, write: Write, routing: Paper, trees: Paper) -> None:
    write(routing, trees)
    assert ledger.page() == [routing, trees]
    assert ledger.page(offset=1, limit=1) == [trees]
    assert ledger.get(["trees", "unknown", "routing"]) == [trees, routing]
    assert ledger.rows_of(["routing", "unknown"]) == {"routing": 1}
    assert ledger.papers([2, 99, 1]) == {2: trees, 1: routing}


def test_paper_of_the_same_id_is_written_over(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    changed = replace(routing, abstract="Everything is different now, and short.", doi=None)
    write(changed)
    assert ledger.papers([1]) == {1: changed}
    assert ledger.find(["doi:10.1000/abc"]) == []
    assert ledger.vectors.sentences([1])[1][0] == [Span("title", 0, 33), Span("abstract", 0, 39)]


def test_each_change_raises_the_revision(ledger: Ledger, write: Write, routing: Paper, graphs: Paper) -> None:
    write(routing)
    write(graphs)
    assert ledger.revision == 2
    assert ledger.remove(["routing"]) == 1
    assert ledger.revision == 3


def test_removing_what_is_not_there_changes_nothing(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    assert ledger.remove(["unknown"]) == 0
    assert ledger.revision == 1


def test_removed_paper_leaves_nothing_behind(ledger: Ledger, write: Write, routing: Paper, graphs: Paper) -> None:
    write(routing, graphs)
    ledger.remove(["routing"])
    assert ledger.page() == [graphs]
    assert ledger.select(Filters(authors=("Lee", "Ölander"))).tolist() == [2]
    assert ledger.vectors.sentences([1]) == {}
    for table in ("fingerprints", "vectors", "sentences", "names WHERE names MATCH 'routing OR graphs'"):
        column = "rowid" if table.startswith("names") else "row"
        assert ledger.database.query(f"SELECT DISTINCT {column} FROM {table}") == [(2,)]
    assert ledger.check() == []


def test_row_of_a_removed_paper_is_never_given_to_another(
    ledger: Ledger, write: Write, routing: Paper, graphs: Paper
) -> None:
    write(routing)
    ledger.remove(["routing"])
    write(graphs)
    assert ledger.rows_of(["graphs"]) == {"graphs": 2}


@pytest.mark.parametrize("mark", ["doi:10.1000/abc", "arxiv:2406.18665"])
def test_paper_is_found_by_its_numbers(ledger: Ledger, write: Write, routing: Paper, graphs: Paper, mark: str) -> None:
    write(graphs, routing)
    assert ledger.find([mark, "doi:other"]) == [routing]


def test_stale_are_the_rows_changed_or_removed_after_a_revision(
    ledger: Ledger, write: Write, routing: Paper, graphs: Paper, trees: Paper
) -> None:
    write(routing, graphs)
    write(trees)
    write(replace(graphs, year=2020))
    ledger.remove(["routing"])
    assert [ledger.stale(revision).tolist() for revision in range(5)] == [[1, 2, 3], [1, 2, 3], [1, 2], [1], []]
    assert ledger.revisions(0, 9) == {2: 3, 3: 2}
    assert ledger.revisions(0, 1) == {2: 3}
    assert ledger.revisions(2, 9) == {2: 3}


def test_papers_after_a_row_come_in_their_order(
    ledger: Ledger, write: Write, routing: Paper, graphs: Paper, trees: Paper
) -> None:
    write(routing, graphs, trees)
    assert ledger.after(0, 2) == {1: routing, 2: graphs}
    assert ledger.after(2, 2) == {3: trees}
    assert ledger.after(3, 2) == {}


def test_records_of_a_paper_are_kept_while_it_is_there(ledger: Ledger, embedder: FakeEmbedder, routing: Paper) -> None:
    parts = (routing, replace(routing, abstract="", source="other.ris", kind="JOUR"))
    ledger.write([Entry(paper=routing, parts=parts)], embedder.identity)
    assert ledger.parts("routing") == list(parts)
    assert ledger.parts("unknown") == []
    ledger.write([Entry(paper=routing)], embedder.identity)
    assert ledger.parts("routing") == []


def test_fingerprints_that_meet_by_chance_are_a_hint_only(
    ledger: Ledger, write: Write, routing: Paper, graphs: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "mark", lambda _: 7)
    write(routing, graphs)
    assert ledger.find(["doi:10.1000/abc"]) == [routing, graphs]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), ["routing", "graphs", "trees"]),
        (Filters(years=(2020, None)), ["routing"]),
        (Filters(years=(None, 2019)), ["graphs"]),
        (Filters(years=(2019, 2024)), ["routing", "graphs"]),
        (Filters(years=(2019, 2024), source="zotero"), ["graphs"]),
        (Filters(years=(2025, None)), []),
        (Filters(years=(2024, 2019)), []),
        (Filters(years=(-(10**9), 10**9)), ["routing", "graphs"]),
        (Filters(years=(None, 2024), authors=("Lee", "Ölander"), topics=("graph",)), ["graphs"]),
        (Filters(authors=("ann lee",)), ["routing"]),
        (Filters(authors=("Lee", "olander")), ["routing", "graphs"]),
        (Filters(authors=("SØNDERGÅRD",)), ["routing"]),
        (Filters(venue="iclr"), ["routing"]),
        (Filters(venue="ecole d'ete"), ["graphs"]),
        (Filters(venue="d'ete"), ["graphs"]),
        (Filters(authors=("bo so", "李")), ["graphs"]),
        (Filters(authors=("O\u0308lander",)), ["graphs"]),
        (Filters(authors=("明",)), ["graphs"]),
        (Filters(authors=("Ann Søndergård",)), []),
        (Filters(authors=("ISHII", "-")), []),
        (Filters(authors=("graphs", "ICLR")), []),
        (Filters(authors=('"', "lee OR olander", "NEAR(ann lee)", "ann*x")), []),
        (Filters(topics=("Language",)), ["routing"]),
        (Filters(topics=("language models", "graphs")), ["routing", "graphs"]),
        (Filters(topics=("graphs",), years=(2020, None)), []),
        (Filters(source="ZOTERO"), ["graphs", "trees"]),
        (Filters(ids=("trees", "unknown")), ["trees"]),
        (Filters(authors=("' OR 1=1 --",)), []),
        (Filters(venue="%"), []),
    ],
)
def test_filters(
    ledger: Ledger, write: Write, routing: Paper, graphs: Paper, trees: Paper, filters: Filters, expected: list[str]
) -> None:
    write(routing, graphs, trees)
    rows = ledger.select(filters).tolist()
    assert [paper.id for paper in ledger.papers(rows).values()] == expected


def test_filters_follow_a_change(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    write(replace(routing, authors=("Eve Adams",), venue="ACL", topics=(), source="new.bib", year=1999))
    former = Filters(authors=("Lee",)), Filters(venue="ICLR"), Filters(topics=("rout",)), Filters(source="refs")
    latter = Filters(authors=("adams",)), Filters(venue="acl"), Filters(years=(1999, 1999)), Filters(source="new")
    assert [ledger.select(filters).tolist() for filters in former] == [[]] * 4
    assert [ledger.select(filters).tolist() for filters in latter] == [[1]] * 4


def test_thousands_of_ids_may_be_asked_for(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    ids = tuple(f"p{number}" for number in range(100_000))
    assert ledger.select(Filters(ids=(*ids, "routing"))).tolist() == [1]


def test_vectors_of_another_embedder_are_refused(
    ledger: Ledger, write: Write, put: Put, routing: Paper, graphs: Paper
) -> None:
    write(routing)
    other = FakeEmbedder(name="other")
    with pytest.raises(EmbedderMismatchError, match=r"embedded by fake \(1\), not other \(1\)") as caught:
        put(ledger, graphs, embedder=other)
    assert "the embedder the library was made with" in caught.value.remedy
    assert ledger.page() == [routing]


def test_vectors_of_the_same_weights_with_other_prompts_are_refused(
    ledger: Ledger, write: Write, routing: Paper
) -> None:
    write(routing)
    prompted = replace(FakeEmbedder().identity, query_prompt="query: ")
    with pytest.raises(EmbedderMismatchError, match="embedded by fake with other prompts, or reading more or less"):
        ledger.check_embedder(prompted)


def test_ledger_of_a_former_version_did_not_note_the_longest_text(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    with ledger.database.write() as connection:
        connection.execute("UPDATE meta SET value = json_remove(value, '$.max_tokens') WHERE key = 'embedder'")
    ledger.check_embedder(replace(FakeEmbedder().identity, max_tokens=256))


def test_emptied_ledger_takes_any_embedder_and_has_another_origin(
    ledger: Ledger, write: Write, put: Put, routing: Paper
) -> None:
    write(routing)
    origin = ledger.origin
    ledger.remove(["routing"])
    other = FakeEmbedder(dimension=8, name="other")
    assert ledger.embedder is None
    assert put(ledger, routing, embedder=other)
    assert ledger.embedder == other.identity
    assert ledger.origin != origin


def test_nothing_is_stored_over_a_change_that_was_not_seen(
    ledger: Ledger, put: Put, routing: Paper, graphs: Paper
) -> None:
    seen = ledger.revision
    assert put(ledger, routing, since=seen)
    assert not put(ledger, graphs, since=seen)
    assert ledger.page() == [routing]


def test_ledger_is_as_it_was_when_it_is_opened_again(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    with closing(Ledger(ledger.database.path)) as again:
        assert again.page() == [routing]
        assert (again.revision, again.origin, again.embedder) == (1, ledger.origin, ledger.embedder)


def test_check_finds_nothing_in_a_whole_ledger(ledger: Ledger, write: Write, routing: Paper, graphs: Paper) -> None:
    write(routing, graphs)
    write(replace(routing, abstract="Another text that stands in the place of the former."))
    ledger.remove(["graphs"])
    assert ledger.check() == []


def test_check_finds_vectors_without_a_paper(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    connection = ledger.database.read()
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("INSERT INTO vectors VALUES (77, x'')")
    connection.execute("PRAGMA foreign_keys = ON")
    assert ledger.check() == ["orphaned row in vectors"]


def test_check_finds_papers_without_a_vector(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    ledger.database.query("DELETE FROM vectors")
    assert ledger.check() == ["the vector of routing"]
