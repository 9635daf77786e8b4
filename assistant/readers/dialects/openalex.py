"""OpenAlex's works, whose abstracts come as an index from words to places."""

import json
from collections.abc import Iterator

from assistant.readers import fields, values, webtext
from assistant.readers.values import Object
from assistant.types import Paper


def knows(record: Object) -> bool:
    """Tell by its names whether an object is a work of OpenAlex."""
    names = record.keys()
    number = record.get("id")
    is_work = isinstance(number, str) and number.lower().startswith("https://openalex.org/w")
    return is_work or "authorships" in names or "abstract_inverted_index" in names


def paper(record: Object, source: str) -> Paper:
    """Read a work; its number is not for people, so it has no key of its own."""
    abstract = webtext.paragraphs(rebuilt(record.get("abstract_inverted_index")) or values.prose(record, "abstract"))
    numbers = values.inner(record, "ids")
    doi = fields.doi(values.text(record, "doi") or values.text(numbers, "doi"))
    pages = list(_pages(record))
    url = next((page for page in map(fields.web_address, pages) if page), None)
    return Paper(
        id="",
        title=webtext.line(values.prose(record, "title") or values.prose(record, "display_name")),
        abstract=abstract,
        authors=fields.distinct(map(_author, values.objects(record, "authorships"))),
        year=values.year([record.get("publication_year"), record.get("publication_date")]),
        venue=_venue(record),
        doi=doi,
        arxiv_id=values.arxiv_id(doi or "", *pages),
        pmid=values.pmid(values.text(numbers, "pmid"), *pages),
        url=url or (f"https://doi.org/{doi}" if doi else fields.web_address(values.text(record, "id"))),
        code_url=fields.code_url(abstract, url),
        topics=_topics(record),
        source=source,
        kind=values.text(record, "type", "type_crossref"),
    )


def rebuilt(index: object) -> str:
    """Put the words of an inverted index back into their places.

    >>> rebuilt({"purr.": [1], "Cats": [0]})
    'Cats purr.'
    """
    if isinstance(index, str):
        try:
            index = json.loads(index)
        except (ValueError, RecursionError):
            return ""
    if not isinstance(index, dict):
        return ""
    index = index.get("InvertedIndex") or index
    placed = (
        (place, word)
        for word, places in (index.items() if isinstance(index, dict) else ())
        for place in (places if isinstance(places, list) else ())
        if isinstance(place, int)
    )
    return " ".join(word for _, word in sorted(placed))


def _pages(record: Object) -> Iterator[str]:
    for name in ("primary_location", "best_oa_location", "locations"):
        for location in values.objects(record, name):
            yield values.text(location, "landing_page_url")
            yield values.text(location, "pdf_url")


def _author(authorship: Object) -> str:
    name = values.text(values.inner(authorship, "author"), "display_name")
    return webtext.line(name or values.text(authorship, "raw_author_name"))


def _venue(record: Object) -> str | None:
    places = [values.inner(record, "primary_location", "source"), values.inner(record, "host_venue")]
    places += [values.inner(location, "source") for location in values.objects(record, "locations")]
    return next((venue for place in places if (venue := webtext.line(values.text(place, "display_name")))), None)


def _topics(record: Object) -> tuple[str, ...]:
    """Return keywords and topics; the older concepts, which are far looser, only where there are neither."""
    for names in (("keywords", "topics"), ("concepts",)):
        words = (values.text(one, "display_name", "keyword") for name in names for one in values.objects(record, name))
        if found := fields.distinct(words):
            return found
    return ()
