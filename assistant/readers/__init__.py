"""Readers: from a file to papers, whatever it is called.

A reader knows one format. It yields a `Paper` for each record, or a `Skipped` that says where and why; a bad record
never ends the reading. `read` finds the reader for a file by looking into it.
"""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import ReadError
from assistant.readers import bibtex, detect, jsonl, page
from assistant.readers.fields import Record
from assistant.readers.text import HEAD_BYTES, decode, open_bytes, read_bytes

__all__ = ["Record", "read"]


def read(path: Path, name: str | None = None) -> Iterator[Record]:
    """Read the papers of a file.

    Args:
        path: A file, plain or gzip, in a format that is found out by looking.
        name: What to call the file in papers and messages; default its path.

    Returns:
        An iterator over papers and skipped records, in the file's order.

    Raises:
        ReadError: There is no such file, or it cannot be read, or it is in none of the formats known.
    """
    source = name or str(path)
    _check(path, source)
    try:
        with open_bytes(path) as file:
            head = file.read(HEAD_BYTES)
        if detect.is_json_lines(head):
            return jsonl.read_file(path, source)
        return _read_whole(read_bytes(path, source), source)
    except PermissionError:
        raise ReadError(f"{source} may not be read.", remedy="Change its permissions.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(f"{source} is damaged or cannot be read: {error}.", remedy="Fetch the file again.") from error


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


def _read_whole(data: bytes, source: str) -> Iterator[Record]:
    text = decode(data)
    if not text.strip("\x00 \t\n\f\v"):
        raise ReadError(f"{source} is empty.")
    match detect.detect(text):
        case "lines":
            return jsonl.read_lines(io.BytesIO(text.encode()), source)
        case "document":
            return jsonl.read_document(text, source)
        case "bibtex":
            return bibtex.read(text, source)
        case "page":
            return page.read(text, source)
        case None:
            raise ReadError(f"{source} looks like {detect.describe(data, text)}, which Carrel does not read.")
