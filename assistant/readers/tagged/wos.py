"""Web of Science (ISI), also its Inspec and Medline variants: tagged, or a table whose columns are the tags."""

import re
from collections.abc import Iterator

from assistant.readers import fields, tagged
from assistant.readers.fields import Record, kept
from assistant.readers.tagged import Tagged
from assistant.types import Paper

_LINE = re.compile(r"([A-Z][A-Z0-9])(?:[ \t](.*)|$)")
_OF_FILE = ("FN", "VR", "EF")
_FIRST = re.compile(
    r"^\ufeff?PT [A-Z][ \t]*\n\s{0,9}[A-Z][A-Z0-9]\b|^\ufeff?FN (?:ISI|Clarivate|Thomson|Web of)", re.MULTILINE
)
_TABLE = re.compile(r"\ufeff?\s*(?:[A-Z][A-Z0-9]\t){4,}")
_INSPEC_DOI = re.compile(r"\[(10\.\d{4,9}/[^\]\s]+)\]")


def sniff(head: str) -> bool:
    """Tell it by its first line or a publication's type; the table by a header of two-letter tags."""
    return bool(_FIRST.search(head) or _TABLE.match(head))


def read(text: str, source: str) -> Iterator[Record]:
    """Read the records, ended or not, or the rows."""
    text = text.replace("\ufeff", "")
    found = _rows(text) if _TABLE.match(text) else tagged.records(text, _split, opens={"PT"}, closes="ER")
    number = 0
    for record in found:
        record.fields = [(tag, lines) for tag, lines in record.fields if tag not in _OF_FILE]
        if record.fields:
            number += 1
            yield kept(_paper(record, source), tagged.place(number, record))


def _split(line: str) -> tuple[str, str] | None:
    match = _LINE.match(line)
    return (match[1], match[2] or "") if match else None


def _rows(text: str) -> Iterator[Tagged]:
    header: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        cells = [_unquoted(cell.strip()) for cell in line.split("\t")]
        if not header:
            header = cells if any(cells) else []
        elif any(cells):
            # Rows may end before the header does, or with one tab more.
            yield Tagged(number, [(tag, [cell]) for tag, cell in zip(header, cells, strict=False)], closed=True)


def _unquoted(cell: str) -> str:
    """Take off the quotation marks of a cell that holds none, or only doubled ones; others are the title's own."""
    inner = cell[1:-1].replace('""', "\0")
    enclosed = len(cell) > 2 and cell[0] == cell[-1] == '"' and '"' not in inner
    return inner.replace("\0", '"') if enclosed else cell


def _paper(record: Tagged, source: str) -> Paper:
    abstract = tagged.abstract(record.values("AB"))
    accession = record.first("UT")
    number = accession.upper().partition("MEDLINE:")[2]
    people = next(filter(None, (record.values(tag) for tag in ("AF", "AU", "BF", "BA"))), [])
    return Paper(
        id="",
        title=tagged.title(record.values("TI")),
        abstract=abstract,
        authors=tagged.people(_listed([*people, *record.values("CA")] or record.values("BE", "ED", "GP"))),
        year=tagged.year(record.ranked("PY", "PD", "EA", "EY")),
        venue=tagged.line(record.first("SO", "JI", "J9", "SE")) or None,
        doi=tagged.doi([*record.ranked("DI", "D2", "DL"), *_INSPEC_DOI.findall(record.first("ID"))]),
        arxiv_id=tagged.arxiv_id(record.ranked("DI", "AR", "UT", "SO")),
        pmid=fields.pmid(record.first("PM")) or fields.pmid(number),
        code_url=fields.code_url(abstract),
        topics=_topics(record, of_inspec=accession.startswith("INSPEC")),
        source=source,
        kind=next((kind for kind in record.ranked("DT", "PT") if kind != "-"), ""),
    )


def _listed(people: list[str]) -> Iterator[str]:
    """Split names at semicolons, which may go on in the next line, else at lines."""
    for names in people:
        yield from [names.replace("\n", " ")] if ";" in names else names.split("\n")


def _topics(record: Tagged, *, of_inspec: bool) -> tuple[str, ...]:
    if not of_inspec:
        return tagged.topics(record.ranked("DE", "ID"))
    # Inspec has slashes between its groups of terms, two before mere codes, and the publisher's numbers in `ID`.
    groups = (tagged.line(value).partition("//")[0].split("/ ") for value in record.values("DE"))
    return tagged.topics(term for group in groups for term in group)
