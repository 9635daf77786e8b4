"""The vectors of papers and sentences in the ledger."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

import numpy as np

from assistant.protocols import Vectors
from assistant.types import Span
from assistant.vectorstore import codes, records
from assistant.vectorstore.database import Database
from assistant.vectorstore.records import Rows, pages, placeholders

CHUNK = 50_000
"""Vectors held in memory at once where all are read."""

Sentences = dict[int, tuple[list[Span], Vectors]]


class VectorTable:
    """Reads vectors by the rows of their papers.

    Args:
        database: The ledger's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, rows: Sequence[int] | Rows) -> tuple[Rows, Vectors]:
        """Return the rows that there are, in ascending order, and the vector of each."""
        query = "SELECT row, vector FROM vectors WHERE row IN (SELECT value FROM json_each(?)) ORDER BY row"
        return _unpacked(self._database.query(query, (json.dumps(list(map(int, rows))),)))

    def changed(self, revision: int) -> tuple[Rows, Vectors]:
        """Return the rows of papers changed after a revision, in ascending order, and the vector of each."""
        query = "SELECT row, vector FROM papers JOIN vectors USING (row) WHERE revision > ? ORDER BY row"
        return _unpacked(self._database.query(query, (revision,)))

    def all(self, sizes: Iterable[int] = repeat(CHUNK)) -> Iterator[tuple[Rows, Vectors]]:
        """Return all rows in ascending order and the vector of each, as many at a time as `sizes` says."""
        last = 0
        query = "SELECT row, vector FROM vectors WHERE row > ? ORDER BY row LIMIT ?"
        for size in sizes:
            found = self._database.query(query, (last, size))
            if not found:
                return
            yield _unpacked(found)
            last = found[-1][0]

    def sentences(self, rows: Sequence[int]) -> Sentences:
        """Return the sentences of papers and their vectors, shape (sentences, dimension)."""
        found: dict[int, tuple[bytes, bytes, bytes]] = {}
        for page in pages([int(row) for row in rows]):
            query = "SELECT row, vector, spans, vectors FROM vectors JOIN sentences USING (row)"
            query += f" WHERE row IN ({placeholders(page)})"
            found |= {row: blobs for row, *blobs in self._database.query(query, page)}
        spans = {row: own for row in map(int, rows) if row in found and (own := records.spans(found[row][1]))}
        if not spans:
            return {}
        sizes = [len(own) for own in spans.values()]
        papers = np.repeat(codes.unpack([found[row][0] for row in spans]), sizes, axis=0)
        coded = np.frombuffer(b"".join(found[row][2] for row in spans), dtype=np.uint8).reshape(len(papers), -1)
        vectors = np.split(codes.decode(papers, coded), np.cumsum(sizes)[:-1])
        return {row: (own, its) for (row, own), its in zip(spans.items(), vectors, strict=True)}


def _unpacked(found: Sequence[tuple[int, bytes]]) -> tuple[Rows, Vectors]:
    return np.array([row for row, _ in found], dtype=np.int64), codes.unpack([vector for _, vector in found])
