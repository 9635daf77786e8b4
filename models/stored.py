"""Models that were pulled or imported: each in a folder of its own below the home, with a note of what it is."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import HomeError, ModelError
from assistant.models.entries import NAME, Purpose

MB = 1_000_000

FOLDER = "models"
RECORD = "carrel.json"
"""The note in a model's folder; it is written last, so a folder without it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is noted of a model."""

    name: str
    purpose: Purpose
    title: str
    file: str
    """The file that is loaded; empty where it is the folder."""
    weights: str
    """The file that the hash belongs to."""
    sha256: str
    size: int
    """Bytes of all its files."""
    origin: str
    """Where it came from, for people."""
    licence: str = ""
    query_prompt: str = ""
    passage_prompt: str = ""


def folder(home: Path, name: str) -> Path:
    """Return the folder of a model."""
    return home / FOLDER / name


def staging(home: Path, name: str) -> Path:
    """Return the folder in which a model is put together before it may be used."""
    return home / FOLDER / f".{name}"


def get(home: Path, name: str) -> Stored | None:
    """Return what is noted of a model; None where it is not stored."""
    if not NAME.fullmatch(name):
        return None  # a path, which must not lead out of the folder
    try:
        return Stored(**json.loads((folder(home, name) / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # no such folder, or no note of this form in it
        return None


def is_there(home: Path, name: str) -> bool:
    """Tell whether there is a model of a name, or what was begun of one."""
    return bool(NAME.fullmatch(name)) and (folder(home, name).is_dir() or staging(home, name).is_dir())


def every(home: Path) -> list[Stored]:
    """Return what is noted of every model, by name."""
    with suppress(OSError):
        found = [get(home, one.name) for one in sorted((home / FOLDER).iterdir()) if not one.name.startswith(".")]
        return [one for one in found if one is not None]
    return []


def place(home: Path, model: Stored) -> Path:
    """Return what is loaded of a model.

    Raises:
        ModelError: Its weights are gone, or not as large as they were.
    """
    own = folder(home, model.name)
    if not (own / model.weights).is_file() or sum(_sizes(own)) < model.size:
        raise ModelError(
            f"{own} is incomplete.",
            remedy=f"Remove it with `carrel models remove {model.name}` and pull or import it again.",
        )
    return own / model.file if model.file else own


def finish(home: Path, model: Stored, ready: Path) -> None:
    """Take into use what was put together for a model in a folder."""
    target = folder(home, model.name)
    (ready / RECORD).write_text(json.dumps(asdict(model), indent=2), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    ready.replace(target)


def remove(home: Path, name: str) -> int:
    """Remove a model, and what was begun of one.

    Returns:
        The bytes this frees.
    """
    places = [one for one in (folder(home, name), staging(home, name)) if one.is_dir()]
    freed = sum(sum(_sizes(one)) for one in places)
    for one in places:
        shutil.rmtree(one)
    return freed


def check_space(home: Path, needed: int) -> None:
    """Make sure that the disk has room.

    Raises:
        ModelError: It has not.
    """
    there = next(one for one in (home, *home.parents) if one.exists())
    free = shutil.disk_usage(there).free
    if needed > free:
        raise ModelError(
            # Rounded up and down, so that it is seen that they are too few.
            f"{-(-needed // MB):,} MB are needed in {home}, and {free // MB:,} MB are free.",
            remedy="Free some disk space, or choose another folder with --home.",
        )


@contextmanager
def alone(home: Path, name: str) -> Iterator[Path]:
    """Keep other processes from storing the same model at the same time; gives the folder to put it together in.

    Raises:
        HomeError: The home cannot be written.
        ModelError: Another process is at it.
    """
    ready = staging(home, name)
    try:
        ready.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(f"{ready} cannot be made: {error.strerror}.") from error
    try:
        with FileLock(ready.with_name(f".{name}.lock"), timeout=0):
            try:
                yield ready
            finally:
                with suppress(OSError):  # it was taken into use, or holds what the next run goes on with
                    ready.rmdir()
    except Timeout:
        raise ModelError(f"Another process is storing {name} just now.", remedy="Wait until it is done.") from None


def _sizes(place: Path) -> Iterator[int]:
    return (one.stat().st_size for one in place.rglob("*") if one.is_file() and one.name != RECORD)
