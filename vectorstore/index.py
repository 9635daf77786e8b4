"""The Chroma index of a ledger: built beside the one in use, looked at, and swapped in.

Chroma's files are not safe against a crash while they are written, nor against a second process. So they are
written once, by one process that holds the lock, and then only read; whatever happens to them, the ledger builds
them anew without embedding again.
"""

import json
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.errors import LibraryError
from assistant.protocols import Vectors
from assistant.types import Progress
from assistant.vectorstore import files
from assistant.vectorstore.chroma import BATCH, Collection, CollectionError
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.probe import is_whole
from assistant.vectorstore.records import Rows

SLACK = 100
"""Changed papers that are searched exactly rather than worth a new index, at least; above, a tenth of the library."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which folder is the index, and what it holds."""

    folder: str
    origin: str
    """Of the ledger it was built from."""
    revision: int
    """Of the ledger when it was built."""
    count: int
    sums: dict[str, int]
    """Checksums of its files, as `files.sums` returns them."""


class Index:
    """The index beside a ledger. Where it cannot be built or read, it holds nothing, and search does without.

    Args:
        home: Folder of the index.
        ledger: What it is built from.
    """

    def __init__(self, home: Path, ledger: Ledger) -> None:
        self._home = home
        self._ledger = ledger
        self._opened: tuple[Manifest, Collection] | None = None
        self._damaged: Manifest | None = None
        self._failed_at = -1
        self._worker: threading.Thread | None = None
        self._closing = threading.Event()
        self._starting = threading.Lock()
        self._working = threading.Lock()
        self._querying = threading.Lock()

    @property
    def manifest(self) -> Manifest | None:
        """What the index in use holds; None while there is none."""
        opened = self._opened
        return opened[0] if opened and self._fits(opened[0]) else None

    @property
    def outdated(self) -> int:
        """How many of the papers it holds were changed or removed since it was built."""
        held = self.manifest
        return self._outdated(held) if held else 0

    @property
    def is_due(self) -> bool:
        """True where the index on disk is missing, of other papers or too far behind."""
        return self._is_behind(self._published())

    def nearest(self, query: Vectors, k: int) -> tuple[int, dict[int, float]]:
        """Search what the index holds.

        Returns:
            The revision it was built at, 0 where there is no index yet, and row and cosine of the k nearest.
        """
        with self._querying:
            if self._opened is None or self.manifest is None:
                return 0, {}
            held, collection = self._opened
            try:
                return held.revision, collection.nearest(query, k)
            except CollectionError:
                self._damaged = held
                self._opened = None
        collection.close()
        return 0, {}

    def refresh(self, patience: float = 0.0) -> None:
        """Open or build the index in the background if it is missing, newer on disk, or too far behind.

        Args:
            patience: Seconds to wait for that.
        """
        with self._starting:
            idle = self._worker is None or not self._worker.is_alive()
            # What failed once would fail again at every search.
            if idle and not self._closing.is_set() and self._is_stale() and self._ledger.revision != self._failed_at:
                self._worker = threading.Thread(target=self._work, name="index", daemon=True)
                self._worker.start()
            worker = self._worker
        if worker is not None and patience > 0:
            worker.join(patience)

    def bring_up_to_date(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Open the index on disk; where it is missing, damaged or too far behind, build it first."""
        from filelock import FileLock, Timeout

        with self._working:
            revision = self._ledger.revision
            try:
                self._open()
                if self._is_stale():
                    self._home.mkdir(parents=True, exist_ok=True)
                    # Whoever holds the lock is building what is wanted here too; until then, search is exact.
                    with suppress(Timeout), FileLock(self._home / "lock", blocking=False):
                        self._open()
                        if self._is_stale() and not self._closing.is_set():
                            self._build(progress)
                self._failed_at = -1
            except (OSError, CollectionError):
                self._failed_at = revision

    def close(self) -> None:
        """Stop building, and release the files."""
        with self._starting:
            self._closing.set()
        if self._worker is not None:
            self._worker.join()
        self._use(None)

    def _work(self) -> None:
        # What is wrong with the ledger itself is said to whoever searches.
        with suppress(LibraryError):
            self.bring_up_to_date()

    def _fits(self, held: Manifest) -> bool:
        # Not so once the ledger was replaced by another one, or by an older copy of itself.
        return held.origin == self._ledger.origin and held.revision <= self._ledger.revision

    def _outdated(self, held: Manifest) -> int:
        return held.count - (len(self._ledger) - self._ledger.changed_since(held.revision))

    def _is_behind(self, held: Manifest | None) -> bool:
        if held is None:
            return len(self._ledger) > 0
        return self._ledger.changed_since(held.revision) + self._outdated(held) > max(SLACK, held.count // 10)

    def _is_stale(self) -> bool:
        held = self.manifest
        return self._is_behind(held) or self._published() != held

    def _published(self) -> Manifest | None:
        try:
            held = Manifest(**json.loads((self._home / "current.json").read_text(encoding="utf-8")))
            return held if (self._home / held.folder).is_dir() and self._fits(held) else None
        except (OSError, ValueError, TypeError):
            return None

    def _open(self) -> None:
        held = self._published()
        if held is None or held in (self.manifest, self._damaged):
            return
        folder = self._home / held.folder
        if files.sums(folder) == held.sums and is_whole(folder, held.count, self._closing):
            self._use(held)
        else:
            self._damaged = held

    def _use(self, held: Manifest | None) -> None:
        opened = (held, Collection(self._home / held.folder)) if held else None
        with self._querying:
            former, self._opened = self._opened, opened
        if former:
            former[1].close()

    def _build(self, progress: Callable[[Progress], None] | None) -> None:
        with self._ledger.snapshot():
            origin, revision = self._ledger.origin, self._ledger.revision
            rows, vectors = self._ledger.vectors()
        self._clear()
        folder = self._home / f"index-{uuid.uuid4().hex[:12]}"
        for done in _fill(folder, rows, vectors):
            if self._closing.is_set():
                return
            if progress is not None:
                progress(Progress(stage="index", done=done, total=len(rows)))
        files.flush(folder)
        held = Manifest(folder.name, origin, revision, len(rows), files.sums(folder))
        if is_whole(folder, held.count, self._closing):
            files.replace(self._home / "current.json", json.dumps(asdict(held)))
            self._use(held)
        elif not self._closing.is_set():
            raise CollectionError(f"{folder} is not whole.")

    def _clear(self) -> None:
        # What is left here was given up by a build that did not end, or replaced by a later one.
        current = self._published()
        for path in self._home.glob("index-*"):
            if current is None or path.name != current.folder:
                shutil.rmtree(path, ignore_errors=True)


def _fill(folder: Path, rows: Rows, vectors: Vectors) -> Iterator[int]:
    """Make a collection of vectors; yields how many it holds after each batch."""
    collection = Collection(folder, create=True)
    try:
        for start in range(0, len(rows), BATCH):
            collection.add(rows[start : start + BATCH], vectors[start : start + BATCH])
            yield min(start + BATCH, len(rows))
    finally:
        collection.close()
