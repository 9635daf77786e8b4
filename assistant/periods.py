"""Years of publication in the words of a question.

A year is taken for that of publication only where nothing else can be meant: `papers from 2020` tells it, `the election
in 2020` does not. `Since` and `after` need less to go by, for a paper about the time since a year is younger than it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.words import COUNT

Years = tuple[int | None, int | None]

PAPERS = r"(?:papers?|articles?|publications?|preprints?|literature|research|studies)"
"""What is published. `Work` also is what people do, and a survey is taken in a year."""

YOUNGER = rf"(?:{PAPERS}|works?|surveys?|reviews?|overviews?|stud(?:y|ies)|methods|approaches)"
"""What may be limited by `since`, wherever it stands."""

MADE = (
    r"(?:published|written|proposed|introduced|presented|released|developed|suggested|described|reported|studied"
    r"|shown|found|known|done|made|tried|learned|learnt|new)"
)
"""What was done to a paper, or in it."""

WHOSE = r"(?:\s+(?:that|which|were|was|are|is|has|have|been|only|all|just|first|published|written|appeared|dated))*"
EVENT = (
    r"(?:the|in|of|at|for|elections?|crises|crisis|wars?|pandemics?|covid\S*|floods?|fires?|storms?|earthquakes?|seasons?"
    r"|deaths?|mortality|outbreaks?|prices?|sales|weather|games|olympics|data|datasets?|records?|events?|laws?|trends?)\b"
)
"""In a topic, what the year may belong to."""

TOPIC = rf"\s+(?:on|about)(?:\s+(?!{EVENT})[\w-]+){{1,4}}"
TIE = re.compile(
    rf"\b(?:(?:{PAPERS}|(?:which|what|any|all|published|related|recent)\s+works?|publish(?:ed)?|write|appeared){WHOSE}"
    rf"|(?:papers|articles|published|written){TOPIC})(?:\s+and)?\W*$",
    re.I,
)
"""What stands before the years of publication."""

EARLIER = re.compile(rf"\b(?:{YOUNGER}|published)\b", re.I)
AFTER = re.compile(
    r"\s*(?:$|[,.;:?!)\]]|(?:on|about|in|that|which|who|with|for|by|and|or|at|to|using|of|from|as|is|are|was|were|do|does"
    r"|did|has|have|can|could|use|uses|used|show|shows|propose|proposes|report|reports|study|deal|discuss|address|say"
    r"|find|found|there|exist|you|we|i|since|after|before|between|during|until|till|prior|up|over|within|no|not)\b)",
    re.I,
)
"""What may follow a year; a noun there would make it a number or a name, as in `2000 steps`."""

HAPPENED = re.compile(
    rf"\b(?:did|had|will|would|was|were|has|have)\b(?!\s+(?:(?!\b(?:not|never)\b)[\w-]+\s+){{0,4}}?{MADE}\b)"
    r"|\b(?:change|changed|rise|rose|growth|increase|decrease|decline|trends?|evolution|happened|deaths|mortality)\b",
    re.I,
)
"""The question is about what happened in those years, not about what was written."""

MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
PART = rf"(?:(?:the\s+)?(?:year|beginning|start|middle|end|early|mid|late)[\s-]+(?:of\s+)?)?(?:{MONTH}\s+)?"
YEAR = r"(?<![\w.,/$€£-])((?:19|20)\d\d)(?![\w%°/]|[.,]\d|-(?!(?:19|20)\d\d))"
DATE = rf"({PART}){YEAR}"
TO = r"\s*(?:-|–|—|\bto\b|\band\b|\buntil\b|\btill\b|\bthrough\b)\s*"
LATER = r"(?:on\b|onwards?|(?:and|or)\s+(?:later|after|newer|onwards?))"
COUNTED = rf"(\d{{1,2}}|{'|'.join(COUNT)})"

BARE = 30
"""Years back from today that `since` alone may reach."""


@dataclass(frozen=True, slots=True)
class Period:
    """Years that a question names, and where it does."""

    years: Years
    start: int
    end: int
    is_open: bool = False
    """It reaches up to today."""


@dataclass(frozen=True, slots=True)
class Form:
    """A way to name years."""

    pattern: re.Pattern[str]
    years: Callable[[Sequence[str], int], Years]
    """From the pattern's groups, and today's year."""
    is_open: bool = False
    is_tied: bool = False
    """The pattern itself says that publication is meant."""


def _form(
    pattern: str, years: Callable[[Sequence[str], int], Years], *, is_open: bool = False, is_tied: bool = False
) -> Form:
    return Form(re.compile(pattern, re.I), years, is_open, is_tied)


def _beyond(part: str, year: str, step: int) -> int:
    """Return the next year; but after a part of a year comes the rest of it."""
    return int(year) if part.strip() else int(year) + step


def _counted(number: str) -> int:
    return COUNT.get(number.lower(), 0) or int(number)


FORMS = (
    _form(rf"\b(?:from|between|during|in)\s+{DATE}{TO}{DATE}", lambda got, _: (int(got[1]), int(got[3]))),
    _form(rf"\b(?:from|starting\s+in|as\s+of)\s+{DATE}\s+{LATER}", lambda got, _: (int(got[1]), None), is_open=True),
    _form(rf"\b(?:in\s+|from\s+)?{DATE}\s+or\s+(?:later|newer)\b", lambda got, _: (int(got[1]), None), is_open=True),
    _form(rf"\bsince\s+{DATE}", lambda got, _: (int(got[1]), None), is_open=True),
    _form(rf"\bno(?:t)?\s+(?:earlier|older)\s+than\s+{DATE}", lambda got, _: (int(got[1]), None), is_open=True),
    _form(
        rf"\b(?:after|(?:later|newer)\s+than)\s+{DATE}", lambda got, _: (_beyond(got[0], got[1], 1), None), is_open=True
    ),
    _form(
        rf"\b(?:before|prior\s+to|(?:earlier|older)\s+than)\s+{DATE}",
        lambda got, _: (None, _beyond(got[0], got[1], -1)),
    ),
    _form(rf"\b(?:until|till|up\s+to)\s+{DATE}", lambda got, _: (None, int(got[1]))),
    _form(rf"\b(?:in|during|from|of)\s+{DATE}", lambda got, _: (int(got[1]), int(got[1]))),
    _form(
        rf"{YEAR}(?=\s+(?:papers|articles|publications|preprints)\b)", lambda got, _: (int(got[0]),) * 2, is_tied=True
    ),
    _form(
        rf"\b(?:in|over|during|within|from|of)\s+(?:the\s+)?(?:last|past|previous)\s+{COUNTED}\s+years\b",
        lambda got, today: (today - _counted(got[0]), None),
        is_open=True,
    ),
)


def periods(text: str, today: int) -> list[Period]:
    """Return the years of publication that a question names, in the order of their places; none overlaps.

    Args:
        text: The question; what was understood of it already is blank.
        today: This year.
    """
    found: list[Period] = []
    for form in FORMS:
        for match in form.pattern.finditer(text):
            years = form.years([group or "" for group in match.groups()], today)
            place = Period(years, match.start(), match.end(), form.is_open)
            # What is not meant counts too, so that no shorter form finds a part of it.
            if any(_overlap(place, other) for other in found):
                continue
            if _is_possible(years, today) and (form.is_tied or _is_meant(text, place, today)):
                found.append(place)
                text = text[: place.start] + " " * (place.end - place.start) + text[place.end :]
            else:
                found.append(Period((None, None), place.start, place.end))
    return sorted((one for one in found if one.years != (None, None)), key=lambda one: one.start)


def _is_possible(years: Years, today: int) -> bool:
    first, last = years
    return all(year is None or year <= today + 1 for year in years) and (first is None or last is None or first <= last)


def _overlap(one: Period, other: Period) -> bool:
    return one.start < other.end and other.start < one.end


def _is_meant(text: str, place: Period, today: int) -> bool:
    """Tell whether a period can only be that of publication."""
    before, after = text[: place.start], text[place.end :]
    is_tied = bool(TIE.search(before))
    if not (AFTER.match(after) or (is_tied and place.is_open)):
        return False
    if is_tied or (not before.strip() and after.startswith(",") and EARLIER.search(after)):
        return True
    if not place.is_open or HAPPENED.search(text):
        return False
    at_edge = not before.strip() or not after.strip(" ?.!")
    return bool(EARLIER.search(before)) or (at_edge and (place.years[0] or 0) >= today - BARE)


def joined(found: Sequence[Period]) -> Years | None:
    """Return several periods as one; None where they are none, or cannot all be meant at once.

    >>> joined([Period((2018, None), 0, 10), Period((None, 2020), 15, 25)])
    (2018, 2020)
    """
    firsts, lasts = [list(_known(one.years[end] for one in found)) for end in (0, 1)]
    if not found or len(firsts) > 1 or len(lasts) > 1:
        return None
    years = next(iter(firsts), None), next(iter(lasts), None)
    return years if None in years or sorted(years) == list(years) else None  # type: ignore[type-var]


def _known(years: Iterator[int | None]) -> Iterator[int]:
    return (year for year in years if year is not None)
