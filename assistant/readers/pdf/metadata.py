"""What a PDF says about itself: its information dictionary, and the XMP packet that publishers fill."""

import mmap
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.readers import fields
from assistant.readers.text import squeeze

_MOST_PACKETS = 200
_LONGEST = 500
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b.*"
    r"|.*\.(?:docx?|pdf|tex|dvi|e?ps|indd|qxd|rtf|pages|odt|fm|p65|txt|html?|pptx?|tmp)"
    r"|(?:untitled|document|paper|manuscript|article|title|template|main|ms|draft|final|print|presentation|slide|layout"
    r"|your title|paper title|new document|no title|none|null|unknown|test)[\W\d_]*(?:\d+\.\.\d+)?"
    r"|(?:doi|pii|arxiv|issn|isbn)\s*[:.].*|\S*[\d_]\S*|.{0,3}|.*(?:latex|word|ieee|acm|springer|elsevier).{0,20}template.*",
    re.IGNORECASE | re.DOTALL,
)
_NO_NAME = re.compile(
    r"admin\w*|users?|author|unknown|anonymous|owner|guest|root|dell|hp|lenovo|microsoft.*", re.IGNORECASE
)


@dataclass(slots=True)
class Metadata:
    """What a file says about itself, as far as it can be meant."""

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    url: str | None = None
    description: str = ""
    topics: tuple[str, ...] = ()
    key: str = ""
    is_record: bool = False
    """True where a reference manager wrote its record of the paper into the file: that is more than a guess."""


def metadata(path: Path, info: dict[str, str]) -> Metadata:
    """Read the metadata of a file; `info` is its information dictionary."""
    values = _xmp(path)
    bibtex = dict(value.split("/", 2)[1:] for value in values.get("relation", []) if re.match("bibtex/[^/]+/", value))
    identifiers = [*values.get("doi", []), *values.get("identifier", []), info.get("Subject", "")]
    # A date of `dc` is often that of the file.
    dated = [
        *values.get("publicationDate", []),
        *values.get("coverDate", []),
        *(values.get("date", []) if bibtex else []),
    ]
    published = re.match(
        r"([A-Z][^,;:]{3,80}), (?:vol\w*\.? ?)?\d+ \((\d{4})\)", info.get("Subject", ""), re.IGNORECASE
    )
    venue = bibtex.get("journal") or _first(values, "publicationName") or (published[1] if published else "")
    return Metadata(
        title=_title(_first(values, "title")) or _title(info.get("Title", "")),
        authors=_authors(values.get("creator", []), info.get("Author", "")),
        year=next(filter(None, map(fields.year, dated)), int(published[2]) if published else None),
        venue=squeeze(venue) or None,
        doi=next(filter(None, map(fields.doi, identifiers)), None),
        url=fields.web_address(bibtex.get("url")),
        description=squeeze(_first(values, "description")),
        topics=_topics(values, info),
        key=squeeze(bibtex.get("bibtexkey", bibtex.get("citationkey", ""))),
        is_record=bool(bibtex),
    )


def _first(values: dict[str, list[str]], name: str) -> str:
    return next(iter(values.get(name, [])), "")


def _title(text: str) -> str:
    title = squeeze(text)
    return "" if len(title) > _LONGEST or _NO_TITLE.fullmatch(title) else title


def _authors(creators: list[str], author: str) -> tuple[str, ...]:
    """Take the creators one by one, or part the one string that the information dictionary has."""
    if len(creators) < 2:
        text = creators[0] if creators else author
        parts = text.split(";") if ";" in text else re.split(r",? and |, | & ", text)
        # "Lovelace, Ada" is one name.
        creators = [text] if "," in text and len(parts) == 2 and min(len(part.split()) for part in parts) < 2 else parts
    names = fields.distinct(_name(creator) for creator in creators)
    return tuple(name for name in names if not _NO_NAME.fullmatch(name))


def _name(text: str) -> str:
    family, comma, given = text.partition(",")
    return f"{given} {family}" if comma else text


def _topics(values: dict[str, list[str]], info: dict[str, str]) -> tuple[str, ...]:
    subjects = values.get("subject", [])
    if len(subjects) > 1:
        return fields.distinct(subjects)
    return fields.topics(subjects[0] if subjects else _first(values, "Keywords") or info.get("Keywords", ""))


def _xmp(path: Path) -> dict[str, list[str]]:
    """Return the values of the file's XMP packet under their names.

    PDFium does not hand it out, but it stands in the file as it is. Figures bring packets of their own; the last one
    that is of a PDF is the file's, as later versions of a file are appended.
    """
    found: dict[str, list[str]] = {}
    for packet in _packets(path):
        values = _values(packet)
        if not values.get("format") or "application/pdf" in values["format"]:
            found = values or found
    return found


def _packets(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(b"<x:xmpmeta")
        for _ in range(_MOST_PACKETS):
            if at < 0:
                return
            end = data.find(b"</x:xmpmeta>", at, at + 1_000_000)
            if end > 0:
                yield data[at : end + 12]
            at = data.find(b"<x:xmpmeta", at + 1)


def _values(packet: bytes) -> dict[str, list[str]]:
    if b"<!" in packet:
        # A document type could make its entities grow without end; a packet has none.
        return {}
    try:
        root = ElementTree.fromstring(packet)
    except (ElementTree.ParseError, ValueError, LookupError):
        return {}
    values: dict[str, list[str]] = {}
    for description in root.iter(f"{_RDF}Description"):
        for name, value in description.attrib.items():
            _put(values, name, value)
        for child in description:
            items = [item.text for item in child.iter(f"{_RDF}li")] or [child.text]
            for item in items:
                _put(values, child.tag, item)
    return values


def _put(values: dict[str, list[str]], tag: str, value: str | None) -> None:
    name = re.sub(r"^\{.*\}", "", tag)
    text = unicodedata.normalize("NFC", squeeze(value or ""))
    if text and text not in values.setdefault("doi" if name.lower() == "doi" else name, []):
        values["doi" if name.lower() == "doi" else name].append(text)
