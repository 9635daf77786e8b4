"""The ledger: one SQLite file that holds the papers, their vectors and their words. It is the truth."""

import dataclasses
import json
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import EmbedderMismatchError, LedgerError
from assistant.protocols import EmbedderIdentity, Vectors
from assistant.types import Filters, Paper, Span
from assistant.vectorstore import records
from assistant.vectorstore.database import Database
from assistant.vectorstore.records import COLUMNS, Entry, Rows, pages, places


class Ledger:
    """The papers of one home.

    Args:
        path: The SQLite file; made when it is missing.

    Raises:
        HomeError: It cannot be made or written.
        LedgerError: It is damaged or of another schema.
    """

    def __init__(self, path: Path) -> None:
        self.database = Database(path)

    def __len__(self) -> int:
        return int(self._value("SELECT count(*) FROM papers"))

    @property
    def revision(self) -> int:
        """Raised by one with every change."""
        return int(self._value("SELECT value FROM meta WHERE key = 'revision'") or 0)

    @property
    def origin(self) -> str:
        """Drawn anew whenever an empty library gets its first papers: what was built of another origin is void."""
        return str(self._value("SELECT value FROM meta WHERE key = 'origin'") or "")

    @property
    def embedder(self) -> EmbedderIdentity | None:
        """The embedder the vectors are from; None while there are none."""
        text = self._value("SELECT value FROM meta WHERE key = 'embedder' AND EXISTS (SELECT 1 FROM papers)")
        return EmbedderIdentity(**json.loads(str(text))) if text else None

    def check_embedder(self, identity: EmbedderIdentity) -> None:
        """Make sure that vectors of this embedder may be compared with those stored.

        Raises:
            EmbedderMismatchError: The stored ones are from another.
        """
        stored = self.embedder
        if stored is not None and stored != identity:
            raise EmbedderMismatchError(
                f"The library was embedded by {stored.name} ({stored.revision}), not {identity.name} "
                f"({identity.revision})."
            )

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all that this thread reads in the block be of one moment, whatever others write meanwhile."""
        return self.database.snapshot()

    def write(self, entries: Sequence[Entry], identity: EmbedderIdentity, *, since: int | None = None) -> bool:
        """Store papers, new or changed, in one transaction.

        Args:
            entries: The papers.
            identity: What embedded them.
            since: Store nothing if anything was changed after this revision.

        Returns:
            Whether they were stored.

        Raises:
            EmbedderMismatchError: The vectors stored are from another embedder.
        """
        with self.database.write() as connection:
            if since is not None and since != self.revision:
                return False
            self.check_embedder(identity)
            if self.embedder is None:
                _set(connection, "origin", uuid.uuid4().hex)
                _set(connection, "embedder", json.dumps(dataclasses.asdict(identity)))
            revision = self._raise_revision(connection)
            for entry in entries:
                records.store(connection, entry, revision)
        return True

    def remove(self, ids: Iterable[str]) -> int:
        """Remove papers in one transaction.

        Returns:
            How many there were.
        """
        with self.database.write() as connection:
            gone = sum(connection.execute("DELETE FROM papers WHERE id = ?", (one,)).rowcount for one in ids)
            if gone:
                self._raise_revision(connection)
        return gone

    def find(self, marks: Sequence[str]) -> list[Paper]:
        """Return the papers that share a fingerprint."""
        query = f"SELECT DISTINCT row FROM fingerprints WHERE mark IN ({places(marks)}) ORDER BY row"
        return list(self.papers(self._rows(query, marks)).values())

    def get(self, ids: Sequence[str]) -> list[Paper]:
        """Return the papers of these ids that there are, in the order asked for."""
        rows = self.rows_of(ids)
        found = self.papers(list(rows.values()))
        return [found[rows[one]] for one in ids if one in rows]

    def rows_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the rows of these ids; an unknown id is left out."""
        rows: dict[str, int] = {}
        for page in pages(list(ids)):
            query = f"SELECT id, row FROM papers WHERE id IN ({places(page)})"
            rows |= dict(self._all(query, page))
        return rows

    def papers(self, rows: Sequence[int]) -> dict[int, Paper]:
        """Return papers by row; a row that was removed is left out."""
        found: dict[int, Paper] = {}
        for page in pages([int(row) for row in rows]):
            query = f"SELECT row, {', '.join(COLUMNS)}, record FROM papers WHERE row IN ({places(page)})"
            found |= {row: records.paper(values) for row, *values in self._all(query, page)}
        return {int(row): found[int(row)] for row in rows if int(row) in found}

    def page(self, offset: int = 0, limit: int = -1) -> list[Paper]:
        """Return papers in the order they were added; a limit of -1 returns all."""
        query = f"SELECT {', '.join(COLUMNS)}, record FROM papers ORDER BY row LIMIT ? OFFSET ?"
        return [records.paper(values) for values in self._all(query, (limit, offset))]

    def vectors(self, after: int = 0, rows: Rows | None = None) -> tuple[Rows, Vectors]:
        """Return the vectors of papers changed after a revision.

        Args:
            after: The revision.
            rows: Only these papers.

        Returns:
            Their rows, and one vector each.
        """
        if rows is None:
            pairs = self._all("SELECT row, vector FROM papers WHERE revision > ? ORDER BY row", (after,))
        else:
            pairs = []
            for page in pages([int(row) for row in rows]):
                query = f"SELECT row, vector FROM papers WHERE revision > ? AND row IN ({places(page)})"
                pairs += self._all(query, (after, *page))
        numbers = np.array([row for row, _ in pairs], dtype=np.int64)
        matrix = np.frombuffer(b"".join(vector for _, vector in pairs), dtype=np.float32)
        return numbers, matrix.reshape(len(pairs), -1) if pairs else np.zeros((0, 0), dtype=np.float32)

    def unchanged_since(self, revision: int, rows: Sequence[int]) -> set[int]:
        """Return those of the rows that are still there and were not changed after the revision."""
        kept: set[int] = set()
        for page in pages(list(rows)):
            query = f"SELECT row FROM papers WHERE revision <= ? AND row IN ({places(page)})"
            kept.update(self._rows(query, (revision, *page)))
        return kept

    def changed_since(self, revision: int) -> int:
        """Count the papers changed after a revision; removed ones do not count."""
        return int(self._value("SELECT count(*) FROM papers WHERE revision > ?", revision))

    def sentences(self, rows: Sequence[int]) -> dict[int, tuple[list[Span], Vectors]]:
        """Return the sentences of papers and their vectors, shape (sentences, dimension)."""
        spans: dict[int, list[Span]] = {int(row): [] for row in rows}
        blobs: dict[int, list[bytes]] = {int(row): [] for row in rows}
        for page in pages(list(spans)):
            query = f"SELECT row, field, start, stop, vector FROM sentences WHERE row IN ({places(page)})"
            for row, field, start, stop, vector in self._all(query + " ORDER BY row, field DESC, start", page):
                spans[row].append(Span(field, start, stop))
                blobs[row].append(vector)
        return {row: (spans[row], records.halves(blobs[row])) for row in spans if spans[row]}

    def lexical(self, words: Sequence[str], k: int, rows: Rows | None = None) -> dict[int, float]:
        """Score papers by BM25 over the words, a title's counting double.

        Args:
            words: Any of them counts.
            k: How many papers.
            rows: Only these.

        Returns:
            Row and score of the k best; a higher score is better.
        """
        if not words:
            return {}
        query = "SELECT rowid, -bm25(words, 2.0, 1.0) AS score FROM words WHERE words MATCH ?"
        values: list[object] = [records.phrase(words)]
        if rows is not None:
            # The plus keeps SQLite from looking up the words row by row: a hundred times slower.
            query += " AND +rowid IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(rows.tolist()))
        return dict(self._all(query + " ORDER BY score DESC, rowid LIMIT ?", (*values, k)))

    def frequency(self, word: str) -> int:
        """Count the papers that have a word or another form of it."""
        return int(self._value("SELECT count(*) FROM words WHERE words MATCH ?", records.phrase([word])))

    def select(self, filters: Filters) -> Rows:
        """Return the rows of all papers that the filters admit."""
        clauses, values = records.where(filters)
        query = "SELECT row FROM papers WHERE " + " AND ".join(clauses or ["1"])
        return np.array(self._rows(query + " ORDER BY row", values), dtype=np.int64)

    def check(self) -> list[str]:
        """Look for damage; the empty list means none was found."""
        findings = [str(row[0]) for row in self._all("PRAGMA integrity_check(5)") if row[0] != "ok"]
        findings += [f"orphaned row in {row[0]}" for row in self._all("PRAGMA foreign_key_check")]
        try:
            # The rank of 1 has the words compared with the papers' texts, not only among themselves.
            self._all("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        except LedgerError:
            findings.append("the index of words does not fit the papers")
        return findings

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def _raise_revision(self, connection: sqlite3.Connection) -> int:
        revision = self.revision + 1
        _set(connection, "revision", str(revision))
        return revision

    def _all(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        return self.database.query(query, values)

    def _value(self, query: str, *values: object) -> Any:
        row = next(iter(self._all(query, values)), None)
        return row[0] if row else None

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[int]:
        return [int(row) for (row,) in self._all(query, values)]


def _set(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))
