"""Reading the papers of a library that many people share, on a Chroma server."""

import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

from assistant.errors import EmbedderMismatchError, LibraryError
from assistant.protocols import EmbedderIdentity
from assistant.types import Filters, Paper
from assistant.vectorstore import remote_sample
from assistant.vectorstore.records import mark
from assistant.vectorstore.remote_client import ID, Client, Collection
from assistant.vectorstore.remote_filters import admits, condition, has, naming
from assistant.vectorstore.remote_lease import Desk
from assistant.vectorstore.remote_records import MARKS, SCHEMA, Stored, names, read, record_id
from assistant.vectorstore.remote_sample import Sample
from assistant.vectorstore.remote_vectors import RemoteVectors
from assistant.vectorstore.selection import Column
from assistant.vectorstore.shelf import batches
from assistant.words import fold

PAGE = 300
"""Records read or written at once; Chroma Cloud admits no more."""

COUNTED = 5000
"""Papers that a filter is counted up to; above, and in Chroma Cloud above a page, the number is estimated."""

TELLING = "carrel_schema"
"""By this a collection is known to be Carrel's."""

EMBEDDER = "embedder_"
"""What the fields of the embedder's identity begin with in the collection's metadata."""


class RemoteReader:
    """Papers in one collection of a Chroma server, to be read.

    Args:
        client: Talks to the server.

    Raises:
        ServerError: The server is away, slow, or none of Chroma.
        LibraryError: The collection is not Carrel's.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._desk = Desk(client, client.address.collection)
        self._collection: Collection | None = None
        self._seen: dict[str, Stored] = {}
        self._sample: tuple[object, Sample] | None = None
        self.vectors = RemoteVectors(self)
        client.check()
        _ = self.collection

    @property
    def collection(self) -> Collection | None:
        """The papers' collection; None until the first paper is written."""
        if self._collection is None:
            self._collection = self._checked(self._client.find(self._client.address.collection))
        return self._collection

    def __len__(self) -> int:
        if self.collection is None:
            return 0
        count = self.collection.count()
        if count is None:
            # Removed by others, and perhaps made anew: a page that runs for weeks must see that.
            self._collection = None
            self._desk = Desk(self._client, self._client.address.collection)
            return len(self)
        return count

    @property
    def revision(self) -> int:
        """Raised with every change."""
        return self._desk.revision

    @property
    def origin(self) -> str:
        """The collection's own id."""
        return self.collection.identity if self.collection else ""

    @property
    def embedder(self) -> EmbedderIdentity | None:
        """The embedder that the collection was made for."""
        if self.collection is None:
            return None
        fields = {field.name for field in dataclasses.fields(EmbedderIdentity)}
        kept = self.collection.metadata
        return EmbedderIdentity(**{name: kept[EMBEDDER + name] for name in fields if EMBEDDER + name in kept})

    def check_embedder(self, identity: EmbedderIdentity) -> None:
        """Make sure that vectors of this embedder may be compared with those stored.

        Raises:
            EmbedderMismatchError: The stored ones are from another.
        """
        stored = self.embedder
        if stored is not None and stored != identity:
            raise EmbedderMismatchError(
                f"The library {self._client.address} was embedded by {stored.name} ({stored.revision}), not "
                f"{identity.name} ({identity.revision}).",
                remedy="Set that embedder, or name another collection in the address.",
            )

    def snapshot(self) -> AbstractContextManager[None]:
        """A server has no snapshots; each record is whole in itself."""
        return nullcontext()

    def find(self, fingerprints: Sequence[str]) -> list[Paper]:
        """Return the papers that share a fingerprint, in the order they were added."""
        marks = [mark(one) for one in fingerprints]
        if not marks or self.collection is None:
            return []
        where = {"$or": [{f"mark{at}": {"$in": marks}} for at in range(MARKS)]}
        found = sorted(self._pages(where), key=lambda one: one.order)
        self._seen = {one.paper.id: one for one in found}
        return [one.paper for one in found]

    def get(self, ids: Sequence[str]) -> list[Paper]:
        """Return the papers of these ids that there are, in the order asked for."""
        found = self.stored(ids)
        self._seen |= found
        return [found[one].paper for one in ids if one in found]

    def parts(self, one: str) -> list[Paper]:
        """Return the records that a paper was merged of, in the order they came; none where there was only one."""
        found = self._seen.get(one) or self.stored([one]).get(one)
        return found.parts if found else []

    def stored(self, ids: Sequence[str]) -> dict[str, Stored]:
        """Return the records of papers by their ids."""
        found = self._records([record_id(one) for one in ids])
        return {one.paper.id: one for one in found.values()}

    def rows_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the rows of these ids; an unknown id is left out."""
        wanted = {record_id(one): one for one in ids}
        found = self._records(list(wanted), bare=True)
        return {wanted[key]: int(key, 16) for key in found}

    def at(self, rows: Sequence[int]) -> dict[int, Stored]:
        """Return records by row, in the order asked for; a row that was removed is left out."""
        found = self._records([f"{int(row):016x}" for row in rows])
        return {int(row): found[key] for row in rows if (key := f"{int(row):016x}") in found}

    def page(self, offset: int = 0, limit: int = -1) -> list[Paper]:
        """Return papers in the order they were added; a limit of -1 returns all."""
        count = max(len(self) - offset, 0)
        wanted = count if limit < 0 else min(limit, count)
        return [one.paper for start, size in batches(wanted, PAGE) for one in self._page(offset + start, size)]

    def all(self) -> Iterator[list[Stored]]:
        """Return all records, a page at a time."""
        return (self._page(start, size) for start, size in batches(len(self), PAGE))

    def names(self, column: Column, part: str) -> list[str]:
        """Return the authors or venues that have a text in their name, as they are spelled, each once."""
        sample = self.sample()
        records: Iterable[Stored] = sample.records
        where = naming(column, part)
        if not sample.is_whole and where and self.collection:
            records = (read(one, ID) for one in self.collection.get(where=where, limit=PAGE))
        found = dict.fromkeys(
            name for one in records if has(one.paper, column, part) for name in names(one.paper, column)
        )
        return [name for name in found if fold(part) in fold(name)]

    def count(self, filters: Filters) -> int:
        """Count the papers that filters admit; in a large library, many are estimated."""
        sample = self.sample()
        if sample.is_whole or self.collection is None:
            return sample.count(filters)
        if filters.ids:
            return sum(admits(filters, paper) for paper in self.get(filters.ids))
        limit = PAGE if self._client.address.is_cloud else COUNTED
        found = len(self.collection.get(where=condition(filters), limit=limit, bare=True))
        return found if found < limit else max(found, sample.count(filters))

    def sample(self) -> Sample:
        """Return papers that stand for all; in a small library they are all, and of this moment."""
        total = len(self)
        key: object = (self.origin, total, self.revision)
        if total > remote_sample.SIZE:
            key = (self.origin, math.floor(math.log(total, 1 + remote_sample.GROWTH)))
        held = self._sample  # another thread may replace it
        if held is None or held[0] != key:
            drawn = remote_sample.draw(self.collection, total) if self.collection else Sample([], 0)
            held = self._sample = (key, drawn)
        return held[1]

    def check(self) -> list[str]:
        """Look for damage: reads every record."""
        findings = []
        for page in self.all():
            for one in page:
                try:
                    _ = one.paper, one.vector
                except LibraryError as error:
                    findings.append(str(error).rstrip("."))
        return findings[:5]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _checked(self, found: Collection | None) -> Collection | None:
        if found is None:
            return None
        schema = found.metadata.get(TELLING)
        if not isinstance(schema, int):
            raise LibraryError(
                f"The collection {self._client.address} is no library of Carrel.",
                remedy="Name another collection in the address; one that is missing is made.",
            )
        if schema > SCHEMA:
            raise LibraryError(
                f"{self._client.address} has schema {schema}; this Carrel reads up to {SCHEMA}.",
                remedy="Install the newest Carrel.",
            )
        return found

    def _records(self, keys: Sequence[str], *, bare: bool = False) -> dict[str, Stored]:
        keys = list(dict.fromkeys(keys))
        if self.collection is None:
            return {}
        found = [
            one
            for start, size in batches(len(keys), PAGE)
            for one in self.collection.get(keys[start : start + size], bare=bare)
        ]
        return {one[ID]: read(one, ID) for one in found}

    def _page(self, offset: int, limit: int) -> list[Stored]:
        return [read(one, ID) for one in self.collection.get(limit=limit, offset=offset)] if self.collection else []

    def _pages(self, where: object) -> Iterator[Stored]:
        offset = 0
        while self.collection:
            page = self.collection.get(where=where, limit=PAGE, offset=offset)
            yield from (read(one, ID) for one in page)
            if len(page) < PAGE:
                return
            offset += PAGE
