"""From the lines of a PDF to running text: hyphens at line ends undone, raised characters made Unicode or dropped."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from assistant.readers.pdf.pages import END_RAISED, RAISED
from assistant.readers.text import squeeze

_RAISED = re.compile(rf"\s*{RAISED}([^{END_RAISED}]*){END_RAISED}")
_POWERS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_MARKS = "*∗†‡§¶‖✉#"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# The hyphen after these is nearly always a real one.
_KEEPING = frozenset(
    ("self", "well", "high", "low", "large", "small", "long", "short", "real", "half", "cross", "quasi")
)
_WIDE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def plain(text: str) -> str:
    r"""Return a line as it reads, its powers raised and its footnote marks dropped.

    >>> plain("about 10\x0e5\x0f of them\x0e∗\x0f")
    'about 10⁵ of them'
    """
    return squeeze(_RAISED.sub(lambda match: _raised(match[1]), text))


def bare(text: str) -> str:
    r"""Return a line without anything raised.

    >>> bare("Ada Lovelace\x0e1,∗\x0f and Mary Somerville\x0e2\x0f")
    'Ada Lovelace and Mary Somerville'
    """
    return squeeze(_RAISED.sub(" ", text)).replace(" ,", ",")


def _raised(text: str) -> str:
    text = text.strip()
    if re.fullmatch(r"[+\-−]?\d+|[+\-−]", text):
        return text.translate(_POWERS)
    return "" if all(character in _MARKS or character in " ,;" for character in text) else text


def words(lines: Iterable[str]) -> Counter[str]:
    """Count the words of lines, but for those that a line end parts."""
    counts: Counter[str] = Counter()
    for line in lines:
        found = _WORD.findall(line.lower())
        counts.update(found[:-1] if line.endswith("-") else found)
    return counts


def joined(lines: Sequence[str], known: Counter[str]) -> str:
    """Join lines to one; `known` are the words of the paper, which tell a real hyphen from one at a line end.

    >>> joined(["we pre-", "train a devel-", "oped model"], words(["a developed pre-train"]))
    'we pre-train a developed model'
    """
    text = ""
    for line in lines:
        if text.endswith("-") and not text.endswith((" -", "--")) and line[:1].isalnum():
            text = text if _is_real(text, line, known) else text[:-1]
        elif text and line and not (_WIDE.match(text[-1]) and _WIDE.match(line[0])):
            text += "" if text.endswith("/") else " "
        text += line
    return text


def _is_real(text: str, line: str, known: Counter[str]) -> bool:
    """Tell whether the hyphen that a text ends with would also stand there within a line."""
    first = (re.findall(r"[\w-]+$", text[-80:]) or [""])[0].lower()
    second = (re.findall(r"^\w+(?:-\w+)*", line[:80]) or [""])[0]
    if not second[0:1].islower() or not first[:-1]:
        return True
    second = second.lower()
    with_hyphen, without = known[first + second], known[first[:-1] + second]
    if with_hyphen != without:
        return with_hyphen > without
    return "-" in first[:-1] or first[:-1] in _KEEPING
