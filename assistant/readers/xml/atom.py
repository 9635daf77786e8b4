"""Answers of arXiv's search interface, and its daily feeds, in Atom."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.readers import fields, xml
from assistant.readers.fields import Record, kept
from assistant.types import Paper, Skipped

_SNIFF = re.compile(r"<(?:\w+:)?(?:feed|entry)[\s>]")
# The daily feed puts this before each abstract.
_ANNOUNCED = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*\S+\s+(?:Abstract:)?\s*")


def sniff(head: str) -> bool:
    """Tell whether a file that begins so is an Atom feed of arXiv."""
    begins = head.lstrip("\ufeff \t\n").startswith("<")
    return begins and bool(_SNIFF.search(head)) and "arxiv.org" in head.lower()


def read(text: str, source: str) -> Iterator[Record]:
    """Read the entries of an answer; where arXiv answers with an error, what it says is the reason."""
    return xml.read(text, source, ("entry",), lambda element, place: _record(element, source, place))


def _record(entry: Element, source: str, place: str) -> Record:
    if "api/errors" in _first(entry, "id"):
        return Skipped(
            source, place, f"arXiv answered with an error: {_first(entry, 'summary') or 'it does not say which'}"
        )
    return kept(_paper(entry, source), place)


def _paper(entry: Element, source: str) -> Paper:
    abstract = fields.abstract(_ANNOUNCED.sub("", xml.paragraphs(entry.find("summary"), latex=True), count=1))
    url = _url(entry)
    return Paper(
        id="",
        title=_first(entry, "title"),
        abstract=abstract,
        authors=_authors(entry),
        year=fields.year(_first(entry, "published") or _first(entry, "updated")),
        venue=_first(entry, "journal_ref") or None,
        doi=fields.doi(_first(entry, "doi")),
        arxiv_id=fields.arxiv_id(_first(entry, "id")) or fields.arxiv_id(url),
        url=url,
        code_url=fields.code_url(abstract, _first(entry, "comment")),
        topics=_topics(entry),
        source=source,
        kind="preprint",
    )


def _first(entry: Element, name: str) -> str:
    return xml.line(entry.find(name), latex=True)


def _url(entry: Element) -> str | None:
    """Return the address of the paper's page; the other links are files."""
    pages = [link.get("href") for link in entry.findall("link") if link.get("rel", "alternate") == "alternate"]
    return next(filter(None, map(fields.web_address, [*pages, _first(entry, "id")])), None)


def _authors(entry: Element) -> tuple[str, ...]:
    names = [xml.line(name, latex=True) for name in entry.findall("author/name")]
    # The daily feed has all names in one element.
    creators = [xml.line(creator, latex=True).split(", ") for creator in entry.findall("creator")]
    return fields.distinct(names or [name for some in creators for name in some])


def _topics(entry: Element) -> tuple[str, ...]:
    """Return the categories, the main one first."""
    marks = [*entry.findall("primary_category"), *entry.findall("category")]
    return fields.distinct(mark.get("term", "") for mark in marks)
