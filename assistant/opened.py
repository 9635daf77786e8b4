"""What is open while a library is: the settings of its home, its papers and its embedder."""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.errors import UsageError
from assistant.protocols import Embedder
from assistant.settings import LOCAL, Settings, load, prepare_home

if TYPE_CHECKING:
    from assistant.vectorstore.shelf import Shelf
    from assistant.vectorstore.store import Store


class Opened:
    """A home that is open, or a library on a server; `Library` says what the arguments are."""

    def __init__(
        self,
        home: str | os.PathLike[str] | None = None,
        *,
        embedder: Embedder | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.settings = settings or load(home)
        prepare_home(self.settings.home)
        self._store: Shelf = _opened(self.settings)
        self._embedder = embedder
        self._loading = threading.Lock()

    @property
    def home(self) -> Path:
        """The folder."""
        return self.settings.home

    @property
    def is_shared(self) -> bool:
        """True where the papers are on a Chroma server."""
        return self.settings.library != LOCAL

    @property
    def place(self) -> str:
        """Where the papers are, to follow the word `library`."""
        return f"at {self.settings.library}" if self.is_shared else f"in {self.home}"

    @property
    def embedder(self) -> Embedder:
        """The embedder, loaded at first use.

        Raises:
            ModelError: It cannot be loaded.
        """
        with self._loading:
            if self._embedder is None:
                from assistant.models import load_embedder

                self._embedder = load_embedder(self.settings)
            return self._embedder

    def __len__(self) -> int:
        return len(self._store.ledger)

    def close(self) -> None:
        """Close the files; the library cannot be used afterwards."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _own(self) -> "Store":
        """Return the store of the home, for what a server does in its own way.

        Raises:
            UsageError: The library is on a Chroma server.
        """
        from assistant.vectorstore.store import Store

        if not isinstance(self._store, Store):
            raise UsageError(
                "A library on a Chroma server is not listed, saved, restored or embedded anew from here.",
                remedy="Save the server's folder, or `carrel export` the papers; add them to a new collection to embed "
                "them anew.",
            )
        return self._store


def _opened(settings: Settings) -> "Shelf":
    if settings.library == LOCAL:
        from assistant.vectorstore.store import Store

        return Store(settings.home)
    from assistant.vectorstore import remote, remote_address

    return remote.RemoteStore(remote_address.parse(settings.library))
