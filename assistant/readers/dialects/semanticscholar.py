"""Semantic Scholar's papers, as its services answer and as its data sets are written."""

from assistant.readers import fields, values, webtext
from assistant.readers.values import Object, WrongType
from assistant.types import Paper

_NAMES = frozenset(("paperid", "corpusid", "externalids", "s2fieldsofstudy", "paperabstract"))


def knows(record: Object) -> bool:
    """Tell by its names whether an object is one of Semantic Scholar's."""
    return bool(_NAMES & values.lowered(record).keys()) or _is_author(record)


def paper(record: Object, source: str) -> Paper:
    """Read a paper; its number is not for people, so it has no key of its own.

    Raises:
        WrongType: The object tells of an author.
    """
    if _is_author(record):
        raise WrongType("the record of an author, not of a paper")
    record = values.lowered(record)
    numbers = values.lowered(values.inner(record, "externalids"))
    abstract = webtext.paragraphs(values.prose(record, "abstract") or values.prose(record, "paperabstract"))
    # Written by a model about the paper, so it stands in where the authors' own words are missing.
    summary = webtext.paragraphs(values.text(values.inner(record, "tldr"), "text"))
    url = fields.web_address(values.text(record, "url", "s2url"))
    return Paper(
        id="",
        title=webtext.line(values.prose(record, "title")),
        abstract=abstract or summary,
        is_summary=bool(summary and not abstract),
        authors=_authors(record),
        year=values.year([record.get("year"), record.get("publicationdate")]),
        venue=_venue(record),
        doi=fields.doi(values.text(numbers, "doi") or values.text(record, "doi")),
        arxiv_id=fields.arxiv_id(values.text(numbers, "arxiv")),
        pmid=values.pmid(values.text(numbers, "pubmed"), values.text(record, "pmid")),
        url=url or fields.web_address(values.text(values.inner(record, "openaccesspdf"), "url")),
        code_url=fields.code_url(abstract or summary),
        topics=_topics(record),
        source=source,
        kind=values.text(record, "publicationtypes"),
    )


def _is_author(record: Object) -> bool:
    return "authorId" in record and "name" in record and "title" not in record


def _authors(record: Object) -> tuple[str, ...]:
    names = [values.text(author, "name") for author in values.objects(record, "authors")]
    return fields.distinct(map(webtext.line, names + values.texts(record, "authors")))


def _venue(record: Object) -> str | None:
    places = (values.inner(record, name) for name in ("journal", "publicationvenue"))
    names = (values.text(record, "venue"), *(values.text(place, "name") for place in places))
    return next(filter(None, map(webtext.line, (*names, values.text(record, "journalname")))), None)


def _topics(record: Object) -> tuple[str, ...]:
    fields_of_study = [values.text(one, "category") for one in values.objects(record, "s2fieldsofstudy")]
    return fields.distinct(values.texts(record, "fieldsofstudy") + fields_of_study)
