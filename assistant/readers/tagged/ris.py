"""RIS, in the dialects of reference managers, publishers and databases."""

import re
from collections.abc import Iterator

from assistant.readers import fields, tagged
from assistant.readers.fields import Record, kept
from assistant.readers.tagged import Split, Tagged
from assistant.readers.text import squeeze
from assistant.types import Paper

_SPACE = r"[ \t\xa0]"
_DASH = r"[-–—]"
_KNOWN = (
    "TY|ER|ID|T1|T2|T3|TI|CT|BT|ST|TT|AU|A1|A2|A3|A4|ED|PY|Y1|Y2|DA|AB|N1|N2|KW|JF|JO|JA|J1|J2|VL|IS|SP|EP|CY|PB|SN"
    "|AD|AN|C[1-8]|CN|DB|DO|DP|ET|L[1-4]|LA|LB|LK|M[1-3]|NV|OP|RN|RP|SE|SV|TA|U[1-5]|UR|AV"
)
_USUAL = re.compile(rf"{_SPACE}*([A-Z][A-Z0-9]){_SPACE}{{2,4}}{_DASH}{_SPACE}*(.*)", re.IGNORECASE)
_LOOSE = re.compile(rf"{_SPACE}*({_KNOWN}){_SPACE}?{_DASH}(?:{_SPACE}+(.*)|$)", re.IGNORECASE)
_TYPE = re.compile(rf"^\ufeff?{_SPACE}*TY{_SPACE}*{_DASH}", re.MULTILINE | re.IGNORECASE)
_TYPE_LOOSE = re.compile(rf"^\ufeff?{_SPACE}*TY{_SPACE}?{_DASH}", re.MULTILINE | re.IGNORECASE)
_END = re.compile(rf"^{_SPACE}*ER{_SPACE}{{2,4}}{_DASH}", re.MULTILINE)
_TITLES = ("T1", "TI", "CT")
_AUTHORS = ("AU", "A1")
_EDITORS = ("A2", "ED", "A3", "A4", "TA")
_LINKS = ("UR", "L2", "LK", "L1", "L3", "L4")
# A program of references, PsycInfo's in `M1` for one, would give the numbers of others' papers.
_NUMBERS = ("AN", "ID", "U1", "U2", "U3", "U4", "U5", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8")
_PUBMED = re.compile(r"\bPMID\s*:?\s*(\d{1,9})\b|\b(\d{1,9})\s*\[pmid\]|^PUBMED (\d{1,9})\b", re.IGNORECASE)
_PUBMED_LINK = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,9})\b")
_IS_DOI = re.compile(r"(?:doi|https?://(?:dx\.)?doi\.org|10\.)", re.IGNORECASE)
_HOLDS_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)


def sniff(head: str) -> bool:
    """Tell RIS by a type or an end of a record, among other tags."""
    if not (_TYPE.search(head) or _END.search(head)):
        return False
    split = _splitter(head)
    return len({parted[0] for line in head.split("\n") if (parted := split(line))}) > 1


def read(text: str, source: str) -> Iterator[Record]:
    """Read the records, ended or not; what stands between them is no part of any."""
    parts = tagged.records(text.replace("\ufeff", ""), _splitter(text), opens={"TY"}, closes="ER")
    whole = tagged.rejoined(parts, marks={*_TITLES, *_AUTHORS, "BT", "DO"}, heads={"TY"})
    for number, record in enumerate(whole, start=1):
        yield kept(_paper(record, source), tagged.place(number, record))


def _splitter(text: str) -> Split:
    """Tell tags as the file writes them: only where it is careless with spaces may "AB - x" be more than prose."""
    loose = _TYPE_LOOSE.search(text)

    def split(line: str) -> tuple[str, str] | None:
        match = _USUAL.match(line) or (_LOOSE.match(line) if loose else None)
        return (match[1].upper(), match[2] or "") if match else None

    return split


def _paper(record: Tagged, source: str) -> Paper:
    title, of_book = _title(record)
    abstract = tagged.abstract(record.values("AB", "N2"))
    links = tagged.links(record.ranked(*_LINKS))
    dois = [*record.ranked("DO", "DI", "M3"), *filter(_IS_DOI.match, record.values("N1"))]
    key = squeeze(record.first("ID", "LB"))
    return Paper(
        # A mere number is a place in someone's database, not a name for a paper.
        id="" if key.isdigit() else key,
        title=title,
        abstract=abstract,
        authors=tagged.people(record.values(*_AUTHORS) or record.ranked(*_EDITORS)),
        year=tagged.year(record.ranked("PY", "Y1", "DA")),
        venue=_venue(record, of_book=of_book),
        doi=tagged.doi(dois, links),
        arxiv_id=tagged.arxiv_id(record.ranked("DO", *_LINKS, "AN", "M1", "M3", "JO", "JF", "T2", "C1", "PB")),
        pmid=_pmid(record, links),
        url=next(iter(links), None),
        code_url=fields.code_url(abstract, *links),
        topics=tagged.topics(word for value in record.values("KW") for word in value.split("\n")),
        keys=(key,) if key else (),
        source=source,
        kind=next((kind for kind in reversed(record.values("TY"))), ""),
    )


def _title(record: Tagged) -> tuple[str, bool]:
    """Return the title, and whether it was a book's own."""
    if title := tagged.title(record.values(*_TITLES)):
        return title, False
    if title := tagged.line(record.first("BT")):
        return title, True
    return tagged.line(record.first("TT", "ST")), False


def _venue(record: Tagged, *, of_book: bool) -> str | None:
    tags = ("JF", "T2", "BT", "JO", "JA", "J1", "J2", "T3")
    return tagged.line(record.first(*(tag for tag in tags if not (of_book and tag == "BT")))) or None


def _pmid(record: Tagged, links: list[str]) -> str | None:
    for value in record.ranked(*_NUMBERS, "N1"):
        if match := _PUBMED.search(value):
            return fields.pmid(next(filter(None, match.groups())))
    if any(_HOLDS_PUBMED.search(base) for base in record.values("DB", "DP")):
        # Embase has PubMed's number in `C5`, Ovid in `ID`, EndNote and PubMed itself in `AN`.
        for value in record.ranked("AN", "C5", "ID"):
            if found := fields.pmid(value):
                return found
    found_link = next(filter(None, map(_PUBMED_LINK.search, links)), None)
    return found_link[1] if found_link else None
