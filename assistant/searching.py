"""From a query to papers: all legs, fused, each paper with its nearest sentences, the first of them read again."""

from collections.abc import Iterator, Mapping

from assistant import evidence, rereading, words
from assistant.protocols import Comparer, Embedder, Vectors
from assistant.retrieval import POOL, Legs, fuse
from assistant.types import Filters, Hit
from assistant.vectorstore.store import Store
from assistant.vectorstore.vectors import Sentences

READABLE = 0.5
"""Share of a question that its embedder must be able to read for sentences to be compared with it word by word."""


class Searcher:
    """Searches a store.

    Args:
        store: Where the papers are.
        embedder: Embeds the query.
    """

    def __init__(self, store: Store, embedder: Embedder) -> None:
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
        rows = self._store.select(filters)
        if rows is not None and len(rows) == 0:
            return []
        pool = max(POOL, k)
        lexical = self._store.lexical(words.stems(query), pool, rows)
        dense = self._store.nearest(vector, pool, rows)
        dense |= self._store.cosines(vector, [row for row in lexical if row not in dense])
        sentences = self._store.sentences(list(dense))
        nearest = {row: float((vectors @ vector).max()) for row, (_, vectors) in sentences.items()}
        legs = Legs(dense, lexical, nearest)
        best = dict(list(fuse(legs, trust).items())[:k])
        return list(self._hits(legs, best, sentences, vector, self.weights(query)))

    def weights(self, query: str) -> dict[str, float]:
        """Return the stems of a query's words, each weighted by how rare it is in this library."""
        papers = len(self._store.ledger)
        having = self._store.frequencies(dict.fromkeys(words.stems(query)))
        return {stem: evidence.rarity(number, papers) for stem, number in having.items()}

    def _hits(
        self,
        legs: Legs,
        best: Mapping[int, float],
        sentences: Sentences,
        query: Vectors,
        weights: Mapping[str, float],
    ) -> Iterator[Hit]:
        for row, paper in self._store.papers(list(best)).items():
            spans, vectors = sentences.get(row, ([], query[None][:0]))
            yield Hit(
                paper=paper,
                score=best[row],
                evidence=tuple(evidence.score(paper, spans, vectors, query, weights)),
                similarity=legs.dense[row],
                lexical=legs.lexical.get(row, 0.0),
                sentence=legs.sentence.get(row, 0.0),
            )
