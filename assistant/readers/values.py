"""Values out of JSON objects, whatever type they turn out to have."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assistant.readers import fields

Object = Mapping[str, Any]


class WrongType(ValueError):
    """A field holds something other than what is read from it."""


def kind(value: object) -> str:
    """Say in words what a value is.

    >>> kind([1, 2])
    'a list'
    """
    names = {bool: "true or false", str: "text", list: "a list", dict: "an object", type(None): "null"}
    return names.get(type(value), "a number")


def prose(record: Object, name: str) -> str:
    """Return the text of a field that a paper lives by, such as its title; of a list, the first text.

    Raises:
        WrongType: It holds something else; dropping it in silence would lose the paper's words.
    """
    value = record.get(name)
    if isinstance(value, list):
        value = next(filter(None, value), None)
    if value is None or isinstance(value, str):
        return value or ""
    raise WrongType(f"`{name}` is {kind(value)}, not text")


def text(record: Object, *names: str) -> str:
    """Return the first of the fields that says something: text, a number, or the first text of a list."""
    return next((found for name in names for found in texts(record, name)), "")


def texts(record: Object, name: str) -> list[str]:
    """Return the texts of a field that holds a list, or its only text."""
    value = record.get(name)
    return [found for one in (value if isinstance(value, list) else [value]) if (found := _scalar(one))]


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def inner(record: Object, *names: str) -> Object:
    """Follow the names into nested objects; an empty object where there is none.

    >>> inner({"author": {"name": {"given": "Ann"}}}, "author", "name")
    {'given': 'Ann'}
    """
    for name in names:
        value = record.get(name)
        record = value if isinstance(value, dict) else {}
    return record


def objects(record: Object, name: str) -> Iterator[Object]:
    """Iterate over the objects in a list, or over the only one."""
    value = record.get(name)
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one


def lowered(record: Object) -> Object:
    """Return the object with its names in lower case; where two become one, that which says something stays."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        found[name.lower()] = found.get(name.lower()) or value
    return found


def person(name: Object, given: Iterable[str], family: Iterable[str]) -> str:
    """Join the parts of a name, given names first.

    >>> person({"first": "Ann", "last": "Lee"}, ["first", "middle"], ["last", "suffix"])
    'Ann Lee'
    """
    return " ".join(part for key in (*given, *family) for part in texts(name, key))


def year(value: object) -> int | None:
    """Return the first year in a value, however deep it lies: `{"date-parts": [[2019, 5]]}`."""
    depth: list[object] = [value]
    while depth:
        top = depth.pop()
        if isinstance(top, dict):
            depth += reversed(top.values())
        elif isinstance(top, list):
            depth += reversed(top)
        elif found := fields.year(_scalar(top)):
            return found
    return None


def arxiv_id(*places: str) -> str | None:
    """Return the arXiv number from the first place that speaks of arXiv."""
    return next((found for place in places if "arxiv" in place.lower() and (found := fields.arxiv_id(place))), None)


def pmid(*places: str) -> str | None:
    """Return the PubMed number from the first place that is one."""
    return next((found for place in places if (found := fields.pmid(place))), None)
