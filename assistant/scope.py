"""Filters in words, and putting them together."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from assistant.protocols import Holdings
from assistant.types import Filters, Scope

FIELDS = tuple(one.name for one in fields(Filters))


def described(filters: Filters) -> dict[str, str]:
    """Say field by field which papers filters admit, to follow the word `papers`.

    >>> described(Filters(years=(2022, None), authors=("Ann Lee", "Bo Li")))
    {'years': 'since 2022', 'authors': 'by Ann Lee or Bo Li'}
    """
    return dict(_described(filters))


def _described(filters: Filters) -> Iterator[tuple[str, str]]:
    if filters.ids:
        yield "ids", f"among the {len(filters.ids)} that you chose" if len(filters.ids) > 1 else "that you chose"
    if filters.years:
        yield "years", _years(*filters.years)
    if filters.authors:
        yield "authors", f"by {' or '.join(filters.authors)}"
    if filters.venue:
        yield "venue", f"in {filters.venue}"
    if filters.topics:
        yield "topics", f"on {' or '.join(filters.topics)}"
    if filters.source:
        yield "source", f"from the file {filters.source}"
    if filters.with_abstract:
        yield "with_abstract", "with an abstract"


def _years(first: int | None, last: int | None) -> str:
    if first is None:
        return "with a year" if last is None else f"until {last}"
    if last is None:
        return f"since {first}"
    return f"of {first}" if first == last else f"from {first} to {last}"


def phrase(filters: Filters) -> str:
    """Say which papers filters admit, to follow the word `papers`.

    >>> phrase(Filters(years=(2018, 2020), venue="NeurIPS"))
    'from 2018 to 2020, in NeurIPS'
    """
    return ", ".join(described(filters).values())


def told(scope: Scope) -> list[str]:
    """Say what a person should know of the papers looked at that they did not ask for in so many words."""
    told = [f"Only papers {phrase(scope.understood)}."] if scope.understood else []
    if scope.dropped:
        told.append(missed(scope.dropped))
    if scope.undated:
        told.append(undated(scope.undated))
    return told


def undated(papers: int) -> str:
    """Say how many papers were left out because nobody knows their year."""
    return f"{papers:,} papers without a year were left out." if papers > 1 else "1 paper without a year was left out."


def missed(dropped: Filters) -> str:
    """Say that filters from the words of a question were left aside."""
    return f"No paper {phrase(dropped)} fits, so the others were looked at too."


def counted(scope: Scope, holdings: Holdings | None) -> Scope:
    """Return a scope with the numbers of its papers, as far as they are known."""
    filters, yearless = scope.filters, 0
    if holdings is None or not filters:
        return scope
    if filters.years:
        yearless = holdings.count(replace(filters, years=None)) - holdings.count(replace(filters, years=(None, None)))
    return replace(scope, papers=holdings.count(filters), undated=yearless)


def merged(given: Filters, understood: Filters) -> Filters:
    """Return both filters as one; where both limit the same, what was given counts."""
    usual = Filters()
    changes = {name: getattr(understood, name) for name in FIELDS if getattr(given, name) == getattr(usual, name)}
    return replace(given, **changes)


def added(filters: Filters, given: Filters) -> Filters:
    """Return the filters without the fields that were given."""
    usual = Filters()
    changes = {name: getattr(usual, name) for name in FIELDS if getattr(given, name) != getattr(usual, name)}
    return replace(filters, **changes)


def plain(filters: Filters) -> dict[str, Any]:
    """Return what filters say as data for JSON; an open one is left out.

    >>> plain(Filters(years=(2022, None), authors=("Ann Lee",)))
    {'years': [2022, None], 'authors': ['Ann Lee']}
    """
    values = ((name, getattr(filters, name)) for name in described(filters))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def loosened(understood: Filters) -> Iterator[Filters]:
    """Return what was understood, then what to keep of it where that leaves nothing: the years go first."""
    yield understood
    rest = without(understood, "years")
    if rest and rest != understood:
        yield rest


def without(filters: Filters, field: str) -> Filters:
    """Return the filters with one field open again; an unknown field changes nothing."""
    return replace(filters, **{field: getattr(Filters(), field)}) if field in FIELDS else filters
