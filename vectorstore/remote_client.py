"""The collections of a Chroma server and the records in them, as values."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from assistant.errors import ServerError
from assistant.vectorstore.remote_address import Address
from assistant.vectorstore.remote_requests import Server

Record = dict[str, Any]
"""A record's metadata, with its id under `#id` and its distance, where one was asked for, under `#distance`."""

ID, DISTANCE = "#id", "#distance"


class Client(Server):
    """A Chroma server's database.

    Args:
        address: Where it is.
        token: Sent along, where the server asks for one.
    """

    def __init__(self, address: Address, token: str = "") -> None:
        super().__init__(address, token)
        self._base = f"/tenants/{quote(address.tenant, safe='')}/databases/{quote(address.database, safe='')}"

    def check(self) -> None:
        """Make sure that it is a Chroma server, and not one of before version 1.

        Raises:
            ServerError: It is not, or is away.
        """
        version = self.request("GET", "/version")
        if not isinstance(version, str):
            raise self._stranger()
        if version.startswith("0."):
            raise ServerError(
                f"The Chroma server at {self.address.server} is of version {version}; Carrel needs 1.5 or newer.",
                remedy="Update it: pip install --upgrade chromadb.",
            )

    def collection(self, name: str, metadata: Mapping[str, Any] | None = None, **configuration: Any) -> "Collection":
        """Make a collection where there is none of the name; one that is there stays as it is.

        Raises:
            ServerError: The server is away, slow, or refuses.
        """
        body = {
            "name": name,
            "metadata": dict(metadata) if metadata else None,
            "configuration": configuration or None,
            "get_or_create": True,
        }
        self.request("POST", f"{self._base}/collections", body)
        found = self.find(name)  # the answer to the request has the metadata that were sent, not those kept
        if found is None:
            raise ServerError(f"{name} was removed from {self.address.server} just now.", remedy="Try again.")
        return found

    def find(self, name: str) -> "Collection | None":
        """Return a collection; None where there is none of the name."""
        found = self.request("GET", f"{self._base}/collections/{quote(name, safe='')}", none_for=404)
        if found is None:
            # A missing tenant or database looks the same, but is a mistake.
            self.request("GET", self._base)
            return None
        if not isinstance(found, dict) or "id" not in found:
            raise self._stranger()
        return Collection(self, f"{self._base}/collections/{found['id']}", found["id"], found.get("metadata") or {})


class Collection:
    """One collection of a server.

    Args:
        server: Where it is.
        path: Of the collection there.
        identity: Its id there; another one, made under the same name, has another.
        metadata: Kept with it.
    """

    def __init__(self, server: Server, path: str, identity: str, metadata: Mapping[str, Any]) -> None:
        self._server = server
        self._path = path
        self.identity = identity
        self.metadata = dict(metadata)

    def count(self) -> int | None:
        """Count the records; None where the collection was removed."""
        found = self._server.request("GET", f"{self._path}/count", none_for=404)
        return None if found is None else int(found)

    def get(
        self,
        ids: Sequence[str] | None = None,
        *,
        where: object = None,
        limit: int | None = None,
        offset: int | None = None,
        bare: bool = False,
    ) -> list[Record]:
        """Return records.

        Args:
            ids: Only these.
            where: Only those whose metadata fulfil this.
            limit: At most so many.
            offset: Pass over so many first, in the order in which they were added.
            bare: The ids alone.
        """
        body = {"ids": ids, "where": where, "limit": limit, "offset": offset, "include": [] if bare else ["metadatas"]}
        found = self._server.request("POST", f"{self._path}/get", body)
        metadata = found["metadatas"] or [None] * len(found["ids"])
        return [{**(own or {}), ID: one} for one, own in zip(found["ids"], metadata, strict=True)]

    def query(
        self,
        vector: Sequence[float],
        k: int,
        *,
        where: object = None,
        where_document: object = None,
    ) -> list[Record]:
        """Return the k records whose vectors are nearest, nearest first."""
        body = {
            "query_embeddings": [list(vector)],
            "n_results": k,
            "where": where,
            "where_document": where_document,
            "include": ["metadatas", "distances"],
        }
        found = self._server.request("POST", f"{self._path}/query", body)
        rows = zip(found["ids"][0], found["metadatas"][0], found["distances"][0], strict=True)
        return [{**(own or {}), ID: one, DISTANCE: distance} for one, own, distance in rows]

    def write(
        self,
        ids: Sequence[str],
        metadata: Sequence[Mapping[str, Any]],
        vectors: Sequence[Sequence[float]],
        documents: Sequence[str] | None = None,
        *,
        anew: bool = False,
    ) -> None:
        """Store records; of metadata, what is None is taken away and what is not named stays.

        Args:
            ids: Their ids.
            metadata: Of each.
            vectors: Of each.
            documents: Of each.
            anew: Leave those alone that are there already.
        """
        body = {"ids": ids, "metadatas": metadata, "embeddings": vectors, "documents": documents, "uris": None}
        self._server.request("POST", f"{self._path}/{'add' if anew else 'upsert'}", body)

    def delete(self, ids: Sequence[str], where: object = None) -> None:
        """Remove records; where a condition is given, those that fulfil it."""
        self._server.request("POST", f"{self._path}/delete", {"ids": ids, "where": where})
