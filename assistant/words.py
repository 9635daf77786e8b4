"""The words of a text that carry meaning: stems, numbers and names."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from itertools import chain, zip_longest
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
WIDE = re.compile("[\u2e80-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")
"""A letter of Chinese, Japanese or Korean."""

WIDE_RUN = re.compile(f"({WIDE.pattern}+)")
NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<digits>\d+(?:[.,]\d+)*|\.\d+)"
    r"(?P<scale>[kKMB]\b|\s?(?:thousand|million|billion)\b)?"
    r"(?P<percent>\s?(?:[%％]|per ?cent\b|percentage points?\b))?"
)
RANGE = re.compile(r"\s?(?:-|–|—|to|and)\s?(?=[\d.])")
"""What stands between two numbers that share one percent sign."""

THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")
SCALE = {"k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9}
SCALE |= {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9}

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
COUNT = {word: value for value, word in enumerate((*_UNITS, *_TEENS), start=1)}
COUNT |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_SCALES = "hundred|thousand|million|billion"
EXACT = {"twice": "2", "thrice": "3", "double": "2", "doubles": "2", "doubled": "2", "dozen": "12", "half": "50%"}
SPELLED = re.compile(
    rf"\b(?:(?P<exact>{'|'.join(EXACT)})"
    rf"|(?:(?P<tens>{'|'.join(_TENS)})-)?"
    rf"(?P<count>(?<=-)one|(?:one|a)(?=[- ](?:{_SCALES}))|{'|'.join((*_UNITS[1:], *_TEENS, *_TENS))})"
    rf"(?:[- ](?P<scale>{_SCALES})|-?fold)?(?P<percent> per ?cent)?)\b"
)
"""`one` counts only in `twenty-one` and `one hundred`: alone it is rarely a number."""

NAME = re.compile(r"\b(?=\w*[A-Z])(?=\w*(?:[A-Z]\w*[A-Z]|[a-z]\w*[A-Z]|\d))\w+(?:[-.](?=\w*[A-Z\d])\w+)*", re.ASCII)
"""A word with two capitals, a capital inside, or capitals and digits: RouteLLM, GNN, GPT-4."""

PROPER = re.compile(r"(?<=[\w,;)”] )[A-Z][a-z]+\b")


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
    >>> stems("用BERT做文本分类")
    ['用', 'bert', '做文', '文本', '本分', '分类']
    """
    return [stem for word in WORD.findall(text) for stem in _forms(fold(word))]


def fold(text: str) -> str:
    """Reduce a text to lower case without accents, so that what is typed plainly is found.

    >>> fold("Søren Ångström, ÉCOLE")
    'søren angstrom, ecole'
    """
    if text.isascii():
        return text.lower()
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    # Put together again, or a Korean syllable would be three letters.
    return unicodedata.normalize("NFC", plain.lower())


@lru_cache(maxsize=200_000)
def _forms(word: str) -> tuple[str, ...]:
    """Return the stem of a word, and of a compound those of its parts; nothing of a word that says nothing."""
    if word in STOP:
        return ()
    if WIDE.search(word):
        return tuple(chain.from_iterable(map(_pieces, WIDE_RUN.split(word))))
    parts = [part for part in re.split(r"[-'’.]", word) if part]
    return _stem(word), *(_stem(part) for part in parts if len(parts) > 1 and part not in STOP)


def _pieces(run: str) -> Iterator[str]:
    """Cut Chinese, Japanese or Korean, which has no spaces, into overlapping pairs of characters."""
    if WIDE.match(run):
        yield from (run[at : at + 2] for at in range(max(len(run) - 1, 1)))
    else:
        yield from (form for word in WORD.findall(run) for form in _forms(word))


def numbers(text: str) -> list[str]:
    """Return the numbers of a text, in digits or as words, each in one form; a percentage is no plain number.

    >>> numbers("over 2 times, 1,500 papers, four datasets, .930 and 40-60 %")
    ['2', '1500', '0.93', '40%', '60%', '4']
    >>> numbers("7B parameters, 10k queries, twenty-one tasks, half the cost")
    ['7000000000', '10000', '21', '50%']
    """
    return [*_in_digits(text), *(_in_words(match) for match in SPELLED.finditer(text.lower()))]


def _in_digits(text: str) -> Iterator[str]:
    matches = list(NUMBER.finditer(text))
    for match, following in zip_longest(matches, matches[1:]):
        percent = match["percent"]
        if following and (link := RANGE.match(text, match.end())) and link.end() == following.start():
            percent = percent or following["percent"]
        yield _plain(match["digits"], SCALE.get((match["scale"] or "").strip(), 1)) + ("%" if percent else "")


def _plain(digits: str, scale: int) -> str:
    try:
        return f"{(Decimal(re.sub(THOUSANDS, '', digits)) * scale).normalize():f}"
    except InvalidOperation:  # a version such as 1.2.3, a list such as 1,2
        return digits


def _in_words(match: re.Match[str]) -> str:
    if match["exact"]:
        return EXACT[match["exact"]]
    value = sum(COUNT.get(match[part] or "", 0) for part in ("tens", "count"))
    return str((value or 1) * SCALE.get(match["scale"] or "", 1)) + ("%" if match["percent"] else "")


QUANTITY = re.compile(
    r"\bhow (many|much|large|big|small|long|fast|far|often|accurate|high|low|strong)\b"
    r"|\b(what|which) (\w+ )?(percentage|percent|share|fraction|proportion|number|factor|score|accuracy|rate|size)s?\b",
    re.IGNORECASE,
)


def asks_for_number(question: str) -> bool:
    """Tell whether a number answers the question.

    >>> asks_for_number("By what percentage did it improve?"), asks_for_number("How does it work?")
    (True, False)
    """
    return bool(QUANTITY.search(question))


def names(text: str) -> list[str]:
    """Return the words that look like names of methods, models or data.

    >>> names("RouteLLM cuts the cost of GPT-4 on MMLU.")
    ['RouteLLM', 'GPT-4', 'MMLU']
    """
    return NAME.findall(text)


def proper(text: str) -> list[str]:
    """Return the capitalised words inside sentences: names that do not look like those of methods.

    >>> proper("Its accuracy on Cora, by Lee")
    ['Cora', 'Lee']
    """
    return PROPER.findall(text)


def has_name(text: str, name: str) -> bool:
    """Find a name as a whole word, in the singular or the plural: GPT-4 is not GPT-4o, and BERT not RoBERTa.

    >>> has_name("GNNs run fast.", "GNN"), has_name("GPT-4o leads.", "GPT-4")
    (True, False)
    """
    singular = name[:-1] if re.search(r"[A-Z\d]s$", name) else name
    spelled = r"[-–\s]?".join(re.escape(part) for part in singular.split("-"))
    return bool(re.search(rf"(?<![A-Za-z0-9]){spelled}s?(?![A-Za-z0-9]|\.\d)", text, re.I))


def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
