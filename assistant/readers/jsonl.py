"""Papers as JSON: one object a line, or one array of objects.

An object holds any of `id`, `title`, `abstract` or `summary`, `authors`, `year`, `venue` or `journal`, `doi`,
`arxiv_id` or `arxiv`, `url`, `code_url`, `topics`, `keywords` or `categories`, `kind`; other keys are ignored.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from assistant.readers import fields
from assistant.readers.fields import Record, kept
from assistant.readers.text import clean, clean_title, decode, open_bytes, squeeze
from assistant.types import Paper, Skipped

_LONGEST_LINE = 1 << 26
_SPACE = re.compile(r"[\s,\[\]]*")
_ARXIV_CATEGORIES = re.compile(r"[a-z-]+(\.[A-Za-z-]+)?( [a-z-]+(\.[A-Za-z-]+)?)*")
_MAY_BE_NUMBERS = ("id", "year", "arxiv", "arxiv_id")
Object = Mapping[str, Any]


class _WrongType(ValueError):
    """A field holds something other than what is read from it."""


def read_file(path: Path, source: str) -> Iterator[Record]:
    """Read JSON lines as they come, so that a file may be larger than the memory."""
    with open_bytes(path) as file:
        yield from read_lines(file, source)


def read_lines(file: IO[bytes], source: str) -> Iterator[Record]:
    """Read one object from each line that is not blank."""
    number = 0
    try:
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if record := _from_line(line, file, source, f"line {number}"):
                yield record
    except (OSError, EOFError, zlib.error) as error:
        yield Skipped(source, f"line {number + 1}", f"the file is damaged from here on: {error}")


def read_document(text: str, source: str) -> Iterator[Record]:
    """Read the objects of one array, or several objects written one after the other over many lines."""
    decoder = json.JSONDecoder()
    number, position = 0, _space(text, 0)
    while position < len(text):
        number += 1
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            line = text.count("\n", 0, position) + 1
            yield Skipped(source, f"item {number}, line {line}", "not valid JSON; nothing is read from here on")
            return
        yield _from_value(value, source, f"item {number}")
        position = _space(text, end)


def _space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _from_line(line: bytes, file: IO[bytes], source: str, place: str) -> Record | None:
    if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
        while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass
        return Skipped(source, place, f"the line is longer than {_LONGEST_LINE >> 20} MB")
    text = decode(line).strip()
    if not text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        return Skipped(source, place, f"not valid JSON: {reason}")
    return _from_value(value, source, place)


def _from_value(value: object, source: str, place: str) -> Record:
    if not isinstance(value, dict):
        return Skipped(source, place, f"not an object but {_kind(value)}")
    try:
        return kept(_paper(value, source), place)
    except _WrongType as error:
        return Skipped(source, place, str(error))


def _paper(record: Object, source: str) -> Paper:
    abstract = clean(_text(record, "abstract"))
    summary = clean(_text(record, "summary"))
    key = squeeze(_text(record, "id"))
    url = fields.web_address(_text(record, "url"))
    return Paper(
        id=key,
        title=clean_title(_text(record, "title")),
        abstract=abstract or summary,
        is_summary=bool(summary and not abstract),
        authors=_authors(record),
        year=fields.year(_text(record, "year")),
        venue=squeeze(_text(record, "venue") or _text(record, "journal")) or None,
        doi=fields.doi(_text(record, "doi")),
        arxiv_id=fields.arxiv_id(_text(record, "arxiv_id") or _text(record, "arxiv")),
        url=url,
        code_url=fields.web_address(_text(record, "code_url")) or fields.code_url(abstract or summary, url),
        topics=_topics(record),
        keys=(key,) if key else (),
        source=source,
        kind=squeeze(_text(record, "kind")),
    )


def _text(record: Object, name: str) -> str:
    return _as_text(record.get(name), name)


def _as_text(value: object, name: str) -> str:
    if isinstance(value, Mapping):
        value = value.get("name")
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if name in _MAY_BE_NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _WrongType(f"`{name}` is {_kind(value)}, not text")


def _list(record: Object, name: str) -> list[str] | None:
    value = record.get(name)
    return [_as_text(item, name) for item in value] if isinstance(value, list) else None


def _authors(record: Object) -> tuple[str, ...]:
    names = _list(record, "authors")
    return fields.distinct(_split_names(_text(record, "authors")) if names is None else names)


def _split_names(text: str) -> list[str]:
    """Split names at `;` and `and`; at commas too where these cannot be inside a name ("Ann Lee, Bo Li and C. Yu")."""
    names = re.split(r";|,? and ", squeeze(text))
    parts = [part.strip() for name in names for part in name.split(",")]
    return parts if ";" not in text and all(" " in part for part in parts) else names


def _topics(record: Object) -> tuple[str, ...]:
    found: list[str] = []
    for name in ("topics", "keywords", "categories"):
        words = _list(record, name)
        found += _split_topics(_text(record, name)) if words is None else words
    return fields.distinct(found)


def _split_topics(text: str) -> tuple[str, ...]:
    if "." in text and _ARXIV_CATEGORIES.fullmatch(text):
        return tuple(text.split())
    return fields.topics(text)


def _kind(value: object) -> str:
    names = {bool: "true or false", str: "text", list: "a list", dict: "an object", type(None): "null"}
    return names.get(type(value), "a number")
