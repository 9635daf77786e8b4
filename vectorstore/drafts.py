"""Vectors of another embedder, made beside those in use and exchanged for them when every paper has one."""

import dataclasses
import json
import sqlite3
import uuid
from collections.abc import Mapping

from assistant.errors import LibraryError
from assistant.protocols import EmbedderIdentity
from assistant.types import Paper
from assistant.vectorstore import records
from assistant.vectorstore.ledger import Ledger, set_meta
from assistant.vectorstore.records import Embedding

KEY = "drafts"
"""The embedder that drafts are from, in the table `meta`."""

LACKING = """
FROM papers WHERE NOT EXISTS (
    SELECT 1 FROM drafts WHERE drafts.row = papers.row AND drafts.revision = papers.revision
)
"""


class Drafts:
    """The drafts in a ledger; they outlive a process that is killed.

    Args:
        ledger: The ledger.
        identity: The embedder they are from; those of another are thrown away.
    """

    def __init__(self, ledger: Ledger, identity: EmbedderIdentity) -> None:
        self._ledger = ledger
        self._identity = identity
        if not identity.agrees(begun(ledger)):
            with ledger.database.write() as connection:
                connection.execute("DELETE FROM drafts")
                set_meta(connection, KEY, _dumped(identity))

    def __len__(self) -> int:
        return count(self._ledger)

    def lacking(self, after: int, limit: int) -> dict[int, tuple[int, Paper]]:
        """Return papers beyond a row without a draft, or changed since it was made: revision and paper, by row."""
        query = f"SELECT row, revision {LACKING} AND row > ? ORDER BY row LIMIT ?"
        rows = dict(self._ledger.database.query(query, (after, limit)))
        return {row: (rows[row], paper) for row, paper in self._ledger.papers(list(rows)).items()}

    def store(self, drafts: Mapping[int, tuple[int, Embedding]]) -> None:
        """Keep drafts, each with the revision of the paper it was made from; a paper that is gone is passed over.

        Raises:
            LibraryError: Another process has ended this.
        """
        query = "INSERT OR REPLACE INTO drafts SELECT row, ?, ?, ?, ? FROM papers WHERE row = ?"
        values = [(revision, *records.packed(one), row) for row, (revision, one) in drafts.items()]
        with self._ledger.database.write() as connection:
            self._check_begun()
            connection.executemany(query, values)

    def exchange(self) -> bool:
        """Put the drafts in the place of the vectors, in one transaction; not while a paper lacks one.

        Raises:
            LibraryError: Another process has ended this.
        """
        with self._ledger.database.write() as connection:
            self._check_begun()
            if self._ledger.database.value(f"SELECT EXISTS (SELECT 1 {LACKING})"):
                return False
            for table, columns in (("vectors", "row, vector"), ("sentences", "row, spans, vectors")):
                connection.execute(f"DELETE FROM {table}")
                connection.execute(f"INSERT INTO {table} SELECT {columns} FROM drafts")
            _discard(connection)
            set_meta(connection, "embedder", _dumped(self._identity))
            # The index of the former vectors is void.
            set_meta(connection, "origin", uuid.uuid4().hex)
            self._ledger.raise_revision(connection)
        return True

    def _check_begun(self) -> None:
        # Else vectors of two embedders could be mixed, as a restored library may hold drafts of its own.
        if not self._identity.agrees(begun(self._ledger)):
            raise LibraryError(
                "Another process has embedded the library anew, begun to, or restored it.",
                remedy="Run `carrel reindex` again.",
            )


def begun(ledger: Ledger) -> EmbedderIdentity | None:
    """Return the embedder that drafts are from; None where there are none."""
    text = ledger.database.value("SELECT value FROM meta WHERE key = ?", KEY)
    return EmbedderIdentity(**json.loads(text)) if text else None


def count(ledger: Ledger) -> int:
    """Count the drafts."""
    return int(ledger.database.value("SELECT count(*) FROM drafts"))


def discard(ledger: Ledger) -> None:
    """Throw all drafts away."""
    if begun(ledger) is not None:
        with ledger.database.write() as connection:
            _discard(connection)


def _discard(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM drafts")
    connection.execute("DELETE FROM meta WHERE key = ?", (KEY,))


def _dumped(identity: EmbedderIdentity) -> str:
    return json.dumps(dataclasses.asdict(identity))
