"""Prints the lines on the first pages of a PDF as JSON, each with its place, size and font.

Run by `layout.py` as `python pages.py FILE`, in a process of its own: PDFium is native code, and a hostile file
may crash it or keep it busy for ever. This file imports nothing of Carrel, so that it starts fast.
"""

import contextlib
import ctypes
import json
import math
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PAGES = 3
"""How many pages are looked at."""
RAISED, END_RAISED = "\x0e", "\x0f"
"""Stand around raised characters in a line: a footnote mark, or a power."""

_MOST_CHARACTERS = 20_000
_MOST_LINES = 2000
_MOST_MEMORY = 2 << 30
_BREAK = 0.8
"""Width of a gap, in ems, that ends a line: the space between columns or between the names of authors."""
_BOLD = re.compile(r"bold|black|heavy|demi|cmbx|sfbx|medi(?!um)|-b$|tb$|-sb", re.IGNORECASE)
_ACCENTS = {"`": 0x300, "´": 0x301, "ˆ": 0x302, "˜": 0x303, "¯": 0x304, "˘": 0x306, "˙": 0x307, "¨": 0x308, "˚": 0x30A}
_ACCENTS |= {"˝": 0x30B, "ˇ": 0x30C, "¸": 0x327}
_DOTLESS = {"ı": "i", "ȷ": "j"}
_PLAIN = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
"""Ligatures, and the hyphens that PDFium puts where a word goes on in the next line."""
_PLAIN |= dict.fromkeys("\x02\ufffe\xad\u2010\u2011", "-")


@dataclass(slots=True)
class _Character:
    text: str
    left: float
    right: float
    base: float
    size: float
    font: str
    bold: bool
    spaced: bool
    """True where a space comes before it."""


def pages(path: str) -> dict[str, Any]:
    """Read the first pages of a PDF; what is returned has the fields of `Layout`."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        return {"error": "password" if error.err_code == raw.FPDF_ERR_PASSWORD else "damaged"}
    found: dict[str, Any] = {"info": document.get_metadata_dict(), "has_pictures": False, "unreadable": 0}
    found |= {"sizes": [], "lines": [], "sideways": ""}
    for number in range(min(PAGES, len(document))):
        # A page that cannot be opened takes nothing from the others.
        with contextlib.suppress(pypdfium2.PdfiumError):
            _read_page(document[number], number, found)
        found["sizes"] += [(0.0, 0.0)] * (number + 1 - len(found["sizes"]))
    return found if any(map(any, found["sizes"])) else {"error": "damaged"}


def _read_page(page: Any, number: int, found: dict[str, Any]) -> None:
    from pypdfium2 import raw

    found["sizes"].append(page.get_size())
    pictures = page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=2)
    found["has_pictures"] |= next(pictures, None) is not None
    upright: list[_Character] = []
    sideways: list[str] = []
    for character, angle in _characters(page, found):
        if abs(angle) < 0.05:
            upright.append(character)
        else:
            sideways.append(" " * character.spaced + character.text)
    if number == 0:
        found["sideways"] = "".join(sideways)
    found["lines"].extend(_line(characters, number) for characters in _merged(_runs(upright))[:_MOST_LINES])


def _characters(page: Any, found: dict[str, Any]) -> Iterator[tuple[_Character, float]]:
    """Yield the characters in the order of the file, with the angle each stands at as the page is shown."""
    from pypdfium2 import raw

    text = page.get_textpage()
    turns = page.get_rotation() // 90
    left, bottom, right, top = page.get_cropbox()
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    bolds: dict[str, bool] = {}
    spaced = False
    for at in range(min(text.count_chars(), _MOST_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(text, at)
        letter = _letter(code)
        if not letter:
            found["unreadable"] += not _is_blank(code)
            spaced = True
            continue
        raw.FPDFText_GetLooseCharBox(text, at, box)
        raw.FPDFText_GetMatrix(text, at, matrix)
        raw.FPDFText_GetCharOrigin(text, at, x, y)
        raw.FPDFText_GetFontInfo(text, at, name, 128, flags)
        if not (left <= x.value <= right and bottom <= y.value <= top):
            continue
        start, end, base = (
            (box.left - left, box.right - left, top - y.value),
            (box.bottom - bottom, box.top - bottom, x.value - left),
            (right - box.right, right - box.left, y.value - bottom),
            (top - box.top, top - box.bottom, right - x.value),
        )[turns]
        size = raw.FPDFText_GetFontSize(text, at) * math.hypot(matrix.c, matrix.d) or 1.0
        font = name.value.decode("utf-8", "replace")
        if font not in bolds:
            bolds[font] = bool(_BOLD.search(font)) or raw.FPDFText_GetFontWeight(text, at) >= 600
        angle = math.remainder(math.atan2(matrix.b, matrix.a) - turns * math.pi / 2, math.tau)
        yield _Character(letter, start, end, base, size, font, bolds[font], spaced), angle
        spaced = False


def _letter(code: int) -> str:
    """Return the plain letters for a code, or nothing where it is a space or no letter at all."""
    letter = chr(min(code, sys.maxunicode))
    if letter in _PLAIN:
        return _PLAIN[letter]
    return (
        "" if _is_blank(code) or code == 0xFFFD or unicodedata.category(letter) in ("Cc", "Co", "Cn", "Cs") else letter
    )


def _is_blank(code: int) -> bool:
    return code <= 0x20 or code in (0xA0, 0x3000, 0xFEFF) or 0x2000 <= code <= 0x200F


def _runs(characters: list[_Character]) -> list[list[_Character]]:
    """Part the characters wherever the next does not go on along the same line."""
    runs: list[list[_Character]] = []
    for character in characters:
        if runs and _goes_on(runs[-1][-1], character):
            runs[-1].append(character)
        else:
            runs.append([character])
    return runs


def _goes_on(last: _Character, character: _Character) -> bool:
    size = max(last.size, character.size)  # the letters of a ligature all have its place
    gap = 0.0 if character.left == last.left else character.left - last.right
    return abs(character.base - last.base) < 0.6 * size and -1.3 * size < gap < _BREAK * size


def _merged(runs: list[list[_Character]]) -> list[list[_Character]]:
    """Put runs together that follow each other on a line, though not in the file."""
    merged: list[list[_Character]] = []
    for row in _rows(runs):
        start = len(merged)
        for run in sorted(row, key=lambda run: run[0].left):
            if len(merged) > start and _touch(merged[-1], run):
                merged[-1].extend(run)
            else:
                merged.append(list(run))
    return merged


def _rows(runs: list[list[_Character]]) -> Iterator[list[list[_Character]]]:
    row: list[list[_Character]] = []
    for run in sorted(runs, key=lambda run: run[0].base):
        if row and run[0].base - row[0][0].base > 0.4 * min(run[0].size, row[0][0].size):
            yield row
            row = []
        row.append(run)
    if row:
        yield row


def _touch(run: list[_Character], after: list[_Character]) -> bool:
    size = max(run[-1].size, after[0].size)
    return -0.3 * size < after[0].left - run[-1].right < 0.5 * size


def _line(characters: list[_Character], page: int) -> dict[str, Any]:
    sizes = Counter(round(character.size, 1) for character in characters)
    size = max(sizes, key=lambda size: (sizes[size], size))
    level = [character for character in characters if round(character.size, 1) == size]
    base = Counter(round(character.base, 1) for character in level).most_common(1)[0][0]
    fonts = Counter(character.font for character in characters)
    text, lead = _text(characters, size, base)
    return {
        "page": page,
        "left": round(min(character.left for character in characters), 1),
        "right": round(max(character.right for character in characters), 1),
        "base": base,
        "size": size,
        "font": fonts.most_common(1)[0][0],
        "bold": 2 * sum(character.bold for character in characters) > len(characters),
        "lead": lead,
        "text": text,
    }


def _text(characters: list[_Character], size: float, base: float) -> tuple[str, int]:
    """Return the text with its spaces, and the length of its start that is in one font."""
    text, lead, raised = "", -1, False
    last: _Character | None = None
    for character in characters:
        up = character.size < 0.9 * size and base - character.base > 0.15 * size
        if up != raised:
            text += RAISED if up else END_RAISED
        raised = up
        if last and character.font != characters[0].font and lead < 0:
            lead = len(text)
        accented = last and _accented(last, character)
        if accented:
            text = text[:-1] + accented
        else:
            text += " " * bool(last and _is_space(last, character)) + character.text
        last = character
    text = unicodedata.normalize("NFC", text + END_RAISED * raised)
    return text, len(text) if lead < 0 else lead


def _is_space(last: _Character, character: _Character) -> bool:
    gap = character.left - last.right
    size = min(last.size, character.size)
    return gap > 0.3 * size or (character.spaced and gap > 0.05 * size)


def _accented(last: _Character, character: _Character) -> str:
    """Return the letter where TeX set an accent and its letter one above the other."""
    accent, letter = (last, character) if last.text in _ACCENTS else (character, last)
    middle = (accent.left + accent.right) / 2
    if accent.text not in _ACCENTS or not letter.text.isalpha() or not letter.left <= middle <= letter.right:
        return ""
    composed = unicodedata.normalize("NFC", _DOTLESS.get(letter.text, letter.text) + chr(_ACCENTS[accent.text]))
    return composed if len(composed) == 1 else ""


if __name__ == "__main__":
    # Not every system has such a limit or grants it; the time is limited all the same.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    print(json.dumps(pages(sys.argv[1])))
