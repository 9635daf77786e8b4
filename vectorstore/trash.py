"""Papers that were removed and are kept for a while, so that they can be put back as they were."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import LibraryError
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.records import pages, placeholders

TABLES = ("papers", "vectors", "sentences", "fingerprints", "parts")
"""What is kept of a paper, each table after those it refers to; drafts are made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trash:
    """Papers as they stood in the ledger's tables."""

    origin: str
    """That of their vectors."""
    stored: dict[str, list[tuple[Any, ...]]]

    def __len__(self) -> int:
        return len(self.stored["papers"])


def take(ledger: Ledger, ids: Iterable[str]) -> Trash:
    """Remove papers in one transaction, and return what is needed to put them back."""
    with ledger.database.write() as connection:
        rows = list(ledger.rows_of(list(ids)).values())
        stored = {table: _read(ledger, table, rows) for table in TABLES}
        ledger.drop(connection, rows)
        return Trash(origin=ledger.origin, stored=stored)


def put_back(ledger: Ledger, trash: Trash) -> int:
    """Put papers back into the places they had, in one transaction.

    Returns:
        How many; a paper that was added again meanwhile is left as it is.

    Raises:
        LibraryError: All vectors were made anew meanwhile.
    """
    with ledger.database.write() as connection:
        if ledger.origin != trash.origin:
            raise LibraryError(
                "The library was embedded anew meanwhile, so the papers cannot be put back.",
                remedy="Add their files again.",
            )
        again = ledger.rows_of([one for _, one, *_ in trash.stored["papers"]])
        rows = {row for row, one, *_ in trash.stored["papers"] if one not in again}
        if not rows:
            return 0
        revision = ledger.raise_revision(connection)
        for table, stored in trash.stored.items():
            kept = [values for values in stored if values[_row(table)] in rows]
            if table == "papers":
                # The last column: whatever was built meanwhile does not hold them.
                kept = [(*values[:-1], revision) for values in kept]
            if kept:
                connection.executemany(f"INSERT INTO {table} VALUES ({placeholders(kept[0])})", kept)
        connection.executemany("DELETE FROM removed WHERE row = ?", [(number,) for number in rows])
    return len(rows)


def _read(ledger: Ledger, table: str, rows: Sequence[int]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for page in pages(rows):
        query = f"SELECT * FROM {table} WHERE row IN ({placeholders(page)})"
        found += ledger.database.query(query, page)
    return found


def _row(table: str) -> int:
    """Return the place of the row's number in a table."""
    return 1 if table == "fingerprints" else 0
