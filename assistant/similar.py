"""From a paper to those nearest to it, by the vectors that are stored."""

from collections.abc import Iterator

from assistant.errors import LibraryError, UsageError
from assistant.protocols import Vectors
from assistant.sameness import same
from assistant.types import Hit, Paper, Passage, Span
from assistant.vectorstore.shelf import Shelf

SPARE = 5
"""Papers asked for beyond those wanted: the paper itself, and other records of it."""


def similar(store: Shelf, one: str, k: int) -> list[Hit]:
    """Find the papers nearest to one that is in the library; nothing is embedded.

    Args:
        store: Where the papers and their vectors are.
        one: The id of the paper.
        k: The most papers to return.

    Returns:
        Nearest first, without the paper itself and other records of it, each with its sentence nearest to the paper.

    Raises:
        LibraryError: There is no such paper.
        UsageError: k is less than one.
    """
    if k < 1:
        raise UsageError(f"{k} papers cannot be searched for.", remedy="Ask for at least one.")
    store.refresh()
    with store.ledger.snapshot():
        row = store.ledger.rows_of([one]).get(one)
        if row is None:
            raise LibraryError(f"There is no paper with the id {one}.", remedy="`carrel list` shows the ids.")
        paper = store.papers([row])[row]
        vector = store.ledger.vectors.of([row])[1][0]
        return list(_hits(store, paper, vector, store.nearest(vector, k + SPARE)))[:k]


def _hits(store: Shelf, paper: Paper, vector: Vectors, cosines: dict[int, float]) -> Iterator[Hit]:
    papers = store.papers(list(cosines))
    sentences = store.sentences(list(cosines))
    for row, other in papers.items():
        if other.id == paper.id or same(paper, other):
            continue
        spans, vectors = sentences.get(row, ([], vector[None][:0]))
        yield Hit(
            paper=other,
            score=max(0.0, min(1.0, cosines[row])),
            similarity=cosines[row],
            evidence=tuple(_nearest(other, spans, vectors @ vector)),
        )


def _nearest(paper: Paper, spans: list[Span], cosines: Vectors) -> Iterator[Passage]:
    """Choose the sentence nearest to the other paper; the title only where there is nothing else."""
    of_abstract = [at for at, span in enumerate(spans) if span.field == "abstract"] or range(len(spans))
    for at in sorted(of_abstract, key=lambda at: -cosines[at])[:1]:
        yield Passage(paper=paper, span=spans[at], score=float(cosines[at]))
