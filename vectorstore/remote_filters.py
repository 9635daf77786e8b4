"""Filters of a search on a Chroma server: as conditions for the server, and as a look at each paper it returns."""

import re
import unicodedata
from typing import Any

from assistant.types import Filters, Paper
from assistant.vectorstore.remote_records import names, words_of
from assistant.words import WIDE, fold

Condition = dict[str, Any]

FIRST = -10_000
"""Before every year."""


def condition(filters: Filters, *, named: bool = True) -> Condition | None:
    """Return what the server can be asked for; it admits no less than the filters, but for parts of words.

    Args:
        filters: The filters, without their ids.
        named: With those on names; else all but these.
    """
    parts: list[Condition] = []
    if filters.years:
        first, last = filters.years
        parts.append({"year": {"$gte": FIRST if first is None else first}})
        parts += [] if last is None else [{"year": {"$lte": last}}]
    if filters.with_abstract:
        parts.append({"has_abstract": {"$eq": True}})
    if named:
        parts += _named(filters)
    return _joined("$and", parts)


def admits(filters: Filters, paper: Paper) -> bool:
    """Tell whether filters admit a paper, just as those of a local library do."""
    if filters.years and not _is_within(paper.year, *filters.years):
        return False
    if filters.ids and paper.id not in filters.ids:
        return False
    if filters.with_abstract and not paper.abstract:
        return False
    if filters.source and fold(filters.source) not in fold(paper.source):
        return False
    if filters.venue and not has(paper, "venue", filters.venue):
        return False
    texts = (("authors", filters.authors), ("topics", filters.topics))
    return all(any(has(paper, kind, part) for part in wanted) for kind, wanted in texts if wanted)


def has(paper: Paper, kind: str, part: str) -> bool:
    """Tell whether a field of a paper has a text in it, from the beginning of a word."""
    text = fold("\n".join(names(paper, kind)))
    if fold(part) not in text:
        return False
    begun = [] if WIDE.search(part) else re.findall(r"\w+", fold(unicodedata.normalize("NFC", part)))
    words = re.findall(r"\w+", text)
    return all(any(word.startswith(one) for word in words) for one in begun)


def naming(kind: str, part: str) -> Condition | None:
    """Return the condition for the papers with all words of a name; None where words cannot tell."""
    if WIDE.search(part):
        return None
    return _joined("$and", [{"words": {"$contains": word}} for word in words_of(kind, part)])


def _named(filters: Filters) -> list[Condition]:
    wanted = (
        ("authors", filters.authors),
        ("topics", filters.topics),
        ("venue", (filters.venue,) if filters.venue else ()),
        ("source", (filters.source,) if filters.source else ()),
    )
    found: list[Condition] = []
    for kind, parts in wanted:
        conditions = [naming(kind, part) for part in parts]
        one = _joined("$or", [one for one in conditions if one is not None])
        if one is not None and None not in conditions:
            found.append(one)
    return found


def _joined(operator: str, parts: list[Condition]) -> Condition | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return {operator: parts}


def _is_within(year: int | None, first: int | None, last: int | None) -> bool:
    return year is not None and (first is None or year >= first) and (last is None or year <= last)
