"""The words of a text that carry meaning: stems, numbers and names."""

import re
from functools import cache, lru_cache
from typing import Any

STOP = frozenset(
    """
    a about after again all also am an and any are as at be because been before being between both but by can could did
    do does doing done during each few for from further get gets give given had has have having he her here hers him his
    how however i if in into is it its itself just let like made make makes may me might more most much must my no nor
    not of off on once one only or other our out over own please same she should so some such tell than that the their
    theirs them then there these they this those through to too under until up us use used uses using very via was we
    were what when where which while who whom whose why will with would you your paper papers work works study article
    author authors propose proposed present
    """.split()  # noqa: SIM905  # a list of strings would take a hundred lines
)
"""Words that say nothing of a topic; also those that every abstract uses of itself."""

WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
NAME = re.compile(r"\b(?=\w*[A-Z])(?=\w*(?:[A-Z]\w*[A-Z]|[a-z]\w*[A-Z]|\d))\w+(?:[-.]\w+)*")
"""A word with two capitals, a capital inside, or capitals and digits: RouteLLM, GNN, GPT-4."""


def terms(text: str) -> list[str]:
    """Return the words of a text as they are written, without those that say nothing.

    >>> terms("How much can RouteLLM reduce the cost?")
    ['RouteLLM', 'reduce', 'cost']
    """
    return [word for word in WORD.findall(text) if word.lower() not in STOP]


def stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning; a compound gives its parts too.

    >>> stems("Router-based models are routing")
    ['router-bas', 'router', 'base', 'model', 'rout']
    """
    found = []
    for word in terms(text):
        lower = word.lower()
        parts = [part for part in re.split(r"[-'’.]", lower) if part]
        found += [_stem(lower)] + ([_stem(part) for part in parts if part not in STOP] if len(parts) > 1 else [])
    return found


def numbers(text: str) -> list[str]:
    """Return the numbers of a text, in digits or as small words, without thousands' commas.

    >>> numbers("over 2 times, 1,500 papers, four datasets and 0.93")
    ['2', '1500', '0.93', '4']
    """
    digits = [re.sub(r",(?=\d{3}\b)", "", number) for number in NUMBER.findall(text)]
    return digits + [SPELLED[word] for word in WORD.findall(text.lower()) if word in SPELLED]


_COUNT = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SPELLED = {word: str(value) for value, word in enumerate(_COUNT, start=2)} | {
    "twice": "2",
    "half": "50",
    "hundred": "100",
    "thousand": "1000",
}


def names(text: str) -> list[str]:
    """Return the words that look like names of methods, models or data.

    >>> names("RouteLLM cuts the cost of GPT-4 on MMLU.")
    ['RouteLLM', 'GPT-4', 'MMLU']
    """
    return NAME.findall(text)


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
