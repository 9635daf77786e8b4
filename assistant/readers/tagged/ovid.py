"""Ovid's text exports: fields under labels, or behind its own two-letter tags."""

import re
from collections.abc import Iterator

from assistant.readers import fields, tagged
from assistant.readers.fields import Record, kept
from assistant.readers.tagged import Split, Tagged
from assistant.types import Paper

_NUMBER = re.compile(r"[ \t]*<\d{1,9}\.?[ \t]*>[ \t]*")
_NUMBERED = re.compile(r"^[ \t]*<\d{1,9}\.?[ \t]*>[ \t]*$", re.MULTILINE)
_LABEL = re.compile(r"([A-Z][A-Za-z0-9 ,/&()'.-]{0,79}?):?[ \t]*")
_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?:[ \t](.*)|$)")
_VENDOR = re.compile(r"^VN  ?- Ovid", re.MULTILINE)
_TYPED = re.compile(r"^(?:TY  ?-|\{\\rtf|<\?xml)", re.MULTILINE)
_LABELS = re.compile(
    r"^(?:Accession Number|Unique Identifier|Authors?|(?:Chapter |Book |Article )?Title|Source|Abstract|Institution"
    r"|Publication Type|Document Type|Year of Publication|Language)[ \t]*:?[ \t]*\n[ \t]+\S",
    re.MULTILINE,
)
_TITLES = ("TITLE", "ARTICLE TITLE", "TI", "CHAPTER TITLE", "BOOK TITLE", "ORIGINAL TITLE", "TRANSLATED TITLE", "OT")
_VENUES = ("JOURNAL", "JOURNAL NAME", "NLM JOURNAL NAME", "BOOK TITLE", "JN", "NJ", "JT", "BT")
_TOPICS = (
    *("AUTHOR KEYWORDS", "KEYWORDS", "KEYWORD HEADING", "KEY PHRASE IDENTIFIERS", "KEY CONCEPTS", "KW", "KP", "ID"),
    *("MESH SUBJECT HEADINGS", "SUBJECT HEADINGS", "EMTREE HEADING", "INDEX TERMS", "MH", "SH", "DE", "HW"),
)
_DATES = (
    "YEAR OF PUBLICATION",
    "PUBLICATION YEAR",
    "YEAR",
    "YR",
    "DATE OF PUBLICATION",
    "PUBLICATION DATE",
    "DP",
    "DG",
)
_KIND_BEHIND_TITLE = re.compile(r"(?:(?<=[.?!])|\.)\s*\[[A-Z][A-Za-z ,:&-]{2,60}\]\.?$")
_BOOK_IN_SOURCE = re.compile(r"\((?:1[4-9]|20)\d\d\)\.\s+(.{3,300}?)(?:\.(?:\s|$)|\s+\d+\s+pp)")
_MARK = re.compile(r"(?:\s+(?:[*+#^~]+|\d{1,3}(?:,\s*\d{1,3})*)|\s*\[[^\[\]]{0,60}\])$")
_MOST_DEGREES = 6
_DEGREE = re.compile(
    r"(?:[,\s]|^)\s*(?:M\.?D|Ph\.?D|D\.?Phil|R\.?N|FAAN|M\.?Sc|B\.?Sc|M\.?P\.?H|M\.?S|M\.?A|B\.?A|B\.?S|MBBS|MBChB|DO|DDS"
    r"|DVM|PharmD|Psy\.?D|Ed\.?D|Dr\.?P\.?H|Sc\.?D|FRCP|FRCS|FACP|FACS|MBA|BSN|MSN|DNP|J\.?D|CRNA|APRN|MRCP)\.?$"
)


def sniff(head: str) -> bool:
    """Tell it by Ovid's name, or by its labels with indented values: three, or two behind a number."""
    if _TYPED.search(head):
        return False
    labels = {match[0].split("\n")[0] for match in _LABELS.finditer(head)}
    return bool(_VENDOR.search(head)) or len(labels) > (1 if _NUMBERED.search(head) else 2)


def read(text: str, source: str) -> Iterator[Record]:
    """Read the records, each of which begins with its number, or with the label that the first one begins with."""
    text = text.replace("\ufeff", "")
    split = _split_tag if _VENDOR.search(text) else _split_label
    number = 0
    for record in tagged.records(text, split, opens=_opens(text, split)):
        record.fields = [(tag, lines) for tag, lines in record.fields if tag != "<"]
        # What stands before the first record, such as the search, has no field that papers have.
        if record.tags & {*_TITLES, "AUTHOR", "AUTHORS", "AU", "SOURCE", "SO", "ABSTRACT", "AB", "ACCESSION NUMBER"}:
            number += 1
            yield kept(_paper(record, source), tagged.place(number, record))


def _split_tag(line: str) -> tuple[str, str] | None:
    if _NUMBER.fullmatch(line):
        return "<", ""
    match = _TAG.match(line)
    return (match[1], match[2] or "") if match else None


def _split_label(line: str) -> tuple[str, str] | None:
    if _NUMBER.fullmatch(line):
        return "<", ""
    match = _LABEL.fullmatch(line)
    return (match[1].upper(), "") if match else None


def _opens(text: str, split: Split) -> set[str]:
    tags = (parted[0] for line in text.split("\n") if (parted := split(line)))
    first = next(tags, "")
    return {"<"} if first == "<" or "<" in tags else {first}


def _paper(record: Tagged, source: str) -> Paper:
    abstract = tagged.abstract(value.lstrip(": ") for value in record.values("ABSTRACT", "AB"))
    links = tagged.links(record.ranked("URL", "UR", "XL", "LINK TO THE OVID FULL TEXT OR CITATION"))
    dois = record.ranked("DOI NUMBER", "DIGITAL OBJECT IDENTIFIER", "DOI", "DO")
    origin = tagged.line(record.first("SOURCE", "SO"))
    return Paper(
        id="",
        title=_title(record, origin),
        abstract=abstract,
        authors=_authors(record),
        year=tagged.year(record.ranked(*_DATES)) or _last_year([origin, *record.values("STATUS")]),
        venue=tagged.line(record.first(*_VENUES)) or _venue(origin),
        doi=tagged.doi(dois, links),
        arxiv_id=tagged.arxiv_id([*dois, *links]),
        pmid=_pmid(record),
        url=next(iter(links), None),
        code_url=fields.code_url(abstract),
        topics=tagged.topics(value.rstrip(".") for value in record.ranked(*_TOPICS)),
        source=source,
        kind=tagged.line(record.first("PUBLICATION TYPE", "PT", "DOCUMENT TYPE")).strip("- "),
    )


def _title(record: Tagged, origin: str) -> str:
    if title := tagged.line(record.first(*_TITLES)):
        return _KIND_BEHIND_TITLE.sub("", title)
    # Of a whole book the only title is in its source: "Lee (2015). On Cats. 58 pp. Basel: Purr".
    match = _BOOK_IN_SOURCE.search(origin)
    return match[1] if match else ""


def _authors(record: Tagged) -> tuple[str, ...]:
    """Return the names without degrees and marks of footnotes: "Lee, Ann MD; PhD 1"."""
    names = record.ranked("AUTHORS FULL NAME", "FA") or record.ranked("AUTHOR", "AUTHORS", "AU")
    return tagged.people(_bare(name) for value in names for name in tagged.line(value).split(";"))


def _bare(name: str) -> str:
    for _ in range(_MOST_DEGREES):
        name = _DEGREE.sub("", _MARK.sub("", name.rstrip(" ,")))
    return name


def _last_year(texts: list[str]) -> int | None:
    """Return the last year of the first text with one: what comes before may be pages."""
    years = ([word for word in re.findall(r"\d+", text) if re.fullmatch(r"(?:1[89]|20)\d\d", word)] for text in texts)
    return next((int(found[-1]) for found in years if found), None)


def _venue(origin: str) -> str | None:
    """Return the journal, which the source begins with: "Sleep.   28(2):103-106, April 2015."."""
    if _BOOK_IN_SOURCE.search(origin):
        return None
    return re.split(r"\.(?:\s|$)|,?\s+(?:Vol\b|\d)", origin, maxsplit=1)[0].strip() or None


def _pmid(record: Tagged) -> str | None:
    of_medline = "medline" in f"{record.first('DATABASE', 'DB')}".lower()
    labels = ("PMID", "UNIQUE IDENTIFIER", "PM", *(("UI", "AN", "ACCESSION NUMBER") if of_medline else ()))
    return next(filter(None, map(fields.pmid, record.ranked(*labels))), None)
