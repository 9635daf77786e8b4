"""From a query to papers: all legs, fused, each paper with its nearest sentences, the first of them read again."""

from collections.abc import Iterator, Mapping

from assistant import evidence, rereading, words
from assistant.protocols import Comparer, Embedder, Vectors
from assistant.retrieval import POOL, fuse
from assistant.types import Filters, Hit
from assistant.vectorstore.shelf import Catch, Shelf

READABLE = 0.5
"""Share of a question that its embedder must be able to read for sentences to be compared with it word by word."""


class Searcher:
    """Searches the papers of a library.

    Args:
        store: Where the papers are.
        embedder: Embeds the query.
    """

    def __init__(self, store: Shelf, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    def search(self, query: str, k: int, filters: Filters) -> list[Hit]:
        """Find the k papers nearest to a query, best first."""
        vector = self._embedder.embed([query], "query")[0]
        comparer = self._embedder if isinstance(self._embedder, Comparer) else None
        trust = comparer.legible(query) if comparer else 1.0
        self._store.refresh()
        # A paper changed in between by another process would be quoted by the offsets of its former text.
        with self._store.ledger.snapshot():
            self._store.ledger.check_embedder(self._embedder.identity)
            # Never fewer, so that a sentence has the same score however many papers are wanted.
            hits = self._found(query, vector, max(k, rereading.PAPERS), filters, trust)
        if comparer and trust >= READABLE:
            hits = rereading.reread(query, hits, comparer)
        return hits[:k]

    def _found(self, query: str, vector: Vectors, k: int, filters: Filters, trust: float) -> list[Hit]:
        catch = self._store.gather(query, vector, max(POOL, k), filters)
        best = dict(list(fuse(catch.legs, trust).items())[:k])
        return list(self._hits(catch, best, vector, self.weights(query)))

    def weights(self, query: str) -> dict[str, float]:
        """Return the stems of a query's words, each weighted by how rare it is in this library."""
        papers = len(self._store.ledger)
        having = self._store.frequencies(dict.fromkeys(words.stems(query)))
        return {stem: evidence.rarity(number, papers) for stem, number in having.items()}

    def _hits(
        self,
        catch: Catch,
        best: Mapping[int, float],
        query: Vectors,
        weights: Mapping[str, float],
    ) -> Iterator[Hit]:
        for row, paper in catch.papers(list(best)).items():
            spans, vectors = catch.sentences.get(row, ([], query[None][:0]))
            yield Hit(
                paper=paper,
                score=best[row],
                evidence=tuple(evidence.score(paper, spans, vectors, query, weights)),
                similarity=catch.legs.dense[row],
                lexical=catch.legs.lexical.get(row, 0.0),
                sentence=catch.legs.sentence.get(row, 0.0),
            )
