"""What web services wrap papers in: lists under a name, records about a paper, and errors instead of papers."""

from collections.abc import Iterator
from typing import Any

from assistant.readers import values
from assistant.readers.dialects import record
from assistant.readers.fields import Record
from assistant.readers.values import Object
from assistant.types import Noted, Skipped

LISTS = frozenset(
    ("data", "results", "result", "items", "papers", "recommendedPapers", "works", "records", "documents")
)
LISTS |= {"docs", "articles", "publications", "entries", "hit", "references"}
"""Names under which a list of papers lies."""
WRAPS = ("message", "response", "resultList", "result", "results", "data", "hits")
"""Names under which an object lies that holds the list, or the only paper."""
OWN = frozenset(("title", "abstract", "display_name", "paperId", "itemType", "abstractNote"))
"""Names that papers have: a list beside them mostly holds something else, such as the works they cite."""
_ABOUT_A_PAPER = ("citingPaper", "citedPaper", "paper")
_DEEPEST = 4


def opened(value: object) -> list[Any] | None:
    """Return the papers in a list or an answer of a service, none if it is empty; None where it is no such thing."""
    if isinstance(value, list):
        return value if any(isinstance(one, dict) for one in value) else None
    found = _opened(value, 0) if isinstance(value, dict) else None
    return None if found == [] and error(value) else found


def read(value: object, source: str, place: str) -> Iterator[Record]:
    """Read one value, unwrapped where it is a record about a paper.

    Yields:
        The paper or why there is none; then a note about what came with it and is left out.
    """
    found = _unwrapped(value)
    if said := error(found):
        yield Skipped(source, place, f"an error in the place of papers: {said}")
        return
    yield record(found, source, place)
    if left_out := list(_left_out(value, found)):
        yield Noted(source, f"{place}: {' and '.join(left_out)} given with the paper are not read")


def error(value: object) -> str:
    """Return what a service says instead of papers, or nothing.

    >>> error({"message": "Too Many Requests.", "code": "429"})
    'Too Many Requests.'
    """
    if not isinstance(value, dict) or OWN & value.keys():
        return ""
    for name in ("error", "errors", "message"):
        said = value.get(name)
        if found := next(filter(None, map(_said, said if isinstance(said, list) else [said])), ""):
            return f"{found} {values.text(value, 'message') if name == 'error' else ''}".strip()
    return ""


def _said(value: object) -> str:
    if isinstance(value, dict):
        return values.text(value, "message", "detail", "title", "error")
    return value.strip() if isinstance(value, str) else ""


def _opened(value: Object, depth: int) -> list[Any] | None:
    lists = [found for name, found in value.items() if name in LISTS and isinstance(found, list)]
    if OWN & value.keys():
        # A library may have a title, and a paper a list of the works it cites.
        others = [found for found in lists if found is not value.get("references") and _has_titles(found)]
        return others[0] if others and "abstract" not in value else None
    papers = [found for found in lists if not found or any(one is None or isinstance(one, dict) for one in found)]
    if papers:
        return max(papers, key=len)
    for name, found in value.items():
        if name in WRAPS and isinstance(found, dict) and depth < _DEEPEST:
            inner = _opened(found, depth + 1)
            if inner is not None or OWN & found.keys():
                return [found] if inner is None else inner
    return None


def _has_titles(found: list[Any]) -> bool:
    return any(isinstance(one, dict) and "title" in one for one in found)


def _unwrapped(value: object) -> object:
    """Take the paper out of a record about it, such as a citation or an item of Zotero's service."""
    if not isinstance(value, dict) or OWN & value.keys():
        return value
    for name in _ABOUT_A_PAPER:
        if name in value:
            return value[name]
    inner = value.get("data")
    return inner if isinstance(inner, dict) and OWN & inner.keys() else value


def _left_out(value: object, paper: object) -> Iterator[str]:
    if isinstance(value, dict) and value is not paper and isinstance(value.get("snippet"), dict):
        # Some sentences of a paper are no abstract of it.
        yield "the sentences"
    for name in ("citations", "references"):
        if isinstance(paper, dict) and isinstance(found := paper.get(name), list) and _has_titles(found):
            yield f"{len(found)} {name}"
