"""The index of a ledger, in Chroma and in posting lists: built beside the one in use, looked at, and swapped in.

Chroma's files are not safe against a crash while they are written, nor against a second process. So they are
written once, by one process that holds the lock, and then only read; whatever happens to them, the ledger builds
them anew without embedding again.
"""

import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from assistant.errors import LibraryError
from assistant.protocols import Vectors
from assistant.types import Progress
from assistant.vectorstore import files, indexing, manifest
from assistant.vectorstore.chroma import Collection, CollectionError, lots
from assistant.vectorstore.indexing import Counted
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.manifest import VECTORS, VERSION, WORDS, Manifest
from assistant.vectorstore.probe import is_whole

SLACK = 100
"""Changed papers that are searched exactly rather than worth a new index, at least; above, a tenth of the library."""

PAGE = 2000
"""Papers whose texts are read at once."""


class _Closing(Exception):
    """Building is given up, as the library closes."""


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
    def is_due(self) -> bool:
        """True where the index on disk is missing, of other papers or too far behind."""
        return self._is_behind(self._published())

    def behind(self, held: Manifest) -> int:
        """Count the papers added, changed or removed since an index was built."""
        return len(self._ledger.stale(held.revision))

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
                            self._build(progress or (lambda _: None))
                self._failed_at = -1
            except _Closing:
                pass
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

    def _is_behind(self, held: Manifest | None) -> bool:
        if len(self._ledger) == 0:
            return False
        return held is None or self.behind(held) > max(SLACK, held.count // 10)

    def _is_stale(self) -> bool:
        held = self.manifest
        return self._is_behind(held) or self._published() != held

    def _published(self) -> Manifest | None:
        held = manifest.read(self._home)
        return held if held and self._fits(held) else None

    def _open(self) -> None:
        held = self._published()
        if held is None or held in (self.manifest, self._damaged):
            return
        # Whole when it was built, and unchanged since: it need not be looked into again.
        if not all(held.is_intact(self._home, part) for part in (VECTORS, WORDS)):
            self._damaged = held
            return
        try:
            self._use(held)
        except CollectionError:
            # Chroma's tables, which it writes into itself, have no checksum.
            self._damaged = held

    def _use(self, held: Manifest | None) -> None:
        opened = (held, Collection(self._home / held.folder / VECTORS)) if held else None
        if opened and held and len(opened[1]) != held.count:
            self._damaged = held
            opened[1].close()
            return
        with self._querying:
            former, self._opened = self._opened, opened
        if former:
            former[1].close()

    def _build(self, progress: Callable[[Progress], None]) -> None:
        self._clear()
        folder = self._home / f"index-{uuid.uuid4().hex[:12]}"
        with self._ledger.snapshot():
            origin, revision, count = self._ledger.origin, self._ledger.revision, len(self._ledger)
            self._write_words(folder / WORDS, lambda done: self._tell(progress, "words", done, count))
            self._write_vectors(folder / VECTORS, count, lambda done: self._tell(progress, "index", done, count))
        files.flush(folder)
        sums = {part: files.sums(folder / part) for part in (VECTORS, WORDS)}
        held = Manifest(VERSION, folder.name, origin, revision, count, sums)
        if is_whole(folder / VECTORS, count, self._closing):
            manifest.publish(self._home, held)
            self._use(held)
        elif not self._closing.is_set():
            raise CollectionError(f"{folder} is not whole.")

    def _write_words(self, folder: Path, watch: Callable[[int], None]) -> None:
        folder.mkdir(parents=True)
        indexing.build(self._counted(), watch).save(folder)

    def _counted(self) -> Iterator[Counted]:
        last = 0
        while papers := self._ledger.after(last, PAGE):
            if self._closing.is_set():
                raise _Closing
            for last, paper in papers.items():
                yield last, indexing.count(paper.title, paper.abstract)

    def _write_vectors(self, folder: Path, count: int, watch: Callable[[int], None]) -> None:
        sizes = lots(count)
        collection = Collection(folder, lots=sizes)
        done = 0
        try:
            for rows, vectors in self._ledger.vectors.all(sizes):
                for added in collection.add(rows, vectors):
                    watch(done + added)
                done += len(rows)
        finally:
            collection.close()
        collection.shrink()

    def _tell(self, progress: Callable[[Progress], None], stage: str, done: int, total: int) -> None:
        if self._closing.is_set():
            raise _Closing
        progress(Progress(stage=stage, done=done, total=total))

    def _clear(self) -> None:
        # What is left here was given up by a build that did not end, or replaced by a later one.
        current = self._published()
        for path in self._home.glob("index-*"):
            if current is None or path.name != current.folder:
                shutil.rmtree(path, ignore_errors=True)
