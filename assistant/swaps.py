"""Whether a claim gives to one thing what the paper says of another: a number, or its side of a comparison."""

import re
from collections.abc import Iterator, Set

from assistant.words import numbers, stems

CLAUSE = re.compile(
    r"[,;:()]\s+|\s+(?:and|but|which|while|whereas|whilst|although|than|versus|vs\.?|(?:as )?compared (?:to|with)"
    r"|in contrast to|instead of|rather than|up from|down from)\s+",
    re.IGNORECASE,
)
"""Where a sentence goes on to say something of something else."""

PIVOT = re.compile(
    r"\b(?:outperform|surpass|exceed|beat|underperform|outscore|outrank|precede|replace|cause)(?:s|es|ed|d|ing)?\b"
    r"|\bthan\b|\bsuperior to\b|\binferior to\b",
    re.IGNORECASE,
)
"""What has two sides that may not be exchanged."""

ANY = frozenset(
    stems("method model approach system framework technique algorithm result paper work study achieve reach")
)
"""Words that stand for whatever a sentence is about."""


def swapped(claim: str, quote: str) -> bool:
    """Tell whether a claim mixes up what its quotation says.

    It does where a number stands beside words that the quotation has beside other numbers only, or where the two
    sides of a comparison have changed places.

    >>> swapped("BERT reaches 90%.", "Ours reaches 95%, while BERT reaches 90%.")
    False
    >>> swapped("BERT reaches 95%.", "Ours reaches 95%, while BERT reaches 90%.")
    True
    >>> swapped("BERT outperforms our router.", "Our router outperforms BERT.")
    True
    """
    return _moves_numbers(claim, quote) or _turns_round(claim, quote)


def _moves_numbers(claim: str, quote: str) -> bool:
    given = list(_numbered(quote))
    if len(given) < 2:
        return False
    return any(words & _beside_others_only(found, quote, given) for found, words in _numbered(claim))


def _beside_others_only(found: Set[str], quote: str, given: list[tuple[set[str], set[str]]]) -> set[str]:
    """Return the words that the quotation has in clauses with other numbers, and nowhere else."""
    others = [words for clause, words in given if not clause & found]
    own = [words for clause, words in given if clause & found]
    if not own or not others:
        return set()
    plain = (set(stems(part)) for part in CLAUSE.split(quote) if not numbers(part))
    return set().union(*others) - set().union(*own, *plain, stems(ANY))


def _numbered(text: str) -> Iterator[tuple[set[str], set[str]]]:
    """Return the numbers and the words of each clause that has a number."""
    for part in CLAUSE.split(text):
        if found := set(numbers(part)):
            yield found, {stem for stem in stems(part) if not stem[0].isdigit()}


def _turns_round(claim: str, quote: str) -> bool:
    one, other = PIVOT.search(claim), PIVOT.search(quote)
    if not one or not other:
        return False
    left, right = set(stems(claim[: one.start()])), set(stems(claim[one.end() :]))
    before, after = set(stems(quote[: other.start()])), set(stems(quote[other.end() :]))
    return bool(left & (after - before)) and bool(right & (before - after))
