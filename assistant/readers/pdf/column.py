"""Follows a text of a PDF down its column, until words, style or space end it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.readers.pdf.layout import Line
from assistant.readers.pdf.text import plain

KEYWORDS = re.compile(
    r"(?:additional |author )?key[\s-]?words?(?: and phrases)?\b|index terms\b|schlüsselw|mots[- ]cl|palabras clave"
    r"|palavras-chave|关键词|关键字|キーワード|키워드|주제어",
    re.IGNORECASE,
)
_END = re.compile(
    r"ccs concepts?\b|categories and subject|general terms\b|acm (?:reference|classification)"
    r"|(?:jel|msc|pacs|ams)\b.{0,40}[\d:]|mathematics subject|subject classification|subjects?\s*:"
    r"|article (?:info|history)|(?:received|accepted|published)\b.{0,30}\d|correspond(?:ence|ing author)\b"
    r"|copyright\b|©|\(c\) ?\d|permission to make|(?:how to |to )?cite this|how to cite|citation:|open access"
    r"|significance(?: statement)?$|highlights$|graphical abstract|abbreviations?(?:$|:)|doi\s*:|https?://|arxiv:"
    r"|contents$|table of contents|acknowledge?ments?$|list of (?:figures|tables)"
    r"|(?:\d{1,2}\.?|[IVX]{1,4}\.)?\s*(?:introduction|motivation|einleitung|introducción|введение|引言|はじめに)\s*[.:]?$"
    r"|(?:\d{1,2}\.?|[IVX]{1,4}\.)\s+(?:introduction|background|motivation|overview|preliminaries)\b"
    r"|introduction\s*[—–]",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:1\.?|I\.)\s+[^\W\d_][\w-]*(?:\s[\w-]+){0,7}$")
LABEL = re.compile(
    r"(?:background|introduction|context|motivation|purpose|aims?|objectives?|goals?|importance|questions?|hypothesis"
    r"|design|setting|participants|patients|subjects|materials?|methods?|methodology|approach|interventions?|measure\w*"
    r"|main outcome\w*|data sources|results?|findings|discussion|conclusions?|interpretation|limitations?|significance"
    r"|relevance|implications|funding|(?:trial )?registration)(?:(?:,? and |/| & | \w)[\w ]{0,30})?",
    re.IGNORECASE,
)
_MOST_ROWS = 150


@dataclass(slots=True)
class Column:
    """Lines one below the other, taken until something ends them."""

    left: float
    right: float
    rows: list[list[Line]] = field(default_factory=list)
    ended: str = "bottom"
    """What ended it: `words`, `style`, `gap`, or the `bottom` of the page."""
    rest: list[list[Line]] = field(default_factory=list)
    """The rows from the one that ended it."""


def follow(first: Line, lines: Sequence[Line]) -> Column:
    """Go down from the first line as long as words and style are those of one text."""
    column = Column(first.left, first.right)
    ordered = sorted((line for line in lines if line.base >= first.base - 2), key=lambda line: line.base)
    # The first line may be short: how wide the column is shows in those below.
    for line in ordered[:60]:
        inside = shares(line, column.left, column.right) and line.base - first.base < 8 * first.size
        if inside and line.right - line.left < 1.7 * max(column.right - column.left, 14 * first.size):
            if line is not first and ends(line):
                break
            column.left, column.right = min(column.left, line.left), max(column.right, line.right)
    members = [line for line in ordered if line is first or _inside(line, column)]
    rows = list(_rows(members))[:_MOST_ROWS]
    for number, row in enumerate(rows):
        if ended := _ended(row, column.rows, first):
            column.ended, column.rest = ended, rows[number:]
            break
        column.rows.append(row)
    return column


def _inside(line: Line, column: Column) -> bool:
    overlap = min(line.right, column.right) - max(line.left, column.left)
    return overlap > 0.6 * (line.right - line.left)


def _rows(lines: Iterable[Line]) -> Iterator[list[Line]]:
    row: list[Line] = []
    for line in sorted(lines, key=lambda line: line.base):
        if row and line.base - row[-1].base > 0.35 * min(line.size, row[-1].size):
            yield sorted(row, key=lambda line: line.left)
            row = []
        row.append(line)
    if row:
        yield sorted(row, key=lambda line: line.left)


def _ended(row: Sequence[Line], before: Sequence[Sequence[Line]], first: Line) -> str:
    """Tell what a row ends the text above with, if it does."""
    if not before:
        return "words" if row[0] is not first and ends(row[0]) else ""
    if ends(row[0]) or _ends_row(row):
        return "words"
    if is_label(row):
        labels = [text_of(old).lower() for old in before if is_label(old)]
        # An abstract that has such headings begins with one, and has each once.
        return "" if is_label(before[0]) and text_of(row).lower() not in labels else "style"
    taken = [line for old in before if not is_label(old) for line in old]
    size, font = usual_style(taken) if taken else (row[0].size, row[0].font)
    pitch = min((below[0].base - above[0].base for above, below in pairwise(before)), default=1.3 * size)
    if row[0].base - before[-1][0].base > 2.4 * max(pitch, size):
        return "gap"
    text = " ".join(line.text for line in row)
    if len(text) > 12 and abs(row[0].size / size - 1) > 0.07:
        return "style"
    short = len(text.split()) < 9 and not text.endswith((".", ","))
    return "style" if short and row[0].bold and row[0].font != font and row[0].lead >= len(row[0].text) else ""


def is_label(row: Sequence[Line]) -> bool:
    """Tell whether a row is the heading of a part of an abstract, such as `Methods`."""
    line = row[0]
    if len(row) > 3 or len(line.text) > 50 or line.lead < len(line.text):
        return False
    text = text_of(row)
    set_off = line.bold or text.isupper() or text.endswith(":")
    return len(text) < 40 and set_off and bool(LABEL.fullmatch(text.rstrip(":. ")))


def ends(line: Line) -> bool:
    """Tell whether a line begins what comes after an abstract: keywords, a notice, the introduction."""
    text = close_up(plain(line.text))
    return bool(KEYWORDS.match(text) or _END.match(text) or _NUMBERED.match(text))


def _ends_row(row: Sequence[Line]) -> bool:
    text = text_of(row)
    return len(row) > 1 and bool(_END.match(text) or _NUMBERED.match(text))


def usual_style(lines: Iterable[Line]) -> tuple[float, str]:
    """Return the size and the font that most of the text is in."""
    counts: Counter[tuple[float, str]] = Counter()
    for line in lines:
        counts[line.size, line.font] += len(line.text)
    return counts.most_common(1)[0][0]


def shares(line: Line, left: float, right: float) -> bool:
    """Tell whether a line stands above or below a stretch."""
    return min(line.right, right) - max(line.left, left) > 0


def is_number(line: Line) -> bool:
    """Tell the number of a page or a line from text."""
    return bool(re.fullmatch(r"[\divx]{1,4}", line.text.strip()))


def close_up(text: str) -> str:
    """Close up a word that is set with spaces between its letters."""
    return text.replace(" ", "") if re.fullmatch(r"(?:\w )+\w[:.]?", text) else text


def text_of(row: Sequence[Line]) -> str:
    """Return the text of lines that stand beside each other."""
    return plain(" ".join(line.text for line in row))
