"""Readers: from a file to papers, whatever it is called.

A reader knows one format. It yields a `Paper` for each record, or a `Skipped` that says where and why; a bad record
never ends the reading. `read` finds the reader for a file by looking into it, and into what is packed in it.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from assistant.errors import ReadError
from assistant.readers import containers, detect, jsonl, pdf, table
from assistant.readers.containers import Stream, Unpacked
from assistant.readers.fields import Record
from assistant.readers.text import HEAD_BYTES, decode
from assistant.types import Noted, Skipped

__all__ = ["Record", "read"]

MOST_BYTES = 1 << 29
"""A larger file is not read, unless it is JSON lines, which need not be in memory as a whole."""
_BLOCK = 1 << 20
_REMEDY = (
    f"Carrel reads {', '.join(detect.NAMES[:-1])} and {detect.NAMES[-1]}. "
    "Of a table that is not recognised, name the columns: --column title=NAME."
)


def read(path: Path, name: str | None = None, columns: Mapping[str, str] | None = None) -> Iterator[Record]:
    """Read the papers of a file.

    Args:
        path: A file in a format that is found out by looking; or such files in a zip, gzip, bzip2 or xz file.
        name: What to call the file in papers and messages; default its path.
        columns: Names of a table's columns by what they hold, such as `{"title": "Headline"}`.

    Returns:
        An iterator over papers, skipped records and notes, in the file's order.

    Raises:
        ReadError: There is no such file, or it cannot be read, or it is in none of the formats known.
    """
    source = name or str(path)
    _check(path, source)
    records = _from_path(path, source, columns)
    # The first step opens the file and tells its format: it fails here and not somewhere later.
    first = next(records, None)
    return chain((first or Noted(source, "it holds no papers"),), records)


def _check(path: Path, source: str) -> None:
    try:
        if not path.exists():
            raise ReadError(f"{source} does not exist.", remedy="Check the name.")
        if path.is_dir():
            raise ReadError(f"{source} is a folder.", remedy="Name the files in it.")
        if not path.is_file():
            raise ReadError(f"{source} is not a regular file.", remedy="Save what it holds as a file.")
    except PermissionError:
        raise ReadError(f"{source} may not be read.", remedy="Change the permissions of its folder.") from None
    except (OSError, ValueError) as error:
        raise ReadError(f"{source!r} is no name of a file: {error}.", remedy="Check the name.") from error


def _from_path(path: Path, source: str, columns: Mapping[str, str] | None) -> Iterator[Record]:
    try:
        with path.open("rb") as file:
            yield from _Reader(columns).read(file, source, 0, path.stat().st_size, path)
    except PermissionError:
        raise ReadError(f"{source} may not be read.", remedy="Change its permissions.") from None
    except OSError as error:
        raise ReadError(f"{source} is damaged or cannot be read: {error}.", remedy="Fetch the file again.") from error


class _Reader:
    """Reads files, and files in files."""

    def __init__(self, columns: Mapping[str, str] | None) -> None:
        self._columns = columns

    def read(self, file: Stream, source: str, depth: int, size: int, path: Path | None = None) -> Iterator[Record]:
        """Read what a file of about that size turns out to be; `path` is where it lies, if it is not in another."""
        head = file.read(HEAD_BYTES)
        file.seek(0)
        unpack = containers.opener(head)
        if depth == containers.DEEPEST and (unpack or containers.is_zip(head)):
            raise ReadError(f"{source} is packed more than twice over.", remedy="Unpack it.")
        if unpack:
            with unpack(file) as inner:
                yield from self.read(Unpacked(inner, size), source, depth + 1, size)
        elif _is_pdf(head) or containers.is_zip(head):
            if path:
                yield from self._from_disk(path, source, depth, head)
            else:
                with containers.on_disk(file, MOST_BYTES) as copy:
                    yield from self._from_disk(copy, source, depth, head)
        elif detect.is_json_lines(head):
            yield from jsonl.read_lines(cast(BinaryIO, file), source)
        else:
            yield from self._from_whole(file, source)

    def _from_disk(self, path: Path, source: str, depth: int, head: bytes) -> Iterator[Record]:
        if containers.is_zip(head):
            with path.open("rb") as file:
                yield from containers.read_zip(file, source, path.stat().st_size, depth + 1, self.read)
        else:
            yield from pdf.read(path, source)

    def _from_whole(self, file: Stream, source: str) -> Iterator[Record]:
        data, fault = _contents(file, source)
        text = decode(data)
        if not text.strip("\x00 \t\n\f\v"):
            raise fault or ReadError(f"{source} is empty.", remedy=_REMEDY)
        found = detect.detect(text)
        if found is detect.TABLE or (self._columns and found in (None, detect.PAGE)):
            yield from table.read(text, source, self._columns)
        elif found:
            yield from found.read(text, source)
        else:
            looks = detect.describe(data, text)
            raise ReadError(f"{source} looks like {looks}, which Carrel does not read.", remedy=_REMEDY)
        if fault:
            yield Skipped(source, "", f"the file is damaged, and nothing is read from there on: {fault}")


def _contents(file: Stream, source: str) -> tuple[bytes, OSError | None]:
    """Read all bytes, or those before a damage, and what the damage is.

    Raises:
        ReadError: There are more than can be held in memory.
        OSError: The damage is at the very beginning.
    """
    data = bytearray()
    try:
        while block := file.read1(_BLOCK):
            data += block
            if len(data) > MOST_BYTES:
                raise ReadError(
                    f"{source} is too large to be read at once.", remedy="Split it, or save it as JSON lines."
                )
    except OSError as error:
        if not data:
            raise
        return bytes(data), error
    return bytes(data), None


def _is_pdf(head: bytes) -> bool:
    """Tell a PDF, which may begin with a few lines that are none of it."""
    begins = head[: pdf.MAGIC_WITHIN]
    return head.startswith(pdf.MAGIC) or bool(re.search(rb"[\r\n\x00\xbf]%PDF-\d", begins) and b" obj" in head)
