"""What a file of papers is, told by what it holds and never by its name."""

import re
from typing import Literal

from assistant.readers import page
from assistant.readers.text import is_wide

Format = Literal["lines", "document", "bibtex", "page"]

_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[{\]])")
_PARENTHESISED = r"article|book|in\w+|manual|\w*thesis|misc|proceedings|techreport|unpublished|online|report|collection"
_BIBTEX = re.compile(
    r"^[ \t]*@[ \t]*(?:"
    r"(?:comment|preamble)\s*\{|string\s*[{(]\s*\w[\w:.-]*\s*="
    r"|[a-z][\w-]*\s*\{(?:\s*[^\s,={}()\"']*\s*,|\s*[\w-]+\s*=\s*[{\"\d])"
    rf"|(?:{_PARENTHESISED})\s*\(\s*[^\s,={{}}()\"']*\s*,)",
    re.MULTILINE | re.IGNORECASE,
)
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x7fELF", "a program"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"{\\rtf", "a rich text document"),
)
_LOOKS = (
    (r"\s*<(?:!doctype html|html|head|body)\b", "the HTML of a web page"),
    (r"\s*<[?!]?[a-z][\w:.-]*[\s/>]", "XML"),
    (r"(?:.*\n){0,50}?\s*TY {1,2}- ?", "RIS"),
    (r"(?:.*\n){0,50}?PMID ?- ", "PubMed's text export"),
    (r"(?:.*\n){0,50}?%[0A] \S", "EndNote's tagged export"),
    (r"(?:.*\n){0,50}?PT [JBSP]\b", "a Web of Science export"),
    (r"(?:.*\n){0,50}?cff-version:", "a citation file (CFF)"),
    (r"\s*<\d+>\n", "an Ovid export"),
)


def is_json_lines(head: bytes) -> bool:
    """Tell by its first bytes whether a file can be read as JSON line by line."""
    return not is_wide(head) and _json_kind(head.decode("utf-8-sig", "replace")) == "lines"


def detect(text: str) -> Format | None:
    """Tell the format of a whole text; None where it is none that can be read."""
    if kind := _json_kind(text):
        return kind
    if _is_binary(text):
        return None
    if _BIBTEX.search(text):
        return "bibtex"
    return "page" if _look(text) is None and page.is_page(text) else None


def describe(data: bytes, text: str) -> str:
    """Say in a few words what a file seems to be that cannot be read."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    return _look(text) or ("binary data" if _is_binary(text) else "text that lists no papers")


def _look(text: str) -> str | None:
    head = text[:20_000]
    return next((name for pattern, name in _LOOKS if re.match(pattern, head, re.IGNORECASE)), None)


def _json_kind(text: str) -> Format | None:
    if not _JSON.match(text):
        return None
    first, newline, _ = text.lstrip().partition("\n")
    # An object that goes on over several lines is one document, as is an array.
    goes_on = newline and first.rstrip().endswith(("{", ",", "["))
    return "document" if first.startswith("[") or goes_on else "lines"


def _is_binary(text: str) -> bool:
    head = text[:20_000]
    odd = sum(character < " " and character not in "\t\n\f" for character in head)
    return 100 * (odd + head.count("\ufffd")) > len(head)
