"""Files that are whole or not there: checksums, and writes that survive a loss of power."""

import os
import zlib
from pathlib import Path

CHUNK = 1 << 20

WRITTEN_BY_READERS = "chroma.sqlite3"
"""Chroma writes into this one whenever it opens a folder; SQLite notices by itself when it is damaged."""


def sums(folder: Path) -> dict[str, int]:
    """Return a checksum of every file in a folder, by its path in there."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != WRITTEN_BY_READERS)
    return {path.relative_to(folder).as_posix(): _sum(path) for path in paths}


def _sum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            value = zlib.crc32(chunk, value)
    return value


def flush(folder: Path) -> None:
    """Have everything in a folder written to the disk."""
    for path in (folder, *folder.rglob("*")):
        sync(path)


def replace(path: Path, text: str) -> None:
    """Write a file in one step: others see the old one or the new one, never a part."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, written to the disk."""
    if os.name == "nt":  # where a folder cannot be opened, nor flushed what is open for reading
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
