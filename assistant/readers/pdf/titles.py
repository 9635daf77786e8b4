"""Which lines of a PDF are its title: the largest at the top, or those that the metadata name."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.readers.pdf.layout import Layout, Line
from assistant.readers.pdf.text import joined, plain, words

_NO_TITLE = re.compile(
    r"(?:original |invited |full |short |research |review |regular |letter |brief |case |technical |position )*"
    r"(?:articles?|papers?|letters?|reports?|research|reviews?|communications?|notes?|editorial|perspectives?"
    r"|commentary|comment|correspondence|viewpoint|feature|cover feature|tutorial|survey|primer|thesis|dissertation"
    r"|draft|preprint|open(?: access)?|highlights|version [\d.]+)"
    r"|abstract|summary|(?:table of )?contents|introduction|acknowledge?ments?|references|a r t i c l e.*"
    r"|(?:ph\.?\s?d\.?|doctoral|master'?s?|bachelor'?s?|diploma)\W*(?:thesis|dissertation)"
    r"|(?:https?://|www\.|doi\b|arxiv\b|issn\b|vol(?:ume)?\b|journal homepage|contents lists|downloaded from"
    r"|see discussions|this is (?:a|the) |accepted (?:manuscript|article)|published (?:in|by|as)|available online"
    r"|proceedings of|technical report\b|working paper\b|to appear|under review|submitted to|preprint\b"
    r"|university of|universit[yäàé]t?\b).*"
    r"|(?:\d{1,2}|[ivx]+)\.?\s+(?:introduction|background)|[^\w]*|[\d\W]+",
    re.IGNORECASE,
)
_BELOW_MASTHEAD = re.compile(
    r"journal homepage|contents lists? available|available online at|\bISSN\b|^www\.|sciencedirect", re.IGNORECASE
)
_CHAPTER = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.?\s")
_MOST_LETTERS = 350


@dataclass(slots=True)
class Title:
    """A title and the lines it was read from; there are none where only the metadata know it."""

    text: str
    lines: tuple[Line, ...] = ()


def find(layout: Layout, heading: Line | None, named: str) -> Title | None:
    """Find the title.

    Args:
        layout: The lines of the first pages.
        heading: The line that begins the abstract; the title stands above it.
        named: The title that the metadata give, if any.
    """
    known = words(plain(line.text) for line in layout.lines)
    body = _body_size(layout.lines)
    for page in sorted({line.page for line in layout.lines}):
        bottom = (
            heading.base if heading and heading.page == page else layout.sizes[page][1] * (1.0 if heading else 0.65)
        )
        blocks = [block for block in _blocks(layout.lines, page) if block[-1].base < bottom - 1]
        if found := _named(blocks, named, known, body) or _largest(blocks, known, body, sure=heading is not None):
            return found
        if not heading or heading.page == page:
            break
    return _first_emphasized(layout, heading, known) or (Title(named) if named else None)


def _body_size(lines: Iterable[Line]) -> float:
    counts: Counter[float] = Counter()
    for line in lines:
        counts[line.size] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 10.0


def _blocks(lines: Iterable[Line], page: int) -> list[list[Line]]:
    """Group lines of one size that stand close below or beside each other."""
    blocks: list[list[Line]] = []
    for line in sorted((line for line in lines if line.page == page), key=lambda line: (line.base, line.left)):
        block = next((block for block in reversed(blocks[-8:]) if _belongs(line, block)), None)
        if block:
            block.append(line)
        else:
            blocks.append([line])
    return blocks


def _belongs(line: Line, block: Sequence[Line]) -> bool:
    last = block[-1]
    below = line.base - last.base
    alike = abs(line.size / last.size - 1) < 0.04 and line.bold == last.bold
    beside = below < 0.3 * line.size and line.left - last.right < 2.5 * line.size
    left, right = min(one.left for one in block[-3:]), max(one.right for one in block[-3:])
    over = 0.3 * line.size <= below < 1.9 * line.size and min(line.right, right) > max(line.left, left)
    return alike and (beside or over)


def _text(block: Sequence[Line], known: Counter[str]) -> str:
    # A footnote mark is no part of a title, nor is a number raised at its very end.
    text = joined([plain(line.text) for line in block], known)
    return re.sub(r"\s*[*∗†‡§¶⋆]+$|(?<=[a-z])[¹²³]$", "", text).strip()


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _is_title(text: str) -> bool:
    letters = len(_letters(text))
    many = len(text.split()) > 1 or letters >= 6
    return 4 <= letters <= _MOST_LETTERS and many and not _NO_TITLE.fullmatch(text) and "@" not in text


def _named(blocks: Sequence[Sequence[Line]], named: str, known: Counter[str], body: float) -> Title | None:
    """Find the block that says what the metadata say; it may go on in a smaller subtitle."""
    wanted = _letters(named)
    if len(wanted) < 8:
        return None
    for at, block in enumerate(blocks):
        lines: list[Line] = []
        for more in blocks[at : at + 3]:
            lines.extend(more)
            if _letters(_text(lines, known)) == wanted and block[0].size >= body:
                text = _text(lines, known)
                return Title(text if named.isupper() or named.islower() or "\\" in named else named, tuple(lines))
            if not wanted.startswith(_letters(_text(lines, known))):
                break
    return None


def _largest(blocks: Sequence[Sequence[Line]], known: Counter[str], body: float, *, sure: bool) -> Title | None:
    """Find the largest block; where no abstract makes it sure that this is a paper, the head of a chapter is none."""
    masthead = max((block[-1].base for block in blocks[:12] if _BELOW_MASTHEAD.search(block[0].text)), default=-1.0)
    found = [
        block
        for block in blocks
        if block[0].size > 1.1 * body
        and block[0].base > masthead
        and _is_title(_text(block, known))
        and (sure or not _CHAPTER.match(block[0].text))
    ]
    if not found:
        return None
    largest = max(block[0].size for block in found)
    block = next(block for block in found if block[0].size > 0.97 * largest)
    lines = list(block)
    if _text(block, known).endswith(":"):
        after = next((other for other in blocks if other[0].base > block[-1].base and other is not block), None)
        lines += after if after and after[0].base - block[-1].base < 2.5 * block[-1].size else []
    return Title(_text(lines, known), tuple(lines))


def _first_emphasized(layout: Layout, heading: Line | None, known: Counter[str]) -> Title | None:
    """Find a title no larger than the text, as in a manuscript: the first lines that are bold, or centred capitals."""
    if not heading or heading.page != 0 or not layout.sizes:
        return None
    middle = layout.sizes[0][0] / 2
    for block in _blocks(layout.lines, 0)[:6]:
        text = _text(block, known)
        centred = all(abs((line.left + line.right) / 2 - middle) < 0.05 * middle for line in block)
        marked = block[0].bold or (centred and text.isupper())
        if block[-1].base < heading.base and _is_title(text) and len(text.split()) > 2 and marked:
            return Title(text, tuple(block))
    return None
