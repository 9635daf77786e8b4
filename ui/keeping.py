"""The conversations of a home, each of one owner, kept in a SQLite file until they are removed."""

import logging
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import CarrelError
from assistant.ui import words
from assistant.ui.freezing import freeze, thaw
from assistant.ui.talk import TITLE, Exchange, Talk

FILE = "conversations.sqlite3"
"""The file in the home."""

UNDO = 3600.0
"""Seconds in which a removed conversation can be put back; then it is erased."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS conversation (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, changed REAL NOT NULL, removed REAL
);
CREATE INDEX IF NOT EXISTS owned ON conversation (owner, changed);
CREATE TABLE IF NOT EXISTS turn (
    id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    place INTEGER NOT NULL, question TEXT NOT NULL, said TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS turns ON turn (conversation, place);
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A conversation in a list."""

    id: str
    title: str
    changed: float
    """When it was last written to, in seconds since 1970."""


class Conversations:
    """Keeps conversations; every call names the owner, and touches only what is theirs.

    Args:
        home: The folder of the library.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / FILE
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            # Whatever happened to the file, people can go on talking, and it can still be looked into.
            aside = self.path.with_name(f"{FILE}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
            log.exception("The conversations cannot be read. They were put aside as %s.", aside.name)
            for part in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    self.path.with_name(FILE + part).replace(aside.with_name(aside.name + part))
            self._prepare()

    def _prepare(self) -> None:
        self.path.touch(mode=0o600)
        with self._open() as kept:
            kept.execute("PRAGMA journal_mode = WAL")
            kept.executescript(SCHEMA)
            kept.execute("DELETE FROM conversation WHERE removed < ?", (time.time() - UNDO,))

    def listed(self, owner: str, wanted: str = "") -> list[Entry]:
        """Return an owner's conversations, the last one first.

        Args:
            owner: Whose.
            wanted: Words that must all occur in it, in title, questions or answers.
        """
        query, values = "SELECT id, title, changed FROM conversation AS c WHERE owner = ? AND removed IS NULL", [owner]
        for word in wanted.lower().split():
            query += (
                " AND (instr(lower(title), ?) OR EXISTS"
                " (SELECT 1 FROM turn WHERE conversation = c.id AND instr(said, ?)))"
            )
            values += [word, word]
        with self._opened() as kept:
            rows = kept.execute(f"{query} ORDER BY changed DESC, rowid DESC", values)
            return [Entry(id=one, title=title, changed=changed) for one, title, changed in rows]

    def load(self, owner: str, one: str) -> Talk:
        """Return a conversation with all its exchanges; an empty one where the owner has none of this id."""
        with self._opened() as kept:
            title = kept.execute(
                "SELECT title FROM conversation WHERE id = ? AND owner = ? AND removed IS NULL", (one, owner)
            ).fetchone()
            if title is None:
                return Talk()
            rows = kept.execute(
                "SELECT body, question FROM turn WHERE conversation = ? ORDER BY place, rowid", (one,)
            ).fetchall()
        return Talk(id=one, title=title[0], exchanges=tuple(thaw(body, question) for body, question in rows))

    def save(self, owner: str, talk: Talk, replaced: Sequence[Exchange] = ()) -> None:
        """Keep the last exchange of a conversation; the conversation is made where it is new.

        Args:
            owner: Whose it is; a conversation of someone else is left alone.
            talk: The conversation.
            replaced: Exchanges that it takes the place of.
        """
        last, now = talk.exchanges[-1], time.time()
        said = "\n".join((last.question, last.answer.text if last.answer else "")).lower()
        turn = (last.key, talk.id, len(talk.exchanges), last.question, said, freeze(last), talk.id, owner)
        with self._opened() as kept:
            kept.execute(
                "INSERT INTO conversation VALUES (?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE SET changed = ?"
                " WHERE owner = excluded.owner",
                (talk.id, owner, talk.title, now, now),
            )
            kept.executemany(
                "DELETE FROM turn WHERE id = ? AND conversation = ?", [(one.key, talk.id) for one in replaced]
            )
            kept.execute(
                "INSERT INTO turn SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS"
                " (SELECT 1 FROM conversation WHERE id = ? AND owner = ?)"
                " ON CONFLICT (id) DO UPDATE SET said = excluded.said, body = excluded.body"
                " WHERE conversation = excluded.conversation",
                turn,
            )

    def amend(self, owner: str, one: str, exchange: Exchange) -> None:
        """Keep an exchange of a conversation as it is now."""
        with self._opened() as kept:
            kept.execute(
                "UPDATE turn SET body = ? WHERE id = ? AND conversation ="
                " (SELECT id FROM conversation WHERE id = ? AND owner = ?)",
                (freeze(exchange), exchange.key, one, owner),
            )

    def rename(self, owner: str, one: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing."""
        if title := words.one_line(title)[:TITLE]:
            with self._opened() as kept:
                kept.execute("UPDATE conversation SET title = ? WHERE id = ? AND owner = ?", (title, one, owner))

    def remove(self, owner: str, one: str) -> str:
        """Remove a conversation; it can be put back for an hour.

        Returns:
            Its title; empty where the owner has none of this id.
        """
        with self._opened() as kept:
            kept.execute("DELETE FROM conversation WHERE removed < ?", (time.time() - UNDO,))
            found = kept.execute(
                "UPDATE conversation SET removed = ? WHERE id = ? AND owner = ? RETURNING title",
                (time.time(), one, owner),
            ).fetchone()
        return str(found[0]) if found else ""

    def restore(self, owner: str, one: str) -> None:
        """Put a removed conversation back."""
        with self._opened() as kept:
            kept.execute("UPDATE conversation SET removed = NULL WHERE id = ? AND owner = ?", (one, owner))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._open() as kept:
                yield kept
        except sqlite3.Error as error:
            raise CarrelError(
                f"The conversation cannot be kept in {self.path}: {error}.",
                remedy="`carrel doctor` shows what can be written and how much is free.",
            ) from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction: any thread may, and none waits for long."""
        kept = sqlite3.connect(self.path, timeout=10)
        try:
            kept.execute("PRAGMA foreign_keys = ON")
            # Safe against a kill; of a power cut, the last words may be lost, but never the file.
            kept.execute("PRAGMA synchronous = NORMAL")
            # What is removed is overwritten, not only forgotten.
            kept.execute("PRAGMA secure_delete = ON")
            with kept:
                yield kept
        finally:
            kept.close()
