"""The ledger: one SQLite file that holds the papers and their vectors. It is the truth."""

import dataclasses
import json
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from assistant.errors import EmbedderMismatchError
from assistant.protocols import EmbedderIdentity
from assistant.types import Filters, Paper
from assistant.vectorstore import records, soundness
from assistant.vectorstore.database import Database
from assistant.vectorstore.records import SELECT, Entry, Rows, pages, placeholders
from assistant.vectorstore.selection import Column, Selection
from assistant.vectorstore.vectors import VectorTable


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
        self.vectors = VectorTable(self.database)
        self._selection = Selection(self.database)
        self._counted = (-1, 0)

    def __len__(self) -> int:
        revision = self.revision
        if self._counted[0] != revision:
            self._counted = (revision, int(self.database.value("SELECT count(*) FROM papers")))
        return self._counted[1]

    @property
    def revision(self) -> int:
        """Raised by one with every change."""
        return int(self.database.value("SELECT value FROM meta WHERE key = 'revision'") or 0)

    @property
    def origin(self) -> str:
        """Drawn anew whenever all vectors are: what was built of another origin is void."""
        return str(self.database.value("SELECT value FROM meta WHERE key = 'origin'") or "")

    @property
    def embedder(self) -> EmbedderIdentity | None:
        """The embedder the vectors are from; None while there are none."""
        query = "SELECT value FROM meta WHERE key = 'embedder' AND EXISTS (SELECT 1 FROM papers)"
        text = self.database.value(query)
        return EmbedderIdentity(**json.loads(str(text))) if text else None

    def check_embedder(self, identity: EmbedderIdentity) -> None:
        """Make sure that vectors of this embedder may be compared with those stored.

        Raises:
            EmbedderMismatchError: The stored ones are from another.
        """
        stored = self.embedder
        if stored is None or stored.agrees(identity):
            return
        if (stored.name, stored.revision) == (identity.name, identity.revision):
            raise EmbedderMismatchError(
                f"The library was embedded by {stored.name} with other prompts, or reading more or less of a text."
            )
        raise EmbedderMismatchError(
            f"The library was embedded by {stored.name} ({stored.revision}), not {identity.name} ({identity.revision})."
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
                set_meta(connection, "origin", uuid.uuid4().hex)
                set_meta(connection, "embedder", json.dumps(dataclasses.asdict(identity)))
            revision = self.raise_revision(connection)
            for entry in entries:
                records.store(connection, entry, revision)
        return True

    def remove(self, ids: Iterable[str]) -> int:
        """Remove papers in one transaction.

        Returns:
            How many there were.
        """
        with self.database.write() as connection:
            rows = list(self.rows_of(list(ids)).values())
            self.drop(connection, rows)
        return len(rows)

    def drop(self, connection: sqlite3.Connection, rows: Sequence[int]) -> None:
        """Remove papers by row, in the transaction of the caller."""
        if rows:
            revision = self.raise_revision(connection)
            connection.executemany("DELETE FROM papers WHERE row = ?", [(row,) for row in rows])
            connection.executemany("INSERT INTO removed VALUES (?, ?)", [(row, revision) for row in rows])

    def raise_revision(self, connection: sqlite3.Connection) -> int:
        """Count a change, in the transaction that makes it; returns the new revision."""
        revision = self.revision + 1
        set_meta(connection, "revision", str(revision))
        return revision

    def find(self, fingerprints: Sequence[str]) -> list[Paper]:
        """Return the papers that share a fingerprint."""
        marks = [records.mark(one) for one in fingerprints]
        query = f"SELECT DISTINCT row FROM fingerprints WHERE mark IN ({placeholders(marks)}) ORDER BY row"
        return list(self.papers(self._rows(query, marks)).values())

    def get(self, ids: Sequence[str]) -> list[Paper]:
        """Return the papers of these ids that there are, in the order asked for."""
        rows = self.rows_of(ids)
        found = self.papers(list(rows.values()))
        return [found[rows[one]] for one in ids if one in rows]

    def parts(self, one: str) -> list[Paper]:
        """Return the records that a paper was merged of, in the order they came; none where there was only one."""
        query = "SELECT parts.record FROM parts JOIN papers USING (row) WHERE id = ? ORDER BY number"
        return [records.part(record) for (record,) in self.database.query(query, (one,))]

    def rows_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the rows of these ids; an unknown id is left out."""
        rows: dict[str, int] = {}
        for page in pages(list(ids)):
            query = f"SELECT id, row FROM papers WHERE id IN ({placeholders(page)})"
            rows |= dict(self.database.query(query, page))
        return rows

    def ids(self) -> dict[int, str]:
        """Return the ids of all papers by row."""
        return dict(self.database.query("SELECT row, id FROM papers"))

    def papers(self, rows: Sequence[int]) -> dict[int, Paper]:
        """Return papers by row; a row that was removed is left out."""
        found: dict[int, Paper] = {}
        for page in pages([int(row) for row in rows]):
            query = f"{SELECT} WHERE row IN ({placeholders(page)})"
            found |= {row: records.paper(values) for row, *values in self.database.query(query, page)}
        return {int(row): found[int(row)] for row in rows if int(row) in found}

    def page(self, offset: int = 0, limit: int = -1) -> list[Paper]:
        """Return papers in the order they were added; a limit of -1 returns all."""
        query = f"{SELECT} ORDER BY row LIMIT ? OFFSET ?"
        return [records.paper(values) for _, *values in self.database.query(query, (limit, offset))]

    def after(self, row: int, limit: int) -> dict[int, Paper]:
        """Return the papers that follow a row, by row."""
        query = f"{SELECT} WHERE row > ? ORDER BY row LIMIT ?"
        return {at: records.paper(values) for at, *values in self.database.query(query, (row, limit))}

    def revisions(self, since: int, limit: int) -> dict[int, int]:
        """Return the rows of the papers changed last after a revision, and the revision of each."""
        query = "SELECT row, revision FROM papers WHERE revision > ? ORDER BY revision DESC LIMIT ?"
        return dict(self.database.query(query, (since, limit)))

    def stale(self, revision: int) -> Rows:
        """Return the rows of papers changed or removed after a revision, in ascending order."""
        query = "SELECT row FROM papers WHERE revision > ? UNION ALL SELECT row FROM removed WHERE revision > ?"
        return np.sort(np.array(self._rows(query, (revision, revision)), dtype=np.int64))

    def select(self, filters: Filters) -> Rows:
        """Return the rows of all papers that the filters admit, in ascending order."""
        return self._selection.rows(filters, self.revision)

    def count(self, filters: Filters) -> int:
        """Count the papers that filters admit."""
        return len(self.select(filters))

    def names(self, column: Column, part: str) -> list[str]:
        """Return the authors or venues that have a text in their name; see `Selection.names`."""
        return self._selection.names(column, part)

    def check(self) -> list[str]:
        """Look for damage; the empty list means none was found."""
        findings = [str(row[0]) for row in self.database.query("PRAGMA integrity_check(5)") if row[0] != "ok"]
        findings += [f"orphaned row in {row[0]}" for row in self.database.query("PRAGMA foreign_key_check")]
        return findings or soundness.findings(self.database)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[int]:
        return [int(row) for (row,) in self.database.query(query, values)]


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Set a value of the ledger as a whole."""
    connection.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))
