"""Searching a library that many people share, on a Chroma server."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from assistant import words
from assistant.protocols import Vectors
from assistant.retrieval import Legs
from assistant.types import Filters, Paper, Progress
from assistant.vectorstore import exact, lexical
from assistant.vectorstore.records import among
from assistant.vectorstore.remote_address import Address
from assistant.vectorstore.remote_client import ID, Client, Record
from assistant.vectorstore.remote_filters import Condition, admits, condition
from assistant.vectorstore.remote_ledger import RemoteLedger, stacked
from assistant.vectorstore.remote_records import Stored, read
from assistant.vectorstore.remote_sample import Sample, counted
from assistant.vectorstore.shelf import Catch
from assistant.vectorstore.vectors import Sentences

TOKEN = "CARREL_CHROMA_TOKEN"
"""The environment variable that holds the token."""

CANDIDATES = 300
"""Papers nearest in meaning that are asked for; Chroma Cloud returns no more."""

PROBES = 4
"""Words of a query looked for by themselves, the rarest first: vectors may have missed papers that have them. Each is
one more request (`python benchmarks/server.py`)."""

KEPT = 5000
"""Papers kept from one search to the next, each with its words counted: most of a search would be counting them."""

LEAST = 3
"""Letters of a word that is looked for: fewer are in too many others."""


class RemoteStore:
    """Papers and their vectors on a Chroma server.

    Args:
        address: Where they are.

    Raises:
        ServerError: The server is away, slow, or none of Chroma.
        LibraryError: The collection is not Carrel's.
    """

    is_due = False

    def __init__(self, address: Address) -> None:
        self.address = address
        self._kept: dict[str, Stored] = {}
        self._lock = threading.Lock()
        client = Client(address, os.environ.get(TOKEN, ""))
        try:
            self.ledger = RemoteLedger(client)
        except BaseException:
            client.close()
            raise

    def settle(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Do nothing: the server keeps its index itself."""

    def refresh(self, *, wait: bool = True) -> None:
        """Do nothing: every search asks the server."""

    def gather(self, query: str, vector: Vectors, pool: int, filters: Filters) -> Catch:
        """Find papers by meaning and by words.

        A small library is looked at whole. Of a large one the server names the nearest papers, and those with the
        rarest words of the query; words are weighed by a sample of the library.

        Args:
            query: Its words.
            vector: Of the query.
            pool: How many papers by each.
            filters: Only papers that these admit.
        """
        sample = self.ledger.sample()
        drawn = sample.records if sample.is_whole else self._drawn(query, vector, filters, sample)
        found = {one.row: one for one in drawn if admits(filters, one.paper)}
        if not found:
            return Catch()
        scores = self._lexical(query, pool, found, sample)
        rows, vectors = stacked(list(found.values()))
        cosines = exact.nearest(vector, rows, vectors, len(rows))
        dense = dict(list(cosines.items())[:pool])
        dense |= {row: cosines[row] for row in scores}
        sentences = {row: found[row].sentences for row in dense if found[row].sentences[0]}
        legs = Legs(dense, scores, {row: float((own @ vector).max()) for row, (_, own) in sentences.items()})
        return Catch(
            legs=legs,
            sentences=sentences,
            papers=lambda wanted: {row: found[row].paper for row in wanted if row in found},
        )

    def frequencies(self, stems: Iterable[str]) -> dict[str, int]:
        """Count the papers that have each stem; in a large library that is an estimate."""
        sample = self.ledger.sample()
        return {stem: sample.frequency(stem) for stem in stems}

    def nearest(self, query: Vectors, k: int) -> dict[int, float]:
        """Find the papers whose vectors are nearest: row and cosine, nearest first."""
        papers = self.ledger.collection
        found = [read(one, ID) for one in papers.query(query.tolist(), min(k, CANDIDATES))] if papers else []
        rows, vectors = stacked(found)
        return exact.nearest(query, rows, vectors, k)

    def papers(self, rows: Sequence[int]) -> dict[int, Paper]:
        """Return papers by row."""
        return {row: one.paper for row, one in self.ledger.at(rows).items()}

    def sentences(self, rows: Sequence[int]) -> Sentences:
        """Return the sentences of papers and their vectors."""
        found = {row: one.sentences for row, one in self.ledger.at(rows).items()}
        return {row: own for row, own in found.items() if own[0]}

    def check(self) -> list[str]:
        """Look for damage; the empty list means all is well."""
        return self.ledger.check()

    def close(self) -> None:
        """Close the connections."""
        self.ledger.close()

    def _lexical(self, query: str, pool: int, found: dict[int, Stored], sample: Sample) -> dict[int, float]:
        """Score papers by BM25."""
        if sample.is_whole:
            postings = sample.postings
            admitted = among(postings.rows, np.array(sorted(found), dtype=np.int64))
        else:
            postings = counted(sorted(found.values(), key=lambda one: one.row))
            admitted = np.ones(len(postings), dtype=np.bool_)
        weights = lexical.weights(words.stems(query), sample.frequency, sample.total)
        return postings.best(weights, sample.mean, pool, admitted)

    def _drawn(self, query: str, vector: Vectors, filters: Filters, sample: Sample) -> list[Stored]:
        """Ask the server for papers near to the query, and for those with its rarest words."""
        if filters.ids:
            return list(self.ledger.stored(filters.ids).values())
        where = condition(filters)
        found = self._asked(vector, where)
        if not found and (looser := condition(filters, named=False)) != where:
            # A part of a word: the server knows names by whole words only.
            where, found = looser, self._asked(vector, looser)
        for forms in probes(query, sample):
            contains: list[Condition] = [{"$contains": form} for form in forms]
            found += self._asked(vector, where, contains[0] if len(contains) == 1 else {"$or": contains})
        return list({one[ID]: self._known(read(one, ID)) for one in found}.values())

    def _known(self, one: Stored) -> Stored:
        """Return the same record as it was read before, if it was."""
        with self._lock:
            known = self._kept.pop(one.id, one)
            self._kept[one.id] = known = known if known.blob == one.blob else one
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        return known

    def _asked(self, vector: Vectors, where: Condition | None, containing: Condition | None = None) -> list[Record]:
        papers = self.ledger.collection
        return papers.query(vector.tolist(), CANDIDATES, where=where, where_document=containing) if papers else []


def _begun(word: str, stem: str) -> str:
    """Return a word as far as its stem goes: so much of it its other forms have too.

    >>> _begun("Studies", "studi")
    'Studi'
    """
    folded = words.fold(word)
    return next((word[:end] for end in range(len(stem), 0, -1) if folded.startswith(stem[:end])), "")


def probes(query: str, sample: Sample) -> Iterator[tuple[str, ...]]:
    """Return the rarest words of a query, each as it may stand in a text: the server tells letters by their case."""
    wanted: dict[str, str] = {}
    for word in words.terms(query):
        for stem in words.stems(word):
            wide = bool(words.WIDE.search(stem))
            text = stem if wide else _begun(word, stem)
            if wide or len(text) >= LEAST:
                wanted.setdefault(stem, text)
    frequencies = {stem: sample.frequency(stem) for stem in wanted}
    for stem in sorted(wanted, key=lambda stem: frequencies[stem])[:PROBES]:
        text = wanted[stem]
        yield tuple(dict.fromkeys((text, text.lower(), text.capitalize())))
