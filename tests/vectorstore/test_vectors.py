from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from assistant.models.fake import FakeEmbedder
from assistant.types import Paper, Span
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.records import Embedding, Entry

Write = Callable[..., None]


@pytest.fixture
def three(write: Write, routing: Paper, graphs: Paper, trees: Paper) -> None:
    """Papers at rows 1, 2 and 3, of revisions 1, 2 and 3."""
    for paper in (routing, graphs, trees):
        write(paper)


@pytest.mark.usefixtures("three")
def test_vectors_of_rows_come_in_ascending_order_without_those_unknown(ledger: Ledger) -> None:
    rows, vectors = ledger.vectors.of([3, 77, 1])
    assert rows.tolist() == [1, 3]
    assert vectors.shape == (2, 64)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1], atol=0.01)
    assert len(ledger.vectors.of(np.array([], dtype=np.int64))[0]) == 0


@pytest.mark.usefixtures("three")
def test_vector_is_that_of_title_and_abstract(ledger: Ledger, routing: Paper) -> None:
    text = f"{routing.title}\n{routing.abstract}"
    _, vectors = ledger.vectors.of([1])
    np.testing.assert_allclose(vectors, FakeEmbedder().embed([text], "passage"), atol=0.003)


@pytest.mark.usefixtures("three")
def test_changed_are_those_after_a_revision(ledger: Ledger, write: Write, routing: Paper) -> None:
    assert ledger.vectors.changed(0)[0].tolist() == [1, 2, 3]
    assert ledger.vectors.changed(2)[0].tolist() == [3]
    assert ledger.vectors.changed(3)[0].tolist() == []
    write(replace(routing, title="Something else"))
    ledger.remove(["trees"])
    assert ledger.vectors.changed(2)[0].tolist() == [1]


@pytest.mark.usefixtures("three")
def test_all_come_in_pieces_of_the_sizes_asked_for(ledger: Ledger) -> None:
    assert [rows.tolist() for rows, _ in ledger.vectors.all()] == [[1, 2, 3]]
    assert [rows.tolist() for rows, _ in ledger.vectors.all([1, 2])] == [[1], [2, 3]]
    assert [rows.tolist() for rows, _ in ledger.vectors.all([2])] == [[1, 2]]
    ledger.remove(["graphs"])
    assert [rows.tolist() for rows, _ in ledger.vectors.all([1, 1, 1])] == [[1], [3]]


def test_nothing_has_no_vectors(ledger: Ledger) -> None:
    assert list(ledger.vectors.all()) == []
    assert ledger.vectors.sentences([1, 2]) == {}


@pytest.mark.usefixtures("three")
def test_sentences_come_title_first_with_their_vectors(ledger: Ledger, routing: Paper) -> None:
    found = ledger.vectors.sentences([3, 1, 77])
    assert {row: len(spans) for row, (spans, _) in found.items()} == {3: 1, 1: 3}
    spans, vectors = found[1]
    texts = [routing.text(span.field)[span.start : span.end] for span in spans]
    assert texts == [
        "Routing questions to cheap models",
        "A router sends easy questions to a small model.",
        "It halves the cost of the answers.",
    ]
    assert vectors.shape == (3, 64)
    assert vectors.dtype == np.float32
    likeness = vectors @ FakeEmbedder().embed(texts, "passage").T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2]
    assert likeness.diagonal().min() > 0.7


def test_paper_without_any_text_has_a_vector_and_no_sentences(ledger: Ledger, write: Write) -> None:
    write(Paper(id="empty", title=""), Paper(id="title", title="Only a title"))
    assert ledger.vectors.of([1, 2])[0].tolist() == [1, 2]
    assert ledger.vectors.sentences([1, 2]).keys() == {2}


@pytest.mark.usefixtures("three")
def test_paper_stored_without_an_embedding_keeps_its_vectors(ledger: Ledger, routing: Paper) -> None:
    before, sentences = ledger.vectors.of([1])[1].tolist(), ledger.vectors.sentences([1])[1][1].tolist()
    later = replace(routing, year=2025)
    assert ledger.write([Entry(paper=later)], FakeEmbedder().identity)
    assert ledger.get(["routing"]) == [later]
    assert ledger.vectors.of([1])[1].tolist() == before
    assert ledger.vectors.sentences([1])[1][1].tolist() == sentences
    assert ledger.check() == []


def test_vectors_of_a_dimension_that_four_does_not_divide(ledger: Ledger, routing: Paper) -> None:
    embedder = FakeEmbedder(dimension=7)
    vectors = embedder.embed([routing.title, routing.abstract], "passage")
    title = Span("title", 0, len(routing.title))
    embedding = Embedding(vector=vectors[1], spans=(title,), sentence_vectors=vectors[:1])
    assert ledger.write([Entry(paper=routing, embedding=embedding)], embedder.identity)
    assert ledger.vectors.of([1])[1].shape == (1, 7)
    assert ledger.vectors.sentences([1])[1][1].shape == (1, 7)
