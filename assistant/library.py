"""A person's library of papers: adding, finding, removing."""

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, nullcontext
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.errors import UsageError
from assistant.intent import check
from assistant.protocols import Embedder
from assistant.settings import CONFIG, LOCAL, Settings, load, prepare_home
from assistant.types import AddReport, Filters, Hit, Paper, Progress, Slice, Topic

if TYPE_CHECKING:
    from assistant.searching import Searcher
    from assistant.vectorstore.ordering import Order, Ordering
    from assistant.vectorstore.records import Rows
    from assistant.vectorstore.shelf import Shelf
    from assistant.vectorstore.store import Store
    from assistant.vectorstore.trash import Trash


Watcher = Callable[[Progress], None]


class Library:
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

    def __init__(
        self,
        home: str | os.PathLike[str] | None = None,
        *,
        embedder: Embedder | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.settings = settings or load(home)
        prepare_home(self.settings.home)
        self._store: Shelf = _opened(self.settings)
        self._embedder = embedder
        self._loading = threading.Lock()
        self._topics: dict[tuple[str, int, int | None], list[tuple[Topic, Rows]]] = {}

    @property
    def home(self) -> Path:
        """The folder."""
        return self.settings.home

    @property
    def is_shared(self) -> bool:
        """True where the papers are on a Chroma server."""
        return self.settings.library != LOCAL

    @property
    def place(self) -> str:
        """Where the papers are, to follow the word `library`."""
        return f"at {self.settings.library}" if self.is_shared else f"in {self.home}"

    @property
    def embedder(self) -> Embedder:
        """The embedder, loaded at first use.

        Raises:
            ModelError: It cannot be loaded.
        """
        with self._loading:
            if self._embedder is None:
                from assistant.models import load_embedder

                self._embedder = load_embedder(self.settings)
            return self._embedder

    def __len__(self) -> int:
        return len(self._store.ledger)

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

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        years: tuple[int | None, int | None] | None = None,
        authors: Sequence[str] = (),
        venue: str = "",
        topics: Sequence[str] = (),
        source: str = "",
        ids: Sequence[str] = (),
        with_abstract: bool = False,
    ) -> list[Hit]:
        """Find the papers nearest to a query, by meaning and by words.

        Args:
            query: A question or some words.
            k: The most papers to return.
            years: First and last year, both included; None leaves an end open.
            authors: Parts of names, each from the beginning of a word; a paper of any of them counts.
            venue: Part of the venue's name, from the beginning of a word.
            topics: A paper with any of them counts.
            source: Part of the name of the file a paper came from.
            ids: Only these papers.
            with_abstract: Only papers that have an abstract.

        Returns:
            Best first, each with its sentences nearest to the query.

        Raises:
            QuestionError: The query is empty or far too long.
            UsageError: k is less than one.
        """
        filters = Filters(
            years=years,
            authors=tuple(authors),
            venue=venue,
            topics=tuple(topics),
            source=source,
            ids=tuple(ids),
            with_abstract=with_abstract,
        )
        return self.retrieve(query, k, filters)

    def retrieve(self, query: str, k: int, filters: Filters | None = None) -> list[Hit]:
        """Find papers as `search` does, with the filters as one value."""
        query = check(query)
        if k < 1:
            raise UsageError(f"{k} papers cannot be searched for.", remedy="Ask for at least one.")
        if len(self) == 0:
            return []
        # The index is opened while the embedder loads.
        self._store.refresh(wait=False)
        return self._searcher().search(query, k, filters or Filters())

    def similar(self, paper: Paper | str, k: int = 10) -> list[Hit]:
        """Find the papers nearest in meaning to one of this library; no model is loaded.

        Args:
            paper: The paper, or its id.
            k: The most papers to return.

        Returns:
            Nearest first, without the paper itself, each with its sentence nearest to the paper.

        Raises:
            LibraryError: There is no such paper.
            UsageError: k is less than one.
        """
        from assistant.similar import similar

        return similar(self._store, paper if isinstance(paper, str) else paper.id, k)

    def topics(self, n: int | None = None) -> list[Topic]:
        """Find what the papers are about; found once for all calls until a paper is added or removed.

        Args:
            n: How many topics; default a number that fits the library.

        Returns:
            The largest first; every paper belongs to one.

        Raises:
            UsageError: n is less than one.
        """
        return [topic for topic, _ in self._themed(n)]

    def themes(self, n: int | None = None) -> list[tuple[Topic, tuple[str, ...]]]:
        """Find what the papers are about as `topics` does, each topic with the ids of all its papers."""
        ids = self._own().ledger.ids()
        return [(topic, tuple(ids[row] for row in rows.tolist() if row in ids)) for topic, rows in self._themed(n)]

    def _themed(self, n: int | None) -> "list[tuple[Topic, Rows]]":
        from assistant.topics import themes

        key = (self._store.ledger.origin, self._store.ledger.revision, n)
        if key not in self._topics:
            # One entry: those of earlier revisions are void.
            self._topics = {key: themes(self._store, n)}
        return list(self._topics[key])

    def browse(
        self,
        find: str = "",
        *,
        source: str = "",
        ids: Sequence[str] | None = None,
        order: "Order" = "added",
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> Slice:
        """Return a stretch of the papers in an order; those without what it is by come last.

        Args:
            find: Words; each must begin a word of title, authors, venue, topics, year, id, DOI or other key.
            source: Only papers that came from this file, by its whole name.
            ids: Only these papers.
            order: `added`, `title`, `authors`, `year` or `venue`.
            descending: The last first.
            offset: Papers to pass over.
            limit: The most papers to return.
        """
        rows = self._ordering.rows(find, source, ids, order, descending=descending)
        papers = self._own().papers(rows[offset : offset + limit].tolist())
        return Slice(papers=tuple(papers.values()), total=len(rows))

    def sources(self) -> list[tuple[str, int]]:
        """Return the files that papers came from and how many papers of each there are, the most first."""
        return self._ordering.sources()

    def parts(self, paper: str) -> list[Paper]:
        """Return the records that a paper was merged of, in the order they came; none where there was only one."""
        return self._store.ledger.parts(paper)

    def papers(self, offset: int = 0, limit: int = -1) -> list[Paper]:
        """Return papers in the order they were added; a limit of -1 returns all."""
        return self._store.ledger.page(offset, limit)

    def get(self, *ids: str) -> list[Paper]:
        """Return the papers of these ids, without those unknown."""
        return self._store.ledger.get(ids)

    def count(self, filters: Filters | None = None) -> int:
        """Count the papers that filters admit."""
        return self._store.ledger.count(filters) if filters else len(self)

    def authors(self, part: str) -> list[str]:
        """Return the authors with a text in their name, as they are spelled, each once."""
        return self._store.ledger.names("authors", part)

    def venues(self, part: str) -> list[str]:
        """Return the venues with a text in their name, as they are spelled, each once."""
        return self._store.ledger.names("venue", part)

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
        from assistant.adding import split

        papers = split(self._store.ledger, paper, lambda: self.embedder)
        if self._store.is_due:
            self._store.settle()
        return papers

    def check(self) -> list[str]:
        """Look for damage in the ledger, and bring the index up to date; the empty list means all is well."""
        return self._store.check()

    def close(self) -> None:
        """Close the files; the library cannot be used afterwards."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _own(self) -> "Store":
        """Return the store of the home, for what a server does in its own way.

        Raises:
            UsageError: The library is on a Chroma server.
        """
        from assistant.vectorstore.store import Store

        if not isinstance(self._store, Store):
            raise UsageError(
                "A library on a Chroma server is not listed, saved, restored or embedded anew from here.",
                remedy="Save the server's folder, or `carrel export` the papers; add them to a new collection to embed "
                "them anew.",
            )
        return self._store

    @cached_property
    def _ordering(self) -> "Ordering":
        from assistant.vectorstore.ordering import Ordering

        return Ordering(self._own().ledger)

    def _searcher(self) -> "Searcher":
        from assistant.searching import Searcher

        self._store.ledger.check_embedder(self.embedder.identity)
        return Searcher(self._store, self.embedder)


def _opened(settings: Settings) -> "Shelf":
    if settings.library == LOCAL:
        from assistant.vectorstore.store import Store

        return Store(settings.home)
    from assistant.vectorstore import remote, remote_address

    return remote.RemoteStore(remote_address.parse(settings.library))


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
