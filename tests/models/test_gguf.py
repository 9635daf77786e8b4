"""What a GGUF file says of itself, files that are none, and models that cannot write."""

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gguf import GGML_QUANT_SIZES, GGUFReader

from assistant.errors import ModelError, ModelNotFoundError
from assistant.models import catalogue
from assistant.models.gguf import KINDS, check, look

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
    card = check(path := tiny(template="{{ messages }}", context=600))
    assert (card.architecture, card.title, card.context) == ("llama", "", 600)
    assert card.template == "{{ messages }}"
    assert (card.pooling, card.causal, card.can_write) == ("", True, True)
    assert (card.files, card.size) == ((path,), path.stat().st_size)
    assert card.vocabulary == 258


def test_memory_is_weights_context_and_scores(tiny: Tiny) -> None:
    card = check(tiny(context=600))
    # One layer of one head, whose key and value are 288 numbers of two bytes each.
    assert card.memory_per_token == 2 * 288 * 2
    assert card.memory(100) == card.size + 100 * 1152 + 512 * 258 * 4
    assert card.memory(9999) == card.memory(600)


@pytest.mark.model
def test_the_packaged_model_as_another_reader_sees_it() -> None:
    path, _ = catalogue.find("smollm2-135m", "chat")
    card, other = check(path), GGUFReader(path)
    assert card.template == other.fields["tokenizer.chat_template"].contents()
    assert card.context == other.fields["llama.context_length"].contents() == 8192
    assert card.parameters == sum(int(tensor.n_elements) for tensor in other.tensors)
    assert card.vocabulary == len(other.fields["tokenizer.ggml.tokens"].data)


def test_forms_of_weights_are_those_of_llama_cpp() -> None:
    assert {int(kind): sizes for kind, sizes in GGML_QUANT_SIZES.items()} == KINDS


@pytest.mark.parametrize("wishes", [{"pooling": 1}, {"pooling": 4}, {"causal": False}, {"architecture": "nomic-bert"}])
def test_model_that_cannot_write(tiny: Tiny, wishes: dict[str, object]) -> None:
    path = tiny(**wishes)
    with pytest.raises(ModelError, match=r"tiny\.gguf \([a-z-]+\) cannot write: it is a model that turns") as caught:
        check(path)
    assert "carrel models list" in caught.value.remedy
    assert not look(path).can_write


def test_one_part_of_several(tiny: Tiny, tmp_path: Path) -> None:
    whole = tiny("m-00001-of-00002.gguf", parts=2)
    with pytest.raises(ModelNotFoundError, match=r"is one of 2 parts, and m-00002-of-00002\.gguf is missing"):
        check(whole)
    other = tiny("m-00002-of-00002.gguf", parts=2)
    card = check(whole)
    assert card.files == (whole, other)
    assert card.size == whole.stat().st_size + other.stat().st_size
    other.write_bytes(other.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"m-00002-of-00002\.gguf is incomplete"):
        check(whole)


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
    wrong = tiny("wrong.gguf", architecture="falcon")
    files = [*(tmp_path / name for name in damaged), unknown, wrong]
    # In a process of its own: should llama.cpp end it, this test fails and the others still run.
    done = subprocess.run([sys.executable, "-c", LOAD, *map(str, files)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, _, _ in told] == [file.name for file in files]
    reasons = {name: message.partition(str(tmp_path / name))[2].lstrip() for name, message, _ in told}
    size = len(whole)
    early = "is damaged or incomplete: it ends before its weights begin."
    assert reasons == {
        "half.gguf": f"is incomplete: it has {size // 2:,} of {size:,} bytes.",
        "header.gguf": early,
        "metadata.gguf": early,
        "one-byte-short.gguf": f"is incomplete: it has {size - 1:,} of {size:,} bytes.",
        "endless-tensors.gguf": early,
        "endless-metadata.gguf": early,
        "zeros.gguf": "is damaged or incomplete: a matrix in it has no dimensions that can be.",
        "unknown.gguf": "is of the architecture 'unheard-of', which this version of llama.cpp does not know.",
        "wrong.gguf": "(falcon) cannot be loaded: it is damaged, or made for another llama.cpp.",
    }
    assert all(
        "models use" in remedy or "llama-cpp-python" in remedy or "CARREL_MODEL" in remedy for *_, remedy in told
    )
