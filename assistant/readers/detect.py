"""What a file of papers is, told by what it holds and never by its name."""

import io
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from assistant.errors import ReadError
from assistant.readers import bibtex, cff, jsonl, page, table
from assistant.readers.fields import Record
from assistant.readers.tagged import nbib, ovid, refer, ris, wos
from assistant.readers.text import HEAD_BYTES, is_wide
from assistant.readers.xml import atom, endnote, pubmed
from assistant.types import Paper

_JSON_START = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*(?:[{\]]|null\b))")
_TRIED = 50
_PAGE_SAMPLE = 1 << 19
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "a rich text document"),
    (b"%!PS", "PostScript"),
)
_LOOKS = (
    (r"\s*<(?:!doctype html|html|head|body)\b", "the HTML of a web page"),
    (r"\s*<[?!]?[a-z][\w:.-]*[\s/>]", "XML of another kind"),
    (r"(?:.*\n){0,50}?TY {1,2}- ?", "RIS without records"),
    (r"(?:.*\n){0,50}?cff-version:", "a citation file (CFF) without a title"),
    (r"\s*\\documentclass\b", "a LaTeX document"),
)


class Format(NamedTuple):
    """A format that is read from a whole text."""

    name: str
    """What people call it."""
    sniff: Callable[[str], bool]
    """Tells it by the beginning of a text."""
    read: Callable[[str, str], Iterator[Record]]
    """Reads the papers of a text, given the name of the file."""


def _is_json(head: str) -> bool:
    return bool(_JSON_START.match(head))


def _is_lines(head: str) -> bool:
    """Tell JSON of an object a line: one that goes on over several lines is one document, as is an array."""
    first, newline, _ = head.lstrip().partition("\n")
    return _is_json(head) and not (first.startswith("[") or (newline and first.rstrip().endswith(("{", ",", "["))))


def _read_json(text: str, source: str) -> Iterator[Record]:
    if _is_lines(text[:HEAD_BYTES]):
        return jsonl.read_lines(io.BytesIO(text.encode()), source)
    return jsonl.read_document(text, source)


JSON = Format("JSON", _is_json, _read_json)
TABLE = Format("a table (CSV or TSV)", table.sniff, table.read)
BIBTEX = Format("BibTeX", bibtex.sniff, bibtex.read)
FORMATS = (
    Format("PubMed XML", pubmed.sniff, pubmed.read),
    Format("arXiv Atom", atom.sniff, atom.read),
    Format("EndNote XML", endnote.sniff, endnote.read),
    BIBTEX,
    Format("RIS", ris.sniff, ris.read),
    Format("PubMed NBIB", nbib.sniff, nbib.read),
    Format("Web of Science", wos.sniff, wos.read),
    Format("EndNote tags", refer.sniff, refer.read),
    Format("Ovid", ovid.sniff, ovid.read),
    Format("CITATION.cff", cff.sniff, cff.read),
    TABLE,
)
"""In the order in which they are believed where a text looks like several and each finds as many papers in it."""
PAGE = Format("the saved text of a papers page", lambda text: page.is_page(text[:_PAGE_SAMPLE]), page.read)
NAMES = ("PDF", JSON.name, *(one.name for one in FORMATS), PAGE.name)


def is_json_lines(head: bytes) -> bool:
    """Tell by its first bytes whether a file can be read as JSON line by line."""
    return not is_wide(head) and _is_lines(head.decode("utf-8-sig", "replace"))


def detect(text: str) -> Format | None:
    """Tell the format of a whole text; None where it is none that can be read."""
    head = text[:HEAD_BYTES]
    if JSON.sniff(head):
        return JSON
    if not text.strip() or _is_binary(head):
        return None
    found = [one for one in FORMATS if one.sniff(head)]
    if BIBTEX in found and head.lstrip().startswith("@"):
        return BIBTEX
    if found:
        # A record may quote another format, or a comment speak of it: the right reader finds the most.
        return max(found, key=lambda one: _worth(one, head)) if len(found) > 1 else found[0]
    # Much may be written before the first entry of a bibliography.
    if BIBTEX.sniff(text):
        return BIBTEX
    return PAGE if _look(head) is None and PAGE.sniff(text) else None


def describe(data: bytes, text: str) -> str:
    """Say in a few words what a file seems to be that cannot be read."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data[257:262] == b"ustar":
        return "a tar archive"
    head = text[:HEAD_BYTES]
    return _look(head) or ("binary data" if _is_binary(head) else "text that lists no papers")


def _worth(one: Format, head: str) -> tuple[int, int]:
    """Count the papers that a reader finds in the beginning of a text, and then what it knows of them."""
    try:
        papers = [record for record in islice(one.read(head, ""), _TRIED) if isinstance(record, Paper) and record.title]
    except ReadError:
        return 0, 0
    known = (bool(paper.abstract) + bool(paper.authors) + bool(paper.year) + bool(paper.pmid) for paper in papers)
    return len(papers), sum(known)


def _look(text: str) -> str | None:
    head = text[:20_000]
    return next((name for pattern, name in _LOOKS if re.match(pattern, head, re.IGNORECASE)), None)


def _is_binary(text: str) -> bool:
    head = text[:20_000]
    odd = sum(character < " " and character not in "\t\n\f" for character in head)
    return 100 * (odd + head.count("\ufffd")) > len(head)
