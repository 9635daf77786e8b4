"""What the fields of a BibTeX or BibLaTeX entry say about the paper, whoever wrote them."""

import re
from collections.abc import Iterable, Mapping

from assistant.readers import fields
from assistant.readers.markup import accented, readable_line, readable_paragraphs, unbraced
from assistant.types import Paper

Fields = Mapping[str, str]

_COLLECTIONS = ("collection", "proceedings", "book", "mvbook", "mvcollection", "mvproceedings", "periodical")
_SUFFIXES = ("jr", "sr", "ii", "iii", "iv")
_LINKS = ("url", "bdsk-url-1", "ee", "link", "howpublished")
_TOPICS = ("keywords", "keyword", "author_keywords", "author-keywords", "keywords-plus")
# Entries may name each other in a circle.
_DEEPEST = 5
# Mendeley writes so the braces that protect a title's capitals.
_PROTECTING = re.compile(r"\{\\[{}]\}")
_NAMED_PART = re.compile(r"\s*+([a-z]+(?:-i)?)\s*+=\s*+((?:\{[^{}]*+\}|\"[^\"]*+\"|[^,={}\"])*+)(?:,|$)")
_NAMED_PARTS = re.compile(rf"(?=.*\b(?:family|given)\s*=)(?:{_NAMED_PART.pattern})++", re.DOTALL)
_ENCLOSING = '{}" \n\t'
_ONLY_ARXIV = re.compile(
    r"\s*(?:arxiv[\s:.,]*(?:e-?|pre)?(?:print)?[\s:.,]*)?(?:[a-z-]+(?:\.[a-z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?"
    r"\s*(?:\[[\w., -]+\])?\W*",
    re.IGNORECASE,
)


def paper(kind: str, key: str, own: Fields, by_key: Mapping[str, Fields], source: str) -> Paper:
    """Make a paper of an entry.

    Args:
        kind: The entry's type, such as `article`.
        key: Its citation key.
        own: Its fields, by their names in small letters.
        by_key: The fields of all entries of the file, by their keys in small letters.
        source: The file.
    """
    own = _with_xdata(own, by_key)
    parent = _parent(own, by_key)
    whole = _inherited(kind, own, parent)
    title = _title(whole)
    venue = _venue(own, parent)
    abstract = fields.abstract(readable_paragraphs(whole.get("abstract", "")))
    links = [unbraced(whole.get(name, "")) for name in _LINKS]
    url = next(filter(None, map(fields.web_address, links)), None)
    return Paper(
        id=key,
        title=title,
        abstract=abstract,
        authors=_authors(whole.get("author", "") or (whole.get("editor", "") if kind in _COLLECTIONS else "")),
        year=_year(whole) or _year(parent),
        venue=venue if venue != title else None,
        doi=fields.doi(unbraced(whole.get("doi", ""))) or _doi_of(links),
        arxiv_id=_arxiv_id(whole),
        pmid=_pmid(whole),
        url=url,
        code_url=fields.code_url(abstract, url, unbraced(whole.get("repository", ""))),
        topics=fields.distinct(
            topic for name in _TOPICS for topic in fields.topics(readable_line(whole.get(name, "")))
        ),
        keys=(key,) if key else (),
        source=source,
        kind=kind,
    )


def _with_xdata(own: Fields, by_key: Mapping[str, Fields], depth: int = 0) -> Fields:
    """Put behind an entry's own fields those of the `@xdata` it names."""
    for key in own.get("xdata", "").split(",") if depth < _DEEPEST else ():
        named = by_key.get(key.strip().lower(), {})
        own = {**_with_xdata(named, by_key, depth + 1), **own}
    return own


def _parent(own: Fields, by_key: Mapping[str, Fields], depth: int = 0) -> Fields:
    """Return the fields of the entry that `crossref` names, with what that one takes from its own parent."""
    parent = by_key.get(own.get("crossref", "").strip().lower()) if depth < _DEEPEST else None
    if parent is None:
        return {}
    parent = _with_xdata(parent, by_key)
    return {**_parent(parent, by_key, depth + 1), **parent}


def _inherited(kind: str, own: Fields, parent: Fields) -> Fields:
    """Give an entry without a title its parent's fields; a collection may call its title `booktitle`."""
    if own.get("title"):
        return own
    if kind in _COLLECTIONS and own.get("booktitle"):
        return {**own, "title": own["booktitle"]}
    return {**parent, **own}


def _title(own: Fields) -> str:
    title, subtitle = (readable_line(_PROTECTING.sub("", own.get(name, ""))) for name in ("title", "subtitle"))
    return title if subtitle and title.endswith(subtitle) else ": ".join(filter(None, (title, subtitle)))


def _first(values: Fields, *names: str) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _year(own: Fields) -> int | None:
    # `year` may say "in press" where `date` has the year.
    return next(filter(None, (fields.year(own.get(name)) for name in ("year", "date"))), None)


def _venue(own: Fields, parent: Fields) -> str | None:
    raw = _first(own, "journal", "journaltitle", "booktitle") or _first(parent, "booktitle", "title", "journal")
    return readable_line(raw or _first(own, "eventtitle", "shortjournal")) or None


def _doi_of(links: Iterable[str]) -> str | None:
    """Return the DOI that a link goes by; other sites' links may hold one with something behind it."""
    return next((fields.doi(link) for link in links if re.search(r"\bdoi\.(?:org|acm\.org)/", link)), None)


def _arxiv_id(own: Fields) -> str | None:
    archive = _first(own, "archiveprefix", "eprinttype").strip().lower()
    if archive in ("", "arxiv"):
        number = unbraced(_first(own, "eprint", "arxivid", "arxiv"))
        if re.fullmatch(r"\d{7}(?:v\d+)?", number):
            number = f"{own.get('primaryclass', '')}/{number}"
        # Some publishers put a link into `eprint`, whose digits may look like an arXiv number.
        if (_ONLY_ARXIV.fullmatch(number) or "arxiv" in number.lower()) and (found := fields.arxiv_id(number)):
            return found
    for name in ("url", "doi", "journal", "volume", "note", "howpublished", "publisher", "number", "pages", "ee"):
        value = unbraced(own.get(name, ""))
        # DBLP gives the number as the volume, "abs/2101.00001", of the journal "CoRR".
        says_so = re.search(r"arxiv|^abs/", value, re.IGNORECASE)
        # A note may speak of another paper.
        if says_so and (name != "note" or _ONLY_ARXIV.fullmatch(value)) and (found := fields.arxiv_id(value)):
            return found
    return None


def _pmid(own: Fields) -> str | None:
    if found := fields.pmid(unbraced(own.get("pmid", ""))):
        return found
    if own.get("eprinttype", "").strip().lower() in ("pubmed", "pmid", "medline"):
        return fields.pmid(unbraced(own.get("eprint", "")))
    noted = re.search(r"\bPMID\s*:?\s*(\d{1,9})\b", f"{own.get('note', '')} {own.get('annotation', '')}", re.IGNORECASE)
    link = unbraced(own.get("url", ""))
    return fields.pmid(noted[1] if noted else link if "pubmed" in link else None)


def _authors(text: str) -> tuple[str, ...]:
    from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names

    # A comma, a space or a brace within an accent's macro would part the name.
    persons = split_multiple_persons_names(accented(text))
    names = [name for one in persons for name in (_by_parts(one) or _listed(one))]
    names = [name for name in names if not re.fullmatch(r"others|\{?et\.? al\.?\}?", name, re.IGNORECASE)]
    parts = [parse_single_name_into_parts(name, strict=False) for name in names]
    for part in parts:
        if part.jr and part.first and part.first[0].rstrip(".").lower() in _SUFFIXES:
            # "Last, First, Jr." is how many write what BibTeX wants as "Last, Jr., First".
            part.first, part.jr = part.jr, part.first
    return fields.people(readable_line(part.merge_first_name_first) for part in parts)


def _by_parts(name: str) -> list[str]:
    """Read what BibLaTeX writes "family=Doe, given=Jane, prefix=van"; nothing where it is another name."""
    inside = name[1:-1] if name.startswith("{") else name
    if not _NAMED_PARTS.fullmatch(inside):
        return []
    parts = {part: f"{{{value.strip(_ENCLOSING)}}}" for part, value in _NAMED_PART.findall(inside)}
    family = " ".join(parts[part] for part in ("prefix", "family") if part in parts)
    # Braces keep each part together: the parser would take a small word for the beginning of the family name.
    return [", ".join(filter(None, (f"{{{family}}}", parts.get("suffix"), parts.get("given"))))]


def _listed(names: str) -> list[str]:
    """Split "Ann Lee, Bo Li, Cy Wu", which BibTeX takes for one name; "Lee, Ann" is one."""
    parts = [part.strip() for part in re.split(r";\s", names)]
    if len(parts) > 1 and "{" not in names and "&" not in names:
        return parts
    parts = [part.strip() for part in names.split(",")]
    return parts if len(parts) > 2 and "{" not in names and all(" " in part for part in parts) else [names]
