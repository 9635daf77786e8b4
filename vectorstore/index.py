"""The Chroma index of a ledger: built beside the one in use, looked at, and swapped in.

Chroma's files are not safe against a crash while they are written (3 of 37 kills damaged them) nor against a
second process. So they are written once, by one process that holds the lock, and then only read; whatever
happens to them, the ledger builds them anew without embedding again.
"""

import json
import os
import shutil
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.protocols import Vectors
from assistant.types import Progress
from assistant.vectorstore.chroma import BATCH, Collection
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.probe import is_whole

SLACK = 100
"""Changed papers that are searched exactly rather than worth a new index, at least; above, a tenth of the library."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which folder is the index, and what it holds."""

    folder: str
    revision: int
    """Of the ledger when it was built."""
    count: int


class Index:
    """The index beside a ledger.

    Args:
        home: Folder of the index.
        ledger: What it is built from.
    """

    def __init__(self, home: Path, ledger: Ledger) -> None:
        self._home = home
        self._ledger = ledger
        self._opened: tuple[Manifest, Collection] | None = None
        self._worker: threading.Thread | None = None
        self._closing = threading.Event()
        self._guard = threading.Lock()

    @property
    def manifest(self) -> Manifest | None:
        """What the index in use holds; None while there is none."""
        return self._opened[0] if self._opened else None

    @property
    def outdated(self) -> int:
        """How many of the papers it holds were changed or removed since it was built."""
        held = self.manifest
        return held.count - (len(self._ledger) - self._ledger.changed_since(held.revision)) if held else 0

    def nearest(self, query: Vectors, k: int) -> tuple[int, dict[int, float]]:
        """Search what the index holds.

        Returns:
            The revision it was built at, 0 where there is no index yet, and row and cosine of the k nearest.
        """
        opened = self._opened
        if opened is None:
            return 0, {}
        return opened[0].revision, opened[1].nearest(query, k)

    def refresh(self, patience: float = 0.0) -> None:
        """Open or build the index in the background if it is missing, newer on disk, or too far behind.

        Args:
            patience: Seconds to wait for that.
        """
        with self._guard:
            if (
                (self._worker is None or not self._worker.is_alive())
                and self._is_stale()
                and not self._closing.is_set()
            ):
                self._worker = threading.Thread(target=self.bring_up_to_date, name="index", daemon=True)
                self._worker.start()
            worker = self._worker
        if worker is not None and patience > 0:
            worker.join(patience)

    def bring_up_to_date(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Open the index on disk; where it is missing, damaged or too far behind, build it first."""
        from filelock import FileLock, Timeout

        self._open(self._read_manifest())
        if not self._is_behind():
            return
        self._home.mkdir(parents=True, exist_ok=True)
        try:
            # Whoever holds the lock is building what is wanted here too; until it is done, search is exact.
            with FileLock(self._home / "lock", blocking=False):
                self._open(self._build(progress))
        except Timeout:
            return

    def close(self) -> None:
        """Stop building, and release the files."""
        self._closing.set()
        if self._worker is not None:
            self._worker.join()
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None

    def _is_stale(self) -> bool:
        return self._is_behind() or self._read_manifest() != self.manifest

    def _is_behind(self) -> bool:
        held = self.manifest
        if held is None:
            return len(self._ledger) > 0
        return self._ledger.changed_since(held.revision) + self.outdated > max(SLACK, held.count // 10)

    def _read_manifest(self) -> Manifest | None:
        try:
            return Manifest(**json.loads((self._home / "current.json").read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _open(self, manifest: Manifest | None) -> None:
        if manifest is None or manifest == self.manifest:
            return
        folder = self._home / manifest.folder
        if not folder.is_dir() or not is_whole(folder, manifest.count):
            return
        self._opened = (manifest, Collection(folder))

    def _build(self, progress: Callable[[Progress], None] | None) -> Manifest | None:
        revision = self._ledger.revision
        rows, vectors = self._ledger.vectors()
        manifest = Manifest(f"index-{uuid.uuid4().hex[:12]}", revision, len(rows))
        self._clear(keep={held.folder for held in (self._read_manifest(),) if held})
        collection = Collection(self._home / manifest.folder, create=True)
        try:
            for start in range(0, len(rows), BATCH):
                if self._closing.is_set():
                    return None
                collection.add(rows[start : start + BATCH], vectors[start : start + BATCH])
                if progress is not None:
                    progress(Progress(stage="index", done=min(start + BATCH, len(rows)), total=len(rows)))
        finally:
            collection.close()
        self._publish(manifest)
        return manifest

    def _publish(self, manifest: Manifest) -> None:
        draft = self._home / f"{manifest.folder}.json"
        with draft.open("w") as file:
            json.dump(asdict(manifest), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._home / "current.json")

    def _clear(self, keep: set[str]) -> None:
        # What is left here was given up by a build that did not end, or replaced by a later one.
        for path in self._home.glob("index-*"):
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
