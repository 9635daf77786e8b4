"""EndNote's tagged export, refer: `%T` and the like; CNKI and Google Scholar write it too."""

import re
from collections.abc import Iterator

from assistant.readers import fields, tagged
from assistant.readers.fields import Record, kept
from assistant.readers.tagged import Tagged
from assistant.readers.text import squeeze
from assistant.types import Paper

_LINE = re.compile(r"[ \t]*%([0-9A-Za-z!@#$&*+?()\[\]{}<>=^~|])(?:[ \t\xa0](.*)|(?=[^\x00-\x7f])(.*)|$)")
_SNIFF = re.compile(r"^\ufeff?[ \t]*%[0ABDEJTX](?:[ \t\xa0].*\S|$)", re.MULTILINE)
_WANTED = re.compile(r"^\ufeff?[ \t]*%(?:0(?:[ \t\xa0]|$)|[AET][ \t\xa0].*\S)", re.MULTILINE)
_BESIDE = re.compile(r"%A[ \t]*")


def sniff(head: str) -> bool:
    """Tell it by lines that begin with a type, an author or a title; TeX's comments have a space behind the `%`."""
    lines = [line for line in head.split("\n") if line.strip()]
    tags = len(_SNIFF.findall(head))
    return bool(_WANTED.search(head)) and (3 * tags >= len(lines) or tags > 3)


def read(text: str, source: str) -> Iterator[Record]:
    """Read the records, each of which begins with its type or behind a blank line."""
    parts = tagged.records(text.replace("\ufeff", ""), _split, opens={"0"}, by_blank=True)
    for number, record in enumerate(tagged.rejoined(parts, marks={"0", "T", "A", "E", "B", "J"}), start=1):
        yield kept(_paper(record, source), tagged.place(number, record))


def _split(line: str) -> tuple[str, str] | None:
    match = _LINE.match(line)
    return (match[1], match[2] or match[3] or "") if match else None


def _paper(record: Tagged, source: str) -> Paper:
    abstract = tagged.abstract(record.values("X"))
    links = tagged.links(record.ranked("U", ">"))
    key = squeeze(record.first("F"))
    # CNKI writes all authors in one line: "%A Li%A Wu".
    authors = [name for value in record.values("A") for name in _BESIDE.split(value)]
    accession = record.first("M")
    in_pubmed = "pubmed" in f"{record.first('~', 'W')}".lower() or "medline" in record.first("~").lower()
    return Paper(
        id="" if key.isdigit() else key,
        title=tagged.title(record.values("T")),
        abstract=abstract,
        authors=tagged.people(authors or record.values("E", "Y", "?")),
        year=tagged.year(record.ranked("D", "8")),
        venue=tagged.line(record.first("J", "B", "S")) or None,
        doi=tagged.doi(record.values("R"), links) or tagged.doi(value for value in record.values("M") if "/" in value),
        arxiv_id=tagged.arxiv_id(record.ranked("R", "U", "J", "M", "N", "Z")),
        pmid=fields.pmid(accession) if in_pubmed or "pmid" in accession.lower() else None,
        url=next(iter(links), None),
        code_url=fields.code_url(abstract, *links),
        topics=tagged.topics(word for value in record.values("K") for word in value.split("\n")),
        keys=(key,) if key else (),
        source=source,
        kind=tagged.line(record.first("0", "9")),
    )
