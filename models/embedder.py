"""An embedder over sentence-transformers."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from assistant.errors import ModelError
from assistant.models.catalogue import entries, find, verify
from assistant.models.cpu import has_fast_bf16
from assistant.offline import forbid_network
from assistant.protocols import EmbedderIdentity, TextKind, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 32
"""Texts embedded at once; more gains nothing on a CPU and takes memory."""


class SentenceEmbedder:
    """Embeds with a sentence-transformers model from a local folder.

    Args:
        name: A catalogue name or a folder.
        precision: Arithmetic of the layers. `auto` takes bf16 where the processor computes it in hardware
            (the vectors keep a cosine above 0.999 to fp32's), fp32 elsewhere.

    Raises:
        ModelNotFoundError: There is no such model.
        ModelError: It is damaged or no sentence-transformers model.
    """

    def __init__(self, name: str = "minilm", *, precision: Literal["auto", "fp32", "bf16"] = "auto") -> None:
        folder, self._title = find(name, "embedder")
        self._revision = _revision(name, folder)
        self.precision = ("bf16" if has_fast_bf16() else "fp32") if precision == "auto" else precision
        self._model = _load(folder)
        if self.precision == "bf16":
            self._model.bfloat16()
        # The tokenizer is not safe under threads ("Already borrowed").
        self._lock = threading.Lock()

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, revision, dimension and prompts."""
        prompts = self._model.prompts or {}
        return EmbedderIdentity(
            name=self._title,
            revision=self._revision,
            dimension=self._model.get_embedding_dimension() or 0,
            query_prompt=prompts.get("query") or "",
            passage_prompt=prompts.get("document") or "",
        )

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Embed texts; see `Embedder.embed`."""
        if not texts:
            return np.zeros((0, self.identity.dimension), dtype=np.float32)
        encode = self._model.encode_query if kind == "query" else self._model.encode_document
        with self._lock:
            tensor = encode(list(texts), batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False)
        vectors: Vectors = tensor.float().cpu().numpy()
        # Normalised here and not by the model: bf16 would round the length away from 1.
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return unit


def _load(folder: Path) -> "SentenceTransformer":
    forbid_network()
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
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            f"{folder} is not a sentence-transformers model: {error}.",
            remedy="Give the folder of one with --embedder, or use the default, `minilm`.",
        ) from error


def _revision(name: str, folder: Path) -> str:
    entry = entries("embedder").get(name)
    if entry is not None:
        verify(folder.parent / entry.weights, entry.sha256)
        return entry.sha256[:12]
    stamps = sorted((file.name, file.stat().st_size) for file in folder.glob("*.safetensors"))
    return "-".join(f"{file}:{size}" for file, size in stamps)
