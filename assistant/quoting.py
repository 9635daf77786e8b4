"""What a message says itself, apart from what it only speaks of in quotation marks, such as a title."""

import re
from itertools import pairwise

QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")


def said(text: str) -> str:
    """Return a text with spaces for what stands in quotation marks, so that all else keeps its place.

    >>> said('Who wrote "Cats"?')
    'Who wrote       ?'
    """
    return QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)


def sentences(text: str, gap: re.Pattern[str]) -> list[slice]:
    """Return the places of the sentences that gaps part, each with the gap behind it."""
    cuts = [0, *(found.end() for found in gap.finditer(text)), len(text)]
    return [slice(start, end) for start, end in pairwise(cuts)]
