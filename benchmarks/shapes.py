"""What to expect of larger models on this machine: tokens a second of files of their shape with random weights.

    python benchmarks/shapes.py [--shape 1.5b] [--read 512] [--write 32]

Speed depends on the shape of a model and on how its weights are packed, not on what they say. The file is written for
the run, in the temporary folder (1 to 3 GB), and deleted.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gguf import GGMLQuantizationType, GGUFWriter, TokenType
from gguf.constants import GGML_QUANT_SIZES
from quiet import Watch

from assistant.models.cpu import usable_cores
from assistant.models.native import NativeModel

SCALE = np.float16(1e-3)
"""Scale of every block of weights: small, so that nothing overflows."""

EVIDENCE, ANSWER = 300, 60
"""Tokens that Carrel has a model read for a question, and that the model writes; about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The shape of a model with grouped attention and gated layers (Llama, Qwen)."""

    layers: int
    width: int
    inner: int
    heads: int
    shared_heads: int
    """Heads of keys and values."""
    head_size: int
    vocabulary: int


SHAPES = {
    "0.5b": Shape(layers=24, width=1024, inner=4864, heads=16, shared_heads=2, head_size=64, vocabulary=151936),
    "1.5b": Shape(layers=28, width=1536, inner=8960, heads=12, shared_heads=2, head_size=128, vocabulary=151936),
    "4b": Shape(layers=36, width=2560, inner=9728, heads=32, shared_heads=8, head_size=128, vocabulary=151936),
}
"""By the sizes of well-known models; that of half a billion is rounded up to whole blocks of 256 weights."""


def write(path: Path, shape: Shape) -> None:
    """Write a model of a shape, packed as Q4_K, the output as Q6_K."""
    writer = GGUFWriter(str(path), "llama", use_temp_file=False)
    writer.add_block_count(shape.layers)
    writer.add_context_length(4096)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.shared_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([f"t{number}" for number in range(shape.vocabulary)])
    writer.add_token_types([TokenType.NORMAL] * shape.vocabulary)
    writer.add_token_merges(["a b"])
    random = np.random.default_rng(0)
    ones = np.ones(shape.width, dtype=np.float32)

    def packed(name: str, rows: int, columns: int, kind: GGMLQuantizationType = GGMLQuantizationType.Q4_K) -> None:
        writer.add_tensor(name, weights(random, rows, columns, kind), raw_dtype=kind)

    keys, queries = shape.shared_heads * shape.head_size, shape.heads * shape.head_size
    packed("token_embd.weight", shape.vocabulary, shape.width)
    packed("output.weight", shape.vocabulary, shape.width, GGMLQuantizationType.Q6_K)
    writer.add_tensor("output_norm.weight", ones)
    for layer in (f"blk.{number}" for number in range(shape.layers)):
        writer.add_tensor(f"{layer}.attn_norm.weight", ones)
        writer.add_tensor(f"{layer}.ffn_norm.weight", ones)
        packed(f"{layer}.attn_q.weight", queries, shape.width)
        packed(f"{layer}.attn_k.weight", keys, shape.width)
        packed(f"{layer}.attn_v.weight", keys, shape.width)
        packed(f"{layer}.attn_output.weight", shape.width, queries)
        packed(f"{layer}.ffn_gate.weight", shape.inner, shape.width)
        packed(f"{layer}.ffn_up.weight", shape.inner, shape.width)
        packed(f"{layer}.ffn_down.weight", shape.width, shape.inner)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def weights(random: np.random.Generator, rows: int, columns: int, kind: GGMLQuantizationType) -> npt.NDArray[np.uint8]:
    """Return random weights in the layout of a kind, each block with the same scale."""
    per_block, size = GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (rows * columns // per_block, size), dtype=np.uint8)
    # Q4_K begins with two scales of a block, Q6_K ends with one.
    scale = np.frombuffer(SCALE.tobytes(), dtype=np.uint8)
    if kind is GGMLQuantizationType.Q4_K:
        blocks[:, 0:2] = blocks[:, 2:4] = scale
    else:
        blocks[:, -2:] = scale
    return blocks.reshape(rows, columns // per_block * size)


def rates(path: Path, read: int, written: int) -> tuple[float, float]:
    """Return tokens a second that a model reads and writes."""
    native = NativeModel(path, context=4096, threads=usable_cores())
    native.read([1] * 16)
    native.forget(0)
    start = time.perf_counter()
    native.read([number % 1000 for number in range(read)])
    middle = time.perf_counter()
    for _ in range(written):
        native.read([1])
    end = time.perf_counter()
    return read / (middle - start), written / (end - middle)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=SHAPES, action="append", help="default all; may be repeated")
    parser.add_argument("--read", type=int, default=512, help="tokens read, at most 512")
    parser.add_argument("--write", type=int, default=32, help="tokens written")
    arguments = parser.parse_args()
    watch = Watch()
    print(f"{'shape':6} {'GB':>6} {'reads/s':>9} {'writes/s':>9} {'first token, s':>15} {'whole answer, s':>16}")
    for name in arguments.shape or SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.gguf"
            write(path, SHAPES[name])
            reads, writes = rates(path, arguments.read, arguments.write)
            first = EVIDENCE / reads
            print(
                f"{name:6} {path.stat().st_size / 1e9:6.2f} {reads:9.1f} {writes:9.1f} {first:15.1f} "
                f"{first + ANSWER / writes:16.1f}",
                flush=True,
            )
    print(f"by calculation for {EVIDENCE} tokens read and {ANSWER} written; {watch.told()}")


if __name__ == "__main__":
    main()
