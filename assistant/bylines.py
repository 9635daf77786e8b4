"""Authors and venues that a question names; only those that the library has."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.periods import AFTER, YEAR
from assistant.protocols import Holdings
from assistant.words import WIDE, fold

PUBLICATIONS = r"(?:papers?|articles?|publications?|preprints?|works?|research|stud(?:y|ies)|surveys?|reviews?|thesis)"
WROTE = r"(?:written|(?:co-?)?authored|published|proposed|introduced|presented|developed|described|reported|suggested)"
TIE = re.compile(
    rf"\b(?:{PUBLICATIONS}|ones?|those|anything|{WROTE})(?:\s+(?:that|which|is|are|was|were|{WROTE}))*\s+$", re.I
)
"""What stands before `by Karpukhin`."""

PLAIN_TIE = re.compile(r"\b(?:papers?|articles?|publications?|studies|(?:co-?)?authored|written|published)\s+$", re.I)
"""After these even a name in small letters can only be that of an author."""

DONE = re.compile(r"\b(?:\w+(?:ed|ing|en)|driven|shown|given|made|built|run|led|done|cut|set|put)\s+$", re.I)
"""Before `by`, this says how something came about: `optimised by Adam`."""

BY = re.compile(r"\bby\s+", re.I)
OF = re.compile(rf"\b{PUBLICATIONS}\s+(of|from)\s+(?=[^\W\d_a-z])")
OWN = re.compile(
    rf"\b(?P<name>(?:[^\W\d_][\w.'’-]*\s+){{0,4}}?[^\W\d_][\w.-]*?)(?:['’]s|(?<=s)['’])(?=\s+(?:\w+\s+)?{PUBLICATIONS}\b)",
    re.I,
)
WRITES = re.compile(
    r"\b(?:did|has|have)\s+(?P<name>[^\W\d_a-z][^?,;:]{1,60}?)(?:\s+et\s+al\.?|\s+and\s+(?:colleagues|others|co-?workers))?"
    r"\s+(?:find|propose|write|show|publish|report|argue|study|introduce|claim|present|suggest|develop"
    r"|found|written|(?:propos|publish|report|argu|introduc|claim|present|suggest|develop)ed|shown|studied)\b"
)
OTHERS = re.compile(
    r"\s+(?:et\.?\s+al\b\.?|(?:and|&)\s+(?:colleagues|others|co-?workers|co-?authors))|['’]s\s+group\b", re.I
)
DATED = re.compile(rf"\s*,?\s*\(?{YEAR}\)?")
LINK = re.compile(r"\s*(?:,\s*(?:and\s+|or\s+)?|\band\s+|\bor\s+|&\s*)", re.I)
WORD = re.compile(r"\s*([^\W\d_](?:[\w.'’-]*[^\W_]\.?|\.)?)")
PART = re.compile(r"\s?([\w&'’-]+)")
PARTICLES = frozenset("al bin da de del della den der di dos du el ibn la le ten ter van von zu zur".split())  # noqa: SIM905
SUFFIXES = frozenset(("jr", "sr", "ii", "iii"))
LONGEST = 5
"""Words of a name at most."""

MOST = 8
"""Spellings of an author at most; of more, the last name alone is asked for."""

IN = re.compile(
    r"\b(?P<tie>published|appeared|appearing|presented|accepted|papers?|articles?|publications?)\s+(?P<at>in|at|from)\s+"
    r"(?:the\s+)?(?:journal\s+|proceedings\s+of\s+(?:the\s+)?|conference\s+)?",
    re.I,
)
HELD = re.compile(rf"\b(?P<name>(?=\w*[A-Z]\w*[A-Z])\w+)(?:\s+{YEAR})?(?=\s+(?:papers|articles|publications)\b)")
ANOTHER = re.compile(r"\s*(?:,\s*)?(?:or|and)\s+(?:in\s+|at\s+)?[A-Z]")
"""Of two venues, a filter can admit but one."""

INSIDE = frozenset(("of", "and", "on", "the", "for", "in", "&"))
"""Small words inside the name of a venue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """An author or a venue that a question names, and where it does."""

    authors: tuple[str, ...] = ()
    venue: str = ""
    year: int | None = None
    """The year that belongs to it, as in `NeurIPS 2020`."""
    start: int
    end: int
    is_subject: bool = False
    """The sentence would be none without it."""


def authors(text: str, holdings: Holdings) -> list[Byline]:
    """Return the authors that a question limits itself to.

    Args:
        text: The question.
        holdings: Knows who has written something.
    """
    found: list[Byline] = []
    for match in BY.finditer(text):
        before = text[: match.start()]
        if TIE.search(before) or not DONE.search(before):
            small = bool(PLAIN_TIE.search(before))
            found += _listed(text, match.start(), match.end(), holdings, small=small)
    for match in OF.finditer(text):
        found += _listed(text, match.start(1), match.end(), holdings, small=False)
    for pattern, is_subject in ((OWN, False), (WRITES, True)):
        for match in pattern.finditer(text):
            found += _whole(match, holdings, is_subject=is_subject)
    return found


def _listed(text: str, start: int, at: int, holdings: Holdings, *, small: bool) -> Iterator[Byline]:
    """Read one name, or several with `and` between."""
    names: list[str] = []
    first = end = at
    while read := _read(text, at, holdings, small=small):
        names += read[0]
        end = read[1]
        link = LINK.match(text, end)
        if link is None:
            break
        at = link.end()
    others = OTHERS.match(text, end)
    end = others.end() if others else end
    year = DATED.match(text, end)
    after = year.end() if year else end
    # After `papers by Karpukhin` a verb may follow; after `papers by young` it may be people.
    is_sure = small and not text[first : first + 1].islower() and text[after : after + 2].strip().islower()
    if names and (is_sure or AFTER.match(text, after)):
        yield Byline(
            authors=tuple(dict.fromkeys(names)),
            year=int(year[1]) if year else None,
            start=start,
            end=after,
        )


def _read(text: str, at: int, holdings: Holdings, *, small: bool) -> tuple[tuple[str, ...], int] | None:
    """Read the longest name of an author at a place; return how the library spells it, and where it ends."""
    tokens: list[re.Match[str]] = []
    while len(tokens) < LONGEST and (token := WORD.match(text, at)):
        if AFTER.match(token[1]) or not (small or _is_name(token[1])):
            break
        tokens.append(token)
        at = token.end()
    for count in range(len(tokens), 0, -1):
        if names := known([token[1] for token in tokens[:count]], holdings):
            return names, tokens[count - 1].end() - tokens[count - 1][1].endswith(".")
    return None


def _is_name(word: str) -> bool:
    return not word[0].islower() or word in PARTICLES


def _whole(match: re.Match[str], holdings: Holdings, *, is_subject: bool) -> Iterator[Byline]:
    """Take the words before a possessive, as many as are a name, or those between a verb and its subject."""
    tokens = list(WORD.finditer(match["name"]))
    for first in range(1 if is_subject else len(tokens)):
        words = [token[1] for token in tokens[first:]]
        if _is_name(words[0]) and (names := known(words, holdings)):
            start = match.start() if is_subject else match.start("name") + tokens[first].start(1)
            end = match.end("name") if is_subject else match.end()
            yield Byline(authors=names, start=start, end=end, is_subject=is_subject)
            return


def known(name: Sequence[str], holdings: Holdings) -> tuple[str, ...]:
    """Return what to filter by for an author; nothing where the library has no such author.

    A last name alone admits everyone of that name; a full one those whose first name or initial agrees, as the
    library spells them.

    Args:
        name: Its words, the last name last.
        holdings: Knows who has written something.
    """
    words = [word.strip(".") for word in name]
    last = words[-1]
    if fold(last) in PARTICLES or (len(last) < 2 and not WIDE.search(last)):
        return ()
    given = [word for word in words[:-1] if fold(word) not in PARTICLES]
    spelled = [one for one in holdings.authors(last) if _agrees(fold(last), fold(given[0]) if given else "", one)]
    if given and len(spelled) <= MOST:
        return tuple(spelled)
    typed = " ".join(name)
    return (typed if all(fold(typed) in fold(one) for one in spelled) else last,) if spelled else ()


def _agrees(last: str, given: str, name: str) -> bool:
    family, comma, others = fold(name).partition(",")
    words = f"{others} {family}".split() if comma else family.split()
    words = [word.strip(".") for word in words if word not in PARTICLES and word.strip(".") not in SUFFIXES]
    if last not in words[1:] and words != [last]:
        return False
    is_initial = "." in words[0] or min(len(given), len(words[0])) == 1
    return not given or words[0] == given or (is_initial and words[0][0] == given[0])


def venues(text: str, holdings: Holdings) -> list[Byline]:
    """Return the venues that a question limits itself to, each with its year if it has one.

    Args:
        text: The question.
        holdings: Knows what the papers have appeared in.
    """
    found: list[Byline] = []
    for match in IN.finditer(text):
        found += _held(text, match, holdings)
    for match in HELD.finditer(text):
        if _is_venue(match["name"], holdings):
            year = int(match[2]) if match[2] else None
            found.append(Byline(venue=match["name"], year=year, start=match.start(), end=match.end()))
    return found


def _held(text: str, match: re.Match[str], holdings: Holdings) -> Iterator[Byline]:
    small = match["tie"].lower() in ("published", "appeared")
    tokens: list[re.Match[str]] = []
    at = match.end()
    while len(tokens) < 2 * LONGEST and (token := PART.match(text, at)):
        if token[1][0].isdigit() or not (small or _is_name(token[1]) or token[1] in INSIDE):
            break
        tokens.append(token)
        at = token.end()
    for token in reversed(tokens):
        name = text[match.end() : token.end()]
        year = DATED.match(text, token.end())
        end = year.end() if year else token.end()
        if AFTER.match(text, end) and not ANOTHER.match(text, end) and _is_venue(name, holdings):
            yield Byline(venue=name, year=int(year[1]) if year else None, start=match.start("at"), end=end)
            return


def _is_venue(name: str, holdings: Holdings) -> bool:
    """Tell whether a name is that of a venue as a whole, or its short form in capitals."""
    spelled = holdings.venues(name)
    if sum(letter.isupper() for letter in name) > 1 and " " not in name:
        return any(re.search(rf"\b{re.escape(name)}\b", one) for one in spelled)
    return any(_bare(one) == _bare(name) for one in spelled)


def _bare(venue: str) -> str:
    venue = re.sub(r"\([^)]*\)|\d+", " ", fold(venue))
    return " ".join(re.sub(r"^\s*(proceedings of )?(the )?", "", venue).split())
