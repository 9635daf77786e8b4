"""CSL-JSON, as Zotero, Mendeley, pandoc and the registries of DOIs write it."""

import re

from assistant.readers import fields, values, webtext
from assistant.readers.text import squeeze
from assistant.readers.values import Object
from assistant.types import Paper

_TYPES = (
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset"
    " document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation"
    " manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical"
    " personal_communication post post-weblog regulation report review review-book software song speech standard thesis"
    " treaty webpage"
)
_NAMES = frozenset(("issued", "container-title", "citation-key", "citation-label", "title-short", "collection-title"))
_PLAIN = frozenset(("authors", "year", "venue", "journal", "summary"))
# What programs number a record by, which nobody cites it as: a link, Mendeley's and Zotero's numbers.
_NO_KEY = re.compile(r"https?:.*|ITEM-\d+|Cite_\d+|\d+(?:/\w+)?|\d*/?[A-Z0-9]{8}|10\.\d{4,9}/.*|[0-9a-f-]{32,36}")
_NOTE = re.compile(r"^[ \t]*\{?:?[ \t]*([A-Za-z][A-Za-z -]{1,20}?)[ \t]*:[ \t]*([^\n}]+)", re.MULTILINE)


def knows(record: Object) -> bool:
    """Tell by its names whether an object is CSL-JSON."""
    if _NAMES & record.keys() or any(_is_name(one) for one in values.objects(record, "author")):
        return True
    return values.text(record, "type") in _TYPES.split() and not _PLAIN & record.keys()


def paper(record: Object, source: str) -> Paper:
    """Read a CSL item."""
    noted = notes(values.text(record, "note"))
    abstract = webtext.paragraphs(values.prose(record, "abstract"))
    url = fields.web_address(values.text(record, "URL", "url"))
    key = _key(record, noted)
    number = values.text(record, "number")
    return Paper(
        id=key,
        title=webtext.line(values.prose(record, "title")),
        abstract=abstract,
        authors=names(record, "author"),
        year=values.year(record.get("issued")),
        venue=webtext.line(values.text(record, "container-title", "event-title", "event")) or None,
        doi=fields.doi(values.text(record, "DOI", "doi") or noted.get("doi") or url),
        arxiv_id=values.arxiv_id(
            f"arXiv:{noted['arxiv']}" if "arxiv" in noted else "",
            number,
            f"{values.text(record, 'archive')} {values.text(record, 'archive_location')} {number}",
            *(values.text(record, name) for name in ("URL", "DOI", "container-title")),
        ),
        pmid=values.pmid(values.text(record, "PMID", "pmid"), noted.get("pmid", ""), url or ""),
        url=url,
        code_url=fields.code_url(abstract, url),
        topics=topics(record, "keyword", "keywords", "categories"),
        keys=(key,) if key else (),
        source=source,
        kind=values.text(record, "type"),
    )


def notes(text: str) -> dict[str, str]:
    """Read the lines "PMID: 123" that people and programs write into a note; names in lower case.

    >>> notes("PMID: 123" + chr(10) + "Citation Key: lee2020" + chr(10) + "Read twice.")
    {'pmid': '123', 'citation key': 'lee2020'}
    """
    return {name.lower().removesuffix(" id"): value.strip() for name, value in _NOTE.findall(text)}


def names(record: Object, name: str) -> tuple[str, ...]:
    """Return the names of people, given names first, and of organisations."""
    return fields.distinct(webtext.line(one if isinstance(one, str) else _name(one)) for one in _listed(record, name))


def topics(record: Object, *names: str) -> tuple[str, ...]:
    """Return the keywords of lists and of lines of text."""
    found: list[str] = []
    for name in names:
        words = values.texts(record, name)
        found += words if isinstance(record.get(name), list) else fields.topics("".join(words))
    return fields.distinct(map(webtext.line, found))


def _listed(record: Object, name: str) -> list[Object | str]:
    value = record.get(name)
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict | str)]


def _is_name(name: Object) -> bool:
    return bool({"family", "literal", "given"} & name.keys())


def _name(name: Object) -> str:
    given = ("given", "dropping-particle", "non-dropping-particle")
    return values.text(name, "literal", "name") or values.person(name, given, ("family", "suffix"))


def _key(record: Object, noted: dict[str, str]) -> str:
    own = values.text(record, "citation-key", "citation-label") or noted.get("citation key") or ""
    number = values.text(record, "id")
    return squeeze(own or ("" if _NO_KEY.fullmatch(number) else number))
