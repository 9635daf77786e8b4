"""When two records are the same paper, and what a paper without an id is called."""

import hashlib
import re
import unicodedata
from dataclasses import replace

from assistant.types import Paper

ALIKE = 0.5
"""Share of words two abstracts under one title must have in common to be versions of one paper."""


def fingerprints(paper: Paper) -> tuple[str, ...]:
    """Return the marks by which the same paper is recognised, strongest first.

    A DOI or an arXiv id says it alone; a title is a hint that `same` looks into.
    """
    marks = []
    if paper.doi:
        marks.append(f"doi:{paper.doi.lower()}")
    if paper.arxiv_id:
        marks.append(f"arxiv:{re.sub(r'v[0-9]+$', '', paper.arxiv_id.lower())}")
    words = normalise(paper.title) or normalise(paper.abstract)[:400] or paper.title
    marks.append(f"text:{_digest(words)}")
    return tuple(marks)


def same(one: Paper, other: Paper) -> bool:
    """Tell whether two records that share a fingerprint are one paper.

    Equal DOIs or arXiv ids decide. Under an equal title, different years or first authors mean different
    papers; so do abstracts with little in common, unless the first author or the record's own id is the same.
    """
    if share_number(one, other):
        return True
    left, right = _first_author(one), _first_author(other)
    if (one.doi and other.doi) or _differ(one.year, other.year) or _differ(left, right):
        return False
    if not one.abstract or not other.abstract or (left and left == right) or set(one.keys) & set(other.keys):
        return True
    return _overlap(normalise(one.abstract), normalise(other.abstract)) >= ALIKE


def share_number(one: Paper, other: Paper) -> bool:
    """Tell whether two records have a DOI or an arXiv id in common."""
    return not set(fingerprints(one)[:-1]).isdisjoint(fingerprints(other)[:-1])


def merge(known: Paper, newer: Paper) -> Paper:
    """Return the known paper with what the newer record of it says; what that leaves open stays.

    Id and source stay those of the first record; citation keys are gathered.
    """
    said = {
        name: getattr(newer, name)
        for name in ("title", "abstract", "authors", "year", "venue", "doi", "arxiv_id", "url", "code_url", "topics")
        if getattr(newer, name)
    }
    if "abstract" in said:
        said["is_summary"] = newer.is_summary
    return replace(known, **said, keys=tuple(dict.fromkeys((*known.keys, *newer.keys))))


def fill(known: Paper, other: Paper) -> Paper:
    """Return the known paper with what another record of it says where the known one says nothing."""
    keys = tuple(dict.fromkeys((*known.keys, *other.keys)))
    return replace(merge(other, known), id=known.id, source=known.source, kind=known.kind, keys=keys)


def paper_id(paper: Paper) -> str:
    """Return the id a record brings, else one derived from its strongest fingerprint."""
    return paper.id or "p" + _digest(fingerprints(paper)[0])[:11]


def normalise(text: str) -> str:
    """Reduce a text to lower-case letters and digits with single spaces.

    >>> normalise("Schrödinger's  {BERT}: A Survey")
    'schrodinger s bert a survey'
    """
    return " ".join(re.findall(r"\w+", fold(text)))


def fold(text: str) -> str:
    """Reduce a text to lower case without accents, so that what is typed plainly is found.

    >>> fold("Søren Ångström, ÉCOLE")
    'søren angstrom, ecole'
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).lower()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()


def _differ(one: object, other: object) -> bool:
    return bool(one) and bool(other) and one != other


def _first_author(paper: Paper) -> str:
    return normalise(paper.authors[0]).rpartition(" ")[2] if paper.authors else ""


def _overlap(one: str, other: str) -> float:
    left, right = set(one.split()), set(other.split())
    return len(left & right) / max(len(left | right), 1)
