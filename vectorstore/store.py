"""What the library searches: the ledger with its index, as one thing."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.protocols import Vectors
from assistant.types import Filters, Paper, Progress, Span
from assistant.vectorstore.exact import nearest
from assistant.vectorstore.index import SLACK, Index
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.records import Rows

PATIENCE = 5.0
"""Seconds a search waits for the index to be opened the first time; then it searches exactly."""

PLENTY = 2000
"""Papers from which on a search waits at all: fewer are searched exactly in a few milliseconds."""


class Store:
    """Papers and their vectors in a home.

    Args:
        home: The folder.

    Raises:
        HomeError: It cannot be written.
        LedgerError: The ledger is damaged or of another schema.
    """

    def __init__(self, home: Path) -> None:
        self.ledger = Ledger(home / "library.sqlite3")
        self.index = Index(home / "index", self.ledger)
        self._tail: tuple[tuple[int, int], Rows, Vectors] | None = None

    def settle(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Bring the index up to date now."""
        self.index.bring_up_to_date(progress)

    def refresh(self, *, wait: bool = True) -> None:
        """Bring the index up to date in the background.

        Args:
            wait: Where a large library has no index open yet, wait a moment for it.
        """
        missing = self.index.manifest is None and len(self.ledger) >= PLENTY
        self.index.refresh(PATIENCE if wait and missing else 0.0)

    def nearest(self, query: Vectors, k: int, rows: Rows | None = None) -> dict[int, float]:
        """Find the papers whose vectors are nearest to the query.

        Chroma answers for what it holds; papers added or changed since, and any filtered set, are searched exactly.

        Args:
            query: Unit vector, shape (dimension,).
            k: How many.
            rows: Only these papers.

        Returns:
            Row and cosine, nearest first.
        """
        if rows is not None:
            return nearest(query, *self.ledger.vectors(rows=rows), k)
        # Papers removed or changed since the index was built still take places in its answer.
        revision, found = self.index.nearest(query, k + min(self.index.outdated, SLACK))
        kept = self.ledger.unchanged_since(revision, list(found))
        if len(kept) < min(k, len(self.ledger) - self.ledger.changed_since(revision)):
            # They took more places than were spare.
            return nearest(query, *self.ledger.vectors(), k)
        merged = {row: cosine for row, cosine in found.items() if row in kept}
        merged |= nearest(query, *self._after(revision), k)
        return dict(sorted(merged.items(), key=lambda item: (-item[1], item[0]))[:k])

    def cosines(self, query: Vectors, rows: Sequence[int]) -> dict[int, float]:
        """Compare papers with the query by their vectors."""
        if not rows:
            return {}
        numbers, vectors = self.ledger.vectors(rows=np.array(rows, dtype=np.int64))
        return nearest(query, numbers, vectors, len(numbers))

    def frequency(self, word: str) -> int:
        """Count the papers that have a word or another form of it."""
        return self.ledger.frequency(word)

    def lexical(self, words: Sequence[str], k: int, rows: Rows | None = None) -> dict[int, float]:
        """Score papers by BM25 over the words; see `Ledger.lexical`."""
        return self.ledger.lexical(words, k, rows)

    def select(self, filters: Filters) -> Rows | None:
        """Return the rows that the filters admit; None where they admit all."""
        return self.ledger.select(filters) if filters else None

    def papers(self, rows: Sequence[int]) -> dict[int, Paper]:
        """Return papers by row."""
        return self.ledger.papers(rows)

    def sentences(self, rows: Sequence[int]) -> dict[int, tuple[list[Span], Vectors]]:
        """Return the sentences of papers and their vectors."""
        return self.ledger.sentences(rows)

    def close(self) -> None:
        """Close ledger and index."""
        self.index.close()
        self.ledger.close()

    def _after(self, revision: int) -> tuple[Rows, Vectors]:
        key = (self.ledger.revision, revision)
        if self._tail is None or self._tail[0] != key:
            self._tail = (key, *self.ledger.vectors(after=revision))
        return self._tail[1:]
