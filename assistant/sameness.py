"""Whether two records are of one paper, and why."""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from assistant.identity import (
    NUMBERS,
    fingerprints,
    is_generic,
    is_preprint,
    is_preprint_doi,
    is_short,
    normalise,
    numbers,
)
from assistant.types import Paper
from assistant.words import WIDE, stems

ALIKE = 0.5
"""Share of the shorter text's stems that two abstracts of one paper have in common; unrelated ones have 0.1."""

APART = 0.25
"""Share of the stems in common below which two titles or abstracts are not of one paper."""

EQUAL = 0.8
"""Share of all stems in common from which two abstracts are one, but for a word here and there."""

YEARS = 1
"""Years between two records of one version: online first, and in print."""

YEARS_TO_PRINT = 3
"""Years between a preprint and the published version."""

_PARTICLES = frozenset(
    "al bin da das de del della den der di dos du el la le los st ten ter van von y zu".split()  # noqa: SIM905
)
_SUFFIXES = frozenset(("et", "al", "jr", "sr", "ii", "iii"))
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})


def same(one: Paper, other: Paper) -> bool:
    """Tell whether two records are of one paper."""
    return bool(likeness(one, other))


def likeness(one: Paper, other: Paper) -> str:
    """Say why two records are of one paper, such as "same DOI 10.1000/1"; nothing where they are not.

    An equal number decides, unless it is given to different things, such as the chapters of a book; else two
    different ones do. Under an equal title, first authors and years must agree and abstracts be alike, as far as
    they are known; a title that many papers have says nothing.
    """
    if shared := shared_number(one, other):
        kind, _, value = shared.partition(":")
        return "" if _is_given_wrongly(kind, one, other) else f"same {NUMBERS[kind]} {value}"
    if contradict(one, other) or fingerprints(one)[-1] != fingerprints(other)[-1]:
        return ""
    return _by_title(one, other)


def shared_number(one: Paper, other: Paper) -> str:
    """Return the strongest number two records have in common, such as `doi:10.1000/1`, or nothing."""
    left, right = numbers(one), numbers(other)
    return next((f"{kind}:{value}" for kind, value in left.items() if right.get(kind) == value), "")


def contradict(one: Paper, other: Paper) -> bool:
    """Tell whether two records have different numbers of one kind, and none in common.

    A preprint's DOI may differ from the journal's, and from that of another server.
    """
    left, right = numbers(one), numbers(other)
    both = [kind for kind in left if kind in right]
    if any(left[kind] == right[kind] for kind in both):
        return False
    return any(kind != "doi" or not (is_preprint_doi(one.doi) or is_preprint_doi(other.doi)) for kind in both)


def revises(part: Paper, record: Paper) -> bool:
    """Tell whether a record says anew what an earlier one of the same file and key said.

    Else another paper has taken over the key. Every field may have been corrected, so they are weighed together.
    """
    weight = 4 if likeness(part, record) else -2 if contradict(part, record) else 0
    weight += 1 if set(part.keys) & set(record.keys) else 0
    if normalise(part.title) == normalise(record.title):
        weight += 0 if is_generic(part.title) else 3
    else:
        weight += 1 if _in_common(part.title, record.title) >= ALIKE else -3
    if part.abstract and record.abstract:
        common = _in_common(part.abstract, record.abstract)
        weight += 2 if common >= ALIKE else -2 if common < APART else 0
    weight += {True: 1, None: 0, False: -2}[first_authors_agree(part, record)]
    weight += {True: 1, None: 0, False: -1}[_years_agree(part, record)]
    return weight > 0


def first_authors_agree(one: Paper, other: Paper) -> bool | None:
    """Tell whether the first authors may be one person, however the names are written; None if that is not known."""
    if not one.authors or not other.authors:
        return None
    return _is_same_person(one.authors[0], other.authors[0])


def _by_title(one: Paper, other: Paper) -> str:
    authors, years = first_authors_agree(one, other), _years_agree(one, other)
    if authors is False or years is False:
        return ""
    # What someone else wrote about a paper has few of the abstract's words.
    both = one.abstract and other.abstract and not one.is_summary and not other.is_summary
    if both and _share_of_all(one.abstract, other.abstract) >= EQUAL:
        return "same title and abstract"
    if not normalise(one.title) or is_generic(one.title):
        return ""
    known = authors is True or bool(set(one.keys) & set(other.keys))
    is_sure = known and years is True
    if is_short(one.title) and not is_sure:
        return ""
    is_excused = is_sure and one.year == other.year and not is_short(one.title)
    if both and not is_excused and _in_common(one.abstract, other.abstract) < ALIKE:
        return ""
    return "same title" + (" and first author" if authors else "")


def _is_given_wrongly(kind: str, one: Paper, other: Paper) -> bool:
    """Tell whether two records share a number but are of different papers, such as two chapters of one book."""
    authors = first_authors_agree(one, other)
    if authors is None or not one.title or not other.title:
        return False
    titles = _in_common(one.title, other.title)
    abstracts = _in_common(one.abstract, other.abstract) if one.abstract and other.abstract else None
    if not authors:
        return titles < (ALIKE if abstracts is None else EQUAL) and (abstracts or 0) < ALIKE
    # A book's DOI is often given to its chapters, all by one author; other numbers are not.
    return kind == "doi" and titles < APART and abstracts is not None and abstracts < APART


def _years_agree(one: Paper, other: Paper) -> bool | None:
    if not one.year or not other.year:
        return None
    is_lenient = is_preprint(one) or is_preprint(other) or not one.abstract or not other.abstract
    return abs(one.year - other.year) <= (YEARS_TO_PRINT if is_lenient else YEARS)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name taken apart; where its form leaves open which is the family's, a word is of both."""

    words: tuple[str, ...]
    family: Set[str]
    given: Set[str]
    is_wide: bool
    """Written in Chinese, Japanese or Korean."""


def _is_same_person(one: str, other: str) -> bool | None:
    left, right = _read(one), _read(other)
    if left.is_wide != right.is_wide or not left.words or not right.words:
        return None  # a name in two scripts cannot be compared
    if left.words == right.words:
        return True  # "Li Wei" and "Wei Li"
    if left.family.isdisjoint(right.family):
        return False
    initials = {word[0] for word in left.given - right.family}
    others = {word[0] for word in right.given - left.family}
    return not initials or not others or bool(initials & others)


@lru_cache(maxsize=4096)
def _read(text: str) -> _Name:
    words = _name(text)
    family, given = _parts(text, words)
    return _Name(tuple(sorted(words)), frozenset(family), frozenset(given), bool(WIDE.search(text)))


def _name(text: str) -> list[str]:
    """Return the words of a name, without particles; "ü" and "ue" are one."""
    words = _words(text)
    kept = [
        word
        for word, following in zip_longest(words, words[1:], fillvalue="")
        # "Simon Du" and "Du S" are no particles.
        if not (word in _PARTICLES and len(following) > 2) and not (word in _SUFFIXES and word != words[0])
    ]
    return [word.replace("ae", "a").replace("oe", "o").replace("ue", "u") for word in kept or words]


def _words(text: str) -> list[str]:
    return normalise(re.sub(r"['’]", "", text.lower()).translate(_LETTERS)).split()


def _parts(text: str, words: list[str]) -> tuple[set[str], set[str]]:
    """Tell the family name's words from the given names'; where the form leaves it open, both hold a word."""
    before, comma, _ = text.partition(",")
    if comma:
        family = set(_name(before))
        return family | {"".join(_words(before))}, {
            letter for word in words if word not in family for letter in _initials(word, text)
        }
    given = [word for word in words[1:] if _is_initials(word, text)]
    if given and words[-1] == given[-1]:
        # "Vaswani AN"
        return {word for word in words if word not in given}, {letter for word in given for letter in word}
    # "Gabriel García Márquez"; "Yann Le Cun"
    family = set(words[-2:] if len(words) > 2 and len(words[-2]) > 2 else words[-1:])
    return family | {"".join(_words(text)[-2:])}, set(words[:-1])


def _is_initials(word: str, text: str) -> bool:
    return len(word) <= 3 and word.upper() in text.replace(".", "").replace("-", "").split()


def _initials(word: str, text: str) -> str | list[str]:
    return word if _is_initials(word, text) else [word]


def _in_common(one: str, other: str) -> float:
    """Return how much of the text with fewer stems the other holds: one of them may be cut off."""
    left, right = _stems(one), _stems(other)
    return len(left & right) / max(min(len(left), len(right)), 1)


def _share_of_all(one: str, other: str) -> float:
    left, right = _stems(one), _stems(other)
    return len(left & right) / max(len(left | right), 1)


@lru_cache(maxsize=4096)
def _stems(text: str) -> Set[str]:
    # A text of nothing but small words is compared as it stands.
    return frozenset(stems(text)) or frozenset(normalise(text).split())
