"""One paper made of several records of it, each field the fullest there is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from assistant.identity import is_preprint_doi, is_published
from assistant.types import Paper
from assistant.words import fold

Value = TypeVar("Value")

SAID = (
    "title", "abstract", "authors", "year", "venue", "doi", "arxiv_id", "pmid", "url", "code_url", "topics", "kind",
)  # fmt: skip
"""The fields in which a record says something of its paper."""


def merge(parts: Sequence[Paper]) -> Paper:
    """Return the paper that records are of, the fullest of each field.

    A real abstract goes before a summary, and then the longer; title, year, venue and address are those of the
    published version; keys and topics are gathered. Id, source and kind are those of the first record.
    """
    if len(parts) == 1:
        return parts[0]
    published_first = sorted(parts, key=lambda part: not is_published(part))
    abstract = max(parts, key=lambda part: (bool(part.abstract), not part.is_summary, len(part.abstract)))
    return replace(
        parts[0],
        title=max(parts, key=_title).title,
        abstract=abstract.abstract,
        is_summary=abstract.is_summary,
        authors=max((part.authors for part in parts), key=_authors),
        year=_first(published_first, lambda part: part.year),
        venue=_first(published_first, lambda part: part.venue),
        url=_first(published_first, lambda part: part.url),
        doi=_first(sorted(parts, key=lambda part: is_preprint_doi(part.doi)), lambda part: part.doi),
        arxiv_id=_first(parts, lambda part: part.arxiv_id),
        pmid=_first(parts, lambda part: part.pmid),
        code_url=_first(parts, lambda part: part.code_url),
        topics=_topics(topic for part in parts for topic in part.topics),
        keys=tuple(dict.fromkeys(key for part in parts for key in part.keys)),
    )


def update(part: Paper, record: Paper) -> Paper:
    """Return an earlier record with what the same record says now; what that leaves open stays."""
    said = {name: getattr(record, name) for name in SAID if getattr(record, name)}
    if record.abstract:
        said["is_summary"] = record.is_summary
    return replace(part, **said, keys=tuple(dict.fromkeys((*part.keys, *record.keys))))


def is_copy(part: Paper, record: Paper) -> bool:
    """Tell whether a record says just what another says, wherever it is from, under no other key."""
    if part.title != record.title or part.abstract != record.abstract:
        return False
    return set(record.keys) <= set(part.keys) and _content(part) == _content(record)


def _content(paper: Paper) -> Paper:
    return replace(paper, id="", source="", kind="", keys=())


def _title(part: Paper) -> tuple[bool, bool, bool, int]:
    return bool(part.title), not part.title.isupper(), is_published(part), len(part.title)


def _authors(names: tuple[str, ...]) -> tuple[int, int]:
    return len(names), sum(map(len, names))


def _first(parts: Iterable[Paper], field: Callable[[Paper], Value | None]) -> Value | None:
    return next(filter(None, map(field, parts)), None)


def _topics(topics: Iterable[str]) -> tuple[str, ...]:
    distinct: dict[str, str] = {}
    for topic in topics:
        distinct.setdefault(fold(topic), topic)
    return tuple(distinct.values())
