"""Making the vectors of papers that are added: each once, by what embeds them, and so that it can be stopped."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from assistant.embedding import embeddings
from assistant.errors import EmbedderMismatchError
from assistant.protocols import Embedder, EmbedderIdentity, TextKind, Vectors
from assistant.types import Paper
from assistant.vectorstore.records import Embedding, Packed
from assistant.vectorstore.shards import Shards
from assistant.vectorstore.shelf import Papers

TEXTS = 32
"""Texts embedded between two looks at whether to stop: as many as go through the embedder together."""


class Stopped(Exception):
    """Nobody waits for the vectors any more."""


class Stoppable:
    """An embedder that can be stopped amid many texts, and lets others in between."""

    def __init__(self, embedder: Embedder, stop: threading.Event) -> None:
        self._embedder = embedder
        self._stop = stop

    @property
    def identity(self) -> EmbedderIdentity:
        """That of the embedder."""
        return self._embedder.identity

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Embed texts; see `Embedder.embed`."""
        if not texts:
            return self._embedder.embed(texts, kind)
        # The longest first, as the embedder itself would take them: texts of a length go through it together.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        parts = []
        for start in range(0, len(order), TEXTS):
            if self._stop.is_set():
                raise Stopped
            parts.append(self._embedder.embed([texts[place] for place in order[start : start + TEXTS]], kind))
        found = np.concatenate(parts)
        vectors = np.empty_like(found)
        vectors[order] = found
        return vectors


class Maker:
    """Makes the vectors of papers, each once, with an embedder that is loaded when the first is needed."""

    def __init__(self, ledger: Papers, embedder: Callable[[], Embedder], ready: Shards | None = None) -> None:
        self._ledger = ledger
        self._embedder = embedder
        self._ready = ready
        self._made: dict[tuple[str, str], Embedding | Packed] = {}
        self._identity: EmbedderIdentity | None = None

    @property
    def identity(self) -> EmbedderIdentity:
        """What made the vectors: those of now, or where none were needed, those stored."""
        return self._identity or self._ledger.embedder or self._embedder().identity

    def of(self, papers: Sequence[Paper]) -> dict[str, Embedding | Packed]:
        """Return the vectors of papers by their ids."""
        if self._ready is not None and papers:
            self._identity = self._ready.identity
            self._ledger.check_embedder(self._identity)
            self._made |= self._ready.of((paper.title, paper.abstract) for paper in papers)
        missing = [paper for paper in papers if (paper.title, paper.abstract) not in self._made]
        if missing:
            embedder = self._embedder()
            if self._ready is not None and self._ready.identity != embedder.identity:
                raise EmbedderMismatchError(
                    f"{self._ready.folder} was embedded by {self._ready.identity.name}, not {embedder.identity.name}.",
                    remedy="Set the embedder it was made with, or embed the papers anew into another folder.",
                )
            self._identity = embedder.identity
            self._ledger.check_embedder(embedder.identity)
            texts = [(paper.title, paper.abstract) for paper in missing]
            self._made |= zip(texts, embeddings(missing, embedder), strict=True)
        return {paper.id: self._made[paper.title, paper.abstract] for paper in papers}
