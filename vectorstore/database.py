"""An SQLite file used from several threads and processes."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.errors import HomeError, LedgerError
from assistant.vectorstore import migrate
from assistant.vectorstore.migrate import OLDEST
from assistant.vectorstore.schema import APPLICATION_ID, PAGE_SIZE, TABLES, VERSION
from assistant.words import fold

PATIENCE = 60.0
"""Seconds a writer waits for another to finish."""


class Database:
    """Opens an SQLite file, one connection a thread, and makes its tables when it is new.

    Args:
        path: The file.

    Raises:
        HomeError: The file cannot be made or written.
        LedgerError: It is damaged, not Carrel's, or of another schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        try:
            with _translated(path):
                self._prepare()
        except BaseException:
            self.close()
            raise

    def read(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        thread = threading.current_thread()
        connection = self._connections.get(thread)
        if connection is None:
            self._close_abandoned()
            # The connection is used by this thread only; others may close it at the end.
            connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
            self._connections[thread] = connection
            connection.create_function("fold", 1, fold, deterministic=True)
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # counts for a new file only
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -16000")  # kilobytes
        return connection

    def query(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Run a statement that reads, and return all its rows."""
        with _translated(self.path):
            return self.read().execute(statement, tuple(values)).fetchall()

    def each(self, statement: str) -> Iterator[Any]:
        """Run a statement that reads, and return its rows one by one."""
        with _translated(self.path):
            yield from self.read().execute(statement)

    def value(self, statement: str, *values: object) -> Any:
        """Run a statement that reads, and return the first value of its first row; None where there is no row."""
        row = next(iter(self.query(statement, values)), None)
        return row[0] if row else None

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction; what it did is durable when the block ends, and undone if it raises."""
        # IMMEDIATE: a lock taken only at the first write could no longer wait for another writer.
        with _translated(self.path), self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def attached(self, other: Path) -> Iterator[sqlite3.Connection]:
        """Run a transaction that writes, with another file at hand under the name `other`."""
        with _translated(self.path):
            self.read().execute("ATTACH ? AS other", (str(other),))
            try:
                with self._transaction("BEGIN IMMEDIATE") as connection:
                    yield connection
            finally:
                self.read().execute("DETACH other")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all that this thread reads in the block be of one moment, whatever others write meanwhile."""
        with _translated(self.path), self._transaction("BEGIN"):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self.read()
        connection.execute(begin)
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # SQLite has undone it by itself where the disk is full.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _prepare(self) -> None:
        version = self._version()
        self._use_wal()
        if version != VERSION:
            self._make_tables()

    def _version(self) -> int:
        """Return the schema of the file, 0 where it is new; make sure that it is Carrel's and can be used."""
        # One statement, hence of one moment: another process may be making the tables just now.
        ((mark, version, tables),) = self.query(
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
            "FROM pragma_application_id, pragma_user_version"
        )
        if not (mark or version or tables):
            return 0
        if mark != APPLICATION_ID:
            raise LedgerError(f"{self.path} is no library of Carrel.", remedy="Choose another home with --home.")
        if not OLDEST <= version <= VERSION:
            raise LedgerError(
                f"{self.path} has schema {version}; this Carrel reads {OLDEST} to {VERSION}.",
                remedy="Install the Carrel that made it, or the newest.",
            )
        return int(version)

    def _use_wal(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.read().execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                # Here, unlike elsewhere, SQLite does not wait by itself for another process that does the same.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
            time.sleep(0.02)

    def _make_tables(self) -> None:
        with self.write() as connection:
            # Another process may have made them while this one waited for the lock.
            version = self._version()
            if version == VERSION:
                return
            _run(connection, migrate.ASIDE if version else "")
            _run(connection, TABLES)
            if version:
                migrate.copy(connection)
                _run(connection, migrate.AWAY)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")

    def _close_abandoned(self) -> None:
        # A page served for weeks sees many short-lived threads.
        for thread in list(self._connections):
            if not thread.is_alive() and (connection := self._connections.pop(thread, None)):
                connection.close()

    def close(self) -> None:
        """Close every thread's connection."""
        while self._connections:
            self._connections.popitem()[1].close()


def _run(connection: sqlite3.Connection, script: str) -> None:
    for statement in _statements(script):
        connection.execute(statement)


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
            remedy="Move it away, then restore a backup with `carrel restore`, or choose another home with --home.",
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
