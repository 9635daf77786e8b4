"""What of a paper is embedded."""

import numpy as np
import pytest

from assistant.embedding import embed, embeddings, titled, whole
from assistant.models.fake import FakeEmbedder
from assistant.types import Paper, Span


def test_nothing_is_embedded_of_nothing() -> None:
    embedder = FakeEmbedder()
    assert (embeddings([], embedder), embedder.embedded) == ([], [])


def test_paper_is_embedded_whole_and_sentence_by_sentence() -> None:
    paper = Paper(id="a", title="On routing", abstract="A router sends questions around. It halves the cost of them.")
    (entry,) = embed([paper], FakeEmbedder())
    assert entry.embedding is not None
    assert entry.embedding.spans == (Span("title", 0, 10), Span("abstract", 0, 32), Span("abstract", 33, 60))
    assert entry.embedding.sentence_vectors.shape == (3, 64)
    np.testing.assert_array_equal(entry.embedding.vector, FakeEmbedder().embed([whole(paper)], "passage")[0])
    texts = [titled(paper, span) for span in entry.embedding.spans]
    assert texts == [
        "On routing",
        "On routing. A router sends questions around.",
        "On routing. It halves the cost of them.",
    ]
    np.testing.assert_array_equal(entry.embedding.sentence_vectors, FakeEmbedder().embed(texts, "passage"))


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
