"""A small BERT in numpy: embeds a question before torch could even be imported.

Importing torch and sentence-transformers takes longer than all the rest of a cold question. The sums of a few sentences
are few, and numpy does them as fast. What is computed is what sentence-transformers computes, in fp32.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant.models.light_folder import States, checked, read_json, tokenizer, weights
from assistant.protocols import Vectors

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


class LightBert:
    """A BERT with mean pooling from a folder of sentence-transformers. Several threads may use it at once.

    Args:
        folder: The folder.

    Raises:
        UnknownShapeError: It holds anything but exactly that.
    """

    def __init__(self, folder: Path) -> None:
        try:
            config = checked(folder)
            self._weights = weights(folder, config)
            self._tokenizer = tokenizer(folder)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnknownShapeError(str(error)) from error
        self.longest = int(read_json(folder / "sentence_bert_config.json")["max_seq_length"])
        if not 2 < self.longest <= len(self._weights.places):
            raise UnknownShapeError("texts may be longer than the model has places for")
        prompts = read_json(folder / "config_sentence_transformers.json").get("prompts") or {}
        self.prompts = {str(name): str(prompt) for name, prompt in prompts.items()}
        self._heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        # The tokenizer is not safe under threads ("Already borrowed").
        self._lock = threading.Lock()

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return int(self._weights.words.shape[1])

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
        held = self._weights
        states = self._normed(held.words[ids] + held.places[places] + held.kind, held.first_norm)
        for layer in held.layers[:layers]:
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
