"""Rows of separated text, with the lines they begin on; a quotation that is never closed costs no other row."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.readers import columns
from assistant.readers.text import HEAD_BYTES

_SEPARATORS = ",;\t|"
_MOST_RESTARTS = 5
_MOST_BEFORE_HEADER = 10
_LAST = "\ue014"


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row."""

    cells: list[str]
    line: int
    """The line it begins on."""
    end: int
    """The line it ends on."""
    is_cut: bool = False
    """True where a quotation begins in it that is not closed, and runs into other rows."""
    is_shifted: bool = False
    """True where it has too few cells, and a stray quotation mark has joined some of them."""


def read(text: str, separator: str) -> list[Row]:
    """Return the rows that are not blank."""
    # The limit is the whole process's; it is raised only, as another reader may rely on it.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    lines = re.split(r"\r\n?|\n", text)
    literal = separator == "\t" and len({line.count("\t") for line in lines if line.strip()}) == 1
    rows = list(_parsed(lines, 0, separator, literal))
    done: list[Row] = []
    width = max(Counter(len(row.cells) for row in rows).items(), key=lambda item: item[1], default=(0, 0))[0]
    for _ in range(_MOST_RESTARTS):
        at = next((at for at, row in enumerate(rows) if row.is_cut or _swallows(row, lines, separator, width)), -1)
        if at < 0:
            break
        cut = replace(rows[at], is_cut=True)
        done += [*rows[:at], cut]
        # What the quotation swallowed is read again; of that, only what is as wide as the others is surely a row.
        again = _parsed(lines, cut.line, separator, literal)
        rows = [row for row in again if row.line > cut.end or len(row.cells) == width]
    return [_marked(row, lines, separator, width) for row in done + rows]


def separator(text: str, wanted: Sequence[str] = ()) -> str:
    """Return the character that separates the cells: that which makes a header of known columns, or of most."""
    if text[:4].lower() == "sep=" and text[4:5] in _SEPARATORS:
        return text[4:5] or ","
    head = text[:HEAD_BYTES]
    return max(_SEPARATORS, key=lambda one: _worth(read(head, one), wanted))


def header(rows: Sequence[Row], wanted: Sequence[str] = ()) -> int:
    """Return which row is the header: some exports tell something about themselves before it."""
    first = 1 if len(rows) > 1 and rows[0].cells[0].lower().startswith("sep=") else 0
    places = range(first, min(len(rows), _MOST_BEFORE_HEADER))
    return max(places, key=lambda place: _known(rows[place], wanted), default=0)


def _parsed(lines: Sequence[str], start: int, separator: str, literal: bool) -> Iterator[Row]:
    """Parse the rows from a line on; where quotation marks are literal, only a cell wholly within them is quoted."""
    # A last row of its own tells whether the one before it is closed.
    given = (f"{line}\n" for line in (*lines[start:], _LAST))
    reader = csv.reader(given, delimiter=separator, quoting=csv.QUOTE_NONE if literal else csv.QUOTE_MINIMAL)
    begin = start
    for cells in reader:
        line, begin = begin + 1, start + reader.line_num
        if cells == [_LAST]:
            return
        if any(cell.strip() for cell in cells):
            is_cut = cells[-1].rstrip("\n").endswith(_LAST)
            end = min(begin, len(lines))
            yield Row([_bare(cell) for cell in cells] if literal else cells, line, end, is_cut)


def _swallows(row: Row, lines: Sequence[str], separator: str, width: int) -> bool:
    """Tell whether a quotation runs on into other rows, up to where the next one begins."""
    if row.end == row.line or len(row.cells) > width:
        return row.end > row.line
    if _is_well_quoted(lines[row.line - 1 : row.end], separator):
        return False
    # Text behind a closing mark may be a slip within an abstract; not so where whole rows lie before it.
    return any(len(cells) == width for cells in csv.reader(lines[row.line : row.end], delimiter=separator))


def _marked(row: Row, lines: Sequence[str], separator: str, width: int) -> Row:
    """Mark a row too narrow that breaks the rules of quotation, or is as wide as others without its quotation."""
    own = lines[row.line - 1 : row.end]
    if len(row.cells) >= width or not any('"' in line for line in own):
        return row
    # A comma within a sentence has a space behind it.
    bare = 1 + sum(len(re.findall(re.escape(separator) + r"(?!\s\S)", line)) for line in own)
    return replace(row, is_shifted=bare == width or (bare > len(row.cells) and not _is_well_quoted(own, separator)))


def _is_well_quoted(lines: Sequence[str], separator: str) -> bool:
    try:
        list(csv.reader((f"{line}\n" for line in lines), delimiter=separator, strict=True))
    except csv.Error:
        return False
    return True


def _bare(cell: str) -> str:
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if is_quoted else cell


def _worth(rows: Sequence[Row], wanted: Sequence[str]) -> tuple[int, int, int]:
    if not rows:
        return (0, 0, 0)
    top = rows[header(rows, wanted)]
    alike = sum(len(row.cells) == len(top.cells) for row in rows)
    return (_known(top, wanted), alike if len(top.cells) > 1 else 0, len(top.cells))


def _known(row: Row, wanted: Sequence[str]) -> int:
    """Count the columns that are recognised; those that a person has named count most."""
    named = sum(name in row.cells for name in wanted)
    known = columns.known(row.cells)
    return 100 * named + (len(known) if len(known) > 1 and {"title", "abstract"} & known.keys() else 0)
