"""A small BERT in numpy: embeds a question before torch could even be imported.

Importing torch and sentence-transformers takes longer than all the rest of a cold question. The sums of a few sentences
are few, and numpy does them as fast. What is computed is what sentence-transformers computes, in fp32.
"""

import json
import mmap
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.protocols import Vectors

States = npt.NDArray[np.float32]
"""One vector a token: shape (tokens, dimension)."""

KINDS = ("Transformer", "Pooling", "Normalize")
"""The modules of a folder that can be read here: the last word of each one's type, in order."""

CONFIG = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
"""What the transformer's configuration must say."""

MEAN = "pooling_mode_mean_tokens"

ROWS = 64
"""Rows of the inner layer worked on at once: so many stay in the processor's cache."""


class UnknownShapeError(Exception):
    """The folder holds another kind of model, or is damaged: sentence-transformers is to look at it."""


@dataclass(frozen=True, slots=True)
class Read:
    """A text as the model reads it."""

    ids: tuple[int, ...]
    is_word: tuple[bool, ...]
    """False for the tokens that only mark beginning and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The weights of a layer, laid out for multiplication from the right."""

    mixing: States
    """Query, key and value side by side."""
    mixing_bias: States
    joining: States
    joining_bias: States
    joining_norm: tuple[States, States]
    widening: States
    widening_bias: States
    narrowing: States
    narrowing_bias: States
    narrowing_norm: tuple[States, States]


class LightBert:
    """A BERT with mean pooling from a folder of sentence-transformers. Several threads may use it at once.

    Args:
        folder: The folder.

    Raises:
        UnknownShapeError: It holds anything but exactly that.
    """

    def __init__(self, folder: Path) -> None:
        try:
            config = _checked(folder)
            self._read_weights(_tensors(folder / "model.safetensors"), config)
            self._tokenizer = _tokenizer(folder)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnknownShapeError(str(error)) from error
        self.longest = int(_json(folder / "sentence_bert_config.json")["max_seq_length"])
        if not 2 < self.longest <= len(self._places):
            raise UnknownShapeError("texts may be longer than the model has places for")
        prompts = _json(folder / "config_sentence_transformers.json").get("prompts") or {}
        self.prompts = {str(name): str(prompt) for name, prompt in prompts.items()}
        self._heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        # The tokenizer is not safe under threads ("Already borrowed").
        self._lock = threading.Lock()

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return int(self._words.shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the mean of each text's tokens, of length 1."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        states = self.states(self.read(texts, self.longest))
        vectors = np.stack([one.mean(axis=0) for one in states])
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return unit

    def read(self, texts: Sequence[str], longest: int) -> list[Read]:
        """Split texts into tokens, at most so many of each."""
        with self._lock:
            self._tokenizer.enable_truncation(longest)
            found = self._tokenizer.encode_batch(list(texts))
        return [Read(tuple(one.ids), tuple(not special for special in one.special_tokens_mask)) for one in found]

    def states(self, texts: Sequence[Read], layers: int | None = None) -> list[States]:
        """Return what the model makes of each token of each text.

        Args:
            texts: What was read.
            layers: Compute only the first so many.
        """
        ids = np.concatenate([one.ids for one in texts])
        places = np.concatenate([np.arange(len(one.ids)) for one in texts])
        ends = np.cumsum([0, *(len(one.ids) for one in texts)])
        bounds = [slice(start, end) for start, end in pairwise(ends.tolist())]
        states = self._normed(self._words[ids] + self._places[places] + self._kind, self._first_norm)
        for layer in self._layers[:layers]:
            # The texts lie one below the other, and not padded side by side: nothing is computed for nothing.
            mixed: States = states @ layer.mixing
            mixed += layer.mixing_bias
            for bound in bounds:
                mixed[bound, : self.dimension] = self._attention(mixed[bound])
            joined: States = mixed[:, : self.dimension] @ layer.joining
            joined += layer.joining_bias
            joined += states
            states = self._normed(joined, layer.joining_norm)
            wide: States = states @ layer.widening
            wide += layer.widening_bias
            _gelu(wide)
            narrowed: States = wide @ layer.narrowing
            narrowed += layer.narrowing_bias
            narrowed += states
            states = self._normed(narrowed, layer.narrowing_norm)
        return [states[bound] for bound in bounds]

    def _attention(self, mixed: States) -> States:
        """Let the tokens of one text look at each other; query, key and value stand side by side."""
        count = len(mixed)
        query, key, value = mixed.reshape(count, 3, self._heads, -1).transpose(1, 2, 0, 3)
        weights: States = query @ key.transpose(0, 2, 1)
        weights -= weights.max(axis=-1, keepdims=True)
        weights /= np.float32(np.sqrt(query.shape[-1]))
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        looked: States = (weights @ value).transpose(1, 0, 2).reshape(count, -1)
        return looked

    def _normed(self, states: States, norm: tuple[States, States]) -> States:
        """Shift and scale each token's vector, in place."""
        states -= states.mean(axis=1, keepdims=True)
        spread = np.einsum("td,td->t", states, states) / np.float32(self.dimension) + np.float32(self._epsilon)
        states /= np.sqrt(spread)[:, None]
        states *= norm[0]
        states += norm[1]
        return states

    def _read_weights(self, tensors: dict[str, States], config: dict[str, Any]) -> None:
        def norm(name: str) -> tuple[States, States]:
            return tensors[f"{name}.LayerNorm.weight"], tensors[f"{name}.LayerNorm.bias"]

        self._words = tensors["embeddings.word_embeddings.weight"]
        self._places = tensors["embeddings.position_embeddings.weight"]
        self._kind = tensors["embeddings.token_type_embeddings.weight"][0]
        self._first_norm = norm("embeddings")
        self._layers = [
            _layer(tensors, f"encoder.layer.{number}", norm) for number in range(int(config["num_hidden_layers"]))
        ]


def _layer(tensors: dict[str, States], name: str, norm: Any) -> Layer:
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    joining, widening, narrowing = (f"{name}.{part}" for part in ("attention.output", "intermediate", "output"))
    return Layer(
        mixing=np.concatenate([tensors[f"{part}.weight"] for part in parts]).T,
        mixing_bias=np.concatenate([tensors[f"{part}.bias"] for part in parts]),
        joining=tensors[f"{joining}.dense.weight"].T,
        joining_bias=tensors[f"{joining}.dense.bias"],
        joining_norm=norm(joining),
        widening=tensors[f"{widening}.dense.weight"].T,
        widening_bias=tensors[f"{widening}.dense.bias"],
        narrowing=tensors[f"{narrowing}.dense.weight"].T,
        narrowing_bias=tensors[f"{narrowing}.dense.bias"],
        narrowing_norm=norm(narrowing),
    )


def _gelu(states: States) -> None:
    """Put x·Φ(x) for each x, in place.

    The error function is Abramowitz and Stegun's 7.1.26, right to 2e-7, which is what fp32 holds.
    """
    for start in range(0, len(states), ROWS):
        block = states[start : start + ROWS]
        size = np.abs(block)
        near = 1 / (1 + np.float32(0.3275911 / np.sqrt(2)) * size)
        tail = np.full_like(near, 1.061405429)
        for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
            tail *= near
            tail += np.float32(factor)
        tail *= near
        tail *= np.exp(np.square(block) * np.float32(-0.5))
        # x·Φ(x) is max(x, 0) - |x|·tail/2, whatever the sign of x.
        np.maximum(block, 0, out=block)
        block -= size * tail * np.float32(0.5)


def _checked(folder: Path) -> dict[str, Any]:
    """Return the transformer's configuration, if all the folder says is known here.

    Raises:
        ValueError: It is not.
    """
    modules = _json(folder / "modules.json")
    if tuple(module["type"].rpartition(".")[2] for module in modules) != KINDS:
        raise ValueError("other modules")
    if any(not module["type"].startswith("sentence_transformers.") for module in modules) or modules[0]["path"]:
        raise ValueError("modules from elsewhere")
    pooling = _json(folder / modules[1]["path"] / "config.json")
    modes = {name for name, wanted in pooling.items() if name.startswith("pooling_mode") and wanted}
    if modes != {MEAN} or not pooling.get("include_prompt", True):
        raise ValueError("other pooling")
    if _json(folder / "sentence_bert_config.json").get("do_lower_case"):
        raise ValueError("texts are changed first")
    if _json(folder / "config_sentence_transformers.json").get("default_prompt_name"):
        raise ValueError("a prompt for every text")
    config: dict[str, Any] = _json(folder / "config.json")
    if any(config.get(name, wanted) != wanted for name, wanted in CONFIG.items()) or config.get("is_decoder"):
        raise ValueError("another architecture")
    return config


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # it raises nothing more precise
        raise ValueError(str(error)) from error
    tokenizer.no_padding()
    return tokenizer


def _tensors(path: Path) -> dict[str, States]:
    """Map the tensors of a safetensors file into memory; what is not looked at is not read."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > path.stat().st_size:
            raise ValueError("no safetensors file")
        header = json.loads(file.read(size))
        header.pop("__metadata__", None)
        buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return dict(_mapped(buffer, header, 8 + size))


def _mapped(buffer: mmap.mmap, header: dict[str, Any], base: int) -> Iterator[tuple[str, States]]:
    for name, about in header.items():
        if about["dtype"] == "F32":
            start, end = about["data_offsets"]
            values = np.frombuffer(buffer, dtype="<f4", count=(end - start) // 4, offset=base + start)
            # Some files name everything after the class they were saved from.
            yield name.removeprefix("bert."), values.reshape(about["shape"])
