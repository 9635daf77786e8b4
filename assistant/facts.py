"""Questions that a paper's record answers, and not its abstract: who wrote it, when and where it appeared."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.compose import marked, plain
from assistant.mentions import own_names
from assistant.types import Answer, Citation, Claim, Hit, Paper
from assistant.words import has_name, names, stems

Fact = Literal["authors", "year", "venue", "doi"]

MOST = 20
"""Authors named; a collaboration has thousands."""

SAME = 0.8
"""Share of the subject's words that the title must have, where the subject is no name."""

PAPER = r"(?:the\s+)?(?:(?:paper|article|work|study)s?\s+(?:on|about|called|titled|named|that\s+introduced)\s+)?"
SUBJECT = rf"{PAPER}[\"“'‘]?(?P<subject>(?!about\b)[^?]{{2,300}}?)[\"”'’]?(?:\s+(?:paper|article))?"
MADE = r"(?:published|released|written|presented|introduced|proposed|submitted)(?:\s+in)?"
CAME_OUT = r"(?:appear|come\s+out)(?:\s+in)?"
YEAR = r"(?:when|(?:in\s+)?(?:what|which)\s+year)"
WHERE = r"(?:where|(?:in\s+)?(?:what|which)\s+(?:venue|journal|conference))"
POINTS_BACK = re.compile(r"it|this|that|(?:(?:this|that|the)\s+)?(?:paper|article|work|study|one)", re.IGNORECASE)
PATTERNS: tuple[tuple[Fact, str], ...] = (
    ("authors", rf"who\s+(?:has\s+)?(?:wrote|written|authored|(?:co-?)?published|invented)\s+{SUBJECT}"),
    ("authors", rf"(?:who|what)\s+(?:is|are|was|were)\s+(?:the\s+)?authors?\s+of\s+{SUBJECT}"),
    ("authors", rf"(?:please\s+)?(?:(?:name|list|tell\s+me|give\s+me)\s+)?the\s+authors?\s+of\s+{SUBJECT}"),
    ("authors", rf"(?:who|by\s+whom)\s+(?:is|was|were)\s+{SUBJECT}\s+(?:written|authored|published)(?:\s+by)?"),
    ("year", rf"{YEAR}\s+(?:is|was|were)\s+{SUBJECT}\s+{MADE}"),
    ("year", rf"{YEAR}\s+did\s+{SUBJECT}\s+{CAME_OUT}"),
    ("year", rf"(?:from\s+)?(?:what|which)\s+year\s+is\s+{SUBJECT}(?:\s+from)?"),
    ("venue", rf"{WHERE}\s+(?:is|was|were)\s+{SUBJECT}\s+{MADE}"),
    ("venue", rf"{WHERE}\s+did\s+{SUBJECT}\s+{CAME_OUT}"),
    ("doi", rf"(?:what(?:['’]s|\s+is)\s+)?the\s+doi\s+of\s+{SUBJECT}"),
)
TOLD: dict[Fact, str] = {
    "authors": "“{title}” was written by {value}.",
    "year": "“{title}” is from {value}.",
    "venue": "“{title}” appeared in {value}.",
    "doi": "The DOI of “{title}” is {value}.",
}
UNKNOWN: dict[Fact, str] = {
    "authors": "Your library's record of “{title}” names no authors.",
    "year": "Your library's record of “{title}” gives no year.",
    "venue": "Your library's record of “{title}” does not say where it appeared.",
    "doi": "Your library's record of “{title}” has no DOI.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, and of what."""

    fact: Fact
    subject: str


def asked(question: str) -> Asked | None:
    """Return what a question wants from a paper's record; None where it wants anything else.

    >>> asked("Who wrote RouteLLM?")
    Asked(fact='authors', subject='RouteLLM')
    >>> asked("When was the first router trained?") is None
    True
    """
    for fact, pattern in PATTERNS:
        if found := re.fullmatch(rf"\W*(?:(?:and|so)\s+)?(?:{pattern})[\s?.!]*", question, re.IGNORECASE):
            return Asked(fact, found["subject"].strip())
    return None


def paper(wanted: Asked, hits: Sequence[Hit], known: Sequence[Paper]) -> Paper | None:
    """Return the one paper that is asked about; None where the question does not say so for certain.

    Args:
        wanted: What is asked.
        hits: The papers found, best first.
        known: The papers that the last answer of the conversation cited.
    """
    if POINTS_BACK.fullmatch(wanted.subject):
        return known[0] if len(known) == 1 else None
    meant = [hit.paper for hit in hits if _is_meant(wanted.subject, hit.paper)]
    return meant[0] if len(meant) == 1 else None


def tell(fact: Fact, about: Paper) -> tuple[str, bool]:
    """Return the sentence that answers, and whether the record says it at all."""
    value = _value(fact, about)
    return (TOLD if value else UNKNOWN)[fact].format(title=plain(about.title), value=plain(value)), bool(value)


def fill(answer: Answer, text: str, citations: Sequence[Citation]) -> Answer:
    """Fill in an answer that is one sentence from a record; nothing is cited where the record does not say it."""
    if not answer.answered:
        return replace(answer, text=text, hits=())  # no other paper is nearer to what was asked
    claim = Claim(text=text, citations=(citations[0].number,), support=1.0, supported=True)
    return replace(answer, text=marked(text, claim.citations), claims=(claim,), citations=tuple(citations))


def _is_meant(subject: str, about: Paper) -> bool:
    called = [*names(subject), *own_names([about])]
    if any(has_name(subject, name) and has_name(about.title, name) for name in called):
        return True
    wanted = set(stems(subject))
    return len(wanted) > 1 and len(wanted & set(stems(about.title))) >= SAME * len(wanted)


def _value(fact: Fact, about: Paper) -> str:
    if fact == "authors":
        return _listed(about.authors)
    if fact == "venue":
        return f"{about.venue}{f' ({about.year})' if about.year else ''}" if about.venue else ""
    return str((about.year if fact == "year" else about.doi) or "")


def _listed(people: Sequence[str]) -> str:
    """Put names into a sentence.

    >>> _listed(["Ann Lee", "Bo Li", "Cy Wu"])
    'Ann Lee, Bo Li and Cy Wu'
    """
    others = len(people) - MOST
    shown = [*people[:MOST], f"{others} others"] if others > 1 else list(people)
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part) if shown else ""
