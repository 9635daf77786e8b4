"""Papers for other programs: BibTeX, RIS, and JSON lines that hold everything and can be added again."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.errors import CarrelError
from assistant.types import Paper

_TYPES = (
    "article", "book", "booklet", "conference", "inbook", "incollection", "inproceedings", "manual", "mastersthesis",
    "misc", "online", "phdthesis", "proceedings", "report", "techreport", "thesis", "unpublished",
)  # fmt: skip
_RIS_TYPES = {
    "book": "BOOK", "booklet": "BOOK", "inbook": "CHAP", "incollection": "CHAP", "conference": "CPAPER",
    "inproceedings": "CPAPER", "manual": "BOOK", "mastersthesis": "THES", "phdthesis": "THES", "thesis": "THES",
    "proceedings": "CONF", "report": "RPRT", "techreport": "RPRT", "unpublished": "UNPB", "online": "ELEC",
}  # fmt: skip
_IN_BOOKS = ("conference", "inbook", "incollection", "inproceedings")
# A dollar is money where a space follows the first or precedes the last, or a digit comes after.
_FORMULA = re.compile(r"(?<!\\)(\$(?=[^\s$])[^$]*?(?<=[^\s\\])\$(?!\d))")
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\ensuremath{\lbrace}",
    "}": r"\ensuremath{\rbrace}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "%&#_$"}
# Two of these in a row would be read as a dash or a quotation mark.
_TWINS = re.compile(r"(?<=-)-|(?<=`)`|(?<=')'")


def record(paper: Paper) -> dict[str, Any]:
    """Return a paper as one object that JSON can hold; fields that say nothing are left out."""
    values = {name: value for name, value in asdict(paper).items() if value and name != "is_summary"}
    return {"summary" if paper.is_summary and name == "abstract" else name: value for name, value in values.items()}


def jsonl(papers: Iterable[Paper]) -> Iterator[str]:
    """Write one object a line, without loss: what is a summary stays one."""
    for paper in papers:
        yield json.dumps(record(paper), ensure_ascii=False) + "\n"


def bibtex(papers: Iterable[Paper]) -> Iterator[str]:
    """Write one entry a paper, in Unicode.

    The keys are the papers' ids, as far as BibTeX allows their characters. A summary is no abstract: it goes into
    `annote`.
    """
    taken: set[str] = set()
    for paper in papers:
        key = _free(_key(paper.id), taken)
        taken.add(key.lower())
        fields = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(paper) if value)
        yield f"@{_type(paper)}{{{key},\n{fields}}}\n\n"


def ris(papers: Iterable[Paper]) -> Iterator[str]:
    """Write one RIS record a paper; a summary is no abstract, and goes into the notes."""
    for paper in papers:
        # A line break would begin a line without a tag.
        lines = (f"{tag}  - {' '.join(value.split())}" for tag, value in _ris(paper) if value)
        yield "\n".join([*lines, "ER  - "]) + "\n\n"


def _ris(paper: Paper) -> Iterator[tuple[str, str]]:
    kind = _RIS_TYPES.get(_type(paper), "JOUR" if paper.venue else "GEN")
    yield "TY", kind
    yield "ID", paper.id
    yield "TI", paper.title
    yield from (("AU", name) for name in paper.authors)
    yield "PY", str(paper.year or "")
    yield "T2", paper.venue or ""
    yield "DO", paper.doi or ""
    yield "UR", paper.url or (f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else "")
    yield from (("KW", topic) for topic in paper.topics)
    yield "N1" if paper.is_summary else "AB", paper.abstract


def write(path: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all.

    Raises:
        CarrelError: It cannot be written.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(lines)
        draft.replace(path)
    except OSError as error:
        raise CarrelError(f"{path} cannot be written: {error.strerror}.", remedy="Choose another file.") from error
    finally:
        draft.unlink(missing_ok=True)


def escape(text: str) -> str:
    r"""Write text as LaTeX; formulae stay as they are.

    >>> escape("50% of C_2 at $x_1$ for $5")
    '50\\% of C\\_2 at $x_1$ for \\$5'
    """
    parts = _FORMULA.split(text)
    return "".join(part if place % 2 and _is_balanced(part) else _escape(part) for place, part in enumerate(parts))


def _escape(text: str) -> str:
    return _TWINS.sub(
        lambda match: f"{{}}{match[0]}", "".join(_SPECIAL.get(character, character) for character in text)
    )


def _is_balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "title", _title(paper.title)
    yield "author", " and ".join(map(_name, paper.authors))
    yield "year", str(paper.year or "")
    yield "booktitle" if _type(paper) in _IN_BOOKS else "journal", escape(paper.venue or "")
    yield "doi", paper.doi or ""
    yield "eprint", paper.arxiv_id or ""
    yield "archiveprefix", "arXiv" if paper.arxiv_id else ""
    yield "pmid", paper.pmid or ""
    yield "url", paper.url or ""
    yield "keywords", escape(("; " if any("," in topic for topic in paper.topics) else ", ").join(paper.topics))
    yield "annote" if paper.is_summary else "abstract", escape(paper.abstract)


def _type(paper: Paper) -> str:
    if paper.kind.lower() in _TYPES:
        return paper.kind.lower()
    return "article" if paper.venue else "misc"


def _title(text: str) -> str:
    """Escape a title; words with capitals inside, such as RouteLLM, are kept from styles that lower them."""
    parts = _FORMULA.split(text)
    return "".join(
        escape(part) if place % 2 else "".join(map(_protected, re.split(r"([\w-]+)", part)))
        for place, part in enumerate(parts)
    )


def _protected(word: str) -> str:
    return f"{{{_escape(word)}}}" if re.search(r"[^\W_][A-Z]", word) else _escape(word)


def _name(name: str) -> str:
    # Braces make it one name: that of a group, or one whose commas are no "Last, First".
    return f"{{{escape(name)}}}" if re.search(r"\band\b", name) or name.count(",") > 1 else escape(name)


def _key(paper_id: str) -> str:
    plain = unicodedata.normalize("NFKD", paper_id).encode("ascii", errors="ignore").decode()
    return re.sub(r"[^A-Za-z0-9:._/+-]+", "-", plain).strip("-") or "paper"


def _free(key: str, taken: set[str]) -> str:
    """Return the key with a number behind it where another entry has it; BibTeX takes no notice of case."""
    free, number = key, 1
    while free.lower() in taken:
        number += 1
        free = f"{key}-{number}"
    return free
