"""The default embedder, which also compares a question with sentences token by token."""

import threading
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from assistant.errors import ModelError
from assistant.models.catalogue import REINSTALL
from assistant.models.embedder import SentenceEmbedder
from assistant.models.light import LightBert
from assistant.models.light_folder import States
from assistant.protocols import Scores

LAYERS = 4
"""Layers of the six that are computed: what the last two add tells texts apart, and words no more."""

LONGEST = 128
"""Tokens looked at of a question and of a text."""

KEPT = 512
"""Texts whose tokens are kept, some 40 MB: a conversation comes back to the same sentences."""


class MiniLM(SentenceEmbedder):
    """all-MiniLM-L6-v2.

    A vector for a whole sentence says what it is about, not whether it holds what is asked for. Here each token of the
    question looks for the token most like it: late interaction (Khattab and Zaharia 2020, ColBERT, section 3.3).
    """

    def __init__(
        self,
        name: str = "minilm",
        *,
        home: Path | None = None,
        precision: Literal["auto", "fp32", "bf16"] = "auto",
    ) -> None:
        super().__init__(name, home=home, precision=precision)
        if self._light is None:
            raise ModelError(f"{self._folder} is damaged or incomplete.", remedy=REINSTALL)
        self._reader = _Reader(self._light)

    def compare(self, question: str, texts: Sequence[str]) -> Scores:
        """Compare a question with texts.

        Returns:
            For each text and each token of the question the highest cosine to a token of the text; shape (len(texts),
            tokens), about 0 to 1.
        """
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        asked, *read = self._reader.words([question, *texts])
        return np.stack([_held(asked, words) for words in read])

    def legible(self, question: str) -> float:
        """Say what share of a question's letters are of the scripts that the model was trained on."""
        letters = [letter for letter in question if letter.isalpha()]
        foreign = sum(not _is_latin(letter) for letter in letters)
        return 1 - foreign / len(letters) if letters else 1.0


class _Reader:
    """The first layers of the model, and what they lately made of texts. Several threads may use it at once."""

    def __init__(self, model: LightBert) -> None:
        self._model = model
        self._known: dict[str, States] = {}
        self._lock = threading.Lock()

    def words(self, texts: Sequence[str]) -> list[States]:
        """Return for each text the unit vectors of the tokens that stand for words."""
        with self._lock:
            # Taken out and put back behind all others: what was not wanted for longest stands first.
            found = {text: self._known.pop(text) for text in dict.fromkeys(texts) if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        found |= dict(zip(new, self._read(new), strict=True))
        with self._lock:
            self._known |= found
            for text in list(self._known)[:-KEPT]:
                del self._known[text]
        return [found[text] for text in texts]

    def _read(self, texts: Sequence[str]) -> list[States]:
        if not texts:
            return []
        read = self._model.read(texts, LONGEST)
        states = self._model.states(read, LAYERS)
        return [_unit(own[list(one.is_word)]) for one, own in zip(read, states, strict=True)]


def _held(asked: States, words: States) -> Scores:
    if len(words) == 0:
        return np.full(len(asked), -1.0, dtype=np.float32)
    highest: Scores = (asked @ words.T).max(axis=1)
    return highest


def _unit(states: States) -> States:
    unit: States = states / np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-12)
    return unit


@cache
def _is_latin(letter: str) -> bool:
    # Single Greek letters stand in English abstracts everywhere.
    return unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "FEMININE", "MASCULINE", "MICRO", "ANGSTROM"))
