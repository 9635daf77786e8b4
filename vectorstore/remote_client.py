"""Talking to a Chroma server: requests that are tried again, and answers that become values or one error.

Chroma's own client waits for ever for a server that is slow, and takes settings from a `.env` in the current folder;
the server's interface (version 2, since Chroma 1.0) is a few requests in JSON.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assistant.errors import ServerError
from assistant.vectorstore.remote_address import Address

if TYPE_CHECKING:
    import httpx

TIMEOUT = 20.0
"""Seconds that one request may take."""

CONNECT_TIMEOUT = 5.0

PAUSES = (0.3, 1.0, 3.0)
"""Seconds before each further try. All requests may be sent twice: what is stored is stored under a given id."""

RETRIED = (408, 425, 429, 500, 502, 503, 504)
"""Answers that may be others in a moment: the server or what stands before it is starting, busy or restarting."""

Record = dict[str, Any]
"""A record's metadata, with its id under `#id` and its distance, where one was asked for, under `#distance`."""

ID, DISTANCE = "#id", "#distance"


class Client:
    """A Chroma server's database.

    Args:
        address: Where it is.
        token: Sent along, where the server asks for one.
    """

    def __init__(self, address: Address, token: str = "") -> None:
        import httpx

        self.address = address
        self._http = httpx.Client(
            base_url=f"{address.server}/api/v2",
            headers=_headers(address, token),  # not sent on to another server: redirections are not followed
            timeout=httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT),
        )
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

    def request(self, method: str, path: str, body: object = None, *, none_for: int = 0) -> Any:
        """Send a request, again where the server is away for a moment.

        Args:
            method: Such as `GET`.
            path: After `/api/v2`.
            body: Sent as JSON.
            none_for: The status for which None is returned.

        Raises:
            ServerError: The server is away, slow, or refuses.
        """
        import httpx

        for pause in (*PAUSES, None):
            try:
                # Escaped: half of a character, which a broken file may hold, could not be sent otherwise.
                content = None if body is None else json.dumps(body)
                answer = self._http.request(method, path, content=content)
            except httpx.TimeoutException as error:
                problem = self._slow(error)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                problem = self._away(error)
            else:
                if answer.status_code == none_for:
                    return None
                if answer.is_success:
                    return self._read(answer)
                problem = self._refused(answer)
                if answer.status_code not in RETRIED:
                    raise problem
            if pause is None:
                raise problem
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _read(self, answer: "httpx.Response") -> Any:
        try:
            return answer.json()
        except ValueError as error:
            raise self._stranger() from error

    def _away(self, error: Exception) -> ServerError:
        return ServerError(
            f"There is no Chroma server at {self.address.server} ({_reason(error)}).",
            remedy="Start it with `chroma run --path FOLDER`, or correct the address; what was stored stays.",
        )

    def _slow(self, error: Exception) -> ServerError:
        return ServerError(
            f"The Chroma server at {self.address.server} did not answer in time ({type(error).__name__}).",
            remedy="Try again when it is less busy; what was stored stays.",
        )

    def _stranger(self) -> ServerError:
        return ServerError(
            f"What answers at {self.address.server} is no Chroma server of version 1 or newer.",
            remedy="Check host and port of the address.",
        )

    def _refused(self, answer: "httpx.Response") -> ServerError:
        server = self.address.server
        if answer.status_code in (401, 403):
            return ServerError(
                f"{server} does not let you in ({answer.status_code}).",
                remedy="Set CARREL_CHROMA_TOKEN to a token that it accepts.",
            )
        try:
            error = answer.json()
            message = str(error["message"])
        except (ValueError, KeyError, TypeError):
            if answer.status_code in RETRIED:
                return ServerError(f"{server} answers with status {answer.status_code}.", remedy="Try again later.")
            return self._stranger()
        message = " ".join(message.split())[:300].rstrip(".")
        if answer.status_code == 404:
            return ServerError(f"{server}: {message}.", remedy="Make it there, or correct the address.")
        return ServerError(
            f"{server} refuses: {message}.",
            remedy="Carrel is tried with Chroma 1.5; see the server's log, and its version with `chroma --version`.",
        )


class Collection:
    """One collection of a server.

    Args:
        client: Talks to the server.
        path: Of the collection there.
        identity: Its id there; another one, made under the same name, has another.
        metadata: Kept with it.
    """

    def __init__(self, client: Client, path: str, identity: str, metadata: Mapping[str, Any]) -> None:
        self._client = client
        self._path = path
        self.identity = identity
        self.metadata = dict(metadata)

    def count(self) -> int:
        """Count the records."""
        return int(self._client.request("GET", f"{self._path}/count"))

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
        found = self._client.request("POST", f"{self._path}/get", body)
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
        found = self._client.request("POST", f"{self._path}/query", body)
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
        self._client.request("POST", f"{self._path}/{'add' if anew else 'upsert'}", body)

    def delete(self, ids: Sequence[str], where: object = None) -> None:
        """Remove records; where a condition is given, those that fulfil it."""
        self._client.request("POST", f"{self._path}/delete", {"ids": ids, "where": where})


def _headers(address: Address, token: str) -> dict[str, str]:
    usual = {"Content-Type": "application/json"}
    if not token:
        return usual
    # Chroma Cloud reads the first; servers of one's own stand behind something that reads the second.
    return usual | {"X-Chroma-Token": token} | ({} if address.is_cloud else {"Authorization": f"Bearer {token}"})


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
