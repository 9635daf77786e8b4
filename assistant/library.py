"""A person's library of papers: adding, finding, removing."""

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, nullcontext
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.readable import Readable
from assistant.settings import CONFIG
from assistant.types import AddReport, Paper, Progress

if TYPE_CHECKING:
    from assistant.vectorstore.trash import Trash


Watcher = Callable[[Progress], None]


class Library(Readable):
    """The papers of one home, and the search over them. Several processes may use one home at once.

    Args:
        home: The folder; default `$CARREL_HOME`, else the platform's data folder. Or the address of a library on a
            Chroma server that many people share, such as `chroma+http://host:8000/papers`.
        embedder: A ready embedder; default the one the settings name, loaded when first needed.
        settings: Ready settings, instead of those found in the home and the environment.

    Raises:
        HomeError: The home cannot be made or written.
        LedgerError: The ledger is damaged or of another schema.
        ServerError: The Chroma server is away, slow, or refuses.
    """

    def add(
        self,
        *paths: str | os.PathLike[str],
        progress: Watcher | None = None,
        columns: Mapping[str, str] | None = None,
        embedded: str | os.PathLike[str] | None = None,
        names: Mapping[Path, str] | None = None,
        stop: threading.Event | None = None,
    ) -> AddReport:
        """Add the papers of files; of a folder, those of every file in it.

        A paper that is there already is updated or left as it is. What was stored when the call is
        interrupted stays stored; calling it again goes on from there.

        Args:
            *paths: Files or folders.
            progress: Told how far it is.
            columns: Names of a table's columns by what they hold, such as `{"title": "Headline"}`, where they are
                not recognised.
            embedded: A folder that `carrel embed` filled: what is there of the papers' vectors is taken from it.
            names: What files are remembered as, where that is not their path.
            stop: When set, adding ends in a moment; the report is of what was stored.

        Raises:
            EmbedderMismatchError: The library was embedded by another model.
        """
        if not paths or "" in paths:
            raise UsageError("There is no file to add.", remedy="Name at least one file.")
        from assistant.adding import Adder
        from assistant.vectorstore.shards import Shards

        with closing(Shards(_expanded(embedded))) if embedded is not None else nullcontext() as ready:
            adder = Adder(self._store.ledger, lambda: self.embedder, progress, columns, ready, names, stop)
            report = adder.add(files_of(paths))
        # Whoever stops does not want to wait; the next search brings the index up to date.
        if self._store.is_due and not (stop and stop.is_set()):
            self._store.settle(progress)
        return report

    def add_sample(self, progress: Watcher | None = None, stop: threading.Event | None = None) -> AddReport:
        """Add the sample library: summaries of 119 papers, written for this purpose."""
        with as_file(files("assistant") / "data" / "sample.jsonl") as path:
            return self.add(path, progress=progress, stop=stop)

    def remove(self, *ids: str) -> int:
        """Remove papers; they are gone from every search when this returns.

        Returns:
            How many there were.
        """
        return self._store.ledger.remove(ids)

    def take_out(self, *ids: str) -> "Trash":
        """Remove papers, and return what `put_back` needs to undo it."""
        from assistant.vectorstore.trash import take

        return take(self._own().ledger, ids)

    def put_back(self, trash: "Trash") -> int:
        """Put papers back that were taken out, as they were and where they stood; no model is loaded.

        Returns:
            How many; a paper that was added again meanwhile is left as it is.

        Raises:
            LibraryError: The library was embedded anew meanwhile.
        """
        from assistant.vectorstore.trash import put_back

        return put_back(self._own().ledger, trash)

    def backup(self, path: str | os.PathLike[str], progress: Watcher | None = None) -> int:
        """Save all papers, with their vectors and the settings, in one file with checksums.

        Args:
            path: The file; written over, and whole or not there.
            progress: Told how far it is.

        Returns:
            How many papers it holds.

        Raises:
            LibraryError: The file cannot be written.
        """
        from assistant.vectorstore import backup

        return backup.save(self._own().ledger, self.home / CONFIG, _expanded(path), progress or _unwatched)

    def restore(self, path: str | os.PathLike[str], progress: Watcher | None = None) -> int:
        """Put the papers of a backup in the place of those there are, in one step.

        Returns:
            How many papers there are now.

        Raises:
            LibraryError: It is no backup, or not what it was when it was written.
        """
        from assistant.vectorstore import backup

        papers = backup.load(_expanded(path), self._own().ledger, self.home / CONFIG, progress or _unwatched)
        self._store.settle(progress)
        return papers

    def reindex(self, progress: Watcher | None = None, *, force: bool = False) -> int:
        """Embed every paper anew with this library's embedder; goes on where it was stopped.

        Args:
            progress: Told how far it is.
            force: Even where the vectors are from this embedder already.

        Returns:
            How many papers were embedded by this call.
        """
        from assistant.reindexing import reindex

        done = reindex(self._own().ledger, self.embedder, progress or _unwatched, force=force)
        self._store.settle(progress)
        return done

    def split(self, paper: str) -> list[Paper]:
        """Undo a merging: each record that a paper was merged of becomes a paper of its own.

        Adding the same files again leaves them apart.

        Args:
            paper: The paper's id; the first of the new papers keeps it.

        Returns:
            The papers it became.

        Raises:
            LibraryError: There is no such paper, or it was not merged.
        """
        from assistant.splitting import split

        papers = split(self._store.ledger, paper, lambda: self.embedder)
        if self._store.is_due:
            self._store.settle()
        return papers

    def check(self) -> list[str]:
        """Look for damage in the ledger, and bring the index up to date; the empty list means all is well."""
        return self._store.check()


def _unwatched(_: Progress) -> None:
    """Follow nothing."""


def files_of(paths: Iterable[str | os.PathLike[str]]) -> Iterable[Path]:
    """Return the files that are named, and those in the folders that are."""
    for path in map(_expanded, paths):
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file() and not _is_hidden(one.relative_to(path)))
        else:
            yield path


def _expanded(path: str | os.PathLike[str]) -> Path:
    return Path(os.path.expanduser(path))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
