"""Files in files: gzip, bzip2, xz and zip, unpacked one member at a time and never by the names they claim."""

import bz2
import gzip
import io
import lzma
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, cast

from assistant.errors import ReadError
from assistant.readers.fields import Record
from assistant.readers.text import clean_title
from assistant.types import Skipped

Stream = io.BufferedIOBase
DEEPEST = 2
"""So many packings within each other are opened: a zip in a zip, or a gzip file in a zip."""
MOST_MEMBERS = 100_000
# What the unpackers raise on files that are damaged or packed in a way they do not know.
_DAMAGED = (
    OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError,
    struct.error,
)  # fmt: skip
MOST_UNPACKED = 1 << 30
"""An archive whose files have so many bytes in all is not asked how well it is packed."""
# So much may come out of however little went in, and beyond that this many times as much.
_FREE = 1 << 26
_MOST_TIMES = 200
_BLOCK = 1 << 20
_HIDDEN = ("__MACOSX", "Thumbs.db", "desktop.ini")
_OPENERS: tuple[tuple[bytes, Callable[[Any], AbstractContextManager[Stream]]], ...] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
)
Read = Callable[[Stream, str, int, int], Iterator[Record]]
"""Reads a file, given its name, the number of packings it was found in, and its size."""


class Unpacked(Stream):
    """A packed stream, read as what it holds.

    All faults are `OSError`: it is damaged, or grows beyond reason.

    Args:
        file: Gives the unpacked bytes.
        packed: The number of packed bytes.
    """

    def __init__(self, file: Stream, packed: int) -> None:
        self._file = file
        self._most = max(_FREE, _MOST_TIMES * packed)
        self._left = self._most

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes, or all."""
        return self._counted(self._file.read, self._left + 1 if size is None or size < 0 else size)

    def read1(self, size: int = -1, /) -> bytes:
        """Read some bytes, and lose none before a damage."""
        return self._counted(self._file.read1, size)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read to the end of the line, but not more than so many bytes."""
        return self._counted(self._file.readline, -1 if size is None else size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Begin again."""
        self._left = self._most
        return self._file.seek(offset, whence)

    def _counted(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            data = read(size)
        except _DAMAGED as error:
            raise OSError(str(error) or "it ends too early") from error
        self._left -= len(data)
        if self._left < 0:
            raise OSError(f"it would unpack to more than {_MOST_TIMES} times its size")
        return data


def is_zip(head: bytes) -> bool:
    """Tell a zip archive, empty or not, by its first bytes."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def opener(head: bytes) -> Callable[[Any], AbstractContextManager[Stream]] | None:
    """Return what unpacks a file that begins so, where it is gzip, bzip2 or xz."""
    return next((unpack for magic, unpack in _OPENERS if head.startswith(magic)), None)


@contextmanager
def on_disk(file: Stream, most: int) -> Iterator[Path]:
    """Write what a stream holds into a file that is gone afterwards.

    Raises:
        OSError: It is more than `most` bytes.
    """
    descriptor, name = tempfile.mkstemp(prefix="carrel-")
    try:
        with os.fdopen(descriptor, "wb") as copy:
            while block := file.read(_BLOCK):
                if copy.tell() + len(block) > most:
                    raise OSError(f"it is larger than {most >> 20} MB")
                copy.write(block)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def read_zip(file: Stream, source: str, size: int, depth: int, read: Read) -> Iterator[Record]:
    """Read the files of an archive one after the other; one that is bad costs itself only.

    Args:
        file: The archive, which can be sought in.
        source: What it is called; a file in it is called `source/name`.
        size: The number of its bytes.
        depth: How many packings there are, this one included.
        read: Reads one file of it.

    Raises:
        ReadError: It is no archive of papers.
    """
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGED as error:
        raise ReadError(f"{source} is damaged or cannot be read: {error}.", remedy="Fetch the file again.") from error
    if sum(info.file_size for info in archive.infolist()) > max(MOST_UNPACKED, _MOST_TIMES * size):
        raise ReadError(f"{source} would unpack to more than {_MOST_TIMES} times its size.", remedy="Fetch it again.")
    if reason := _no_papers(archive):
        raise ReadError(f"{source} {reason}.", remedy="Save what it holds as PDF, CSV or plain text.")
    return _members(archive, source, depth, read)


def _members(archive: zipfile.ZipFile, source: str, depth: int, read: Read) -> Iterator[Record]:
    with archive:
        for number, info in enumerate(archive.infolist()):
            if number == MOST_MEMBERS:
                yield Skipped(source, f"file {number + 1}", "nothing is read from here on: the archive has too many")
                return
            if name := _name(info):
                yield from _member(archive, info, f"{source}/{name}", depth, read)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: str, depth: int, read: Read) -> Iterator[Record]:
    if info.flag_bits & 1:
        yield Skipped(source, "", "it is protected by a password")
        return
    try:
        file = cast(Stream, archive.open(info))
    except _DAMAGED as error:
        yield Skipped(source, "", f"it is damaged or packed in an unknown way: {error}")
        return
    try:
        with file:
            yield from read(Unpacked(file, info.compress_size), source, depth, info.file_size)
    except ReadError as error:
        yield Skipped(source, "", str(error).removeprefix(source).strip())
    except OSError as error:
        yield Skipped(source, "", f"it is damaged or cannot be read: {error}")


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name as it is shown; nothing for a folder or what a system hides."""
    name = info.filename
    if not info.flag_bits & 0x800:
        # Without the flag a name is in the packer's own encoding, which nowadays is mostly UTF-8 all the same.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    parts = [part for part in clean_title(name).replace("\\", "/").split("/") if part not in ("", ".", "..")]
    hidden = any(part.startswith(".") or part in _HIDDEN for part in parts)
    return "" if hidden or info.is_dir() else "/".join(parts)


def _no_papers(archive: zipfile.ZipFile) -> str | None:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names:
        return "is an office document"
    if {"mimetype", "META-INF/container.xml"} <= names:
        return "is an electronic book"
    if "META-INF/MANIFEST.MF" in names or "AndroidManifest.xml" in names:
        return "is a program"
    return None if any(map(_name, archive.infolist())) else "is an empty archive"
