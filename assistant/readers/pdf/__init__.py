"""A PDF with a text layer: one paper, from what its first pages show and its metadata say."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.readers import fields
from assistant.readers.fields import Record
from assistant.readers.pdf import abstracts, authors, metadata, titles
from assistant.readers.pdf.layout import TIMEOUT, Layout, Line, layout_of
from assistant.readers.pdf.metadata import Metadata
from assistant.readers.pdf.text import plain
from assistant.types import Noted, Paper, Skipped

MAGIC = b"%PDF-"
"""Stands within the first `MAGIC_WITHIN` bytes of every PDF."""
MAGIC_WITHIN = 1024

_FEWEST_LETTERS = 20
_COVER = 30
"""A first page with fewer lines than these is a cover."""
_STAMP = re.compile(r"arxiv\s*:\s*(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.IGNORECASE)
_DOI_NEAR = re.compile(r"doi\b|doi\.org", re.IGNORECASE)
# Broken at the line's end, where only the next line tells how it goes on.
_CUT_DOI = re.compile(r"10\.\d{4,9}(?:/[\w.()/-]*[./_-]|/)?$")
_DOI_REST = re.compile(r"[\w./()-]*\d[\w./()-]*")
# Where data and code are kept; a paper that names only these names no DOI of its own.
_DATA_DOI = re.compile(r"10\.(?:5281|6084|5061|17632|7910|17605)/")
_REFERENCES = re.compile(r"(?:\d+\.? )?(?:references|bibliography|literature cited|r\s?eferences)", re.IGNORECASE)
_YEARS = (
    re.compile(r".*?(?:©|\(c\)|copyright\b)\D{0,40}((?:19|20)\d\d)\b.*", re.IGNORECASE),
    re.compile(r"(?:.*[;/|·] ?)?(?:Published|PUBLISHED)\b\D{0,20}(?:\d{1,2}\D{1,12})?((?:19|20)\d\d)\b.*"),
    re.compile(r".{0,40}['’]\d\d, [A-Z][a-z]+\.? .{1,20}((?:19|20)\d\d)\b.*"),
    re.compile(r"\(dated: [^)]*?((?:19|20)\d\d)\)", re.IGNORECASE),
)
"""What a line says that gives the year, the surest first."""
_MARGIN_YEARS = (
    re.compile(r"(?:\d{1,2}\.? )?[A-Z][a-z]{2,8}\.?(?: \d{1,2})?,? ((?:19|20)\d\d)"),
    re.compile(r".{0,80}\b(?:vol(?:ume)?|no|issue)\b\.? ?\d+.{0,40}\b((?:19|20)\d\d)\b.{0,20}", re.IGNORECASE),
    re.compile(r"[A-Z].{3,80} \d+ \(((?:19|20)\d\d)\) [\d–-]+"),
)
"""The same in a page's head, foot or title; further down they may tell of another paper."""
_VENUES = (
    re.compile(r"Published as a conference paper at (.{2,40}?)\.?"),
    re.compile(r"(\d+(?:st|nd|rd|th) (?:Annual )?Conference on .{5,80}? \([A-Za-z]+ \d{4}\)).*"),
    re.compile(r"(Proceedings of (?:the )?[^.]{10,150}?),? (?:pages?|pp\.?) \d+.*"),
)


def read(path: Path, source: str) -> Iterator[Record]:
    """Read the paper, or tell why it cannot be read."""
    layout = layout_of(path)
    if reason := _unreadable(layout):
        yield Skipped(source, "", reason)
        return
    about = metadata.metadata(path, layout.info)
    shown = abstracts.find(layout)
    heading = shown.heading if shown else None
    title = titles.Title(about.title) if about.is_record and about.title else titles.find(layout, heading, about.title)
    if not title:
        yield Skipped(source, "", "no title can be told from its first pages or its metadata")
        return
    abstract = _abstract(about, shown)
    if not abstract:
        yield Noted(source, "no abstract was found on its first pages, so only the title is searched.")
    yield _paper(layout, about, title, heading, abstract, shown.topics if shown else (), source)


def _abstract(about: Metadata, shown: abstracts.Found | None) -> str:
    """Take the abstract on the page, else a description in the metadata, which some publishers make it."""
    if about.is_record and about.description:
        return about.description
    is_prose = len(about.description) > 300 and about.description.endswith(".")
    return shown.text if shown else about.description if is_prose else ""


def _unreadable(layout: Layout) -> str:
    """Say why nothing can be read, if so."""
    if layout.error:
        return {
            "password": "it is encrypted; save a copy without its password and add that",
            "slow": f"its first pages take longer than {TIMEOUT:.0f} seconds to open",
        }.get(layout.error, "it is damaged or no whole PDF")
    text = "".join(line.text for line in layout.lines)
    letters = sum(map(str.isalpha, text))
    symbols = sum(unicodedata.category(character) == "So" for character in text)
    if layout.unreadable + 3 * symbols > letters > 0:
        return "its fonts do not tell which letters they draw; run OCR over it first"
    if letters < _FEWEST_LETTERS:
        pictures = "it holds pictures of text only; run OCR over it first"
        return pictures if layout.has_pictures else "its first pages hold no text"
    return ""


def _paper(
    layout: Layout,
    about: Metadata,
    title: titles.Title,
    heading: Line | None,
    abstract: str,
    topics: tuple[str, ...],
    source: str,
) -> Paper:
    first = _first_page(layout)
    front = [plain(line.text) for line in first]
    arxiv_id = _arxiv_id(layout.sideways, front)
    venue = about.venue or _venue(front)
    return Paper(
        id=about.key,
        title=title.text,
        abstract=abstract,
        authors=_authors(layout, about, title, heading),
        year=about.year
        or _arxiv_year(arxiv_id)
        or _year(front, _margins(first, layout, heading))
        or fields.year(venue),
        venue=venue,
        doi=about.doi or _doi(first),
        arxiv_id=arxiv_id,
        url=about.url,
        code_url=fields.code_url(abstract),
        topics=topics or about.topics,
        keys=(about.key,) if about.key else (),
        source=source,
    )


def _first_page(layout: Layout) -> list[Line]:
    """Return the lines of the first page, without its references: they have DOIs and years of other papers."""
    lines = [line for line in layout.lines if line.page == 0]
    for start in lines:
        if _REFERENCES.fullmatch(start.text):
            return [line for line in lines if not _follows(line, start)]
    return lines


def _follows(line: Line, start: Line) -> bool:
    return line.left > start.right or (line.base >= start.base and line.right > start.left)


def _margins(lines: list[Line], layout: Layout, heading: Line | None) -> list[str]:
    """Return what stands at the top and foot of the first page, and above the abstract."""
    if len(lines) < _COVER:
        return [plain(line.text) for line in lines]
    height = layout.sizes[0][1]
    top = max(0.13 * height, heading.base if heading and heading.page == 0 else 0.3 * height)
    return [plain(line.text) for line in lines if line.base < top or line.base > 0.9 * height]


def _authors(layout: Layout, about: Metadata, title: titles.Title, heading: Line | None) -> tuple[str, ...]:
    """Take the names on the page; those of the metadata where they are more, and stand on it too."""
    if about.is_record:
        return about.authors
    shown = authors.find(title.lines, heading, layout.lines) if title.lines else ()
    text = _squashed("".join(line.text for line in layout.lines if line.page < 2))
    named = [name for name in about.authors if authors.is_name(name) and _squashed(name.split()[-1]) in text]
    return tuple(named) if len(named) > len(shown) and len(named) == len(about.authors) else shown


def _squashed(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text).casefold()


def _arxiv_id(sideways: str, lines: Iterable[str]) -> str | None:
    """Read arXiv's stamp; other papers' numbers stand within lines."""
    if stamp := _STAMP.search(sideways):
        return fields.arxiv_id(stamp[1])
    stamps = (_STAMP.match(line) for line in lines if len(line) < 80)
    return next((fields.arxiv_id(stamp[1]) for stamp in stamps if stamp), None)


def _arxiv_year(number: str | None) -> int | None:
    """Return the year an arXiv number was given in.

    >>> _arxiv_year("1706.03762"), _arxiv_year("hep-th/9901001")
    (2017, 1999)
    """
    digits = (number or "").rpartition("/")[2][:2]
    return (1900 if digits >= "91" else 2000) + int(digits) if digits else None


def _doi(lines: list[Line]) -> str | None:
    """Return the DOI of the paper itself: the only one on its first page, or the one named most often."""
    found: Counter[str] = Counter()
    for line in lines:
        if not _DOI_NEAR.search(line.text):
            continue
        text = line.text
        if _CUT_DOI.search(text) and (rest := _DOI_REST.match(_below(line, lines))):
            text += rest[0]
        if (doi := fields.doi(text)) and not _DATA_DOI.match(doi):
            found[doi] += 1
    ranked = found.most_common(2)
    return ranked[0][0] if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]) else None


def _below(line: Line, lines: Iterable[Line]) -> str:
    under = [
        other for other in lines if other.base > line.base + 1 and other.left < line.right and other.right > line.left
    ]
    return min(under, key=lambda other: other.base).text if under else ""


def _year(front: list[str], margins: list[str]) -> int | None:
    looked = (
        (pattern, line)
        for patterns, lines in ((_YEARS, front), (_MARGIN_YEARS, margins))
        for pattern in patterns
        for line in lines
    )
    found = (pattern.fullmatch(line) for pattern, line in looked if len(line) < 200)
    return next((int(match[1]) for match in found if match), None)


def _venue(lines: list[str]) -> str | None:
    return next((match[1] for line in lines for pattern in _VENUES if (match := pattern.fullmatch(line))), None)
