"""Reads what a GGUF file says of itself, without its weights.

Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
The file comes from anywhere, so nothing it says of lengths and counts is believed beyond the file's own size.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assistant.errors import ModelError, ModelNotFoundError

MAGIC = b"GGUF"
HEADER = struct.Struct("<4sIQQ")
"""Magic, version, number of tensors, number of metadata entries."""

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Kinds of value of a fixed size, as `struct` writes them."""
STRING, ARRAY = 8, 9

LONGEST = 1 << 20
"""Bytes of a text that is kept, such as a chat template; more is taken for damage."""
BUFFER = 1 << 20
"""Bytes read at once."""
DAMAGED = "Download or copy it again, or use another with `carrel models use NAME`."

Value = int | float | bool | str


class _Damage(Exception):
    """The file ends too early, or says something that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A matrix of weights in the file."""

    shape: tuple[int, ...]
    kind: int
    """The form its numbers are written in, as ggml counts them."""
    offset: int
    """From the beginning of the weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What stands in a file before its weights."""

    values: dict[str, Value]
    """The metadata, without arrays."""
    lengths: dict[str, int]
    """How many values each array has."""
    tensors: tuple[Tensor, ...]
    start: int
    """The byte at which the weights begin."""


def read(path: Path) -> Contents:
    """Read everything that stands before the weights.

    Raises:
        ModelNotFoundError: There is no such file.
        ModelError: It is a folder, cannot be read, is not GGUF, or ends before its weights begin.
    """
    if not path.exists():
        raise ModelNotFoundError(f"There is no model file {path}.")
    if path.is_dir():
        raise ModelError(f"{path} is a folder, not a GGUF file.")
    try:
        with path.open("rb") as file:
            return _read(_Stream(file, path.stat().st_size), path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    except _Damage as damage:
        raise ModelError(f"{path} is damaged or incomplete: {damage}.", remedy=DAMAGED) from damage


def _read(stream: "_Stream", path: Path) -> Contents:
    head = stream.take(min(HEADER.size, stream.size))
    if len(head) < HEADER.size or not head.startswith(MAGIC):
        raise ModelError(f"{path} is not a GGUF file.", remedy="Give a model in GGUF format, such as *.Q4_K_M.gguf.")
    _, version, tensors, entries = HEADER.unpack(head)
    if version not in (2, 3):
        raise ModelError(f"{path} is GGUF of version {version}; versions 2 and 3 can be read.")
    if tensors == 0:
        raise ModelError(f"{path} holds no weights.", remedy="Download the model again.")
    values: dict[str, Value] = {}
    lengths: dict[str, int] = {}
    for _ in range(stream.counted(entries, least=12)):
        key, kind = stream.text(), stream.number("I")
        if kind == ARRAY:
            lengths[key] = stream.pass_array()
        else:
            values[key] = stream.value(kind)
    found = tuple(stream.tensor() for _ in range(stream.counted(tensors, least=32)))
    alignment = values.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= LONGEST:
        raise _Damage("its weights begin nowhere")
    return Contents(values=values, lengths=lengths, tensors=found, start=-(-stream.place // alignment) * alignment)


class _Stream:
    """A file read from its beginning to where it is told to stop, some of it passed over."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.size = size
        self._file = file
        self._buffer = b""
        self._at = 0
        self._end = 0

    @property
    def place(self) -> int:
        """How many bytes were read or passed over."""
        return self._end - len(self._buffer) + self._at

    def take(self, count: int) -> bytes:
        self._within(count)
        if self._at + count > len(self._buffer):
            more = self._file.read(max(count, BUFFER))
            self._end += len(more)
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        found = self._buffer[self._at : self._at + count]
        self._at += count
        return found

    def skip(self, count: int) -> None:
        self._within(count)
        if self._at + count <= len(self._buffer):
            self._at += count
        else:
            self._end = self._file.seek(self.place + count)
            self._buffer, self._at = b"", 0

    def _within(self, count: int) -> None:
        if count > self.size - self.place:
            raise _Damage("it ends before its weights begin")

    def counted(self, count: int, *, least: int) -> int:
        """Return a count, once it is sure that the file has room for as many things of a least size."""
        self._within(count * least)
        return count

    def number(self, form: str) -> int:
        return int(struct.unpack("<" + form, self.take(struct.calcsize(form)))[0])

    def text(self) -> str:
        length = self.number("Q")
        if length > LONGEST:
            raise _Damage("a text in it is far too long")
        return self.take(length).decode("utf-8", errors="replace")

    def value(self, kind: int) -> Value:
        if kind == STRING:
            return self.text()
        form = self._form(kind)
        found: Value = struct.unpack("<" + form, self.take(struct.calcsize(form)))[0]
        return found

    def pass_array(self) -> int:
        """Pass over an array; return how many values it has."""
        kind, count = self.number("I"), self.number("Q")
        if kind == STRING:
            for _ in range(self.counted(count, least=8)):
                self.skip(self.number("Q"))
        else:
            self.skip(count * struct.calcsize(self._form(kind)))
        return count

    def tensor(self) -> Tensor:
        self.skip(self.number("Q"))
        dimensions = self.number("I")
        if not 0 < dimensions <= 4:
            raise _Damage("a matrix in it has no dimensions that can be")
        shape = tuple(self.number("Q") for _ in range(dimensions))
        return Tensor(shape=shape, kind=self.number("I"), offset=self.number("Q"))

    def _form(self, kind: int) -> str:
        if kind not in SCALARS:
            raise _Damage("a value in it is of no known kind")
        return SCALARS[kind]
