"""The saved text of a web page that lists papers: a line for the title, a line for the abstract, in turn.

Such a text has a head, sometimes a foot, and here and there a button's word between or glued to the lines. No line says
what it is, so the lines are read together: the cheapest way to see them as pairs and strays wins. A title without its
abstract then costs one stray, and never shifts the papers after it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from assistant.readers import fields
from assistant.readers.fields import Record
from assistant.readers.text import clean, clean_title
from assistant.types import Paper, Skipped

_BUTTONS = ("Subscribe", "Sign up", "Sign in", "Log in", "Upvote", "Read more")
_BUTTON = re.compile(rf"(?i:{'|'.join(_BUTTONS)}|View PDF|PDF|arXiv|GitHub|Code|Share|Save|Cite|Abstract|[\d.,]+[kK]?)")
_GLUED = re.compile(rf"^(?i:{'|'.join(_BUTTONS)})(?=[A-Z0-9])")
_UNLIKE_TITLE = re.compile(r"^(?:[#>*|=`<{@\[\-–•\"]|\d+[.)]\s)|[:,;\\]$|[a-z]{3}\. [A-Z]")
_SENTENCE_END = re.compile(r"[.!?。！？][\"'”’)\]]*$")
_WIDE = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
_STRAY = 1.5
_NEVER = 100.0


@dataclass(frozen=True)
class Line:
    """A line that holds something, stripped, with its number in the file."""

    number: int
    text: str

    @cached_property
    def weight(self) -> int:
        """Length, in which a Chinese, Japanese or Korean character counts as three Latin ones."""
        return len(self.text) + 2 * len(_WIDE.findall(self.text))

    @cached_property
    def as_title(self) -> float:
        """What it costs to take the line for a title."""
        if self.weight > 400:
            return _NEVER
        ends_like_sentence = self.text.endswith((".", "。"))
        return max(0.0, (self.weight - 160) / 60) + 0.5 * ends_like_sentence

    @cached_property
    def as_abstract(self) -> float:
        """What it costs to take the line for an abstract."""
        if self.weight < 60 or not (" " in self.text or _WIDE.search(self.text)):
            return _NEVER
        if _SENTENCE_END.search(self.text):
            return max(0.0, (350 - self.weight) / 300)
        return max(0.0, (350 - self.weight) / 75) if self.weight >= 200 else _NEVER


@dataclass(frozen=True)
class Pair:
    """A title and its abstract."""

    title: Line
    abstract: Line


def lines(text: str) -> list[Line]:
    """Return the lines that hold more than white space or a button's word."""
    numbered = (Line(number, line.strip()) for number, line in enumerate(text.split("\n"), 1))
    return [line for line in numbered if line.text and not _BUTTON.fullmatch(line.text)]


def pairs_and_strays(listed: list[Line]) -> list[Pair | Line]:
    """See lines as titles with their abstracts, and as strays, in the cheapest way."""
    count = len(listed)
    best = [0.0] * (count + 1)
    paired = [False] * count
    for at in range(count - 1, -1, -1):
        best[at] = _STRAY + best[at + 1]
        if at + 1 < count:
            cost = listed[at].as_title + listed[at + 1].as_abstract + best[at + 2]
            paired[at] = cost <= best[at]
            best[at] = min(cost, best[at])
    found: list[Pair | Line] = []
    at = 0
    while at < count:
        found.append(Pair(listed[at], listed[at + 1]) if paired[at] else listed[at])
        at += 2 if paired[at] else 1
    return found


def is_page(text: str) -> bool:
    """Tell a page of papers from other prose: its lines go in turn, and its titles look like titles."""
    body = _body(text)
    pairs = [part for part in body if isinstance(part, Pair)]
    strays = len(body) - len(pairs)
    return (
        len(pairs) >= 2
        and strays <= max(2, len(pairs) // 2)
        and median(pair.title.weight for pair in pairs) >= 20
        and median(pair.abstract.weight for pair in pairs) >= 250
        and _few(pairs, lambda pair: not _SENTENCE_END.search(pair.abstract.text), of=2)
        and _few(pairs, lambda pair: bool(_UNLIKE_TITLE.search(pair.title.text)), of=4)
        # Titles with a full stop are a habit of some pages, and of prose; prose does not keep the turn for long.
        and (len(pairs) >= max(5, 20 * strays) or _few(pairs, lambda pair: pair.title.text.endswith((".", "。")), of=4))
    )


def _few(pairs: list[Pair], odd: Callable[[Pair], bool], *, of: int) -> bool:
    return of * sum(map(odd, pairs)) <= len(pairs)


def _body(text: str) -> list[Pair | Line]:
    """Return what comes after the head: the lines before the first pair."""
    parts = pairs_and_strays(lines(text))
    first = next((at for at, part in enumerate(parts) if isinstance(part, Pair)), len(parts))
    if first and isinstance(last := parts[first - 1], Line) and _GLUED.match(last.text):
        # The title that a button is glued to has lost its abstract: it is no part of the head.
        first -= 1
    return parts[first:]


def read(text: str, source: str) -> Iterator[Record]:
    """Read the papers; every line after the head that belongs to none is reported."""
    for at, part in enumerate(_body(text)):
        if isinstance(part, Pair):
            yield _paper(part, source, first=at == 0)
        else:
            yield Skipped(source, f"line {part.number}", _reason(part))


def _paper(pair: Pair, source: str, *, first: bool) -> Paper:
    # Only the first title follows the head's form, whose button has no line of its own.
    title = _GLUED.sub("", pair.title.text, count=1) if first else pair.title.text
    abstract = clean(pair.abstract.text)
    return Paper(id="", title=clean_title(title), abstract=abstract, code_url=fields.code_url(abstract), source=source)


def _reason(line: Line) -> str:
    quoted = line.text if len(line.text) <= 60 else f"{line.text[:57]}..."
    kind = "an abstract without a title" if line.as_abstract < line.as_title else "a title without an abstract"
    return f"{kind}: {quoted}"
