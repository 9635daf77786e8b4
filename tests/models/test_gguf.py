"""What a GGUF file says of itself, and files that are none."""

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import ModelError, ModelNotFoundError
from assistant.models.gguf import check

Tiny = Callable[..., Path]

LOAD = """\
import json, sys
from pathlib import Path
from assistant.errors import ModelError
from assistant.models.llama import LlamaChat

for name in sys.argv[1:]:
    try:
        LlamaChat(Path(name))
    except ModelError as error:
        print(json.dumps([Path(name).name, str(error), error.remedy]))
"""


def _header(version: int = 3, tensors: int = 1) -> bytes:
    return struct.pack("<4sIQQ", b"GGUF", version, tensors, 0)


def test_model_passes(tiny: Tiny) -> None:
    check(tiny())


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"There is no model file .*nowhere\.gguf"):
        check(tmp_path / "nowhere.gguf")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is a folder, not a GGUF file"):
        check(tmp_path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is not a GGUF file"),
        (b"GGUF", "is not a GGUF file"),
        (b"PK\x03\x04 this is a zip archive, not a model", "is not a GGUF file"),
        (_header(version=1), "is GGUF of version 1; versions 2 and 3 can be read"),
        (_header(tensors=0), "holds no weights"),
    ],
)
def test_other_files(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=complaint) as caught:
        check(path)
    assert str(path) in str(caught.value)
    assert caught.value.remedy.endswith(".")


def test_damaged_models_are_refused_and_the_process_lives(tiny: Tiny, tmp_path: Path) -> None:
    whole = tiny("whole.gguf").read_bytes()
    many = struct.pack("<Q", 2**62)
    damaged = {
        "half.gguf": whole[: len(whole) // 2],
        "header.gguf": whole[:24],
        "metadata.gguf": whole[:3000],
        "one-byte-short.gguf": whole[:-1],
        "endless-tensors.gguf": whole[:8] + many + whole[16:],
        "endless-metadata.gguf": whole[:16] + many + whole[24:],
        "zeros.gguf": whole[:24] + bytes(len(whole) - 24),
    }
    for name, content in damaged.items():
        (tmp_path / name).write_bytes(content)
    unknown = tiny("unknown.gguf", architecture="unheard-of")
    files = [*(tmp_path / name for name in damaged), unknown]
    # In a process of its own: should llama.cpp end it, this test fails and the others still run.
    done = subprocess.run([sys.executable, "-c", LOAD, *map(str, files)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, _, _ in told] == [file.name for file in files]
    assert all("cannot be loaded: it is damaged, incomplete" in message for _, message, _ in told)
    assert all("CARREL_MODEL" in remedy for _, _, remedy in told)
