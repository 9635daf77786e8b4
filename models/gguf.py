"""What a GGUF model is, known before llama.cpp sees the file: it would end the process over some of them."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError, ModelNotFoundError
from assistant.models.metadata import DAMAGED, Contents, Tensor, read

KINDS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}  # fmt: skip
"""Numbers in a block and bytes it takes, by the form that weights are written in (`GGML_QUANT_SIZES` of `gguf`)."""

EMBEDDERS = ("bert", "t5encoder", "gemma-embedding")
"""Parts of the names of architectures that turn texts into vectors and cannot write."""

POOLS = {1: "mean", 2: "first token", 3: "last token", 4: "rank"}
"""How a model that was made for vectors, or to rank texts, makes one of a text's many."""

BATCH = 512
"""Tokens read at once, each of which gets a score for every word of the vocabulary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A model as its file describes it."""

    path: Path
    architecture: str
    title: str
    context: int
    """Tokens it was trained to read; 0 where the file does not say."""
    template: str
    """The chat template; empty where it brings none."""
    pooling: str
    """How it makes one vector of a text, where it was made for that."""
    causal: bool
    """Whether it continues a text."""
    parameters: int
    files: tuple[Path, ...]
    """The file, or all its parts where it is split."""
    size: int
    """Bytes of them all."""
    vocabulary: int
    memory_per_token: int
    """Bytes that each token of the context takes."""

    @property
    def can_write(self) -> bool:
        """Tell whether it is a model that writes, rather than one that makes vectors or ranks."""
        return self.causal and not self.pooling and not any(part in self.architecture for part in EMBEDDERS)

    def memory(self, context: int) -> int:
        """Estimate the bytes it takes in memory.

        Args:
            context: Tokens that prompt and answer may take together.
        """
        tokens = min(context, self.context or context)
        return self.size + tokens * self.memory_per_token + BATCH * self.vocabulary * 4


def check(path: Path) -> Card:
    """Make sure that a file is a whole GGUF model that writes.

    Raises:
        ModelNotFoundError: There is no such file.
        ModelError: It is a folder, cannot be read, is not GGUF, is incomplete, or cannot write.
    """
    card = look(path)
    if not card.can_write:
        raise ModelError(
            f"{path} ({card.architecture}) cannot write: it is a model that turns texts into vectors or ranks them.",
            remedy="Give a chat model; `carrel models list` names some.",
        )
    return card


def look(path: Path) -> Card:
    """Read what a GGUF file says of itself, and make sure that it is all there.

    Raises:
        ModelNotFoundError: There is no such file, or a part of it is missing.
        ModelError: It is a folder, cannot be read, is not GGUF, or is incomplete.
    """
    contents = read(path)
    _check_whole(path, contents)
    about = _About(contents)
    kind = about.text("general.architecture")
    if not kind:
        raise ModelError(f"{path} does not say of which architecture it is.", remedy=DAMAGED)
    files = _parts(path, about.number("split.count"))
    for part in files:
        if part != path:
            _check_whole(part, read(part))
    return Card(
        path=path,
        architecture=kind,
        title=about.text("general.name"),
        context=about.number(f"{kind}.context_length"),
        template=about.text("tokenizer.chat_template"),
        pooling=POOLS.get(about.number(f"{kind}.pooling_type"), ""),
        causal=contents.values.get(f"{kind}.attention.causal") is not False,
        parameters=sum(math.prod(tensor.shape) for tensor in contents.tensors),
        files=files,
        size=sum(part.stat().st_size for part in files),
        vocabulary=contents.lengths.get("tokenizer.ggml.tokens", 0),
        memory_per_token=_memory_per_token(about, kind),
    )


class _About:
    """The metadata, of which any may be missing or of another kind than it should be."""

    def __init__(self, contents: Contents) -> None:
        self._values = contents.values

    def text(self, key: str) -> str:
        value = self._values.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        value = self._values.get(key)
        return value if isinstance(value, int) and value > 0 else 0


def _memory_per_token(about: _About, kind: str) -> int:
    heads = about.number(f"{kind}.attention.head_count")
    # Where the number of heads differs from layer to layer it is an array, and passed over; this is then too much.
    shared = about.number(f"{kind}.attention.head_count_kv") or heads
    width = about.number(f"{kind}.embedding_length") // max(heads, 1)
    key, value = (about.number(f"{kind}.attention.{part}_length") or width for part in ("key", "value"))
    # Two bytes a number: keys and values are kept in half precision.
    return about.number(f"{kind}.block_count") * shared * (key + value) * 2


def _check_whole(path: Path, contents: Contents) -> None:
    ends = [tensor.offset + _bytes(tensor) for tensor in contents.tensors if tensor.kind in KINDS]
    expected, found = contents.start + max(ends, default=0), path.stat().st_size
    if found < expected:
        raise ModelError(f"{path} is incomplete: it has {found:,} of {expected:,} bytes.", remedy=DAMAGED)


def _bytes(tensor: Tensor) -> int:
    block, size = KINDS[tensor.kind]
    return math.prod(tensor.shape) // block * size


def _parts(path: Path, count: int) -> tuple[Path, ...]:
    """Return the files a model is split into, which llama.cpp finds by their names."""
    name = re.fullmatch(r"(.+)-\d{5}-of-(\d{5})\.gguf", path.name)
    if count < 2 or name is None:
        return (path,)
    parts = tuple(path.with_name(f"{name[1]}-{number:05}-of-{name[2]}.gguf") for number in range(1, count + 1))
    for part in parts:
        if not part.is_file():
            raise ModelNotFoundError(
                f"{path} is one of {count} parts, and {part.name} is missing.",
                remedy="Put all of them into one folder.",
            )
    return parts
