"""Taking over all papers of another ledger, as when a backup is restored."""

import uuid
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from assistant.vectorstore.ledger import Ledger, set_meta
from assistant.vectorstore.schema import STORED

WITHOUT_ROWS = STORED[:2]
"""Tables that are not of papers."""

TAKEN = 5000
"""Papers taken over from another ledger at once."""

EVERY = "SELECT row FROM (SELECT row, row_number() OVER (ORDER BY row) AS n FROM other.papers) WHERE n % ? = 0"
LAST = (1 << 63) - 1


def take_over(ledger: Ledger, other: Path, watch: Callable[[int, int], None]) -> None:
    """Put the papers of another ledger, of this schema, in the place of those of a ledger, in one transaction.

    Args:
        ledger: Where they go.
        other: The file of the other.
        watch: Told how many papers of how many are there.
    """
    with ledger.database.attached(other) as connection:
        revision = max(
            ledger.revision, int(ledger.database.value("SELECT value FROM other.meta WHERE key = 'revision'") or 0)
        )
        for table in reversed(STORED):
            connection.execute(f"DELETE FROM main.{table}")
        for table in WITHOUT_ROWS:
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM other.{table}")
        total = int(ledger.database.value("SELECT count(*) FROM other.papers"))
        rows = [int(row) for (row,) in ledger.database.query(EVERY, (TAKEN,))]
        for number, (after, last) in enumerate(pairwise((0, *rows, LAST)), start=1):
            for table in STORED[len(WITHOUT_ROWS) :]:
                query = f"INSERT INTO main.{table} SELECT * FROM other.{table} WHERE row > ? AND row <= ?"
                connection.execute(query, (after, last))
            watch(min(number * TAKEN, total), total)
        # Else the row of a paper removed there could be given to a new one.
        connection.execute("DELETE FROM main.sqlite_sequence")
        connection.execute("INSERT INTO main.sqlite_sequence SELECT * FROM other.sqlite_sequence")
        set_meta(connection, "revision", str(revision + 1))
        set_meta(connection, "origin", uuid.uuid4().hex)
