"""What the library searches: the ledger with its index, as one thing."""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from assistant import words
from assistant.protocols import Vectors
from assistant.retrieval import Legs
from assistant.types import Filters, Paper, Progress
from assistant.vectorstore.exact import nearest
from assistant.vectorstore.index import Index
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.lexical import Lexical
from assistant.vectorstore.records import Rows, among
from assistant.vectorstore.shelf import Catch
from assistant.vectorstore.vectors import Sentences

PATIENCE = 5.0
"""Seconds a search waits for the index to be opened the first time; then it searches exactly."""

PLENTY = 20_000
"""Papers from which on a search waits at all: fewer are searched exactly in a tenth of a second."""

GRACE = 5.0
"""Seconds in which a small library that was just opened is searched without its index: a process that was started for
one question ends sooner than Chroma is imported."""

FEW = 150
"""A filter is applied before the search where the square of the papers it admits is below this many times the library:
reading a vector takes some 4 microseconds, and the index as long for each paper it must be asked for."""

LEAST, MOST = 200, 5000
"""Papers that the index is asked for. It finds one or two in a hundred of the nearest only when asked for more."""


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
        self._words = Lexical(home / "index", self.ledger)
        self._recent: tuple[tuple[int, int, str], Rows, Rows, Vectors] | None = None
        self._opened = time.monotonic()

    def settle(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Bring the index up to date now."""
        self.index.bring_up_to_date(progress)

    def refresh(self, *, wait: bool = True) -> None:
        """Bring the index up to date in the background.

        Args:
            wait: Where a large library has no index open yet, wait a moment for it.
        """
        if len(self.ledger) < PLENTY and time.monotonic() - self._opened < GRACE and not self.index.is_due:
            return
        missing = self.index.manifest is None and len(self.ledger) >= PLENTY
        self.index.refresh(PATIENCE if wait and missing else 0.0)

    @property
    def is_due(self) -> bool:
        """True where `settle` has something to do."""
        return self.index.is_due

    def gather(self, query: str, vector: Vectors, pool: int, filters: Filters) -> Catch:
        """Find papers by meaning and by words.

        Args:
            query: Its words.
            vector: Of the query.
            pool: How many papers by each.
            filters: Only papers that these admit.
        """
        rows = self.select(filters)
        if rows is not None and len(rows) == 0:
            return Catch()
        lexical = self.lexical(words.stems(query), pool, rows)
        dense = self.nearest(vector, pool, rows)
        dense |= self.cosines(vector, [row for row in lexical if row not in dense])
        sentences = self.sentences(list(dense))
        nearest = {row: float((vectors @ vector).max()) for row, (_, vectors) in sentences.items()}
        return Catch(legs=Legs(dense, lexical, nearest), sentences=sentences, papers=self.papers)

    def nearest(self, query: Vectors, k: int, rows: Rows | None = None) -> dict[int, float]:
        """Find the papers whose vectors are nearest to the query.

        Chroma answers for what it holds, papers added or changed since are compared one by one; so are those that
        a filter admits where they are few.

        Args:
            query: Unit vector, shape (dimension,).
            k: How many.
            rows: Only these papers, in ascending order.

        Returns:
            Row and cosine, nearest first.
        """
        found = self._by_index(query, k, rows)
        if found is not None:
            return found
        return self._exact(query, k) if rows is None else nearest(query, *self.ledger.vectors.of(rows), k)

    def _by_index(self, query: Vectors, k: int, rows: Rows | None) -> dict[int, float] | None:
        """Ask the index, pass over what is stale or not admitted, and add what it does not hold.

        Returns:
            Row and cosine, nearest first; None where the index cannot tell.
        """
        total = len(self.ledger)
        admitted = total if rows is None else len(rows)
        if rows is not None and admitted * admitted < FEW * total:
            return None
        revision, found = self.index.nearest(query, min(MOST, max(LEAST, 2 * k * total // max(admitted, 1))))
        if revision == 0:
            return None
        stale, recent, vectors = self._since(revision)
        out = set(stale.tolist())
        kept = [row for row in found if row not in out]
        if rows is not None:
            of_filter = among(np.array(kept, dtype=np.int64), rows)
            kept = [row for row, is_admitted in zip(kept, of_filter, strict=True) if is_admitted]
            of_filter = among(recent, rows)
            recent, vectors = recent[of_filter], vectors[of_filter]
        if len(kept) < min(k, admitted - len(recent)):
            # Others crowd them out of the index's answer.
            return None
        # By the ledger's own vectors, so that a paper's cosine is the same whichever way it was found.
        return dict(list(self._merged(self.cosines(query, kept[: 2 * k]), nearest(query, recent, vectors, k)))[:k])

    def _exact(self, query: Vectors, k: int) -> dict[int, float]:
        found: dict[int, float] = {}
        for rows, vectors in self.ledger.vectors.all():
            found = dict(list(self._merged(found, nearest(query, rows, vectors, k)))[:k])
        return found

    def _merged(self, *parts: dict[int, float]) -> Iterable[tuple[int, float]]:
        return sorted((item for part in parts for item in part.items()), key=lambda item: (-item[1], item[0]))

    def _since(self, revision: int) -> tuple[Rows, Rows, Vectors]:
        """Return the rows changed or removed after a revision, and of those that are there rows and vectors."""
        key = (self.ledger.revision, revision, self.ledger.origin)
        recent = self._recent  # another thread may replace it
        if recent is None or recent[0] != key:
            recent = self._recent = (key, self.ledger.stale(revision), *self.ledger.vectors.changed(revision))
        return recent[1:]

    def cosines(self, query: Vectors, rows: Sequence[int]) -> dict[int, float]:
        """Compare papers with the query by their vectors."""
        numbers, vectors = self.ledger.vectors.of(rows)
        return nearest(query, numbers, vectors, len(numbers))

    def frequencies(self, stems: Iterable[str]) -> dict[str, int]:
        """Count the papers that have each stem."""
        return self._words.frequencies(stems)

    def lexical(self, stems: Iterable[str], k: int, rows: Rows | None = None) -> dict[int, float]:
        """Score papers by BM25 over the words; see `Lexical.best`."""
        return self._words.best(stems, k, rows)

    def select(self, filters: Filters) -> Rows | None:
        """Return the rows that the filters admit, in ascending order; None where they admit all."""
        return self.ledger.select(filters) if filters else None

    def papers(self, rows: Sequence[int]) -> dict[int, Paper]:
        """Return papers by row."""
        return self.ledger.papers(rows)

    def sentences(self, rows: Sequence[int]) -> Sentences:
        """Return the sentences of papers and their vectors."""
        return self.ledger.vectors.sentences(rows)

    def check(self) -> list[str]:
        """Look for damage in the ledger, and bring the index up to date; the empty list means all is well."""
        findings = self.ledger.check()
        self.settle()
        if len(self.ledger) and self.index.manifest is None:
            findings.append("the index could not be built; search is exact, and slower in a large library")
        return findings

    def close(self) -> None:
        """Close ledger and index."""
        self._words.close()
        self.index.close()
        self.ledger.close()
