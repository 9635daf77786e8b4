"""BibTeX and BibLaTeX, split by bibtexparser; a broken entry costs itself only."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.errors import ReadError
from assistant.readers import bibtex_paper
from assistant.readers.bibtex_paper import Fields
from assistant.readers.fields import Record, kept
from assistant.readers.text import squeeze
from assistant.types import Skipped

if TYPE_CHECKING:
    from bibtexparser.model import Block, Entry, ParsingFailedBlock

_PARENTHESISED = r"article|book|in\w+|manual|\w*thesis|misc|proceedings|techreport|unpublished|online|report|collection"
_SNIFF = re.compile(
    r"^[ \t]*@[ \t]*(?:"
    r"(?:comment|preamble)\s*\{|string\s*[{(]\s*\w[\w:.-]*\s*="
    r"|[a-z][\w-]*\s*\{(?:\s*[^\s,={}()\"']*\s*,|\s*[\w-]+\s*=\s*[{\"\d])"
    rf"|(?:{_PARENTHESISED})\s*\(\s*[^\s,={{}}()\"']*\s*,)",
    re.MULTILINE | re.IGNORECASE,
)
_SILENCE = logging.NullHandler()
_NO_PAPERS = {
    "set": "a set of other entries, which are read on their own",
    "xdata": "no paper but fields for other entries",
}
_HEADER = re.compile(r"(?m)^([ \t]*)@[ \t]*([A-Za-z][\w-]*)(\s*)([{(])")
_KEYLESS = re.compile(r"(?m)^([ \t]*@(?!string\b)\w+[{(])(?=\s*\w+\s*=\s*[{\"\d])", re.IGNORECASE)
_NO_COMMA = re.compile(r"([}\"]|=[ \t]*\d+)([ \t]*\n\s*[A-Za-z][\w-]*\s*=\s*[{\"\d])")
_EVEN_BACKSLASHES = re.compile(r"(?<!\\)((?:\\\\)+)(?=[{}\"])")
# Fields that a value without its last brace runs into.
_SWALLOWED = re.compile(
    r",\s*(author|editor|title|abstract|keywords|booktitle|journal(?:title)?|publisher|volume|number|pages|doi|url"
    r"|year|date|month|note|issn|isbn)\s*=\s*(?:[{\"]|\d+\s*(?:,|\}?$))",
    re.IGNORECASE,
)
_MARK = re.compile(r"(?<!\\)[{}\"#]")


def sniff(head: str) -> bool:
    """Tell a bibliography by the beginning of an entry, wherever in the text."""
    return bool(_SNIFF.search(head))


def read(text: str, source: str) -> Iterator[Record]:
    """Read the entries of a bibliography.

    Raises:
        ReadError: bibtexparser is not installed, or fails on the whole file.
    """
    # What the parser warns about is reported as skipped, and need not be printed as well.
    logging.getLogger("bibtexparser").addHandler(_SILENCE)
    blocks = [(block, _entry(block)) for block in _blocks(mend(text), source)]
    macros = _macros(block for block, _ in blocks)
    entries = [(block, entry, _fields(entry, macros) if entry else {}) for block, entry in blocks]
    by_key = {entry.key.lower(): values for _, entry, values in reversed(entries) if entry and entry.key}
    return _records(entries, by_key, source)


def mend(text: str) -> str:
    r"""Write the liberties that people take in the one way the parser knows; line numbers stay.

    >>> mend("@ in-book {title = {A}\n year = 2000}")
    '@inbook{, title = {A},\n year = 2000}'
    """
    text = _HEADER.sub(lambda match: f"{match[1]}@{match[2].replace('-', '')}{match[4]}{match[3].strip(' ')}", text)
    text = _KEYLESS.sub(r"\1, ", text)
    text = _NO_COMMA.sub(r"\1,\2", text)
    # In BibTeX no backslash escapes a brace; the parser takes the brace of `C:\\}` for escaped.
    return _EVEN_BACKSLASHES.sub(r"\1 ", text)


def _blocks(text: str, source: str) -> list["Block"]:
    try:
        from bibtexparser.entrypoint import parse_string
    except ImportError as error:
        raise ReadError(f"{source} needs bibtexparser: {error}.", remedy="Install Carrel again.") from error
    try:
        return parse_string(text, parse_stack=[]).blocks
    except Exception as error:
        # The parser meets any text there is, and a fault of its own must cost no more than this file.
        raise ReadError(f"{source} cannot be parsed as BibTeX: {error}.") from error


def _entry(block: "Block") -> "Entry | None":
    from bibtexparser.model import Entry, ParsingFailedBlock

    found: Block | None = block
    if isinstance(block, ParsingFailedBlock):
        # A repeated key or field is no reason to lose the entry, nor is a missing last brace.
        found = block.ignore_error_block or _closed(block)
    return _parted(found) if isinstance(found, Entry) else None


def _swallowed(entry: "Entry") -> re.Match[str] | None:
    """Find where an entry's last value, whose brace is missing, runs into fields that the entry lacks."""
    value = entry.fields[-1].value if entry.fields else ""
    found = _SWALLOWED.search(value) if value.startswith("{") and "@" not in value else None
    return found if found and found[1].lower() not in {field.key.lower() for field in entry.fields} else None


def _parted(entry: "Entry") -> "Entry":
    """Close the value that has swallowed other fields, and read these; the entry itself where this is not possible."""
    from bibtexparser.model import Entry

    if not (cut := _swallowed(entry)):
        return entry
    *fields, last = [f"{field.key} = {field.value}" for field in entry.fields]
    at = len(last) - len(cut.string) + cut.start()
    fields.append(f"{last[:at]}}}{last[at:-1]}")
    blocks = _blocks(f"@{entry.entry_type}{{{entry.key},\n{', '.join(fields)}\n}}", "")
    return blocks[0] if len(blocks) == 1 and isinstance(blocks[0], Entry) else entry


def _closed(block: "ParsingFailedBlock") -> "Block | None":
    blocks = _blocks(f"{block.raw}\n}}", "")
    return blocks[0] if len(blocks) == 1 else None


def _macros(blocks: Iterable["Block"]) -> dict[str, str]:
    from bibtexparser.model import ParsingFailedBlock, String

    macros: dict[str, str] = {}
    for block in blocks:
        found = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
        if isinstance(found, String):
            macros[found.key.lower()] = _value(found.value, macros)
    return macros


def _fields(entry: "Entry", macros: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for field in entry.fields:
        name, value = field.key.lower(), _value(field.value, macros)
        known = values.get(name)
        if known and name == "abstract" and value.strip() not in known:
            # A second abstract is another part of it, or in another language.
            value = f"{known}\n\n{value}"
        elif known:
            continue
        values[name] = value
    return values


def _value(raw: str, macros: Mapping[str, str]) -> str:
    """Join the pieces of `"a" # macro # {b}`, each without what encloses it."""
    return "".join(_piece(piece.strip(), macros) for piece in _pieces(raw))


def _pieces(raw: str) -> Iterator[str]:
    depth, quoted, start = 0, False, 0
    for mark in _MARK.finditer(raw):
        if mark[0] == '"':
            quoted ^= depth == 0
        elif mark[0] == "#" and depth == 0 and not quoted:
            yield raw[start : mark.start()]
            start = mark.end()
        else:
            depth += {"{": 1, "}": -1}.get(mark[0], 0)
    yield raw[start:]


def _piece(piece: str, macros: Mapping[str, str]) -> str:
    if len(piece) > 1 and piece[0] + piece[-1] in ("{}", '""'):
        return piece[1:-1]
    return macros.get(piece.lower(), piece)


def _records(
    entries: Sequence[tuple["Block", "Entry | None", Fields]], by_key: Mapping[str, Fields], source: str
) -> Iterator[Record]:
    from bibtexparser.model import ParsingFailedBlock

    for block, entry, own in entries:
        line = f"line {(block.start_line or 0) + 1}"
        if entry and (cut := _swallowed(entry)):
            yield Skipped(source, line, f'a brace is missing: its "{entry.fields[-1].key}" runs into "{cut[1]}"')
        elif entry:
            key = squeeze(entry.key)
            place = f"entry {key}" if key else line
            record = kept(bibtex_paper.paper(entry.entry_type, key, own, by_key, source), place)
            reason = _NO_PAPERS.get(entry.entry_type) if isinstance(record, Skipped) else None
            yield Skipped(source, place, reason) if reason else record
        elif isinstance(block, ParsingFailedBlock) and _is_record(block):
            yield Skipped(source, line, _reason(block))


def _is_record(block: "ParsingFailedBlock") -> bool:
    return not re.match(r"@(?:comment|preamble|string)\b", block.raw or "", re.IGNORECASE)


def _reason(block: "ParsingFailedBlock") -> str:
    reason = squeeze(str(getattr(block.error, "abort_reason", block.error)))
    if "end of file" in reason:
        return "the entry is not closed before the file ends"
    if "block start" in reason:
        return "the entry is not closed before the next one begins"
    return f"not valid BibTeX: {reason}"
