"""The default embedder, which also compares a question with sentences token by token."""

import threading
import unicodedata
from collections.abc import Sequence
from copy import deepcopy
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.models.embedder import SentenceEmbedder
from assistant.protocols import Scores

if TYPE_CHECKING:
    from torch import Tensor

LAYERS = 4
"""Layers of the six that are computed: what the last two add tells texts apart, and words no more."""

LONGEST = 128
"""Tokens looked at of a question and of a text."""


class MiniLM(SentenceEmbedder):
    """all-MiniLM-L6-v2.

    A vector for a whole sentence says what it is about, not whether it holds what is asked for. Here each token of the
    question looks for the token most like it: late interaction (Khattab and Zaharia 2020, ColBERT, section 3.3).
    """

    def compare(self, question: str, texts: Sequence[str]) -> Scores:
        """Compare a question with texts.

        Returns:
            For each text and each token of the question the highest cosine to a token of the text; shape (len(texts),
            tokens), about 0 to 1.
        """
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        return self._reader.compare(question, texts)

    def legible(self, question: str) -> float:
        """Say what share of a question's letters are of the scripts that the model was trained on."""
        letters = [letter for letter in question if letter.isalpha()]
        foreign = sum(not _is_latin(letter) for letter in letters)
        return 1 - foreign / len(letters) if letters else 1.0

    @cached_property
    def _reader(self) -> "_Reader":
        transformer: Any = self._model[0]
        return _Reader(transformer.auto_model, transformer.tokenizer)


class _Reader:
    """The first layers of the model."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._tokenizer = deepcopy(tokenizer)  # not safe under threads, and the embedder's is in use
        self._lock = threading.Lock()
        # The modules are copied, the weights shared.
        self._model = deepcopy(model, {id(one): one for one in model.parameters()})
        self._model.encoder.layer = self._model.encoder.layer[:LAYERS]

    def compare(self, question: str, texts: Sequence[str]) -> Scores:
        with self._lock:
            states, is_word = self._states([question, *texts])
        asked = states[0][is_word[0]]
        cosines = (states[1:] @ asked.T).masked_fill(~is_word[1:, :, None], -1.0)
        scores: Scores = cosines.amax(dim=1).numpy()
        return scores

    def _states(self, texts: Sequence[str]) -> tuple["Tensor", "Tensor"]:
        """Return unit vectors of all tokens, shape (texts, tokens, dimension), and which of them stand for words."""
        import torch

        read = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt",
            return_special_tokens_mask=True,
        )  # fmt: skip
        special = read.pop("special_tokens_mask").bool()
        with torch.inference_mode():
            states = self._model(**read).last_hidden_state.float()
        return torch.nn.functional.normalize(states, dim=-1), ~special


@cache
def _is_latin(letter: str) -> bool:
    # Single Greek letters stand in English abstracts everywhere.
    return unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "FEMININE", "MASCULINE", "MICRO", "ANGSTROM"))
