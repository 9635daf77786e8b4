"""EndNote's XML export, also as Bookends, Mendeley and older EndNotes write it, with `<style>` around every word."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.readers import fields, prose, xml
from assistant.readers.fields import Record, kept
from assistant.readers.text import squeeze
from assistant.types import Paper

_SNIFF = re.compile(
    r"<records>\s*<record\b[^>]*>\s*<(?:database|source-app|rec-number|foreign-keys|ref-type|contributors|titles"
    r"|reference_type|refnum|authors|year|title)\b"
    r"|<xml>\s*<records(?:\s*/|>\s*</records)>",
    re.IGNORECASE,
)
_VENUES = ("secondary-title", "full-title", "alt-title", "abbr-1")


def sniff(head: str) -> bool:
    """Tell whether a file that begins so is EndNote's XML."""
    return head.lstrip("\ufeff \t\n").startswith("<") and bool(_SNIFF.search(head))


def read(text: str, source: str) -> Iterator[Record]:
    """Read the records of a library."""
    return xml.read(text, source, ("record",), lambda element, place: kept(_paper(element, source), place))


def _paper(record: Element, source: str) -> Paper:
    for element in record.iter():
        # Before EndNote 8 the same names were written SECONDARY_TITLE.
        element.tag = element.tag.lower().replace("_", "-")
    abstract = next(filter(None, map(fields.abstract, map(xml.paragraphs, record.iter("abstract")))), "")
    urls = [xml.line(url) for url in record.iter("url")]
    venue = _first(record, *_VENUES)
    number = _first(record, "electronic-resource-num", "doi")
    return Paper(
        id="",
        title=_first(record, "title", "translated-title", "short-title") or venue,
        abstract=abstract,
        authors=_authors(record),
        year=fields.year(_first(record, "year")) or fields.year(_first(record, "date")),
        venue=venue or None,
        doi=next(filter(None, map(fields.doi, [number, *urls])), None),
        arxiv_id=_arxiv_id([number, venue, *urls]),
        pmid=_pmid(record, urls),
        url=next(filter(None, map(fields.web_address, urls)), None),
        code_url=fields.code_url(abstract, *urls),
        topics=_topics(record),
        source=source,
        kind=_kind(record),
    )


def _first(record: Element, *names: str) -> str:
    """Return the first text that is there, in the order of the names."""
    found = (xml.line(element) for name in names for element in record.iter(name))
    return next(filter(None, found), "")


def _listed(element: Element) -> list[str]:
    """Return the items of an element that may hold several, parted by semicolons or EndNote's carriage returns."""
    return [prose.line(item) for item in re.split("[\r;]", "".join(element.itertext()))]


def _authors(record: Element) -> tuple[str, ...]:
    found = (name for authors in record.iter("authors") for author in authors for name in _listed(author))
    return fields.distinct(map(_name, found))


def _name(name: str) -> str:
    """Turn "Last, First, Jr." round; a comma at the end, or two, are EndNote's marks of an organisation.

    >>> _name("King, Martin Luther, Jr."), _name("University of Oslo,, Department of Cats,")
    ('Martin Luther King Jr.', 'University of Oslo, Department of Cats')
    """
    if ",," in name or name.endswith(","):
        return re.sub(r",,+", ",", name).rstrip(", ")
    last, _, rest = name.partition(",")
    given, _, suffix = rest.partition(",")
    return squeeze(f"{given} {last} {suffix}")


def _arxiv_id(texts: list[str]) -> str | None:
    return next((found for text in texts if "arxiv" in text.lower() and (found := fields.arxiv_id(text))), None)


def _pmid(record: Element, urls: list[str]) -> str | None:
    """Return the accession number where the record says that it is PubMed's: every database counts its own."""
    for url in urls:
        if "pubmed" in url and (found := fields.pmid(url)):
            return found
    database = _first(record, "remote-database-provider") + _first(record, "remote-database-name")
    number = _first(record, "accession-num")
    known = re.search(r"pubmed|medline|\bnlm\b", f"{database} {number}", re.IGNORECASE)
    return fields.pmid(number) if known else None


def _topics(record: Element) -> tuple[str, ...]:
    return fields.distinct(word for keyword in record.iter("keyword") for word in _listed(keyword))


def _kind(record: Element) -> str:
    return next((squeeze(one.get("name", "")) for one in record.iter("ref-type")), "")
