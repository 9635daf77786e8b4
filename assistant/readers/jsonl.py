"""Files of JSON: one object a line, one array, one object, or an answer of a web service that holds many.

Lines are read as they come, so that a file may be larger than the memory. What the objects mean is for `envelopes` and
`dialects`.
"""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from assistant.readers import envelopes
from assistant.readers.brokenjson import Broken, parts, reason
from assistant.readers.fields import Record
from assistant.readers.text import decode, open_bytes
from assistant.types import Noted, Skipped

_LONGEST_LINE = 1 << 26


def read_file(path: Path, source: str) -> Iterator[Record]:
    """Read JSON lines as they come, so that a file may be larger than the memory."""
    with open_bytes(path) as file:
        yield from read_lines(file, source)


def read_lines(file: IO[bytes], source: str) -> Iterator[Record]:
    """Read the papers of each line that is not blank."""
    number = 0
    try:
        while line := file.readline(_LONGEST_LINE):
            number += 1
            yield from _from_line(line, file, source, f"line {number}")
    except (OSError, EOFError, zlib.error) as error:
        yield Skipped(source, f"line {number + 1}", f"the file is damaged from here on: {error}")


def read_document(text: str, source: str) -> Iterator[Record]:
    """Read the objects of one array or one answer, or objects written one after the other over many lines."""
    number = 0
    for part in parts(text):
        if isinstance(part, Broken):
            number += 1
            yield _skipped(part, source, f"item {number}, line {part.line}")
        else:
            held = envelopes.opened(part)
            for one in [part] if held is None else held:
                number += 1
                yield from envelopes.read(one, source, f"item {number}")
    if not number:
        yield Noted(source, "it holds no papers")


def _from_line(line: bytes, file: IO[bytes], source: str, place: str) -> Iterator[Record]:
    if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
        while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass
        yield Skipped(source, place, f"the line is longer than {_LONGEST_LINE >> 20} MB")
    elif text := decode(line).strip():
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError) as error:
            yield from _from_broken(text, source, place, reason(error))
        else:
            yield from _from_value(value, source, place)


def _from_value(value: object, source: str, place: str) -> Iterator[Record]:
    held = envelopes.opened(value)
    if held is None:
        yield from envelopes.read(value, source, place)
    elif held:
        for number, one in enumerate(held, start=1):
            yield from envelopes.read(one, source, f"{place}, item {number}")
    else:
        yield Noted(source, f"{place} holds no papers")


def _from_broken(text: str, source: str, place: str, why: str) -> Iterator[Record]:
    """Read what is whole in a line that is not: several objects on it, or an answer that was cut off."""
    found = list(parts(text))
    if not any(isinstance(part, dict) for part in found):
        yield Skipped(source, place, f"not valid JSON: {why}")
        return
    for number, part in enumerate(found, start=1):
        here = f"{place}, item {number}"
        if isinstance(part, Broken):
            yield _skipped(part, source, here)
        else:
            yield from _from_value(part, source, here)


def _skipped(part: Broken, source: str, place: str) -> Skipped:
    return Skipped(
        source, place, f"not valid JSON: {part.reason}{'' if part.goes_on else '; what follows is not read'}"
    )
