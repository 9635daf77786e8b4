"""PubMed as XML: what efetch answers, the download of PubMed's pages, and the older MedlineCitationSet."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.readers import fields, xml
from assistant.readers.fields import Record, kept
from assistant.readers.text import squeeze
from assistant.types import Paper, Skipped

_RECORDS = ("PubmedArticle", "PubmedBookArticle")
_WITHIN = ("MedlineCitation", "BookDocument")
_SNIFF = re.compile(
    r"<(?:Pubmed(?:Book)?Article(?:Set)?|MedlineCitation(?:Set)?|BookDocument(?:Set)?|eFetchResult)[\s/>]"
)
_ERROR = re.compile(r"<ERROR>([^<>]*)</ERROR>")
_NO_TITLE = re.compile(r"\W*(?:not available|in process citation|no title available)?\W*", re.IGNORECASE)
_NO_LABEL = ("UNLABELLED", "UNASSIGNED")


def sniff(head: str) -> bool:
    """Tell whether a file that begins so is XML of PubMed."""
    return head.lstrip("\ufeff \t\n").startswith("<") and bool(_SNIFF.search(head))


def read(text: str, source: str) -> Iterator[Record]:
    """Read the articles, chapters and books of a file."""
    if "<eFetchResult" in text[:1000] and (error := _ERROR.search(text)):
        yield Skipped(source, "", f"PubMed answered with an error: {squeeze(error[1])}")
        return
    yield from xml.read(text, source, _RECORDS, lambda element, place: kept(_paper(element, source), place), _WITHIN)


def _paper(record: Element, source: str) -> Paper:
    if record.tag in _WITHIN:
        # As a child, so that every path is the same.
        record, inner = Element(record.tag), record
        record.append(inner)
    book = record.find("BookDocument")
    return _article(record, source) if book is None else _book(record, book, source)


def _article(record: Element, source: str) -> Paper:
    citation = record.find("MedlineCitation")
    citation = Element("MedlineCitation") if citation is None else citation
    article = citation.find("Article")
    article = Element("Article") if article is None else article
    venue = _first(article, "Journal/Title", "Journal/ISOAbbreviation") or _first(
        citation, "MedlineJournalInfo/MedlineTA"
    )
    title = _first(article, "ArticleTitle")
    return _made(
        record,
        citation,
        [article, citation],
        source,
        title=_first(article, "VernacularTitle") or title if _NO_TITLE.fullmatch(title) else title,
        authors=_authors(article.findall("AuthorList/Author")),
        year=_year(article, "Journal/JournalIssue/PubDate", "ArticleDate")
        or _year(record, "PubmedData/History/PubMedPubDate"),
        venue=venue or None,
        kind=_first(article, "PublicationTypeList/PublicationType"),
    )


def _book(record: Element, book: Element, source: str) -> Paper:
    """Make a paper of a book, or of the chapter that has a title of its own."""
    chapter, whole = _first(book, "ArticleTitle"), _first(book, "Book/BookTitle")
    lists = [*book.findall("AuthorList"), *book.findall("Book/AuthorList")]
    authors = next((found for one in lists if one.get("Type") != "editors" and (found := _authors(one))), ())
    return _made(
        record,
        book,
        [book],
        source,
        title=chapter or whole,
        authors=authors,
        year=_year(book, "Book/PubDate", "Book/BeginningDate", "ContributionDate"),
        venue=(whole if chapter else _first(book, "Book/CollectionTitle")) or None,
        kind="Book Chapter" if chapter else "Book",
    )


def _made(
    record: Element,
    citation: Element,
    holders: list[Element],
    source: str,
    *,
    title: str,
    authors: tuple[str, ...],
    year: int | None,
    venue: str | None,
    kind: str,
) -> Paper:
    """Make the paper of what articles and books have alike.

    Args:
        record: The whole record.
        citation: The part that holds the PubMed number and the topics.
        holders: Where abstracts may lie, the main one first.
        source: The file.
        title: Found already, as are the other keywords.
        authors: Names in reading order.
        year: Of the issue.
        venue: Journal or book.
        kind: Type of publication.
    """
    abstract = _abstract(holders)
    numbers = _numbers(record)
    # PubMed lists preprints too; only these name arXiv.
    preprint = next((one for one in (numbers.get("doi"), numbers.get("pii")) if one and "arxiv" in one.lower()), None)
    pmids = [found for one in citation.findall("PMID") if (found := fields.pmid(one.text))]
    return Paper(
        id="",
        title=title,
        abstract=abstract,
        authors=authors,
        year=year,
        venue=venue,
        doi=fields.doi(numbers.get("doi")),
        arxiv_id=fields.arxiv_id(preprint),
        pmid=pmids[-1] if pmids else fields.pmid(numbers.get("pubmed")),
        url=fields.web_address(numbers.get("url")),
        code_url=fields.code_url(abstract),
        topics=_topics(citation),
        source=source,
        kind=kind,
    )


def _first(element: Element, *paths: str) -> str:
    found = (xml.line(one) for path in paths for one in element.findall(path))
    return next(filter(None, found), "")


def _abstract(holders: list[Element]) -> str:
    """Return the main abstract; one in another language only where there is no other, the English first."""
    main = [one for holder in holders for one in holder.findall("Abstract")]
    others = [one for holder in holders for one in holder.findall("OtherAbstract")]
    others.sort(key=lambda one: one.get("Language", "").lower()[:2] != "en")
    return next(filter(None, map(_sections, [*main, *others])), "")


def _sections(abstract: Element) -> str:
    parts = abstract.findall("AbstractText")
    return "\n\n".join(filter(None, map(_section, parts or [abstract])))


def _section(part: Element) -> str:
    text = fields.abstract(xml.line(part))
    label = squeeze(part.get("Label", "")).rstrip(": ")
    if not text or not label or label in _NO_LABEL or text.lower().startswith(f"{label}:".lower()):
        return text
    return f"{label}: {text}"


def _authors(authors: "list[Element] | Element") -> tuple[str, ...]:
    # The wrong form of a name is listed beside the right one.
    return fields.distinct(_name(one) for one in authors if one.tag == "Author" and one.get("ValidYN") != "N")


def _name(author: Element) -> str:
    given = _first(author, "ForeName", "FirstName", "Initials")
    name = " ".join((given, _first(author, "LastName"), _first(author, "Suffix")))
    return squeeze(name) or _first(author, "CollectiveName")


def _year(element: Element, *paths: str) -> int | None:
    dates = (date for path in paths for date in element.findall(path))
    return next((found for date in dates if (found := fields.year(_first(date, "Year", "MedlineDate")))), None)


def _numbers(record: Element) -> dict[str, str]:
    """Collect what the record itself is numbered by; what it cites has numbers too, further down."""
    numbers: dict[str, str] = {}
    for one in record.findall("*//ELocationID"):
        if one.get("ValidYN") != "N":
            numbers.setdefault(one.get("EIdType", ""), xml.line(one))
    for path in ("PubmedData/ArticleIdList", "PubmedBookData/ArticleIdList", "BookDocument/ArticleIdList"):
        for one in record.findall(f"{path}/ArticleId"):
            numbers.setdefault(one.get("IdType", ""), xml.line(one))
    return numbers


def _topics(citation: Element) -> tuple[str, ...]:
    keywords = citation.findall("KeywordList/Keyword")
    headings = citation.findall("MeshHeadingList/MeshHeading/DescriptorName")
    return fields.distinct(map(xml.line, [*keywords, *headings]))
