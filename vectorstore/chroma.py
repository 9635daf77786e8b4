"""One Chroma collection in a folder of its own: written once, then only read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from assistant.offline import forbid_network
from assistant.protocols import Vectors
from assistant.vectorstore.records import Rows

NAME = "papers"
CONFIGURATION: Any = {
    "hnsw": {
        "space": "cosine",
        "ef_construction": 200,
        # With the usual 16, one or two in a hundred of the nearest among many similar texts are never found.
        "max_neighbors": 32,
        "ef_search": 100,
        # Every `add` writes the graph out. What waits in Chroma's own log instead would be put into the graph
        # anew, and files be written, whenever a process opens the collection.
        "batch_size": 1,
        "sync_threshold": 1,
    }
}
BATCH = 2000
"""Vectors added at once; Chroma's own limit is 5461."""


class CollectionError(Exception):
    """Chroma failed. Search does without it, so that no person reads this."""


class Collection:
    """The vectors of papers, by row, in Chroma.

    Args:
        folder: Where Chroma keeps its files.
        create: Make the collection; otherwise it must be there.

    Raises:
        CollectionError: It cannot be opened; so do the methods when Chroma fails.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        with _translated():
            self._client = _client(folder)
            # Without an embedding function Chroma can neither embed by itself nor fetch a model to do so.
            make = self._client.create_collection if create else self._client.get_collection
            options = {"configuration": CONFIGURATION} if create else {}
            try:
                self._collection = make(NAME, embedding_function=None, **options)
            except BaseException:
                self._client.close()
                raise

    def add(self, rows: Rows, vectors: Vectors) -> None:
        """Add vectors, at most `BATCH`."""
        with _translated():
            self._collection.add(ids=[str(row) for row in rows], embeddings=vectors)

    def __len__(self) -> int:
        with _translated():
            return int(self._collection.count())

    def nearest(self, query: Vectors, k: int) -> dict[int, float]:
        """Find the k rows whose vectors are nearest to the query.

        Returns:
            Row and cosine, nearest first.
        """
        k = min(k, len(self))
        if k == 0:
            return {}
        with _translated():
            found = self._collection.query(
                query_embeddings=query.astype(np.float32)[None], n_results=k, include=["distances"]
            )
        distances = found["distances"] or [[]]
        return {int(row): 1.0 - distance for row, distance in zip(found["ids"][0], distances[0], strict=True)}

    def self_distances(self, samples: int) -> list[float]:
        """Let some of the vectors look for themselves, and return the distances at which they are found."""
        step = max(len(self) // samples, 1)
        with _translated():
            offsets = range(0, len(self), step)
            picked = [self._collection.get(limit=1, offset=offset, include=["embeddings"]) for offset in offsets]
        vectors = [np.asarray(one["embeddings"], dtype=np.float32)[0] for one in picked]
        return [1.0 - next(iter(self.nearest(vector, 1).values())) for vector in vectors]

    def close(self) -> None:
        """Release the files."""
        self._client.close()


def _client(folder: Path) -> Any:  # the declared type lacks `close`
    import chromadb
    from chromadb.config import Settings

    # Chroma would also take the place of the library from a `.env` in the current folder.
    settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
    return chromadb.PersistentClient(path=str(folder), settings=settings)


@contextmanager
def _translated() -> Iterator[None]:
    forbid_network()
    try:
        # The import reads a `.env` in the current folder, and fails where that holds a wrong value for Chroma.
        from chromadb.errors import ChromaError
    except ValueError as error:
        raise CollectionError(str(error)) from error
    try:
        yield
    except (ChromaError, ValueError) as error:
        raise CollectionError(str(error)) from error
