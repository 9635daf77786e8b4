"""What `carrel doctor` finds: is everything there, whole and in agreement, and what to do where it is not."""

import importlib.metadata
import os
import platform
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import CarrelError, EmbedderMismatchError
from assistant.gate import is_calibrated
from assistant.models.address import is_address
from assistant.models.catalogue import Located, locate, verify
from assistant.models.choosing import NO_TEMPLATE, UNCALIBRATED
from assistant.protocols import EmbedderIdentity
from assistant.settings import LOCAL, NONE, Settings, load, parted, prepare_home
from assistant.ui import words

if TYPE_CHECKING:
    from assistant.vectorstore.store import Store

PACKAGES = ("carrel", "llama-cpp-python", "chromadb", "gradio", "sentence-transformers", "torch")

LEAST_SPACE = 500e6
"""Bytes that should be free: a new index is built beside the old one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    text: str
    ok: bool = True
    remedy: str = ""
    """What to do about it, where it is not well."""


def examine(home: str | Path | None = None) -> Iterator[Finding]:
    """Look at everything Carrel needs, and repair the index where it is damaged or missing.

    Args:
        home: Default `$CARREL_HOME`, else the platform's data folder; or the address of a shared library.
    """
    # Unlike `Path.expanduser`, this takes the name of a person who does not exist.
    folder, library = parted(home)
    place = Path(os.path.expanduser(folder)).absolute()
    yield from _guarded("home", _home(place))
    settings = Settings(home=place)
    try:
        settings = load(place, library=library)
    except CarrelError as error:
        yield _problem("settings", error)
    yield Finding(name="settings", text=", ".join(f"{key} {value}" for key, value in _in_force(settings)))
    yield from _guarded("library", _library(settings) if settings.library == LOCAL else _shared(settings))
    yield from _guarded("model", _model(settings))
    if settings.larger_model != NONE:
        yield from _guarded("larger", _model(replace(settings, model=settings.larger_model), "larger"))
    yield from _guarded("embedder", _embedder(settings))
    yield from _guarded("versions", _versions())
    yield from _guarded("processor", _processor(settings))
    yield from _guarded("tuning", _tuning(settings))


def tune(home: Path | None, tell: Callable[[str], None]) -> None:
    """Measure which settings are quickest on this machine, and keep them in the home.

    Args:
        home: Default `$CARREL_HOME`, else the platform's data folder.
        tell: Told what is being tried.

    Raises:
        ModelError: The model cannot be loaded.
    """
    from assistant.models import tuning
    from assistant.models.gguf import check

    settings = load(home)
    path = locate(settings.model, "chat", settings.home).path
    check(path)
    prepare_home(settings.home)
    tuning.save(settings.home, tuning.measure(path, tell))


def _guarded(name: str, part: Iterable[Finding]) -> Iterator[Finding]:
    try:
        yield from part
    except CarrelError as error:
        yield _problem(name, error)
    except Exception as error:
        # Whatever is broken here, in whichever package, must not hide what else is found.
        yield Finding(name=name, text=f"{type(error).__name__}: {error}", ok=False)


def _problem(name: str, error: CarrelError) -> Finding:
    # To ask the doctor is no advice here.
    remedy = "" if error.remedy == CarrelError.remedy else error.remedy
    return Finding(name=name, text=str(error), ok=False, remedy=remedy)


def _home(home: Path) -> Iterator[Finding]:
    there = next(path for path in (home, *home.parents) if path.exists())
    prepare_home(there)
    free = shutil.disk_usage(there).free
    state = "writable" if there == home else "made when the first papers are added"
    yield Finding(
        name="home",
        text=f"{home}, {state}, {words.size(free)} free",
        ok=free >= LEAST_SPACE,
        remedy=f"Free some disk space; {words.size(LEAST_SPACE)} are little enough.",
    )


def _in_force(settings: Settings) -> list[tuple[str, object]]:
    return [(key, value) for key, value in asdict(settings).items() if key != "home"]


def _library(settings: Settings) -> Iterator[Finding]:
    from assistant.vectorstore.store import Store

    if not (settings.home / "library.sqlite3").exists():
        yield Finding(name="library", text="no papers yet; add some with `carrel add FILE` or `carrel add --sample`")
        return
    store = Store(settings.home)
    try:
        yield from _ledger(store)
        yield from _agreement(store.ledger.embedder, settings)
        yield from _drafts(store)
        yield from _guarded("index", _index(store))
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


def _model(settings: Settings, name: str = "model") -> Iterator[Finding]:
    from assistant.models.gguf import check
    from assistant.models.loading import check_fits, check_gpu

    if is_address(settings.model):
        yield _endpoint(settings, name)
        return
    located = locate(settings.model, "chat", settings.home)
    card = check(located.path)
    yield _weights(name, located)
    check_gpu(settings.gpu_layers)
    check_fits(card, settings.context)
    if not card.template:
        yield Finding(name=name, text=NO_TEMPLATE)


def _endpoint(settings: Settings, name: str) -> Finding:
    from assistant.models.endpoint import Endpoint
    from assistant.protocols import Message

    model = Endpoint(settings.model, context=settings.context)
    model.count([Message("user", "Which tokens are these?")])
    where = words.promise([] if model.address.is_local else [model.address.host])
    told = (
        f"{model.name}, context {model.context:,} tokens, counted by {model.counted_by}; {where[0].lower()}{where[1:]}"
    )
    return Finding(name=name, text=told.rstrip("."))


def _embedder(settings: Settings) -> Iterator[Finding]:
    located = locate(settings.embedder, "embedder", settings.home)
    yield _weights("embedder", located)
    if not is_calibrated(located.title):
        yield Finding(name="embedder", text=UNCALIBRATED)


def _weights(name: str, located: Located) -> Finding:
    if located.weights is None:
        path = located.path
        size = f", {words.size(path.stat().st_size)}" if path.is_file() else ""
        return Finding(name=name, text=f"{located.title}{size}, {path}; not of the catalogue, its hash is not known")
    verify(located.weights, located.sha256, located.remedy)
    parts = (located.title, words.size(located.weights.stat().st_size), located.licence, "hash as it should be")
    return Finding(name=name, text=", ".join(filter(None, parts)))


def _versions() -> Iterator[Finding]:
    found = {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}
    missing = [name for name, version in found.items() if not version and name != "carrel"]
    yield Finding(name="versions", text=", ".join(f"{name} {version}" for name, version in found.items() if version))
    if missing:
        remedy = "Install Carrel again: pip install --force-reinstall carrel."
        yield Finding(name="versions", text=f"not installed: {', '.join(missing)}", ok=False, remedy=remedy)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _processor(settings: Settings) -> Iterator[Finding]:
    from assistant.models.cpu import has_fast_bf16, usable_cores

    threads = settings.threads or usable_cores()
    bf16 = "computes bf16 in hardware" if has_fast_bf16() else "no bf16 in hardware, so the embedder computes in fp32"
    yield Finding(name="processor", text=f"{platform.machine()}, {words.count(threads, 'thread')} used, {bf16}")


def _tuning(settings: Settings) -> Iterator[Finding]:
    from assistant.models import tuning

    path = locate(settings.model, "chat", settings.home).path
    tuned = tuning.load(settings.home, path)
    if tuned is None:
        text = "nothing measured on this machine with this model; `carrel doctor --tune` finds the quickest settings"
        yield Finding(name="tuning", text=text)
        return
    reading, writing = (words.count(threads, "thread") for threads in (tuned.reading_threads, tuned.writing_threads))
    text = (
        f"reads with {reading}, {tuned.read_tokens_per_second:.0f} tokens a second, "
        f"and writes with {writing}, {tuned.write_tokens_per_second:.0f}; "
        f"flash attention {'on' if tuned.flash else 'off'}, embeds in {tuned.precision}"
    )
    given = "; the threads of the settings hold instead" if settings.threads else ""
    yield Finding(name="tuning", text=text + given)
