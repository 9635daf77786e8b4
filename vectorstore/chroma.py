"""One Chroma collection in a folder of its own: written once, then only read."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from assistant.offline import forbid_network
from assistant.protocols import Vectors
from assistant.vectorstore.records import Rows

NAME = "papers"
FILE = "chroma.sqlite3"
SPACE: Any = {
    "space": "cosine",
    "ef_construction": 200,
    # With the usual 16, one or two in a hundred of the nearest among many similar texts are never found.
    "max_neighbors": 32,
    "ef_search": 100,
    "batch_size": 1,
}
BATCH = 2000
"""Vectors added at once; Chroma's own limit is 5461."""

LOT = 50_000
"""Vectors after which Chroma writes its graph to the disk, about."""


class CollectionError(Exception):
    """Chroma failed. Search does without it, so that no person reads this."""


class Collection:
    """The vectors of papers, by row, in Chroma.

    Args:
        folder: Where Chroma keeps its files.
        lots: Make the collection, to be filled in lots of these sizes; otherwise it must be there.

    Raises:
        CollectionError: It cannot be opened; so do the methods when Chroma fails.
    """

    def __init__(self, folder: Path, *, lots: Sequence[int] = ()) -> None:
        self._folder = folder
        self._size: int | None = None
        with _translated():
            self._client = _client(folder)
            # Without an embedding function Chroma can neither embed by itself nor fetch a model to do so.
            make = self._client.create_collection if lots else self._client.get_collection
            # The last vector of a lot has the graph written out. What waited in Chroma's own log instead would be
            # put into the graph anew, and files be written, whenever a process opens the collection.
            options = {"configuration": {"hnsw": SPACE | {"sync_threshold": min(lots)}}} if lots else {}
            try:
                self._collection = make(NAME, embedding_function=None, **options)
            except BaseException:
                self._client.close()
                raise

    def add(self, rows: Rows, vectors: Vectors) -> Iterator[int]:
        """Add a lot of vectors; yields how many of them are added, now and then."""
        batches = -(-len(rows) // BATCH)
        # Of about equal size: the last one must reach the threshold, even where the lot is a little above it.
        for some in np.array_split(np.arange(len(rows)), batches) if batches else ():
            with _translated():
                self._collection.add(ids=[str(row) for row in rows[some]], embeddings=vectors[some])
            # Counted when first asked for: with many vectors that takes Chroma as long as a search.
            self._size = None
            yield int(some[-1]) + 1

    def __len__(self) -> int:
        if self._size is None:
            with _translated():
                self._size = int(self._collection.count())
        return self._size

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

    def shrink(self) -> None:
        """Give back the room that Chroma's log has taken; for a collection that is closed."""
        try:
            with closing(sqlite3.connect(self._folder / FILE)) as tables:
                tables.execute("VACUUM")
        except sqlite3.Error as error:  # the disk is full
            raise CollectionError(str(error)) from error


def lots(count: int) -> list[int]:
    """Divide vectors into lots, all of one size but the last, which is a little larger.

    >>> lots(120_001)
    [60000, 60001]
    """
    number = max(count // LOT, 1)
    size = count // number
    return [size] * (number - 1) + [count - size * (number - 1)]


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
