"""What `carrel doctor` finds: is everything there, whole and in agreement, and what to do where it is not."""

import importlib.metadata
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from assistant.errors import CarrelError, UsageError
from assistant.models.address import is_address
from assistant.models.catalogue import locate
from assistant.settings import NONE, Settings, load, parted, prepare_home
from assistant.ui import doctor_library, doctor_models, words
from assistant.ui.findings import Finding, guarded, problem

PACKAGES = ("carrel", "llama-cpp-python", "chromadb", "gradio", "sentence-transformers", "torch")

LEAST_SPACE = 500e6
"""Bytes that should be free: a new index is built beside the old one."""


def examine(home: str | Path | None = None) -> Iterator[Finding]:
    """Look at everything Carrel needs, and repair the index where it is damaged or missing.

    Args:
        home: Default `$CARREL_HOME`, else the platform's data folder; or the address of a shared library.
    """
    # Unlike `Path.expanduser`, this takes the name of a person who does not exist.
    folder, library = parted(home)
    place = Path(os.path.expanduser(folder)).absolute()
    yield from guarded("home", _home(place))
    settings = Settings(home=place)
    try:
        settings = load(place, library=library)
    except CarrelError as error:
        yield problem("settings", error)
    yield Finding(name="settings", text=", ".join(f"{key} {value}" for key, value in _in_force(settings)))
    yield from guarded("library", doctor_library.library(settings))
    yield from guarded("model", doctor_models.chat(settings))
    if settings.larger_model != NONE:
        yield from guarded("larger", doctor_models.chat(replace(settings, model=settings.larger_model), "larger"))
    yield from guarded("embedder", doctor_models.embedder(settings))
    yield from guarded("versions", _versions())
    yield from guarded("processor", _processor(settings))
    yield from guarded("tuning", doctor_models.measured(settings))


def tune(home: Path | None, tell: Callable[[str], None]) -> None:
    """Measure which settings are quickest on this machine, and keep them in the home.

    Args:
        home: Default `$CARREL_HOME`, else the platform's data folder.
        tell: Told what is being tried.

    Raises:
        UsageError: The model runs on a server.
        ModelError: The model cannot be loaded.
    """
    from assistant.models import tuning
    from assistant.models.gguf import check

    settings = load(home)
    if is_address(settings.model):
        raise UsageError(
            "The language model runs on a server; there is nothing to measure here.",
            remedy="Name a model of this machine in CARREL_MODEL to measure it.",
        )
    path = locate(settings.model, "chat", settings.home).path
    check(path)
    prepare_home(settings.home)
    tuning.save(settings.home, tuning.measure(path, tell))


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
