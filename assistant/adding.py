"""From files to stored papers: reading, recognising what is there already, embedding, storing."""

import os
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from assistant import readers
from assistant.errors import ReadError
from assistant.making import Maker, Stoppable, Stopped
from assistant.protocols import Embedder
from assistant.recognising import Batch, Course
from assistant.tally import Tally
from assistant.types import AddReport, Noted, Paper, Progress, Skipped
from assistant.vectorstore.records import Entry
from assistant.vectorstore.shards import Shards
from assistant.vectorstore.shelf import Papers

BATCH = 64
"""Records stored in one transaction: what can be lost when the process is killed, and no more."""

AHEAD = 10_000
"""Records read before the first is stored, so that it is known how many there are, unless there are more."""

_MADE_ID = re.compile(r"p[0-9a-f]{11}(?:-\d+)?")
"""An id that was made for a paper without one: an export holds it, but nobody cites by it."""


class Adder:
    """Adds the papers of files to a ledger; used once.

    Args:
        ledger: Where they go.
        embedder: Gives what embeds them; asked only when there is something to embed.
        progress: Told of every batch stored.
        columns: Names of tables' columns by what they hold, where they are not recognised.
        ready: Vectors that were made beforehand.
        names: What files are remembered as, where that is not their path.
        stop: When set, adding ends in a moment; what was stored stays.
    """

    def __init__(
        self,
        ledger: Papers,
        embedder: Callable[[], Embedder],
        progress: Callable[[Progress], None] | None = None,
        columns: Mapping[str, str] | None = None,
        ready: Shards | None = None,
        names: Mapping[Path, str] | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._ledger = ledger
        self._embedder = embedder if stop is None else lambda: Stoppable(embedder(), stop)
        self._progress = progress or (lambda _: None)
        self._columns = columns
        self._names = names or {}
        self._stop = stop or threading.Event()
        self._ready = ready
        self._course = Course()
        self._tally = Tally()

    def add(self, paths: Iterable[Path]) -> AddReport:
        """Add every paper of the files; one that cannot be read does not stop the others."""
        records = (record for path in paths for record in self._records(path))
        ahead: deque[Paper] = deque()
        done = 0
        while True:
            is_all = self._read(records, ahead)
            if not ahead or self._stop.is_set():
                return self._tally.report()
            total = done + len(ahead) if is_all else None
            taken = [ahead.popleft() for _ in range(min(BATCH, len(ahead)))]
            try:
                self._store(taken)
            except Stopped:
                return self._tally.report()
            done += len(taken)
            self._progress(Progress(stage="papers", done=done, total=total))

    def _read(self, records: Iterator[Paper], ahead: deque[Paper]) -> bool:
        """Read on until enough records are ahead; tells whether these are all."""
        while len(ahead) < AHEAD and not self._stop.is_set():
            read = list(islice(records, BATCH))
            ahead.extend(read)
            if len(read) < BATCH:
                return True
            if self._tally.is_empty:
                self._progress(Progress(stage="reading", done=len(ahead), total=None))
        return False

    def _records(self, path: Path) -> Iterator[Paper]:
        # A name that is not valid Unicode could neither be stored nor shown.
        name = self._names.get(path) or os.fsencode(path).decode("utf-8", errors="replace")
        try:
            for record in readers.read(path, name, self._columns):
                if isinstance(record, Skipped):
                    self._tally.skipped.append(record)
                elif isinstance(record, Noted):
                    self._tally.notes.append(record)
                else:
                    yield _without_made_keys(record)
            self._tally.files_read += 1
        except ReadError as error:
            self._tally.skipped.append(Skipped(name, "", f"{error} {error.remedy}"))

    def _store(self, records: Sequence[Paper]) -> None:
        """Store what is new in the records; where another process changed the library meanwhile, look again."""
        vectors = Maker(self._ledger, self._embedder, self._ready)
        while True:
            revision = self._ledger.revision
            batch = Batch(self._ledger, records, self._course)
            changes = batch.changes
            made = vectors.of([known.paper for known in changes if batch.is_read_anew(known)])
            entries = [
                Entry(
                    paper=known.paper,
                    embedding=made.get(known.paper.id),
                    parts=known.parts if len(known.parts) > 1 else (),
                )
                for known in changes
            ]
            if not entries or self._ledger.write(entries, vectors.identity, since=revision):
                batch.commit()
                self._tally.count(batch.outcomes)
                return


def _without_made_keys(record: Paper) -> Paper:
    return replace(record, keys=tuple(key for key in record.keys if not _MADE_ID.fullmatch(key)))
