"""What a question says of the papers it is asked of: their years, authors and venue.

The words are taken as filters only where nothing else can be meant, and where the library has such an author or
venue. What kind of paper is wanted, as in `surveys on routing`, stays with the words that are searched for: no record
says it reliably, but the titles of surveys do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from assistant import bylines, periods, quoting
from assistant.bylines import Byline
from assistant.protocols import Holdings
from assistant.scope import merged
from assistant.types import Filters, Turn
from assistant.words import terms

COMPARES = re.compile(
    r"\b(?:compar\w*|versus|vs|differ\w*|contrast\w*|(?:better|worse|more|less|faster|larger|smaller) than"
    r"|before and after"
    r"|(?:earlier|older|previous|prior|other|newer|later) (?:papers?|works?|ones?|approaches|methods))\b",
    re.I,
)
"""What is compared with the papers named would be left out."""

EXCEPT = re.compile(
    r"\b(?:not|n't|previously|except|excluding|without|other than|rather than|apart from|besides|unlike"
    r"|cit(?:ed?|es|ing)|follow\w*)(?:\s+(?:for|the|those|ones|papers?|works?|published|written|proposed|introduced|described|made|done))*\s*$",
    re.I,
)
JOINT = re.compile(r"\s*,?\s*(?:and|or)?\s*")
ASKS = frozenset(
    """
    anything appeared authored find give known list name new publication publications published preprints recent
    research search show since studies tell there written wrote write publish
    """.split()  # noqa: SIM905
)
"""Words that say nothing of what is looked for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a question is limited to, and what is left to be searched for."""

    question: str
    """The question without what became a filter."""
    filters: Filters = field(default_factory=Filters)
    spans: tuple[tuple[int, int], ...] = ()
    """The places in the question that were understood, in order."""
    is_all: bool = False
    """True where nothing else is said, as in `papers by Ann Lee`."""


def read(question: str, holdings: Holdings, today: date) -> Limits:
    """Understand what a question says of years, authors and venue.

    Args:
        question: The question.
        holdings: Knows the authors and venues of the library.
        today: For `the last five years`; and no paper is younger.
    """
    if COMPARES.search(question):
        return Limits(question)
    text = quoting.said(question)
    found: list[Byline] = []
    # Twice the venues: an author may stand between, as in `papers by Lee at NeurIPS`, or after.
    for names in (bylines.venues, bylines.authors, bylines.venues):
        found += [one for one in names(text, holdings) if _is_wanted(text, one.start)]
        text = _blanked(text, [(one.start, one.end) for one in found])
    dated = [one for one in periods.periods(text, today.year) if _is_wanted(text, one.start)]
    years = periods.joined([*dated, *_dated(found)])
    filters = replace(_filters(found), years=years)
    if not filters:
        return Limits(question)
    times = [(one.start, one.end) for one in dated if years]
    spans = sorted([*((one.start, one.end) for one in found), *times])
    rest = _cut(question, [*((one.start, one.end) for one in found if not one.is_subject), *times])
    is_all = all(word.lower() in ASKS for word in terms(_cut(question, spans)))
    return Limits(_tidy(rest), filters, tuple(spans), is_all)


def continued(question: str, turns: Sequence[Turn], holdings: Holdings, today: date) -> tuple[Limits, Sequence[Turn]]:
    """Understand a question that may continue a conversation.

    One that says nothing but limits, as `And since 2022?`, asks the last question again within these.

    Returns:
        What the question is limited to, and the turns before it.
    """
    limited = read(question, holdings, today)
    for place in reversed(range(len(turns) if limited.is_all else 0)):
        earlier = read(turns[place].question, holdings, today)
        if not earlier.is_all:
            return replace(earlier, filters=merged(limited.filters, earlier.filters), spans=limited.spans), turns[
                :place
            ]
    return limited, turns


def _is_wanted(text: str, start: int) -> bool:
    return not EXCEPT.search(text[:start])


def _dated(found: Sequence[Byline]) -> list[periods.Period]:
    """Return the years that stand beside authors and venues."""
    return [periods.Period((one.year, one.year), one.start, one.end) for one in found if one.year]


def _filters(found: Sequence[Byline]) -> Filters:
    authors = tuple(dict.fromkeys(name for one in found for name in one.authors))
    held = {one.venue for one in found if one.venue}
    return Filters(authors=authors, venue=held.pop() if len(held) == 1 else "")


def _blanked(text: str, places: Sequence[tuple[int, int]]) -> str:
    """Return text of the same length with spaces at some places."""
    for start, end in places:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _cut(text: str, places: Sequence[tuple[int, int]]) -> str:
    """Take places out of a text, and an `and` that would be left between two of them."""
    kept, at = [], 0
    for start, end in sorted(places):
        between = text[at:start]
        kept.append(" " if at and JOINT.fullmatch(between) else between)
        at = end
    return " ".join([*kept, text[at:]])


def _tidy(text: str) -> str:
    """Put what is left of a question into its form.

    >>> _tidy(" , which papers  on cats and ?")
    'which papers on cats?'
    """
    text = re.sub(r"(?:[\s,]|\b(?:and|or|but|that|which)\b)+(?=[?.!]*$)", "", " ".join(text.split()).strip(" ,;:"))
    return re.sub(r"\s+([,.;:?!])", r"\1", text)
