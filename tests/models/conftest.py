"""A GGUF model of half a million weights that writes what a test tells it to.

The vocabulary is the 256 bytes and a few words. Layers add nothing, so the next token depends on the last alone:
the output matrix is the table of what follows what.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter, TokenType

Tiny = Callable[..., Path]

START, END = "<|im_start|>", "<|im_end|>"


def _alphabet() -> dict[int, str]:
    """The characters that GPT-2's vocabulary writes bytes with."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + place) for place, byte in enumerate(others)}


def _spelled(word: bytes) -> str:
    letters = _alphabet()
    return "".join(letters[byte] for byte in word)


def _write(
    path: Path,
    *,
    says: Sequence[bytes] = (),
    after: str = "\n",
    template: str = "",
    added: Sequence[str] = (),
    control: Sequence[bytes] = (),
    context: int = 4096,
    causal: bool = True,
    names_bos: bool = False,
    adds_bos: bool = False,
    architecture: str = "llama",
    pooling: int = 0,
    parts: int = 0,
) -> None:
    words = [word for word in says if len(word) > 1]
    letters = [bytes([byte]) for byte in range(256)]
    tokens = [*(_spelled(word) for word in (*letters, *words)), START, END, *added]
    size = len(tokens)
    width = -(-size // 32) * 32
    writer = GGUFWriter(str(path), architecture)
    writer.add_block_count(1)
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(32)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width)
    writer.add_vocab_size(size)
    writer.add_causal_attention(causal)
    if parts:
        writer.add_uint16("split.count", parts)
    if pooling:
        writer.add_uint32(f"{architecture}.pooling_type", pooling)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    kinds = [TokenType.NORMAL] * 256
    kinds += [TokenType.CONTROL if word in control else TokenType.NORMAL for word in words]
    kinds += [TokenType.CONTROL] * 2 + [TokenType.USER_DEFINED] * len(added)
    writer.add_token_types(kinds)
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(tokens.index(END))
    writer.add_add_bos_token(adds_bos)
    if names_bos:
        writer.add_bos_token_id(tokens.index(START))
    if template:
        writer.add_chat_template(template)
    chain = [
        ord(after),
        *(word[0] if len(word) == 1 else 256 + words.index(word) for word in says),
        tokens.index(END),
    ]
    for name, weights in _weights(size, width, chain).items():
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _weights(size: int, width: int, chain: Sequence[int]) -> dict[str, np.ndarray]:
    follows = np.zeros((size, width), dtype=np.float32)
    for token, following in pairwise(chain):
        follows[following, token] = 1
    ones, zeros = np.ones(width, dtype=np.float32), np.zeros((width, width), dtype=np.float32)
    return {
        "token_embd.weight": np.eye(size, width, dtype=np.float32),
        "output_norm.weight": ones,
        "output.weight": follows,
        "blk.0.attn_norm.weight": ones,
        **{f"blk.0.attn_{part}.weight": zeros for part in ("q", "k", "v", "output")},
        "blk.0.ffn_norm.weight": ones,
        "blk.0.ffn_gate.weight": zeros[:32],
        "blk.0.ffn_up.weight": zeros[:32],
        "blk.0.ffn_down.weight": np.zeros((width, 32), dtype=np.float32),
    }


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    """Writes a tiny model and returns its path; see `_write` for what can be asked of it.

    `says` is what it writes, token by token and each token once; `after` is the prompt's last character.
    """

    def make(name: str = "tiny.gguf", **wishes: object) -> Path:
        path = tmp_path / name
        _write(path, **wishes)  # type: ignore[arg-type]
        return path

    return make
