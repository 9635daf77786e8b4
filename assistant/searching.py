"""From a query to papers: both legs, fused, each paper with its nearest sentences."""

from collections.abc import Iterator, Mapping

from assistant import evidence, words
from assistant.protocols import Embedder, Vectors
from assistant.retrieval import POOL, Legs, fuse
from assistant.types import Filters, Hit
from assistant.vectorstore.store import Store
from assistant.vectorstore.vectors import Sentences


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
        self._store.refresh()
        # A paper changed in between by another process would be quoted by the offsets of its former text.
        with self._store.ledger.snapshot():
            self._store.ledger.check_embedder(self._embedder.identity)
            return self._found(query, vector, k, filters)

    def _found(self, query: str, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        rows = self._store.select(filters)
        if rows is not None and len(rows) == 0:
            return []
        pool = max(POOL, k)
        lexical = self._store.lexical(words.stems(query), pool, rows)
        dense = self._store.nearest(vector, pool, rows)
        dense |= self._store.cosines(vector, [row for row in lexical if row not in dense])
        sentences = self._store.sentences(list(dense))
        nearest = {row: float((vectors @ vector).max()) for row, (_, vectors) in sentences.items()}
        return list(self._hits(Legs(dense, lexical, nearest), k, sentences, vector, self.weights(query)))

    def weights(self, query: str) -> dict[str, float]:
        """Return the stems of a query's words, each weighted by how rare it is in this library."""
        papers = len(self._store.ledger)
        having = self._store.frequencies(dict.fromkeys(words.stems(query)))
        return {stem: evidence.rarity(number, papers) for stem, number in having.items()}

    def _hits(
        self, legs: Legs, k: int, sentences: Sentences, query: Vectors, weights: Mapping[str, float]
    ) -> Iterator[Hit]:
        best = dict(list(fuse(legs).items())[:k])
        for row, paper in self._store.papers(list(best)).items():
            spans, vectors = sentences.get(row, ([], query[None][:0]))
            yield Hit(
                paper=paper,
                score=best[row],
                evidence=tuple(evidence.score(paper, spans, vectors, query, weights)),
                similarity=legs.dense[row],
                lexical=legs.lexical.get(row, 0.0),
            )
