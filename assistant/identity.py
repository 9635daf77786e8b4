"""The marks by which the same paper is recognised, and what a paper without an id is called."""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from assistant.types import Paper
from assistant.words import WIDE, fold

NUMBERS = {"doi": "DOI", "arxiv": "arXiv number", "pmid": "PMID"}
"""The kinds of number that name one paper, strongest first, and what people call them."""

_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)")
_PREPRINT_DOI = re.compile(
    # bioRxiv shares its prefix with journals, whose DOIs go on with a letter.
    r"10\.(?:48550|1101(?=/\d)|2139|20944|21203|22541|26434|31219|3122[2-4]|3123[45]|35542|36227|5281|6084|17605)/"
)
_VERSIONED_DOI = re.compile(rf"({_PREPRINT_DOI.pattern}.+?)[./-]?v\d+(?:\.full(?:\.pdf)?)?")
_PREPRINT_VENUE = re.compile(
    r"\b(?:arxiv|corr|biorxiv|medrxiv|chemrxiv|psyarxiv|techrxiv|eartharxiv|edarxiv|socarxiv|ssrn|preprints?|"
    r"research square|authorea|zenodo|figshare|openreview archive)\b"
)
_GENERIC = re.compile(
    r"(?:guest )?editorials?\b.*|preface|foreword|prologue|epilogue|introductions?|introductory (?:remarks|note)|"
    r"introduction to (?:the|this) (?:special|theme|thematic)\b.*|special issue\b.*|in this issue|issue information|"
    r"(?:table of )?contents|index|(?:author|subject) index|(?:front|back) (?:matter|cover)|masthead|cover(?: image)?|"
    r"(?:poster )?abstracts?|summary|overview|background|methods|results|discussion|conclusions?|concluding remarks|"
    r"appendix|supplement(?:ary materials?)?|acknowledge?ments?|(?:list of )?(?:reviewers|contributors)|"
    r"(?:book|books|media|literature) reviews?\b.*|books? received|reviews?|editorial board\b.*|case reports?|"
    r"(?:(?:author |publisher )?corrections?|retractions?)(?:$| to\b.*|| note\b.*)|"
    r"(?:corrigend(?:um|a)|errat(?:um|a)|addend(?:um|a))\b.*|"
    r"(?:(?:the )?authors? |editors? )?(?:reply|replies|response|rejoinder|comments?|commentary)"
    r"(?:$| to\b.*| on\b.*| by\b.*)|letters?(?: to the editors?\b.*)?|correspondence|obituary\b.*|in memoriam\b.*|"
    r"news(?: and (?:views|notes))?|announcements?|calendar|(?:(?:message|note|letter|word) )?from the editors?\b.*|"
    r"editors? (?:note|notes|introduction)|untitled|(?:no )?title|keynote\b.*|panel|tutorial|vorwort|einleitung"
)
_SMALL = frozenset(
    "a an and as at by das de der des die el et for from in is la le les los of on or the to und with".split()  # noqa: SIM905
)
_SHORT = 3
"""Words of weight below which a title may well be that of several papers."""


@lru_cache(maxsize=4096)
def fingerprints(paper: Paper) -> tuple[str, ...]:
    """Return the marks by which the same paper is recognised, strongest first.

    A number says it alone; the last mark, made of the title, is a hint that `sameness` looks into.
    """
    marks = [f"{kind}:{value}" for kind, value in numbers(paper).items()]
    return (*marks, f"text:{_digest(_text(paper))}")


@lru_cache(maxsize=4096)
def numbers(paper: Paper) -> Mapping[str, str]:
    """Return the numbers that name the paper, each in one form, by their kind.

    A DOI that arXiv gave is an arXiv number; versions are left away, also those of other servers' preprints.

    >>> numbers(Paper(id="a", title="", doi="10.48550/ARXIV.2406.18665v2"))
    {'arxiv': '2406.18665'}
    """
    doi = _doi(paper.doi or "")
    by_arxiv = _ARXIV_DOI.fullmatch(doi)
    found = {
        "doi": "" if by_arxiv else doi,
        "arxiv": _arxiv(paper.arxiv_id or (by_arxiv[1] if by_arxiv else "")),
        "pmid": re.sub(r"\D", "", paper.pmid or "").lstrip("0"),
    }
    return {kind: value for kind, value in found.items() if value}


def is_preprint_doi(doi: str | None) -> bool:
    """Tell whether a DOI is one that a server of preprints gives.

    >>> is_preprint_doi("10.1101/2020.03.04.975888"), is_preprint_doi("10.1101/gr.229102")
    (True, False)
    """
    return bool(_PREPRINT_DOI.match(_doi(doi or "")))


def is_preprint(paper: Paper) -> bool:
    """Tell whether a record knows of a preprint of the paper, as a record of its published version may too."""
    return bool(paper.arxiv_id) or is_preprint_doi(paper.doi) or _is_archive(paper.venue or "")


def is_published(paper: Paper) -> bool:
    """Tell whether a record is of the version that a journal, a conference or a publisher brought out."""
    if paper.venue:
        return not _is_archive(paper.venue)
    return bool(paper.doi) and not is_preprint_doi(paper.doi)


@lru_cache(maxsize=4096)
def is_generic(title: str) -> bool:
    """Tell whether a title is one that many papers have.

    >>> is_generic("Editorial"), is_generic("Reply to Smith et al."), is_generic("Mask R-CNN")
    (True, True, False)
    """
    words = normalise(re.sub("['’]", "", title))
    return not words or bool(_GENERIC.fullmatch(words))


@lru_cache(maxsize=4096)
def is_short(title: str) -> bool:
    """Tell whether a title has so few words that another paper may have it by chance.

    >>> is_short("Deep learning"), is_short("Attention is all you need"), is_short("深度学习方法综述")
    (True, False, False)
    """
    words = [word for word in normalise(title).split() if word not in _SMALL]
    return sum(len(word) / 2 if WIDE.search(word) else 1 for word in words) < _SHORT


def family_name(paper: Paper) -> str:
    """Return the last word of the first author's family name, as far as a name tells it by its form.

    >>> family_name(Paper(id="a", title="", authors=("van den Berg, J.",)))
    'berg'
    """
    name = paper.authors[0] if paper.authors else ""
    before, comma, _ = name.partition(",")
    words = normalise(before if comma else name).split()
    # "Vaswani AN" is how PubMed writes it.
    while len(words) > 1 and not comma and len(words[-1]) <= 2:
        words.pop()
    return words[-1] if words else ""


def paper_id(paper: Paper) -> str:
    """Return the id a record brings, else one derived from its strongest fingerprint."""
    return paper.id or "p" + _digest(fingerprints(paper)[0])[:11]


def normalise(text: str) -> str:
    """Reduce a text to lower-case letters and digits with single spaces.

    >>> normalise("Schrödinger's  {BERT}: A Survey")
    'schrodinger s bert a survey'
    """
    return " ".join(re.findall(r"\w+", fold(text)))


def _text(paper: Paper) -> str:
    words = normalise(paper.title)
    if not words:
        return normalise(paper.abstract)[:400] or paper.title
    if is_generic(paper.title):
        # A journal may have thousands of these: each would be compared with all others.
        words += f"\n{family_name(paper) or normalise(paper.abstract)[:60]}"
    # "Pre-training" and "pretraining" are one, but not "1 1" and "11".
    return re.sub(r"(?<!\d) | (?!\d)", "", words)


def _doi(text: str) -> str:
    text = re.sub(r"^(?:https?://)?(?:dx\.)?(?:doi\.org/|doi:)?\s*", "", unquote(text).strip().lower()).rstrip(".,;")
    versioned = _VERSIONED_DOI.fullmatch(text)
    return versioned[1] if versioned and "/arxiv." not in text else text


def _arxiv(text: str) -> str:
    text = re.sub(r"^arxiv[:.]\s*|v\d+$", "", text.strip().lower())
    # "math.GT/0309136" is "math/0309136".
    return re.sub(r"^([a-z-]+)\.[a-z]{2}/", r"\1/", text)


@lru_cache(maxsize=4096)
def _is_archive(venue: str) -> bool:
    return bool(_PREPRINT_VENUE.search(normalise(venue)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()
