"""A map of a library: groups of papers that are near each other, each named by its own words."""

from math import sqrt

import numpy as np

from assistant import clusters, labels
from assistant.clusters import Numbers
from assistant.errors import UsageError
from assistant.protocols import Vectors
from assistant.types import Paper, Topic
from assistant.vectorstore.records import Rows
from assistant.vectorstore.shelf import Shelf

MOST = 30
"""Topics made where no number is asked for: more are no map."""

SHOWN = 5
"""Papers named for a topic."""

READ = 900
"""Papers whose words are read to name all topics, and at least how many for each."""

LEAST = 8


def themes(store: Shelf, n: int | None = None) -> list[tuple[Topic, Rows]]:
    """Find what the papers of a library are about.

    Args:
        store: Where the papers and their vectors are.
        n: How many topics; default a number that fits the library.

    Returns:
        The largest first, each with the rows of its papers; every paper belongs to one.

    Raises:
        UsageError: n is less than one.
    """
    if n is not None and n < 1:
        raise UsageError(f"{n} topics cannot be found.", remedy="Ask for at least one.")
    with store.ledger.snapshot():
        parts = list(store.ledger.vectors.all())
        if not parts:
            return []
        rows = np.concatenate([part for part, _ in parts])
        vectors = np.concatenate([part for _, part in parts])
        del parts  # a hundred thousand vectors take 150 MB
        _spread(vectors)
        return _named(store, rows, _groups(vectors, min(n or fitting(len(rows)), len(rows))))


def fitting(papers: int) -> int:
    """Return how many topics a library of some papers has.

    No number stands out by the papers' own distances (silhouette), so it is one that a person can look through: of a
    hundred papers seven groups, of thousands thirty.

    >>> [fitting(papers) for papers in (1, 5, 119, 1400, 100_000)]
    [1, 2, 8, 26, 30]
    """
    return max(1, min(MOST, round(sqrt(papers / 2))))


def _spread(vectors: Vectors) -> None:
    """Take away what all papers have in common, in place: else one group would hold most of a library of one field."""
    vectors -= vectors.mean(axis=0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-6))


def _groups(vectors: Vectors, k: int) -> list[Numbers]:
    """Return the papers of each group by their places, the most central first; the largest group first."""
    nearest, cosines = clusters.assign(vectors, clusters.centres(vectors, k))
    members = [np.flatnonzero(nearest == number) for number in range(k)]
    ordered = [own[np.argsort(-cosines[own], kind="stable")] for own in members if len(own)]
    return sorted(ordered, key=lambda own: (-len(own), int(own[0])))


def _named(store: Shelf, rows: Rows, groups: list[Numbers]) -> list[tuple[Topic, Rows]]:
    each = max(LEAST, READ // len(groups))
    papers = [list(store.papers(rows[own[:each]].tolist()).values()) for own in groups]
    names = labels.label(papers, [len(own) for own in groups])
    return [
        (_topic(name, central, len(own), len(rows)), rows[own])
        for name, central, own in zip(names, papers, groups, strict=True)
    ]


def _topic(name: tuple[str, ...], central: list[Paper], count: int, total: int) -> Topic:
    return Topic(label=name, count=count, share=count / total, papers=tuple(paper.id for paper in central[:SHOWN]))
