"""An SQLite file used from several threads and processes."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.errors import HomeError, LedgerError
from assistant.vectorstore.schema import APPLICATION_ID, TABLES, VERSION

PATIENCE = 60.0
"""Seconds a writer waits for another to finish."""


class Database:
    """Opens an SQLite file, one connection a thread, and makes its tables when it is new.

    Args:
        path: The file.

    Raises:
        HomeError: The file cannot be made or written.
        LedgerError: It is damaged, not Carrel's, or of a newer schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        with _translated(path):
            self._prepare()

    def read(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # The connection is used by this thread only; others may close it at the end.
            connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
            self._open.append(connection)
        return connection

    def query(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Run a statement that reads, and return all its rows."""
        with _translated(self.path):
            return self.read().execute(statement, tuple(values)).fetchall()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction; what it did is durable when the block ends, and undone if it raises."""
        with _translated(self.path):
            connection = self.read()
            # IMMEDIATE: a lock taken only at the first write could no longer wait for another writer.
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _prepare(self) -> None:
        connection = self.read()
        connection.execute("PRAGMA journal_mode = WAL")
        if self._version() == 0:
            self._create()
        version = self._version()
        if version != VERSION:
            raise LedgerError(
                f"{self.path} has schema {version}; this Carrel reads {VERSION}.",
                remedy="Install the Carrel that made it, or the newest.",
            )

    def _version(self) -> int:
        return int(self.read().execute("PRAGMA user_version").fetchone()[0])

    def _create(self) -> None:
        with self.write() as connection:
            # Another process may have made them while this one waited for the lock.
            if self._version() == 0:
                for statement in _statements(TABLES):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close every thread's connection."""
        while self._open:
            self._open.pop().close()
        self._local = threading.local()


def _statements(script: str) -> Iterator[str]:
    # executescript would commit the transaction it runs in.
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _operational(path, error) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise LedgerError(
            f"{path} is damaged or no library of Carrel ({error}).",
            remedy="Restore it from a backup, or choose another home with --home.",
        ) from error


def _operational(path: Path, error: sqlite3.OperationalError) -> Exception:
    text = str(error)
    if "readonly" in text or "unable to open" in text:
        return HomeError(f"{path} cannot be written ({text}).")
    if "locked" in text:
        return LedgerError(f"{path} is in use by another process.", remedy="Wait until it is done, then try again.")
    if "full" in text or "I/O" in text:
        return LedgerError(f"{path} cannot be written ({text}).", remedy="Free some disk space, then try again.")
    return LedgerError(f"{path}: {text}.")
