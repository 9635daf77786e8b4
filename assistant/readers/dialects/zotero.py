"""Zotero's own JSON: the items of its web service and of Better BibTeX."""

from assistant.readers import fields, values, webtext
from assistant.readers.dialects import csl
from assistant.readers.values import Object, WrongType
from assistant.types import Paper

NO_PAPERS = {"attachment": "an attachment", "note": "a note", "annotation": "an annotation"}
"""What hangs on a paper and is none itself, by the item's type."""
_VENUES = ("publicationTitle", "proceedingsTitle", "bookTitle", "conferenceName", "repository", "university")


def knows(record: Object) -> bool:
    """Tell by its names whether an object is an item of Zotero."""
    return "itemType" in record


def paper(record: Object, source: str) -> Paper:
    """Read an item.

    Raises:
        WrongType: The item is attached to a paper and none itself.
    """
    kind = values.text(record, "itemType")
    if kind in NO_PAPERS:
        raise WrongType(f"{NO_PAPERS[kind]}, not a paper")
    noted = csl.notes(values.text(record, "extra"))
    abstract = webtext.paragraphs(values.prose(record, "abstractNote"))
    url = fields.web_address(values.text(record, "url"))
    key = values.text(record, "citationKey") or noted.get("citation key") or ""
    return Paper(
        id=key,
        title=webtext.line(values.prose(record, "title")),
        abstract=abstract,
        authors=fields.distinct(map(_author, values.objects(record, "creators"))),
        year=fields.year(values.text(record, "date")),
        venue=webtext.line(values.text(record, *_VENUES)) or None,
        doi=fields.doi(values.text(record, "DOI") or noted.get("doi") or url),
        arxiv_id=values.arxiv_id(
            *(values.text(record, name) for name in ("archiveID", "url", "DOI", "publicationTitle")),
            f"arXiv:{noted['arxiv']}" if "arxiv" in noted else "",
        ),
        pmid=values.pmid(values.text(record, "PMID"), noted.get("pmid", ""), url or ""),
        url=url,
        code_url=fields.code_url(abstract, url),
        topics=fields.distinct(webtext.line(values.text(tag, "tag")) for tag in values.objects(record, "tags")),
        keys=(key,) if key else (),
        source=source,
        kind=kind,
    )


def _author(creator: Object) -> str:
    if values.text(creator, "creatorType") in ("editor", "seriesEditor", "translator", "reviewedAuthor"):
        return ""
    return webtext.line(values.text(creator, "name") or values.person(creator, ["firstName"], ["lastName"]))
