"""Tables with a header, comma- or tab-separated: exports of reference managers and databases, and people's own."""

import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.errors import ReadError
from assistant.readers import columns, fields, rows, tagged, values, webtext
from assistant.readers.dialects import csl, zotero
from assistant.readers.fields import Record, kept
from assistant.readers.rows import Row
from assistant.readers.text import squeeze
from assistant.types import Noted, Paper, Skipped

Places = Mapping[str, Sequence[int]]
# What Zotero, Rayyan and OpenAlex number a record by is nothing that people cite it as.
_NOT_A_KEY = re.compile(r"[A-Z0-9]{8}|rayyan-\d+|https?://.*")
_NOT_A_NAME = re.compile(r"\s*\(\d{5,}\)|,?\s*\bet al\.?|…")


def sniff(head: str) -> bool:
    """Tell from the beginning of a file whether it is a table with a header."""
    if head.lstrip().startswith(("{", "[", "<", "@", "%")):
        return False
    separator = rows.separator(head)
    found = list(rows.read(head, separator))[:20]
    if not found:
        return False
    at = rows.header(found)
    header, body = found[at].cells, found[at + 1 :] if len(found) < 3 else found[at + 1 : -1]
    if len(header) < 2 or any(len(cell) > 60 for cell in header):
        return False
    known = columns.known(header)
    alike = [row for row in body if len(row.cells) == len(header)]
    if {"title", "abstract"} & known.keys() and len(known) > 1:
        if header[-1].rstrip().endswith("."):
            return 2 * len(alike) >= len(body) > 0
        return len(known) == len(header) or 2 * len(alike) >= len(body)
    # Prose has full stops; where columns are known, so may a header: Scopus has "Art. No.".
    if any(cell.rstrip().endswith(".") for cell in header):
        return False
    # A header in words of its own is believed where all rows are as wide as it, which lines of prose are not.
    names = {name.strip() for name in header}
    return len(alike) == len(body) > 2 and len(names) == len(header) > 2 and "" not in names


def read(text: str, source: str, own: Mapping[str, str] | None = None) -> Iterator[Record]:
    """Read the rows of a table, after a note that says how its columns are taken.

    Args:
        text: The whole table.
        source: The file, for papers and messages.
        own: Names of columns by what they hold, such as `{"title": "Headline"}`, where they are not recognised.

    Raises:
        ReadError: It has no rows, a column named does not exist, or there is neither a title nor an abstract.
    """
    text = text.removeprefix("\ufeff")
    separator = rows.separator(text, tuple((own or {}).values()))
    found = list(rows.read(text, separator))
    if not found:
        raise ReadError(f"{source} is empty.")
    at = rows.header(found, tuple((own or {}).values()))
    header = found[at].cells
    places = columns.chosen(header, own or {}, source)
    return _records(found[at + 1 :], header, places, source)


def _records(body: Sequence[Row], header: Sequence[str], places: Places, source: str) -> Iterator[Record]:
    yield Noted(source, columns.told(header, places))
    for number, row in enumerate(body, start=1):
        place = f"row {number}, line {row.line}"
        width = len(row.cells)
        if row.is_cut:
            yield Skipped(source, place, "a quotation begins here that is not closed")
        elif any(cell.strip() for cell in row.cells[len(header) :]) or (width == 1 < len(header) - 1):
            yield Skipped(source, place, f"{_count(width)} where the header has {len(header)}")
        elif row.is_shifted and width < len(header):
            reason = f"{_count(width)} where the header has {len(header)}: a stray quotation mark joins cells"
            yield Skipped(source, place, reason)
        else:
            yield _record(_Cells(row.cells, places), source, place)


def _count(width: int) -> str:
    return "1 cell" if width == 1 else f"{width} cells"


class _Cells:
    """The cells of a row by what they hold."""

    def __init__(self, cells: Sequence[str], places: Places) -> None:
        self._cells, self._places = cells, places

    def all(self, field: str) -> list[str]:
        found = (self._cells[place].strip() for place in self._places.get(field, ()) if place < len(self._cells))
        return [cell for cell in found if cell]

    def first(self, field: str) -> str:
        return next(iter(self.all(field)), "")


def _record(cells: _Cells, source: str, place: str) -> Record:
    # Zotero writes its types small; a "Note" of Scopus is a paper.
    if attached := zotero.NO_PAPERS.get(cells.first("kind")):
        return Skipped(source, place, f"{attached}, not a paper")
    return kept(_paper(cells, source), place)


def _paper(cells: _Cells, source: str) -> Paper:
    noted = csl.notes(cells.first("extra"))
    abstract = webtext.paragraphs(cells.first("abstract"))
    url = fields.web_address(cells.first("url"))
    doi = fields.doi(cells.first("doi") or noted.get("doi"))
    key = squeeze(noted.get("citation key") or cells.first("id"))
    key = "" if _NOT_A_KEY.fullmatch(key) else key
    return Paper(
        id=key,
        title=webtext.line(cells.first("title")),
        abstract=abstract,
        authors=authors(cells.first("authors")),
        year=next(filter(None, map(fields.year, cells.all("year"))), None),
        venue=webtext.line(cells.first("venue")) or None,
        doi=doi or (fields.doi(url) if url and "doi.org/" in url else None),
        arxiv_id=fields.arxiv_id(cells.first("arxiv_id"))
        or values.arxiv_id(url or "", doi or "", cells.first("extra")),
        pmid=values.pmid(cells.first("pmid"), noted.get("pmid", ""), url or ""),
        url=url,
        code_url=fields.web_address(cells.first("code_url")) or fields.code_url(abstract, url),
        topics=_topics(cells.all("topics")),
        keys=(key,) if key else (),
        source=source,
        kind=squeeze(cells.first("kind")),
    )


def authors(cell: str) -> tuple[str, ...]:
    """Split a cell of names, and give each in reading order.

    >>> authors("Smith J, Lee AB, et al."), authors("Lee, Ann (57200000001); van Katz, Bo")
    (('J Smith', 'AB Lee'), ('Ann Lee', 'Bo van Katz'))
    """
    names = re.split(r"[;|\n]", _NOT_A_NAME.sub("", cell))
    if len(names) == 1:
        names = [name for part in re.split(r",? and | & ", names[0]) for name in _at_commas(part)]
    return tagged.people(names)


def _at_commas(names: str) -> list[str]:
    """Split "Ann Lee, Bo Li" but not "Lee, Ann": a family name seldom has a space in it, a whole name always."""
    parts = [part.strip() for part in names.split(",") if part.strip()]
    if parts and not any(part.endswith(".") for part in parts[:-1]):
        # PubMed ends the whole list with a full stop; behind initials such as "B.-S." it is part of the name.
        parts[-1] = parts[-1].rstrip(" .")
    return parts if parts and all(" " in part for part in parts) else [names]


def _topics(cells: Sequence[str]) -> tuple[str, ...]:
    words = (fields.topics(cell.replace("|", ";")) for cell in cells)
    return fields.distinct(webtext.line(word) for topics in words for word in topics)
