"""JSON value by value, past what is broken: a damaged object costs itself, a cut file what is behind the cut."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.readers.envelopes import LISTS, OWN, WRAPS

_MOST_BROKEN = 1000
"""Each one costs the time to count its line from the beginning, within `json`."""
_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"\s*+")
_COMMA = re.compile(r"[\s,]*+")
_BETWEEN = re.compile(r"[\s,\[\]]*+")
# A text that is not closed ends with its line, so that one missing quotation mark costs few objects.
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|[\[\]{}]')


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that cannot be parsed."""

    line: int
    """The line it begins on."""
    reason: str
    goes_on: bool
    """True where its end was found, and reading goes on behind it."""


def parts(text: str) -> Iterator[object]:
    """Iterate over the values of an array, or over values written one after the other.

    An answer of a web service is one value; where it is broken, the papers in it come one by one.

    Yields:
        Values as `json` gives them, and a `Broken` for each that cannot be parsed.
    """
    position = _past(_BETWEEN, text, 0)
    end, line, counted, broken = 0, 1, 0, 0
    is_list, within = "[" in text[:position], False
    while position < len(text) and not (within and "]" in text[end:position]):
        try:
            value, end = _DECODER.raw_decode(text, position)
            yield value
        except (ValueError, RecursionError) as error:
            if not within and (begin := _list_within(text, position)):
                end, within, is_list = begin, True, True
            else:
                line, counted = line + text.count("\n", counted, position), position
                broken += 1
                stop = _end(text, position) if broken < _MOST_BROKEN else None
                yield Broken(line, reason(error), stop is not None)
                if stop is None:
                    return
                end = stop
        position = _past(_BETWEEN, text, end)
    if is_list and "]" not in text[end:position]:
        yield Broken(line + text.count("\n", counted), "the file ends within a list", False)


def reason(error: Exception) -> str:
    """Say briefly what the parser found wrong."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


def _past(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _list_within(text: str, position: int) -> int | None:
    """Return where the list of papers in a broken answer begins; None where it is no such answer."""
    try:
        while text.startswith("{", position):
            position = _past(_SPACE, text, position + 1)
            name = ""
            while name not in WRAPS or not text.startswith("{", position):
                if name:
                    _, position = _DECODER.raw_decode(text, position)
                    position = _past(_COMMA, text, position)
                name, position = _name(text, position)
                if name in OWN:
                    return None
                if name in LISTS and text.startswith("[", position):
                    return position + 1
    except (ValueError, RecursionError):
        pass
    return None


def _name(text: str, position: int) -> tuple[str, int]:
    """Return the name that stands here, and where its value begins."""
    name, end = _DECODER.raw_decode(text, position)
    colon = _past(_SPACE, text, end)
    if not isinstance(name, str) or not name or not text.startswith(":", colon):
        raise ValueError("no name stands here")
    return name, _past(_SPACE, text, colon + 1)


def _end(text: str, position: int) -> int | None:
    """Return where the object that begins here ends, by its brackets alone."""
    depth = 0
    for token in _TOKEN.finditer(text, position) if text[position] == "{" else ():
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        if depth <= 0:
            return token.end()
    return None
