"""Files of XML records, cut apart before they are parsed, so that a broken record costs itself only.

What people's programs write is mended first: an encoding that the file does not have, a bare `&` or `<`, entities of
HTML, characters that XML forbids. No document type is ever parsed, so no entity can be defined, fetched or multiplied.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from xml.sax.saxutils import escape

from assistant.readers import mathml, prose
from assistant.readers.fields import Record
from assistant.types import Noted, Skipped

_DEEPEST = 200
"""More levels than this are no record, and would exhaust the recursion."""
_CUT = "the record is not closed before the file ends"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OPAQUE = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>")
_ENDS = {"<!--": "-->", "<![CDATA[": "]]>"}
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?:#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z]\w{1,30};)?")
# Possessive throughout: what is no tag must be given up in one pass.
_BARE = re.compile(
    r"<(?!/?+[A-Za-z_][\w.:-]*+(?:\s++[\w.:-]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+\s*+/?+>|\?[^<>]*+>)"
)
_INLINE = re.compile(r"</?(?:i|b|u|em|strong|sub|sup|italic|bold|style|font|span)(?:\s[^<>]*+)?>")
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")


class _Piece(NamedTuple):
    """The text of one record, and where it begins."""

    text: str
    line: int
    end: int
    fault: str


def read(
    text: str,
    source: str,
    tags: Sequence[str],
    record: Callable[[Element, str], Record],
    within: Sequence[str] = (),
) -> Iterator[Record]:
    """Read the records of a file, one at a time.

    Args:
        text: The whole file.
        source: What the file is called.
        tags: Names of the elements that are records.
        record: Makes a record of an element and its place.
        within: Names that are records where they do not lie in one of `tags`.
    """
    text = _transparent(_FORBIDDEN.sub(lambda match: " " if match[0] in "\v\f" else "", text))
    number = end = 0
    fault = ""
    for number, piece in enumerate(_pieces(text, tags, within), start=1):
        end, fault = piece.end, piece.fault
        place = f"record {number}, line {piece.line}"
        element = piece.fault or _parsed(piece)
        yield Skipped(source, place, element) if isinstance(element, str) else record(element, place)
    root = _ROOT.search(text)
    closed = not root or root[1] in (*tags, *within) or text.find(f"</{root[1]}", end) >= 0
    if not closed and fault != _CUT:
        yield Noted(source, "the file ends before it is complete; papers may be missing at its end")
    elif not number:
        yield Noted(source, "the file holds no papers")


def parse(text: str) -> Element:
    """Parse one element; names lose their namespace prefixes, declared or not.

    Raises:
        expat.ExpatError: The text is not well-formed, or nested too deep.
    """
    builder, depth = TreeBuilder(), 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise expat.ExpatError(f"more than {_DEEPEST} elements inside each other")
        builder.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name.rpartition(":")[2])

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.Parse(text, True)
    return builder.close()


def line(element: Element | None, latex: bool = False) -> str:
    """Return the readable text of an element as one line."""
    return "" if element is None else prose.line(_inline(element), latex)


def paragraphs(element: Element | None, latex: bool = False) -> str:
    """Return the readable text of an element; only a blank line in it breaks the line."""
    return "" if element is None else prose.paragraphs(_inline(element), latex)


def _transparent(text: str) -> str:
    """Drop comments and write CDATA as plain text, keeping the lines; what is not closed stays."""
    kept: list[str] = []
    opened: re.Match[str] | None = None
    done = 0
    for mark in _OPAQUE.finditer(text):
        if mark[0] in _ENDS and (opened is None or mark[0] == opened[0]):
            opened = mark
        elif opened and mark[0] == _ENDS[opened[0]]:
            inside = text[opened.end() : mark.start()]
            hidden = "\n" * inside.count("\n") if opened[0] == "<!--" else escape(inside)
            kept += (text[done : opened.start()], hidden)
            opened, done = None, mark.end()
    return "".join((*kept, text[done:]))


def _pieces(text: str, tags: Sequence[str], within: Sequence[str]) -> Iterator[_Piece]:
    names = "|".join((*tags, *within))
    inner = {name.lower() for name in within}
    opened = before = ""
    start = line = counted = 0
    for tag in re.finditer(rf"<(/?)((?:[A-Za-z_][\w.-]*+:)?({names}))(?=[\s/>])(\s*+/>)?", text, re.IGNORECASE):
        name = tag[3].lower()
        if opened and name != opened and (tag[1] or name in inner):
            continue
        # A record that lay in an outer one without a start tag has been counted; the outer end tag is no second one.
        if tag[1] and not opened and before not in ("", name):
            before = name
            continue
        at = start if opened else tag.start()
        line += text.count("\n", counted, at)
        counted = at
        if tag[1]:
            body = f"{text[at : tag.start()]}</{tag[2]}>"
            yield _Piece(body, line + 1, tag.end(), "" if opened else "only the end of the record is there")
            opened, before = "", name
            continue
        if opened:
            yield _Piece("", line + 1, tag.start(), "the record is not closed before the next one begins")
        opened, start = name, tag.start()
        if tag[4]:
            yield _Piece(tag[0], line + 1 + text.count("\n", counted, start), tag.end(), "")
            opened, before = "", name
    if opened:
        line += text.count("\n", counted, start)
        yield _Piece("", line + 1, start, _CUT)


def _parsed(piece: _Piece) -> Element | str:
    mended = _BARE.sub("&lt;", _ENTITY.sub(_character, piece.text))
    try:
        return parse(mended)
    except expat.ExpatError as error:
        fault = error
    try:
        # An emphasis that is not closed is no reason to lose a record.
        return parse(_INLINE.sub("", mended))
    except expat.ExpatError:
        at = piece.line + getattr(fault, "lineno", 1) - 1
        return f"not valid XML, line {at}: {re.sub(r': line.*', '', str(fault))}"


def _character(match: re.Match[str]) -> str:
    """Give an entity of HTML as its character, and any other ampersand as itself."""
    # A carriage return that is written as a character would be read as a line's end.
    return escape(_FORBIDDEN.sub("", html.unescape(match[0])), {"\r": "&#13;"})


def _inline(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        parts += (_marked(child), child.tail or "")
    return "".join(parts)


def _marked(element: Element) -> str:
    if element.tag == "math":
        return mathml.readable(element)
    if element.tag == "sup" or "superscript" in element.get("face", ""):
        return f"<sup>{_inline(element).strip()}</sup>"
    if element.tag in ("p", "br", "sec", "list", "list-item"):
        return f"\n\n{_inline(element)}\n\n"
    return _inline(element)
