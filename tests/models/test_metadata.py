"""Reading a GGUF file that comes from anywhere."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from gguf import GGUFWriter

from assistant.errors import ModelError
from assistant.models import metadata
from assistant.models.metadata import read

Tiny = Callable[..., Path]
WEIGHTS = struct.pack("<Q1sIQIQ", 1, b"w", 1, 32, 0, 0)
"""One matrix: its name, one dimension, 32 numbers, of four bytes, at the beginning."""


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _file(path: Path, *entries: bytes, tensors: bytes = WEIGHTS, version: int = 3) -> Path:
    path.write_bytes(
        struct.pack("<4sIQQ", b"GGUF", version, 1, len(entries)) + b"".join(entries) + tensors + bytes(256)
    )
    return path


def test_every_kind_of_value(tmp_path: Path) -> None:
    writer = GGUFWriter(path := tmp_path / "m.gguf", "llama")
    writer.add_bool("a.bool", True)
    writer.add_int8("a.int8", -7)
    writer.add_uint16("a.uint16", 7)
    writer.add_float32("a.float32", 0.5)
    writer.add_uint64("a.uint64", 2**40)
    writer.add_float64("a.float64", 0.25)
    writer.add_string("a.string", "Grüße")
    writer.add_array("a.words", ["one", "two"])
    writer.add_array("a.numbers", [1, 2, 3])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    path.write_bytes(path.read_bytes()[:8] + struct.pack("<Q", 1) + path.read_bytes()[16:] + WEIGHTS + bytes(256))
    found = read(path)
    assert found.values == {
        "general.architecture": "llama", "a.bool": True, "a.int8": -7, "a.uint16": 7, "a.float32": 0.5,
        "a.uint64": 2**40, "a.float64": 0.25, "a.string": "Grüße",
    }  # fmt: skip
    assert found.lengths == {"a.words": 2, "a.numbers": 3}
    assert [tensor.shape for tensor in found.tensors] == [(32,)]
    assert found.start % 32 == 0


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 20])
def test_read_in_pieces_of_any_size(tiny: Tiny, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = tiny(template="{{ messages }}")
    whole = read(path)
    monkeypatch.setattr(metadata, "BUFFER", size)
    assert read(path) == whole


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ([_text("k") + struct.pack("<IQ", 8, 2**40)], "a text in it is far too long"),
        ([_text("k") + struct.pack("<IQ", 8, 5000)], "it ends before its weights begin"),
        ([_text("k") + struct.pack("<II", 99, 0)], "a value in it is of no known kind"),
        ([_text("k") + struct.pack("<IIQ", 9, 9, 0)], "a value in it is of no known kind"),
        ([_text("k") + struct.pack("<IIQ", 9, 4, 2**62)], "it ends before its weights begin"),
        ([_text("k") + struct.pack("<IIQ", 9, 8, 2**60)], "it ends before its weights begin"),
        ([_text("general.alignment") + struct.pack("<II", 4, 0)], "its weights begin nowhere"),
        ([_text("general.alignment") + struct.pack("<I", 8) + _text("x")], "its weights begin nowhere"),
    ],
)
def test_what_cannot_be(tmp_path: Path, entries: list[bytes], complaint: str) -> None:
    path = _file(tmp_path / "m.gguf", *entries)
    with pytest.raises(ModelError, match=f"is damaged or incomplete: {complaint}") as caught:
        read(path)
    assert caught.value.remedy == metadata.DAMAGED


@pytest.mark.parametrize("dimensions", [0, 5, 2**31])
def test_matrix_without_dimensions(tmp_path: Path, dimensions: int) -> None:
    tensors = struct.pack("<Q1sI", 1, b"w", dimensions) + bytes(64)
    with pytest.raises(ModelError, match="a matrix in it has no dimensions that can be"):
        read(_file(tmp_path / "m.gguf", tensors=tensors))


def test_text_that_is_no_unicode(tmp_path: Path) -> None:
    found = read(_file(tmp_path / "m.gguf", _text("k") + struct.pack("<IQ", 8, 1) + b"\xff"))
    assert found.values == {"k": "\ufffd"}


def test_folder_that_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path / "m.gguf")

    def closed(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(ModelError, match=r"m\.gguf cannot be read: Permission denied\."):
        read(path)
