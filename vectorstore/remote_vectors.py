"""The vectors of papers on a Chroma server."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from assistant.protocols import Vectors
from assistant.vectorstore.records import Rows
from assistant.vectorstore.remote_records import Stored


class Records(Protocol):
    """Where the vectors are: in the records of the papers."""

    def at(self, rows: Sequence[int]) -> dict[int, Stored]:
        """Return records by row."""
        ...

    def all(self) -> Iterator[list[Stored]]:
        """Return all records, a page at a time."""
        ...


class RemoteVectors:
    """The vectors of papers on a server.

    Args:
        records: Where they are.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def of(self, rows: Sequence[int] | Rows) -> tuple[Rows, Vectors]:
        """Return the rows that there are, in ascending order, and the vector of each."""
        return stacked(list(self._records.at([int(row) for row in rows]).values()))

    def all(self) -> Iterator[tuple[Rows, Vectors]]:
        """Return all rows, in the order the papers were added, and the vector of each, a page at a time."""
        return (_unsorted(page) for page in self._records.all() if page)


def stacked(records: Sequence[Stored]) -> tuple[Rows, Vectors]:
    """Return the rows of records, in ascending order, and the vector of each."""
    return _unsorted(sorted(records, key=lambda one: one.row))


def _unsorted(records: Sequence[Stored]) -> tuple[Rows, Vectors]:
    vectors = np.stack([one.vector for one in records]) if records else np.zeros((0, 0), dtype=np.float32)
    return np.array([one.row for one in records], dtype=np.int64), vectors
