"""What the doctor finds of the papers: the ledger, the embedder that made the vectors, and the index."""

import importlib.metadata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import CarrelError, EmbedderMismatchError
from assistant.models.catalogue import locate
from assistant.protocols import EmbedderIdentity
from assistant.settings import LOCAL, Settings
from assistant.ui import words
from assistant.ui.findings import Finding, guarded

if TYPE_CHECKING:
    from assistant.vectorstore.store import Store


def library(settings: Settings) -> Iterator[Finding]:
    """Look at the papers, of the home or on a server."""
    return _own(settings) if settings.library == LOCAL else _shared(settings)


def _own(settings: Settings) -> Iterator[Finding]:
    from assistant.vectorstore.store import Store

    if not (settings.home / "library.sqlite3").exists():
        yield Finding(name="library", text="no papers yet; add some with `carrel add FILE` or `carrel add --sample`")
        return
    store = Store(settings.home)
    try:
        yield from _ledger(store)
        yield from _agreement(store.ledger.embedder, settings)
        yield from _drafts(store)
        yield from guarded("index", _index(store))
    finally:
        store.close()


def _shared(settings: Settings) -> Iterator[Finding]:
    from assistant.vectorstore.remote import RemoteStore
    from assistant.vectorstore.remote_address import parse

    store = RemoteStore(parse(settings.library))
    try:
        papers = words.count(len(store.ledger), "paper")
        yield Finding(name="library", text=f"{papers} in {store.address}, revision {store.ledger.revision}")
        yield from _agreement(store.ledger.embedder, settings)
    finally:
        store.close()


def _ledger(store: "Store") -> Iterator[Finding]:
    from assistant.vectorstore.schema import VERSION

    damage = store.ledger.check()
    if not damage:
        papers = words.count(len(store.ledger), "paper")
        yield Finding(name="library", text=f"{papers}, revision {store.ledger.revision}, schema {VERSION}, whole")
    for one in damage:
        yield Finding(
            name="library",
            text=f"damaged: {one}",
            ok=False,
            remedy="Restore a backup with `carrel restore FILE`, or save what can be read with "
            "`carrel export --format jsonl -o papers.jsonl` and add it to a new home.",
        )


def _agreement(stored: EmbedderIdentity | None, settings: Settings) -> Iterator[Finding]:
    if stored is None:
        return
    named, revision = Path(settings.embedder).stem, ""
    with suppress(CarrelError):  # that it is not there is said elsewhere
        located = locate(settings.embedder, "embedder", settings.home)
        named, revision = located.title, located.sha256[:12]
    # Of a folder that is of no catalogue, the revision is known only when it is loaded.
    agree = (stored.name, stored.revision) == (named, revision or stored.revision)
    yield Finding(
        name="library",
        text=f"embedded by {stored.name}" + ("" if agree else f", but the settings name {named}"),
        ok=agree,
        remedy=EmbedderMismatchError.remedy,
    )


def _drafts(store: "Store") -> Iterator[Finding]:
    from assistant.vectorstore import drafts

    embedder = drafts.begun(store.ledger)
    if embedder is None:
        return
    done = f"{drafts.count(store.ledger):,} of {words.count(len(store.ledger), 'paper')}"
    yield Finding(
        name="library",
        text=f"being embedded anew by {embedder.name}: {done} done",
        ok=False,
        remedy=f"Unless it is running just now, `carrel reindex` goes on with it where the settings name "
        f"{embedder.name}, and gives it up where they name the embedder in use.",
    )


def _index(store: "Store") -> Iterator[Finding]:
    if len(store.ledger) == 0:
        yield Finding(name="index", text="none; there is nothing to index")
        return
    built: list[object] = []
    store.settle(built.append)
    held = store.index.manifest
    if held is None:
        yield Finding(
            name="index",
            text="cannot be built; search is exact, and slower in a large library",
            ok=False,
            remedy=f"Remove the folder {store.ledger.database.path.parent / 'index'} and run `carrel doctor` again.",
        )
        return
    behind = store.index.behind(held)
    state = "built just now" if built else "whole"
    text = f"{state}, {words.count(held.count, 'paper')}, built at revision {held.revision}, behind by {behind}"
    yield Finding(name="index", text=f"{text}; chromadb {importlib.metadata.version('chromadb')}")
