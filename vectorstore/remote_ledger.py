"""The papers of a library that many people share, on a Chroma server. It is the truth."""

import dataclasses
from collections.abc import Iterable, Sequence

from assistant.errors import ServerError
from assistant.protocols import EmbedderIdentity
from assistant.vectorstore.records import Entry
from assistant.vectorstore.remote_client import Collection
from assistant.vectorstore.remote_reader import EMBEDDER, PAGE, TELLING, RemoteReader
from assistant.vectorstore.remote_records import SCHEMA, Stored, record_id, write
from assistant.vectorstore.shelf import batches

SPACE = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32}
"""As in the index of a home."""


class RemoteLedger(RemoteReader):
    """Papers in one collection of a Chroma server.

    Args:
        client: Talks to the server.

    Raises:
        ServerError: The server is away, slow, or none of Chroma.
        LibraryError: The collection is not Carrel's.
    """

    def write(self, entries: Sequence[Entry], identity: EmbedderIdentity, *, since: int | None = None) -> bool:
        """Store papers, each whole or not at all.

        Args:
            entries: The papers.
            identity: What embedded them.
            since: Store nothing if anything was changed after this revision.

        Returns:
            Whether they were stored.

        Raises:
            EmbedderMismatchError: The vectors stored are from another embedder.
            ServerError: The server is away or slow; what came before stays stored, and may be stored again.
        """
        self.check_embedder(identity)
        with self._desk.turn() as turn:
            papers = self._made(identity)
            if since is not None and since != self.revision:
                return False
            former = self.stored([entry.paper.id for entry in entries])
            # Before anything is changed, so that what is left of a writer that died is noticed.
            first = turn.raise_revision() << 20
            for start, size in batches(len(entries), PAGE):
                taken = entries[start : start + size]
                ids = [record_id(entry.paper.id) for entry in taken]
                rows = [self._record(entry, first + start + at, former) for at, entry in enumerate(taken)]
                turn.check()
                metadata, vectors, documents = zip(*rows, strict=True)
                papers.write(ids, metadata, vectors, documents)
            # And after, so that what others read meanwhile is read again.
            turn.raise_revision()
        return True

    def remove(self, ids: Iterable[str]) -> int:
        """Remove papers.

        Returns:
            How many there were.
        """
        if self.collection is None:
            return 0
        with self._desk.turn() as turn:
            found = list(self.stored(list(ids)).values())
            turn.raise_revision()
            for start, size in batches(len(found), PAGE):
                turn.check()
                self.collection.delete([one.id for one in found[start : start + size]])
            turn.raise_revision()
        return len(found)

    def _made(self, identity: EmbedderIdentity) -> Collection:
        if self.collection is None:
            kept = {EMBEDDER + name: value for name, value in dataclasses.asdict(identity).items() if value != ""}
            name = self._client.address.collection
            self._collection = self._checked(self._client.collection(name, {TELLING: SCHEMA} | kept, hnsw=SPACE))
        # Another may have made it in between.
        self.check_embedder(identity)
        if self._collection is None:
            raise ServerError(f"{self._client.address} could not be made.")
        return self._collection

    def _record(
        self, entry: Entry, order: int, former: dict[str, Stored]
    ) -> tuple[dict[str, object], list[float], str]:
        stored = former.get(entry.paper.id)
        return write(entry, stored.order if stored else order, stored)
