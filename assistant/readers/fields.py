"""What all readers do with a record's fields: find the numbers and links, and keep or skip the record."""

import re
from collections.abc import Iterable

from assistant.readers.text import squeeze
from assistant.types import Noted, Paper, Skipped

Record = Paper | Skipped | Noted

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"{}\\]+")
_ARXIV_NEW = r"(?<![\d.])\d{4}\.\d{4,5}(?![\d])"
_ARXIV_OLD = r"\b[a-z][a-z-]+(?:\.[A-Z]{2})?/\d{7}\b"
_ARXIV = re.compile(rf"{_ARXIV_NEW}|{_ARXIV_OLD}")
_PMID = re.compile(r"(?:pmid\s*:?|\S*pubmed\S*?/)?\s*0*([1-9]\d{0,8})(?:\.\d)?/?", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:1[4-9]|20)\d\d(?!\d)")
_CODE = re.compile(
    r"(?<![\w.@/-])(?:https?://)?(?:www\.)?"
    r"(?:github\.com|gist\.github\.com|gitlab(?:\.[a-z0-9-]+)+|bitbucket\.org|codeberg\.org|gitee\.com|git\.sr\.ht"
    r"|sourceforge\.net/projects|anonymous\.4open\.science|huggingface\.co(?!/papers\b))"
    r"/[\w.~%#?=&+/-]*[\w/]",
    re.ASCII | re.IGNORECASE,
)
_NO_ABSTRACT = re.compile(
    r"[\W_]*(?:(?:there is )?no abstracts?(?: (?:is |was )?(?:available|found|provided|supplied|present|given))?"
    r"|(?:the )?abstracts?(?: (?:is |was )?(?:not |un)(?:available|provided|supplied|present|found))"
    r"|not (?:available|applicable|provided)|unavailable|n/?a|nan|none|null|nil|tbd|todo|abstract|summary)[\W_]*",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r"\[no author(?: name| id)?s? (?:available|found)\]", re.IGNORECASE)


def kept(paper: Paper, place: str) -> Record:
    """Return the paper, or why it is skipped: one with neither title nor abstract says nothing."""
    return paper if paper.title or paper.abstract else Skipped(paper.source, place, "no title and no abstract")


def code_url(*texts: str | None) -> str | None:
    """Find the first link to a place that holds code; a model's page counts where there is nothing better.

    >>> code_url("Models: huggingface.co/a/b. Code (https://github.com/a/b).")
    'https://github.com/a/b'
    """
    found = [match[0] for text in texts for match in _CODE.finditer(text or "")]
    link = min(found, key=lambda url: "huggingface.co" in url, default=None)
    return link if link is None or link.startswith("http") else f"https://{link}"


def web_address(text: str | None) -> str | None:
    """Return the first http address in a text; anything else, such as `javascript:`, is no address."""
    match = re.search(r"https?://[^\s<>\"{}|\\^`]+", text or "", re.IGNORECASE)
    return match[0] if match else None


def doi(text: str | None) -> str | None:
    """Return the bare DOI in a text.

    >>> doi("https://doi.org/10.1109/MIC.2008.67.")
    '10.1109/MIC.2008.67'
    """
    match = _DOI.search(text or "")
    return match[0].rstrip(".,;") if match else None


def arxiv_id(text: str | None) -> str | None:
    """Return the arXiv number in a text, without its version.

    >>> arxiv_id("arXiv:2104.12255v1 [cs.DC]"), arxiv_id("https://arxiv.org/abs/quant-ph/0201082v1")
    ('2104.12255', 'quant-ph/0201082')
    """
    bare = re.sub(r"(?<=\d)v\d+\b|\barxiv[.:]|\b(?:abs|pdf)/", " ", text or "", flags=re.IGNORECASE)
    match = _ARXIV.search(bare)
    return match[0] if match else None


def pmid(text: str | None) -> str | None:
    """Return the PubMed number in a text that holds nothing else of note.

    >>> pmid("PMID: 8931937"), pmid("https://pubmed.ncbi.nlm.nih.gov/17320276/"), pmid("PMC4321")
    ('8931937', '17320276', None)
    """
    match = _PMID.fullmatch((text or "").strip())
    return match[1] if match else None


def abstract(text: str) -> str:
    """Return an abstract, or nothing where a phrase such as "No abstract available." stands in its place.

    >>> abstract("[Abstract not available]"), abstract("None of the methods won.")
    ('', 'None of the methods won.')
    """
    return "" if _NO_ABSTRACT.fullmatch(text) else text


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, each once, without Scopus's "[No author name available]"."""
    return tuple(name for name in distinct(names) if not _NO_AUTHOR.fullmatch(name))


def year(text: str | None) -> int | None:
    """Return the first year in a text, such as a date."""
    match = _YEAR.search(text or "")
    return int(match[0]) if match else None


def topics(text: str) -> tuple[str, ...]:
    """Split a line of keywords at semicolons, else at commas."""
    return distinct(text.split(";" if ";" in text else ","))


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """Squeeze the words and drop empty and repeated ones, keeping the order."""
    return tuple(dict.fromkeys(word for word in map(squeeze, words) if word))
