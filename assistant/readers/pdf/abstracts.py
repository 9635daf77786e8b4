"""Where the abstract of a PDF stands: after its heading, down its column, as far as its style and words go."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.readers import fields
from assistant.readers.pdf.column import (
    KEYWORDS,
    LABEL,
    Column,
    close_up,
    ends,
    follow,
    is_label,
    is_number,
    shares,
    text_of,
    usual_style,
)
from assistant.readers.pdf.layout import Layout, Line
from assistant.readers.pdf.text import joined, plain, words
from assistant.readers.text import squeeze

_NAMES = (
    r"abstract|summary",
    r"zusammenfassung|kurzfassung|r[ée]sum[ée]|resumen|resumo|riassunto|sommario|аннотация|реферат"
    r"|摘\s*要|要\s*旨|抄\s*録|초\s*록|요\s*약",
)
_ALONE = tuple(re.compile(rf"(?:\d\.?\s+)?(?:{names})\s*[:.—–-]?", re.IGNORECASE) for names in _NAMES)
_RUN_IN = tuple(
    re.compile(rf"(?:{names})\s*(?:[—–―:：.|]|\s-|-\s|-(?=[A-Z]))[\s—–-]*(?=\S)", re.IGNORECASE) for names in _NAMES
)
_STYLED = tuple(re.compile(rf"(?:{names})\s+(?=\S)", re.IGNORECASE) for names in _NAMES)
_DATED = re.compile(r"[(\[](?:dated|received|revised|submitted)\b.{4,100}[)\]]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?。！？][\"'”’)\]⁰¹²³⁴-⁹]*$")
_LEADERS = re.compile(r"\.{5}|(?:\. ){5}|…{2}")
_LONGEST = 6000
_MOST_HEADINGS = 8


@dataclass(slots=True)
class Found:
    """An abstract, where its heading stands, and the keywords below it."""

    text: str
    heading: Line
    topics: tuple[str, ...] = ()


def find(layout: Layout) -> Found | None:
    """Find the abstract, English before other languages; None where none is found with confidence."""
    known = words(plain(line.text) for line in layout.lines)
    for language in range(len(_NAMES)):
        headings = [(line, start) for line in layout.lines if (start := _heading(line, language))]
        # A summary may also be the last chapter of a report, so an abstract goes first.
        for line, start in sorted(headings, key=lambda found: _is_summary(found[0]))[:_MOST_HEADINGS]:
            if found := _after(line, start, layout, known):
                return found
    return _undeclared(layout, known)


def _is_summary(line: Line) -> bool:
    return squeeze(line.text).lower().startswith("summary")


def _heading(line: Line, language: int) -> int:
    """Return where the abstract's own words begin in a line that is or holds its heading; 0 where it is none."""
    if len(line.text) < 60 and _ALONE[language].fullmatch(close_up(plain(line.text))):
        return len(line.text)
    if match := _RUN_IN[language].match(line.text):
        return match.end()
    if match := _STYLED[language].match(line.text):
        return match.end() if line.lead <= match.end() and line.text[match.end()].isupper() else 0
    return 0


def _after(heading: Line, start: int, layout: Layout, known: Counter[str]) -> Found | None:
    below = [line for line in layout.lines if line.page == heading.page and line.base >= heading.base - 2]
    below = [line for line in below if line is not heading and not is_number(line)]
    if start < len(heading.text):
        first: Line | None = replace(heading, text=heading.text[start:], lead=0)
    else:
        first = _first_below(heading, below)
        if beside := _beside(heading, below):
            below.remove(beside)
            # The lines below begin where the heading does.
            first = replace(beside, left=heading.left)
    if not first:
        return None
    column = follow(first, [first, *(line for line in below if line is not first)])
    return _found(heading, column, layout, known)


def _beside(heading: Line, lines: Iterable[Line]) -> Line | None:
    """Return what follows the heading on its own line after a small gap."""
    for line in lines:
        gap = line.left - heading.right
        if abs(line.base - heading.base) < 2 and 0 <= gap < 2.5 * heading.size and line.size < 1.2 * heading.size:
            return line
    return None


def _first_below(heading: Line, lines: Iterable[Line]) -> Line | None:
    """Return the line below a heading; a short one need not reach below a heading that is centred."""
    below = sorted((line for line in lines if line.base > heading.base + 2), key=lambda line: (line.base, line.left))
    under = next((line for line in below if shares(line, heading.left, heading.right)), None)
    if below and below[0].left < heading.left and (not under or under.base - below[0].base > 2 * heading.size):
        under = below[0]
    return under if under and under.base - heading.base < 5 * max(under.size, heading.size) else None


def _found(heading: Line, column: Column, layout: Layout, known: Counter[str]) -> Found | None:
    rows = list(column.rows)
    if column.ended == "bottom" and rows:
        rows += _continued(column, heading, layout)
    text = _paragraphs(rows, known)
    if column.ended != "words" or not _SENTENCE_END.search(text):
        # Half a sentence at the end is worse than none, but a short one that something ends is what there is.
        whole = re.match(r".*[.!?。！？][\"'”’)\]]*(?=\s|$|[^\x00-\x7f])", text, re.DOTALL)
        text = whole[0] if whole else text if column.ended == "words" and len(rows) == 1 else ""
    if not any(map(str.isalpha, text)) or len(text) > _LONGEST or _LEADERS.search(text):
        return None
    return Found(fields.abstract(text), heading, _topics(column.rest, known)) if fields.abstract(text) else None


def _continued(column: Column, heading: Line, layout: Layout) -> list[list[Line]]:
    """Follow a text that the foot of its column cuts into the next column or page."""
    style = usual_style([line for row in column.rows for line in row])
    cut = not _SENTENCE_END.search(text_of(column.rows[-1]))
    own = style != usual_style(layout.lines)
    for page in (heading.page, heading.page + 1):
        after = [line for line in layout.lines if line.page == page and not is_number(line)]
        if page == heading.page:
            after = [line for line in after if line.left >= column.right - 2]
        like = [line for line in after if (line.size, line.font) == style]
        first = min(like, key=lambda line: (line.base, line.left), default=None)
        # A whole sentence goes on only in a style that the text after the abstract does not have.
        if first and (first.text[:1].islower() if cut else own):
            return follow(first, after).rows
    return []


def _paragraphs(rows: Sequence[Sequence[Line]], known: Counter[str]) -> str:
    """Join rows to paragraphs, parted where the space between is wider or a label such as `Methods:` begins."""
    gaps = [below[0].base - above[0].base for above, below in pairwise(rows)]
    usual = sorted(gap for gap in gaps if gap > 0)[len(gaps) // 3] if any(gap > 0 for gap in gaps) else 0.0
    parts: list[list[str]] = []
    for number, row in enumerate(rows):
        text = text_of(row)
        apart = not number or (usual and gaps[number - 1] > 1.35 * usual and _SENTENCE_END.search(parts[-1][-1]))
        alone = is_label(row)
        labelled = alone or _begins_with_label(row[0], text)
        if apart or (labelled and _SENTENCE_END.search(parts[-1][-1])):
            parts.append([])
        parts[-1].append(f"{text.rstrip(':. ')}:" if alone else text)
    return "\n\n".join(joined(part, known) for part in parts)


def _begins_with_label(line: Line, text: str) -> bool:
    """Tell whether a line begins with a label in a font of its own, such as `Methods:`."""
    label = text[: line.lead].rstrip()
    return 3 < line.lead < min(46, len(line.text) - 1) and label.endswith((":", ".", "—")) and bool(LABEL.match(label))


def _topics(rest: Sequence[Sequence[Line]], known: Counter[str]) -> tuple[str, ...]:
    """Read the keywords, which stand at most a few lines below the abstract."""
    at = next((at for at, row in enumerate(rest[:10]) if KEYWORDS.match(close_up(text_of(row)))), None)
    if at is None:
        return ()
    rows = [rest[at]]
    for row in rest[at + 1 : at + 6]:
        gap = row[0].base - rows[-1][0].base
        if (
            ends(row[0])
            or gap > (2.6 if len(rows) == 1 else 1.45) * row[0].size
            or abs(row[0].size / rows[-1][0].size - 1) > 0.25
        ):
            break
        rows.append(row)
    text = joined([text_of(row) for row in rows], known)
    text = KEYWORDS.sub("", close_up(text) if len(rows) == 1 else text, count=1).strip(" :：—–-.")
    found = fields.distinct(
        topic.strip(" .") for topic in re.split(r"[;；·•|]" if re.search("[;；·•|]", text) else "[,，、]", text)
    )
    return found if len(found) <= 15 and all(len(topic) <= 60 for topic in found) else ()


def _undeclared(layout: Layout, known: Counter[str]) -> Found | None:
    """Find the abstract of a physics paper: a wide block without a heading, below the dates in brackets."""
    for line in layout.lines:
        if line.page == 0 and _DATED.fullmatch(plain(line.text)):
            below = [other for other in layout.lines if other.page == 0 and other.base > line.base + 2]
            first = _first_below(line, below)
            column = follow(first, below) if first else None
            wide = column and column.right - column.left > 0.5 * layout.sizes[0][0]
            found = _found(line, column, layout, known) if column and wide and column.ended != "bottom" else None
            if found and len(found.text) > 200:
                return found
    return None
