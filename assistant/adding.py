"""From files to stored papers: reading, recognising what is there already, embedding, storing; and splitting again."""

import os
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import numpy as np

from assistant import readers
from assistant.embedding import embed, embeddings, titled, whole
from assistant.errors import EmbedderMismatchError, LibraryError, ReadError
from assistant.identity import paper_id
from assistant.protocols import Embedder, EmbedderIdentity, TextKind, Vectors
from assistant.recognising import Batch, Course
from assistant.tally import Tally
from assistant.types import AddReport, Noted, Paper, Progress, Skipped
from assistant.vectorstore.records import Embedding, Entry, Packed
from assistant.vectorstore.shards import Shards
from assistant.vectorstore.shelf import Papers

__all__ = ["BATCH", "Adder", "embed", "split", "titled", "whole"]

BATCH = 64
"""Records stored in one transaction: what can be lost when the process is killed, and no more."""

TEXTS = 32
"""Texts embedded between two looks at whether to stop: as many as go through the embedder together."""

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
        self._embedder = embedder if stop is None else lambda: _Stoppable(embedder(), stop)
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
            except _Stopped:
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
        vectors = _Vectors(self._ledger, self._embedder, self._ready)
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


def split(ledger: Papers, one: str, embedder: Callable[[], Embedder]) -> list[Paper]:
    """Undo the merging of a paper: each record of it becomes a paper of its own, the first keeps the id.

    Args:
        ledger: Where the paper is.
        one: The paper's id.
        embedder: Gives what embeds the papers; asked only when there is something to embed.

    Returns:
        The papers it became.

    Raises:
        LibraryError: There is no such paper, or it was not merged.
    """
    vectors = _Vectors(ledger, embedder)
    while True:
        revision = ledger.revision
        merged = _merged(ledger, one)
        papers = list(_parted(ledger, one))
        # The first takes the merged paper's place, and its vectors if they are the same.
        anew = [paper for paper in papers if paper.id != one or whole(paper) != whole(merged)]
        made = vectors.of(anew)
        entries = [Entry(paper=paper, embedding=made.get(paper.id)) for paper in papers]
        if ledger.write(entries, vectors.identity, since=revision):
            return papers


def _merged(ledger: Papers, one: str) -> Paper:
    found = ledger.get([one])
    if not found:
        raise LibraryError(f"There is no paper with the id {one}.", remedy="`carrel list` shows the ids.")
    if not ledger.parts(one):
        raise LibraryError(f"{one} is not merged of several records.", remedy="There is nothing to be split.")
    return found[0]


def _parted(ledger: Papers, one: str) -> Iterator[Paper]:
    taken = {one}
    first, *others = ledger.parts(one)
    yield replace(first, id=one)
    for part in others:
        wanted = paper_id(part)
        ids = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
        free = next(free for free in ids if free not in taken and not ledger.rows_of([free]))
        taken.add(free)
        yield replace(part, id=free)


class _Stopped(Exception):
    """Nobody waits for the vectors any more."""


class _Stoppable:
    """An embedder that can be stopped amid many texts, and lets others in between."""

    def __init__(self, embedder: Embedder, stop: threading.Event) -> None:
        self._embedder = embedder
        self._stop = stop

    @property
    def identity(self) -> EmbedderIdentity:
        """That of the embedder."""
        return self._embedder.identity

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Embed texts; see `Embedder.embed`."""
        if not texts:
            return self._embedder.embed(texts, kind)
        # The longest first, as the embedder itself would take them: texts of a length go through it together.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        parts = []
        for start in range(0, len(order), TEXTS):
            if self._stop.is_set():
                raise _Stopped
            parts.append(self._embedder.embed([texts[place] for place in order[start : start + TEXTS]], kind))
        found = np.concatenate(parts)
        vectors = np.empty_like(found)
        vectors[order] = found
        return vectors


class _Vectors:
    """Makes the vectors of papers, each once, with an embedder that is loaded when the first is needed."""

    def __init__(self, ledger: Papers, embedder: Callable[[], Embedder], ready: Shards | None = None) -> None:
        self._ledger = ledger
        self._embedder = embedder
        self._ready = ready
        self._made: dict[tuple[str, str], Embedding | Packed] = {}
        self._identity: EmbedderIdentity | None = None

    @property
    def identity(self) -> EmbedderIdentity:
        """What made the vectors: those of now, or where none were needed, those stored."""
        return self._identity or self._ledger.embedder or self._embedder().identity

    def of(self, papers: Sequence[Paper]) -> dict[str, Embedding | Packed]:
        """Return the vectors of papers by their ids."""
        if self._ready is not None and papers:
            self._identity = self._ready.identity
            self._ledger.check_embedder(self._identity)
            self._made |= self._ready.of((paper.title, paper.abstract) for paper in papers)
        missing = [paper for paper in papers if (paper.title, paper.abstract) not in self._made]
        if missing:
            embedder = self._embedder()
            if self._ready is not None and self._ready.identity != embedder.identity:
                raise EmbedderMismatchError(
                    f"{self._ready.folder} was embedded by {self._ready.identity.name}, not {embedder.identity.name}.",
                    remedy="Set the embedder it was made with, or embed the papers anew into another folder.",
                )
            self._identity = embedder.identity
            self._ledger.check_embedder(embedder.identity)
            texts = [(paper.title, paper.abstract) for paper in missing]
            self._made |= zip(texts, embeddings(missing, embedder), strict=True)
        return {paper.id: self._made[paper.title, paper.abstract] for paper in papers}
