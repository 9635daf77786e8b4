"""One writer at a time, and a number that grows with every change: a small collection beside the papers.

Chroma has no transactions. But it leaves a record alone that is added a second time, so that of several who add the
same record, one succeeds and the others see whose it is.
"""

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from assistant.errors import ServerError
from assistant.vectorstore.remote_client import Client, Collection
from assistant.vectorstore.remote_requests import TIMEOUT

EXPIRY = 45.0
"""Seconds after which a writer is taken to be dead. Others count them themselves: clocks need not agree."""

PATIENCE = 300.0
"""Seconds to wait for other writers."""

PAUSE = 0.1
"""Seconds between two looks."""

TOLD = 3.0
"""Seconds of waiting after which that is told: others mostly write for less."""

LEASE, REVISION = "lease", "revision"
"""The two records."""

NOWHERE = [1.0]
"""Chroma wants a vector for each record."""

log = logging.getLogger(__name__)


class Desk:
    """Where writers of a library take turns.

    Args:
        client: Talks to the server.
        name: Of the papers' collection.
    """

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self.library = client.address
        self._name = f"{name}.carrel"
        self._found: Collection | None = None

    @property
    def revision(self) -> int:
        """Raised by every change, before it is made."""
        self._found = self._found or self._client.find(self._name)
        if self._found is None:
            return 0
        return next((int(one["number"]) for one in self._found.get([REVISION])), 0)

    @contextmanager
    def turn(self) -> Iterator["Turn"]:
        """Wait until no other writes, and let none write until the block ends.

        Raises:
            ServerError: Others write for too long, or the server is away.
        """
        self._found = self._found or self._client.collection(self._name)
        turn = Turn(self, self._found)
        turn.take()
        try:
            yield turn
        finally:
            # Where the server is away now, the lease runs out.
            with suppress(ServerError):
                turn.release()


class Turn:
    """The right to write, for a while.

    Args:
        desk: Where it was taken.
        records: The collection of the desk.
    """

    def __init__(self, desk: Desk, records: Collection) -> None:
        self._desk = desk
        self._records = records
        self._token = uuid.uuid4().hex
        self._until = 0.0

    def take(self) -> None:
        """Wait for it."""
        began = seen_at = time.monotonic()
        seen, is_told = "", False
        while True:
            self._until = time.monotonic() + EXPIRY
            self._records.write([LEASE], [{"holder": self._token}], [NOWHERE], anew=True)
            holder = next((str(one["holder"]) for one in self._records.get([LEASE])), "")
            if holder == self._token:
                return
            now = time.monotonic()
            if holder != seen:
                seen, seen_at = holder, now
            elif now - seen_at > EXPIRY:
                self._records.delete([LEASE], {"holder": {"$eq": holder}})
            elif now - began > PATIENCE:
                raise ServerError("Others have been writing to the library for minutes.", remedy="Try again later.")
            if not is_told and now - began > TOLD:
                # Shown on standard error, unless a program that uses Carrel wants it elsewhere.
                log.warning(
                    "Others are writing to %s; waiting for them, at most %.0f seconds for one that was ended amid it.",
                    self._desk.library,
                    EXPIRY,
                )
                is_told = True
            time.sleep(PAUSE)

    def check(self) -> None:
        """Make sure that a request sent now is answered while the turn lasts.

        Raises:
            ServerError: It may not be.
        """
        if time.monotonic() + TIMEOUT > self._until:
            raise ServerError(
                "The Chroma server is too slow to be written to just now.",
                remedy="Try again; what was stored stays.",
            )

    def raise_revision(self) -> int:
        """Count a change, before it is made; returns the new revision."""
        number = self._desk.revision + 1
        self.check()
        self._records.write([REVISION], [{"number": number}], [NOWHERE])
        return number

    def release(self) -> None:
        """Let others write."""
        self._records.delete([LEASE], {"holder": {"$eq": self._token}})
