"""A library as one file: a ZIP archive of the ledger and the settings, with their checksums."""

import hashlib
import json
import lzma
import os
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

from assistant.errors import LedgerError, LibraryError
from assistant.types import Progress
from assistant.vectorstore import files, schema, soundness
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.takeover import take_over

KIND = "carrel-backup"
VERSION = 1
CONTENTS = "contents.json"
LEDGER = "library.sqlite3"
SETTINGS = "config.toml"

CHUNK = 1 << 20
LEVEL = 1
"""Of compression: what takes the room is compressed already."""

PAGES = 4096
"""Pages of the ledger copied at once: 64 MB."""

Tell = Callable[[Progress], None]
"""Told how far it is."""
Step = Callable[[int, int], None]
"""The same within one stage: how much of how much."""

REMEDY = "Take another backup."

NO_BACKUP = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, OverflowError, RuntimeError, struct.error,
    zlib.error, lzma.LZMAError,
)  # fmt: skip
"""What a file that is no backup, or a damaged one, makes the packages raise that read it."""


def save(ledger: Ledger, settings: Path, path: Path, tell: Tell) -> int:
    """Write a backup; the file is whole or not there.

    Args:
        ledger: What is saved; it may be written meanwhile.
        settings: The file of settings; need not exist.
        path: The backup.
        tell: Told how far it is.

    Returns:
        How many papers are in it.

    Raises:
        LibraryError: It cannot be written.
        LedgerError: The ledger is damaged.
    """
    _check_place(path, (ledger.database.path, settings))
    with _writing(path), tempfile.TemporaryDirectory(dir=path.parent, prefix=".carrel-") as folder:
        copy, draft = Path(folder) / LEDGER, Path(folder) / "draft"
        papers = _copy(ledger, copy, path, tell)
        parts = {LEDGER: copy} | ({SETTINGS: settings} if settings.is_file() else {})
        _pack(parts, papers, draft, tell)
        draft.replace(path)
        files.sync(path.parent)
    return papers


def _check_place(path: Path, own: tuple[Path, ...]) -> None:
    if not path.parent.is_dir():
        raise LibraryError(f"There is no folder {path.parent}.", remedy="Make it first, or choose another.")
    if path.exists() and (not path.is_file() or any(one.exists() and path.samefile(one) for one in own)):
        what = "a folder" if path.is_dir() else "no file to be written over"
        raise LibraryError(f"{path} is {what}.", remedy="Give the name of a new file.")


def _copy(ledger: Ledger, copy: Path, path: Path, tell: Tell) -> int:
    # Of one moment: SQLite would otherwise begin anew whenever another process has written something.
    with ledger.snapshot():
        papers = int(ledger.database.value("SELECT count(*) FROM papers"))
        with _writing(path), closing(sqlite3.connect(copy)) as connection:
            step = _steps(tell, "backup")
            source = ledger.database.read()
            source.backup(connection, pages=PAGES, progress=lambda _, left, total: step(total - left, total))
            (fault,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        faults = [fault] if fault != "ok" else soundness.findings(ledger.database)
    if faults:
        raise LedgerError(f"{ledger.database.path} is damaged, and was not saved: {', '.join(faults)}.")
    return papers


def _pack(parts: dict[str, Path], papers: int, archive: Path, tell: Tell) -> None:
    sums: dict[str, str] = {}
    with archive.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as packed:
            for name, part in parts.items():
                with part.open("rb") as source, packed.open(name, "w", force_zip64=True) as target:
                    sums[name] = _pour(source, target, part.stat().st_size, _steps(tell, "packing"))
            contents = {"kind": KIND, "version": VERSION, "schema": schema.VERSION, "papers": papers, "sha256": sums}
            packed.writestr(CONTENTS, json.dumps(contents, indent=2))
        file.flush()
        os.fsync(file.fileno())


def look(path: Path) -> int:
    """Return how many papers a backup says it holds.

    Raises:
        LibraryError: It is no backup.
    """
    with _reading(path), zipfile.ZipFile(path) as packed:
        return int(_contents(packed, path)["papers"])


def load(path: Path, ledger: Ledger, settings: Path, tell: Tell) -> int:
    """Put what a backup holds in the place of a ledger's papers, in one transaction.

    Args:
        path: The backup; it is checked before anything is changed.
        ledger: Where its papers go.
        settings: The file of settings; written where the backup has one and there is none.
        tell: Told how far it is.

    Returns:
        How many papers there are now.

    Raises:
        LibraryError: It is no backup, or not what it was when it was written.
    """
    with tempfile.TemporaryDirectory(dir=ledger.database.path.parent, prefix=".carrel-") as name:
        folder = Path(name)
        _unpack(path, folder, tell)
        # Opened once, so that an earlier schema is brought up to this one.
        with closing(Ledger(folder / LEDGER)) as saved:
            papers = len(saved)
        take_over(ledger, folder / LEDGER, _steps(tell, "restore"))
        if (folder / SETTINGS).is_file() and not settings.exists():
            files.replace(settings, (folder / SETTINGS).read_text(encoding="utf-8", errors="replace"))
    return papers


def _unpack(path: Path, folder: Path, tell: Tell) -> None:
    with _reading(path), zipfile.ZipFile(path) as packed:
        sums = _contents(packed, path)["sha256"]
        for name in (LEDGER, *(name for name in sums if name == SETTINGS)):
            with packed.open(name) as source, (folder / name).open("wb") as target:
                found = _pour(source, target, packed.getinfo(name).file_size, _steps(tell, "unpacking"))
            if found != sums[name]:
                raise LibraryError(f"{path} is damaged: {name} is not what was saved.", remedy=REMEDY)


def _contents(packed: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    contents = json.loads(packed.read(CONTENTS))
    if contents["kind"] != KIND:
        raise ValueError("another kind of archive")
    if contents["version"] > VERSION or contents["schema"] > schema.VERSION:
        raise LibraryError(f"{path} was written by a newer Carrel.", remedy="Install the newest Carrel.")
    return dict(contents)


def _pour(source: IO[bytes], target: IO[bytes], size: int, step: Step) -> str:
    """Copy a file, and return its checksum."""
    digest, done = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        done += len(chunk)
        step(done, size)
    return digest.hexdigest()


def _steps(tell: Tell, stage: str) -> Step:
    return lambda done, total: tell(Progress(stage=stage, done=done, total=total))


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise LibraryError(
            f"{path} cannot be written: {_reason(error)}.", remedy="Choose another place with enough room."
        ) from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise LibraryError(f"{path} does not exist.", remedy="Check the name.") from error
    except OSError as error:
        remedy = "Make sure that the file can be read, and that the home has room for it."
        raise LibraryError(f"{path} cannot be unpacked: {_reason(error)}.", remedy=remedy) from error
    except NO_BACKUP as error:
        raise LibraryError(f"{path} is no backup of Carrel, or is damaged ({error}).", remedy=REMEDY) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
