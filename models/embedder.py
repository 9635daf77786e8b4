"""An embedder over sentence-transformers."""

import math
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from assistant.errors import ModelError
from assistant.models.catalogue import Located, digest, locate, verify
from assistant.models.cpu import has_fast_bf16
from assistant.models.light import LightBert, UnknownShapeError
from assistant.offline import forbid_network
from assistant.protocols import EmbedderIdentity, TextKind, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 32
"""Texts embedded at once; more gains nothing on a CPU and takes memory."""

FEW = BATCH
"""Texts that are embedded without sentence-transformers at most: a question, its answer, a paper or two."""

ALIKE = 0.9999
"""Cosine from which two vectors are the same."""

REMEDY = "Give the folder of a sentence-transformers model as CARREL_EMBEDDER, or use the default, `minilm`."


class SentenceEmbedder:
    """Embeds with a sentence-transformers model from a local folder.

    A few texts are embedded without sentence-transformers, whose import takes seconds, where the model is of a shape
    that `LightBert` knows. The vectors are the same.

    Args:
        name: A catalogue name or a folder.
        home: Where models are pulled to.
        precision: Arithmetic of the layers where many texts are embedded. `auto` takes bf16 where the processor
            computes it in hardware (the vectors keep a cosine above 0.999 to fp32's), fp32 elsewhere.

    Raises:
        ModelNotFoundError: There is no such model.
        ModelError: It is damaged or no sentence-transformers model.
    """

    def __init__(
        self,
        name: str = "minilm",
        *,
        home: Path | None = None,
        precision: Literal["auto", "fp32", "bf16"] = "auto",
    ) -> None:
        self._located = locate(name, "embedder", home)
        self._folder, self._title = self._located.path, self._located.title
        check_folder(self._folder)
        self.precision = ("bf16" if has_fast_bf16() else "fp32") if precision == "auto" else precision
        # The tokenizer is not safe under threads ("Already borrowed").
        self._lock = threading.Lock()
        self._whole: SentenceTransformer | None = None
        self._light = _light(self._folder)
        self._revision = revision(self._located)
        self._identity = self._identified()
        self._check_tells_apart()

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, revision, dimension, prompts and longest text."""
        return self._identity

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Embed texts; see `Embedder.embed`."""
        if not texts:
            return np.zeros((0, self.identity.dimension), dtype=np.float32)
        if self._light is not None and len(texts) <= FEW:
            prompt = self.identity.query_prompt if kind == "query" else self.identity.passage_prompt
            return self._light.embed([prompt + text for text in texts])
        with self._lock:
            encode = self._model.encode_query if kind == "query" else self._model.encode_document
            tensor = encode(list(texts), batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False)
        vectors: Vectors = tensor.float().cpu().numpy()
        # Normalised here and not by the model: bf16 would round the length away from 1.
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return unit

    @property
    def _model(self) -> "SentenceTransformer":
        """The model in sentence-transformers, loaded at first use."""
        if self._whole is None:
            self._whole = _load(self._folder)
            self._whole.prompts |= _prompts(self._located, self._whole.prompts)
            if self.precision == "bf16":
                self._whole.bfloat16()
        return self._whole

    def _identified(self) -> EmbedderIdentity:
        prompts = _prompts(self._located, (self._light or self._model).prompts or {})
        longest = self._light.longest if self._light else self._model.max_seq_length
        dimension = self._light.dimension if self._light else self._model.get_embedding_dimension()
        return EmbedderIdentity(
            name=self._title,
            revision=self._revision,
            dimension=dimension or 0,
            query_prompt=prompts["query"],
            passage_prompt=prompts["document"],
            max_tokens=_longest(longest),
        )

    def _check_tells_apart(self) -> None:
        # A folder without its tokenizer's files loads all the same, and takes every word for the same unknown one.
        one, other = self.embed(["cat", "seven"], "passage")
        if not one @ other < ALIKE:
            raise ModelError(
                f"{self._folder} is damaged or incomplete: it takes every text for the same.", remedy=REMEDY
            )


def _light(folder: Path) -> LightBert | None:
    forbid_network()
    try:
        return LightBert(folder)
    except UnknownShapeError:
        return None


def _load(folder: Path) -> "SentenceTransformer":
    forbid_network()
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    quiet: Any = logging
    quiet.disable_progress_bar()
    quiet.set_verbosity_error()
    try:
        # fp32 is asked for: checkpoints saved in half precision would be computed in it, however slow.
        return SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"torch_dtype": "float32"}
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = next(iter(str(error).splitlines()), "").rstrip(".")
        raise ModelError(f"{folder} cannot be loaded as an embedder: {reason}.", remedy=REMEDY) from error


def revision(located: Located) -> str:
    """Return what tells an embedder's weights from all others.

    Raises:
        ModelError: They are not what they should be.
    """
    if located.weights is not None:
        verify(located.weights, located.sha256, located.remedy)
        return located.sha256[:12]
    # Those of modules behind the first lie in folders such as `2_Dense`.
    weights = sorted(
        file for pattern in ("*.safetensors", "*.bin", "[0-9]*_*/*.safetensors") for file in located.path.glob(pattern)
    )
    # Fine-tuned models have the size of those they come from, so the content is compared.
    return "-".join(digest(file)[:12] for file in weights)


def _prompts(located: Located, own: Mapping[str, str | None]) -> dict[str, str]:
    """Return what is put before a question and before a text: what the catalogue says, else the model's own files."""
    # The library takes an empty prompt for `document` where a model's files name it otherwise.
    passages = [located.passage_prompt, *(own.get(name) for name in ("document", "passage", "corpus"))]
    questions = [located.query_prompt, own.get("query")]
    return {"query": next(filter(None, questions), ""), "document": next(filter(None, passages), "")}


def _longest(tokens: float | None) -> int:
    """Return the tokens read of a text; 0 where a model reads all of it."""
    return int(tokens) if tokens and math.isfinite(tokens) else 0


def check_folder(path: Path) -> None:
    """Make sure, before anything is loaded, that a folder may hold an embedder.

    Raises:
        ModelError: It is a file, or holds none.
    """
    if not path.is_dir():
        raise ModelError(f"{path} is a file; an embedder is a folder.", remedy=REMEDY)
    if not (path / "config.json").is_file():
        raise ModelError(f"{path} holds no sentence-transformers model: it has no config.json.", remedy=REMEDY)
