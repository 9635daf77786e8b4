from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.adding import embed
from assistant.errors import EmbedderMismatchError
from assistant.models.fake import FakeEmbedder
from assistant.types import Filters, Paper, Span
from assistant.vectorstore.ledger import Ledger

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
    assert ledger.lexical(["router"], 5) == {}
    assert list(ledger.lexical(["different"], 5)) == [1]
    assert ledger.find(["doi:10.1000/abc"]) == []
    assert ledger.sentences([1])[1][0] == [Span("title", 0, 33), Span("abstract", 0, 39)]


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
    assert ledger.lexical(["router", "bonds"], 5).keys() == {2}
    assert ledger.sentences([1]) == {}
    assert ledger.database.query("SELECT DISTINCT row FROM fingerprints") == [(2,)]
    assert ledger.database.query("SELECT DISTINCT row FROM sentences") == [(2,)]


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


def test_vectors_are_those_of_papers_changed_since(ledger: Ledger, write: Write, routing: Paper, graphs: Paper) -> None:
    write(routing)
    write(graphs)
    rows, vectors = ledger.vectors()
    assert rows.tolist() == [1, 2]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1], rtol=1e-6)
    assert ledger.vectors(after=1)[0].tolist() == [2]
    assert ledger.vectors(rows=np.array([1, 7]))[0].tolist() == [1]
    assert ledger.vectors(after=2)[0].tolist() == []
    assert ledger.changed_since(1) == 1
    assert ledger.unchanged_since(1, [1, 2, 7]) == {1}


def test_sentences_come_title_first_with_their_vectors(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    spans, vectors = ledger.sentences([1])[1]
    assert [routing.text(span.field)[span.start : span.end] for span in spans] == [
        "Routing questions to cheap models",
        "A router sends easy questions to a small model.",
        "It halves the cost of the answers.",
    ]
    assert vectors.shape == (3, 64)
    assert vectors.dtype == np.float32


def test_word_in_the_title_counts_double(ledger: Ledger, write: Write) -> None:
    write(
        Paper(id="a", title="Graphs", abstract="About trees."),
        Paper(id="b", title="Trees", abstract="About graphs."),
        Paper(id="c", title="Ships", abstract="About the sea."),
    )
    scores = ledger.lexical(["trees"], 5)
    assert list(scores) == [2, 1]
    assert scores[2] > scores[1] > 0


@pytest.mark.parametrize("word", ["router", "ROUTERS", "models", "model"])
def test_other_forms_of_a_word_are_found(ledger: Ledger, write: Write, routing: Paper, word: str) -> None:
    write(routing)
    assert list(ledger.lexical([word], 5)) == [1]
    assert ledger.frequency(word) == 1


def test_word_is_found_without_its_accent(ledger: Ledger, write: Write) -> None:
    write(Paper(id="a", title="Schrödinger's naïve café"))
    assert list(ledger.lexical(["Schrodinger"], 5)) == [1]
    assert list(ledger.lexical(["naive", "cafe"], 5)) == [1]


def test_lexical_search_among_some_papers(ledger: Ledger, write: Write, routing: Paper, graphs: Paper) -> None:
    write(routing, graphs)
    assert ledger.lexical(["networks", "models"], 5).keys() == {1, 2}
    assert ledger.lexical(["networks", "models"], 5, np.array([2])).keys() == {2}
    assert ledger.lexical(["models"], 5, np.array([2])) == {}
    assert ledger.lexical([], 5) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=6))
def test_no_word_is_read_as_an_operator(ledger: Ledger, words: list[str]) -> None:
    assert ledger.lexical(words, 5) == {}


def test_four_thousand_words_can_be_asked_for(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    assert list(ledger.lexical([f"w{number}" for number in range(4000)] + ["router"], 5)) == [1]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), ["routing", "graphs", "trees"]),
        (Filters(years=(2020, None)), ["routing"]),
        (Filters(years=(None, 2019)), ["graphs"]),
        (Filters(years=(2019, 2024)), ["routing", "graphs"]),
        (Filters(years=(2019, 2024), source="zotero"), ["graphs"]),
        (Filters(authors=("ann lee",)), ["routing"]),
        (Filters(authors=("Lee", "olander")), ["routing", "graphs"]),
        (Filters(authors=("SØNDERGÅRD",)), ["routing"]),
        (Filters(venue="iclr"), ["routing"]),
        (Filters(venue="ecole d'ete"), ["graphs"]),
        (Filters(topics=("Language",)), ["routing"]),
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


def test_vectors_of_another_embedder_are_refused(ledger: Ledger, write: Write, routing: Paper, graphs: Paper) -> None:
    write(routing)
    other = FakeEmbedder(name="other")
    with pytest.raises(EmbedderMismatchError, match=r"embedded by fake \(1\), not other \(1\)") as caught:
        ledger.write(list(embed([graphs], other)), other.identity)
    assert "the embedder the library was made with" in caught.value.remedy
    assert ledger.page() == [routing]


def test_emptied_ledger_takes_any_embedder_and_has_another_origin(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    origin = ledger.origin
    ledger.remove(["routing"])
    other = FakeEmbedder(dimension=8, name="other")
    assert ledger.embedder is None
    assert ledger.write(list(embed([routing], other)), other.identity)
    assert ledger.embedder == other.identity
    assert ledger.origin != origin


def test_nothing_is_stored_over_a_change_that_was_not_seen(
    ledger: Ledger, embedder: FakeEmbedder, routing: Paper, graphs: Paper
) -> None:
    seen = ledger.revision
    assert ledger.write(list(embed([routing], embedder)), embedder.identity, since=seen)
    assert not ledger.write(list(embed([graphs], embedder)), embedder.identity, since=seen)
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


def test_check_finds_sentences_without_a_paper(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    connection = ledger.database.read()
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("INSERT INTO sentences VALUES (77, 'abstract', 0, 1, x'')")
    connection.execute("PRAGMA foreign_keys = ON")
    assert ledger.check() == ["orphaned row in sentences"]


def test_check_finds_words_that_are_not_the_papers(ledger: Ledger, write: Write, routing: Paper) -> None:
    write(routing)
    ledger.database.query("INSERT INTO words (words, rowid, title, abstract) VALUES ('delete', 1, 'Routing', 'x')")
    assert ledger.check() == ["the index of words does not fit the papers"]
