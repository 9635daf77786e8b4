"""PubMed's text export (NBIB, MEDLINE), also from those who are careless with its spaces."""

import re
from collections.abc import Iterator

from assistant.readers import fields, tagged
from assistant.readers.fields import Record, kept
from assistant.readers.tagged import Tagged
from assistant.types import Paper

_KNOWN = "PMID|PMCR?|TI|BTI|CTI|TT|AB|OABL?|FAU|AU|CN|FED|JT|TA|DP|DEP|LID|AID|PT|MH|OT|SO"
# Four places for the tag, then a dash and a space; a shorter form may be prose: "HIV-1 is".
_LINE = re.compile(rf"((?=[A-Z0-9 ]{{4}}-(?: |$))[A-Z][A-Z0-9]{{1,3}}|(?:{_KNOWN})(?= {{0,2}}-)) *-[ \t]*(.*)")
_SNIFF = re.compile(r"^\ufeff?PMID {0,2}- {0,2}\d", re.MULTILINE)
_SNIFF_OTHERS = re.compile(r"^(?:PMCR?|OWN|STAT|TI|BTI|FAU|JT|LID|AID|DP|PT|AB) {0,2}-", re.MULTILINE)
_NOT_AVAILABLE = re.compile(r"\[?not available\]?\.?", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(?:publisher\s*:?\s*)?abstract available from the publisher\.?", re.IGNORECASE)


def sniff(head: str) -> bool:
    """Tell it by PubMed's number, or by three tags of four places that no other format has."""
    tags = {match[0] for match in _SNIFF_OTHERS.finditer(head)}
    # RIS has `TI  - ` and `AB  - ` as well, and a type before them.
    return bool(_SNIFF.search(head)) or (len(tags) > 2 and not re.search(r"^(?:TY|VN|ER) {1,2}-", head, re.MULTILINE))


def read(text: str, source: str) -> Iterator[Record]:
    """Read the records, each of which begins with its number or behind a blank line."""
    parts = tagged.records(text.replace("\ufeff", ""), _split, opens={"PMID"}, by_blank=True)
    marks = {"PMID", "PMC", "PMCR", "TI", "BTI", "CTI", "AU", "FAU"}
    for number, record in enumerate(tagged.rejoined(parts, marks), start=1):
        yield kept(_paper(record, source), tagged.place(number, record))


def _split(line: str) -> tuple[str, str] | None:
    match = _LINE.match(line)
    return (match[1], match[2]) if match else None


def _paper(record: Tagged, source: str) -> Paper:
    abstract = _abstract(record)
    number = re.match(r"\D{0,3}(\d+)", record.first("PMID"))
    ids = sorted(record.values("LID", "AID"), key=lambda value: "[doi]" not in value)
    sources = [f"doi:{value.partition('doi:')[2]}" for value in record.values("SO")]
    return Paper(
        id="",
        title=_title(record),
        abstract=abstract,
        authors=_authors(record),
        year=tagged.year(record.ranked("DP", "DEP", "DA", "SO")),
        venue=tagged.line(record.first("JT", "TA", "BTI", "CTI")) or None,
        doi=tagged.doi([*ids, *sources]),
        arxiv_id=tagged.arxiv_id(ids),
        pmid=fields.pmid(number[1]) if number else None,
        code_url=fields.code_url(abstract),
        topics=tagged.topics(record.ranked("OT", "MH")),
        source=source,
        kind=tagged.line(record.first("PT")),
    )


def _title(record: Tagged) -> str:
    if (title := tagged.title(record.values("TI"))) and not _NOT_AVAILABLE.fullmatch(title):
        return title
    return tagged.line(record.first("TT", "BTI", "CTI", "VTI"))


def _abstract(record: Tagged) -> str:
    """Return the abstract; only where there is none, another one, if possible in English."""
    if abstract := tagged.abstract(record.values("AB")):
        return abstract
    others: list[tuple[str, str]] = []
    for tag, lines in record.fields:
        if tag == "OAB":
            others.append(("", " ".join(lines)))
        elif tag == "OABL" and others:
            others[-1] = (lines[0].strip(), others[-1][1])
    others.sort(key=lambda other: other[0] != "eng")
    found = (tagged.abstract([text]) for _, text in others if not _ELSEWHERE.fullmatch(text.strip()))
    return next(filter(None, found), "")


def _authors(record: Tagged) -> tuple[str, ...]:
    """Return full names, and the short ones of those who have no other."""
    names: list[str] = []
    named = False
    for tag, lines in record.fields:
        if tag == "FAU" or tag == "CN" or (tag == "AU" and not named):
            names += filter(None, [" ".join(lines).strip()])
        if tag in ("FAU", "AU"):
            named = tag == "FAU" and any(lines)
    return tagged.people(names or record.ranked("FED", "ED"))
