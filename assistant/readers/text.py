"""From bytes to clean text: compressed or not, in whichever encoding it was saved."""

import codecs
import gzip
import re
from pathlib import Path
from typing import BinaryIO, cast

from assistant.errors import ReadError

HEAD_BYTES = 1 << 16
"""How much of a file is looked at to tell what it is."""
_MOST_BYTES = 1 << 29
# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# C1 controls are nearly always Windows-1252 characters that were taken for Latin-1, as browsers assume too:
# dropping the dash of "1\x964" would make it 14.
_REPLACED = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x7F, 0xA0)}
_REPLACED |= {code: "" for code in range(0x20) if code not in b"\t\n"}
_REPLACED |= {0x0B: " ", 0x0C: " ", 0x7F: ""}
_DIRTY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading, unpacking it on the way where it is gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")


def read_bytes(path: Path, source: str) -> bytes:
    """Read a whole file.

    Raises:
        ReadError: It holds more than 512 MB.
    """
    with open_bytes(path) as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ReadError(f"{source} is too large to be read at once.", remedy="Split it, or save it as JSON lines.")
    return data


def decode(data: bytes) -> str:
    """Decode by byte order mark, else as UTF-8, else UTF-16 without a mark, else Windows-1252.

    Bytes that do not fit become U+FFFD; line ends become newlines.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    text = data[len(mark) :].decode(encoding or _guess(data), "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_wide(data: bytes) -> bool:
    """Tell whether bytes look like UTF-16 or UTF-32, so that a newline is no single byte."""
    return data.startswith(tuple(mark for mark, name in _MARKS if name != "utf-8")) or _guess(data).startswith("utf-16")


def _guess(data: bytes) -> str:
    head = data[:HEAD_BYTES]
    if 3 * head[1::2].count(0) > len(head[1::2]) and not head[::2].count(0):
        return "utf-16-le"
    if 3 * head[::2].count(0) > len(head[::2]) and not head[1::2].count(0):
        return "utf-16-be"
    return "utf-8" if _mostly_utf8(data) else "cp1252"


def _mostly_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        # One broken character, as at the end of a cut file, must not turn all the others into gibberish.
        text = data.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        return sum(not character.isascii() for character in text) > 2 * broken
    return True


def clean(text: str) -> str:
    r"""Remove what no reader of text wants: control characters and lone surrogates, and space around it.

    >>> clean(" a\x00 caf\u00e9,\r\n1\x964 ")
    'a café,\n1–4'
    """
    if _DIRTY.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_REPLACED)
        text = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return text.strip()


def clean_title(text: str) -> str:
    r"""Clean a title, which has one line: a line break or tab in it becomes a space.

    >>> clean_title("Memory\n  Networks")
    'Memory Networks'
    """
    return " ".join(filter(None, map(str.strip, re.split(r"[\n\t]", clean(text)))))


def squeeze(text: str) -> str:
    """Clean a text and make every run of white space a single space."""
    return " ".join(clean(text).split())
