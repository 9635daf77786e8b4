"""From bytes to clean text: compressed or not, in whichever encoding it was saved."""

import codecs
import gzip
import re
from pathlib import Path
from typing import BinaryIO, cast

HEAD_BYTES = 1 << 16
"""How much of a file is looked at to tell what it is."""
# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = ("gb18030", "big5", "cp949", "cp932", "euc_jp", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp1252")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
_SAMPLE = 1 << 18
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


def decode(data: bytes) -> str:
    """Decode by byte order mark, else by what the bytes look like, else as Windows-1252.

    What a file says of its encoding is not asked, as it is often wrong. A stray byte in UTF-8 is taken for
    Windows-1252, a cut character at the end becomes U+FFFD, and line ends become newlines.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    data = data[len(mark) :]
    if encoding in ("", "utf-8"):
        # The mark itself may be wrong, where a program has put it before bytes of another encoding.
        encoding = _guess(data)
    text = data.decode(encoding, "carrel-stray" if encoding in ("utf-8", "cp1252") else "replace")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.reason == "unexpected end of data":
        return "\ufffd", error.end
    return error.object[error.start : error.start + 1].decode("cp1252", "replace"), error.start + 1


codecs.register_error("carrel-stray", _stray)


def is_wide(data: bytes) -> bool:
    """Tell whether bytes look like UTF-16 or UTF-32, so that a newline is no single byte."""
    return data.startswith(tuple(mark for mark, name in _MARKS if name != "utf-8")) or _wide(data) is not None


def _guess(data: bytes) -> str:
    return _wide(data[:HEAD_BYTES]) or ("utf-8" if _mostly_utf8(data) else _legacy(data))


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 and UTF-32 by where the zeros of their plain letters stand."""
    zeros = [head[at::4].count(0) for at in range(4)]
    quarter = len(head) // 4
    if quarter and min(zeros[2:]) >= 0.9 * quarter > 10 * zeros[0]:
        return "utf-32-le"
    if quarter and min(zeros[:2]) >= 0.9 * quarter > 10 * zeros[3]:
        return "utf-32-be"
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if 16 * odd > len(head) and odd > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if 16 * even > len(head) and even > 10 * odd else None


def _mostly_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        # One broken character, as at the end of a cut file, must not turn all the others into gibberish.
        text = data.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        # Chinese in its own encoding looks like UTF-8 in one character of ten.
        return 2 * (sum(not character.isascii() for character in text) - broken) > broken
    return True


def _legacy(data: bytes) -> str:
    """Tell an encoding of Asia or Eastern Europe from Windows-1252, in which high bytes seldom stand together."""
    sample = b"\n".join(line for line in data[:_SAMPLE].splitlines() if not line.isascii())
    high = sum(byte > 0x7F for byte in sample)
    together = sum(len(run) for run in _HIGH_RUN.findall(sample))
    if together < 8 or 2 * together < high:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_LEGACY)).best()
    return best.encoding if best and best.encoding in _LEGACY else "cp1252"


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
