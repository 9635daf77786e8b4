"""An independent look at a claim: code that the product does not use says whether the cited papers bear it out.

It is meant to be blunt. Numbers and named things must stand somewhere in a cited paper, and the sentence of the papers
that has most of the claim's words must agree with it about `not`.
"""

import re
from collections.abc import Iterator, Sequence

DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
COUNT = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SPELLED = {word: str(value) for value, word in enumerate(COUNT, start=2)}
NAMED = re.compile(r"\b(?:[A-Za-z]*[a-z][A-Z]\w*|[A-Z]{2,}\w*|[A-Z]\w*-?\d\w*)\b|(?<=[a-z,;] )[A-Z][a-z]+")
"""A capital inside a word, two in a row, one with a digit, or a capitalised word after a plain one."""

NO = re.compile(r"\b(?:no|not|never|none|nor|neither|without|cannot|lack(?:s|ing)?|fail(?:s|ed)?)\b|n[’']t\b", re.I)
WORD = re.compile(r"[a-z]{3,}")
NEAR = 0.6
"""Share of a claim's words that a sentence must have for its `not` to concern the claim."""

HALF = 0.5
"""Share of a claim's words that its papers must have at all."""


def faults(claim: str, texts: Sequence[str]) -> list[str]:
    """Say what is wrong with a claim, given the whole texts of the papers it cites; nothing, if nothing is.

    >>> faults("It cuts cost by 50%.", ["It cuts cost by 40%, measured on MMLU."])
    ['number 50']
    >>> faults("It does not cut cost.", ["It does cut cost."])
    ['negation']
    """
    return list(_faults(claim, " ".join(texts)))


def _faults(claim: str, source: str) -> Iterator[str]:
    given = _numbers(source)
    yield from (f"number {one}" for one in sorted(_numbers(claim) - given))
    lowered = re.sub(r"[-\s]", "", source.lower())
    for name in dict.fromkeys(NAMED.findall(claim)):
        if re.sub(r"[-\s]", "", name.lower()).removesuffix("s") not in lowered:
            yield f"name {name}"
    words = set(WORD.findall(claim.lower()))
    if not words:
        return
    if len(words & set(WORD.findall(source.lower()))) < HALF * len(words):
        yield "words"
    nearest = max(re.split(r"(?<=[.!?])\s+", source), key=lambda one: len(words & set(WORD.findall(one.lower()))))
    overlap = len(words & set(WORD.findall(nearest.lower()))) / len(words)
    if overlap >= NEAR and bool(NO.search(claim)) != bool(NO.search(nearest)):
        yield "negation"


def _numbers(text: str) -> set[str]:
    plain = (one.replace(",", "") for one in DIGITS.findall(text))
    found = {one.rstrip("0").rstrip(".") if "." in one else one for one in plain}
    return found | {SPELLED[word] for word in re.findall(r"[a-z]+", text.lower()) if word in SPELLED}
