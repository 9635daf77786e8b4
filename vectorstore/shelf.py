"""What adding and searching ask of the place where papers are; a home and a Chroma server both offer it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from assistant.protocols import EmbedderIdentity, Vectors
from assistant.retrieval import Legs
from assistant.types import Filters, Paper, Progress
from assistant.vectorstore.records import Entry, Rows
from assistant.vectorstore.selection import Column
from assistant.vectorstore.vectors import Sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Catch:
    """What a search draws up before it is weighed."""

    legs: Legs = field(default_factory=lambda: Legs({}, {}))
    sentences: Sentences = field(default_factory=dict)
    """Of every paper of the legs."""
    papers: Callable[[Sequence[int]], dict[int, Paper]] = lambda _: {}
    """Returns papers by row."""


class VectorSource(Protocol):
    """The vectors of papers."""

    def of(self, rows: Sequence[int] | Rows) -> tuple[Rows, Vectors]:
        """Return the rows that there are, in ascending order, and the vector of each."""
        ...

    def all(self) -> Iterable[tuple[Rows, Vectors]]:
        """Return all rows and the vector of each, many at a time."""
        ...


class Papers(Protocol):
    """The papers themselves: it is the truth, and what is written to it is durable."""

    def __len__(self) -> int:
        """Count the papers."""
        ...

    @property
    def vectors(self) -> VectorSource:
        """Their vectors."""
        ...

    @property
    def revision(self) -> int:
        """Raised with every change."""
        ...

    @property
    def origin(self) -> str:
        """Another one where all is another."""
        ...

    @property
    def embedder(self) -> EmbedderIdentity | None:
        """The embedder the vectors are from; None while there are none."""
        ...

    def check_embedder(self, identity: EmbedderIdentity) -> None:
        """Make sure that vectors of this embedder may be compared with those stored."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all that is read in the block be of one moment, as far as that can be."""
        ...

    def write(self, entries: Sequence[Entry], identity: EmbedderIdentity, *, since: int | None = None) -> bool:
        """Store papers, each whole or not at all; nothing where anything was changed after a revision."""
        ...

    def remove(self, ids: Iterable[str]) -> int:
        """Remove papers; returns how many there were."""
        ...

    def find(self, fingerprints: Sequence[str]) -> list[Paper]:
        """Return the papers that share a fingerprint."""
        ...

    def get(self, ids: Sequence[str]) -> list[Paper]:
        """Return the papers of these ids that there are, in the order asked for."""
        ...

    def parts(self, one: str) -> list[Paper]:
        """Return the records that a paper was merged of; none where there was only one."""
        ...

    def rows_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the rows of these ids; an unknown id is left out."""
        ...

    def page(self, offset: int = 0, limit: int = -1) -> list[Paper]:
        """Return papers in the order they were added; a limit of -1 returns all."""
        ...

    def names(self, column: Column, part: str) -> list[str]:
        """Return the authors or venues that have a text in their name."""
        ...

    def count(self, filters: Filters) -> int:
        """Count the papers that filters admit."""
        ...

    def check(self) -> list[str]:
        """Look for damage; the empty list means none was found."""
        ...


class Shelf(Protocol):
    """Papers that can be searched."""

    @property
    def ledger(self) -> Papers:
        """The papers themselves."""
        ...

    @property
    def is_due(self) -> bool:
        """True where `settle` has something to do."""
        ...

    def settle(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Bring what was built for searching up to date now."""
        ...

    def refresh(self, *, wait: bool = True) -> None:
        """Bring what was built for searching up to date in the background."""
        ...

    def gather(self, query: str, vector: Vectors, pool: int, filters: Filters) -> Catch:
        """Find the papers nearest to a query by meaning, and by words, as many of each as `pool` says."""
        ...

    def frequencies(self, stems: Iterable[str]) -> dict[str, int]:
        """Count the papers that have each stem."""
        ...

    def nearest(self, query: Vectors, k: int) -> dict[int, float]:
        """Find the papers whose vectors are nearest: row and cosine, nearest first."""
        ...

    def papers(self, rows: Sequence[int]) -> dict[int, Paper]:
        """Return papers by row."""
        ...

    def sentences(self, rows: Sequence[int]) -> Sentences:
        """Return the sentences of papers and their vectors."""
        ...

    def check(self) -> list[str]:
        """Look for damage; the empty list means all is well."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def batches(total: int, size: int) -> Iterator[tuple[int, int]]:
    """Return offset and size of pages.

    >>> list(batches(5, 2))
    [(0, 2), (2, 2), (4, 1)]
    """
    return ((start, min(size, total - start)) for start in range(0, total, size))
