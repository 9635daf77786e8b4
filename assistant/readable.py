"""What a library can be asked without changing it: to search, to list, to count, and to say what it is about."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.intent import check
from assistant.opened import Opened
from assistant.types import Filters, Hit, Paper, Slice, Topic

if TYPE_CHECKING:
    from assistant.searching import Searcher
    from assistant.vectorstore.ordering import Order, Ordering
    from assistant.vectorstore.records import Rows


class Readable(Opened):
    """The papers of a library, to be found and listed."""

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

    def _themed(self, n: int | None) -> "list[tuple[Topic, Rows]]":
        from assistant.topics import themes

        key = (self._store.ledger.origin, self._store.ledger.revision, n)
        if key not in self._topics:
            # One entry: those of earlier revisions are void.
            self._topics = {key: themes(self._store, n)}
        return list(self._topics[key])

    @cached_property
    def _topics(self) -> "dict[tuple[str, int, int | None], list[tuple[Topic, Rows]]]":
        return {}

    @cached_property
    def _ordering(self) -> "Ordering":
        from assistant.vectorstore.ordering import Ordering

        return Ordering(self._own().ledger)

    def _searcher(self) -> "Searcher":
        from assistant.searching import Searcher

        self._store.ledger.check_embedder(self.embedder.identity)
        return Searcher(self._store, self.embedder)
