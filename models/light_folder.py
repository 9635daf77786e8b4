"""The folder of a small BERT, as sentence-transformers writes it: is it of the one kind that `light.py` computes."""

import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

States = npt.NDArray[np.float32]
"""One vector a token: shape (tokens, dimension)."""

KINDS = ("Transformer", "Pooling", "Normalize")
"""The modules of a folder that can be read here: the last word of each one's type, in order."""

CONFIG = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
"""What the transformer's configuration must say."""

MEAN = "pooling_mode_mean_tokens"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """All weights of the model."""

    words: States
    places: States
    kind: States
    first_norm: tuple[States, States]
    layers: tuple[Layer, ...]


def weights(folder: Path, config: dict[str, Any]) -> Weights:
    """Map the weights into memory, and lay out those of the layers.

    Raises:
        OSError: There is no such file.
        ValueError: It is damaged.
        KeyError: Something is missing in it.
    """
    found = _tensors(folder / "model.safetensors")
    return Weights(
        words=found["embeddings.word_embeddings.weight"],
        places=found["embeddings.position_embeddings.weight"],
        kind=found["embeddings.token_type_embeddings.weight"][0],
        first_norm=_norm(found, "embeddings"),
        layers=tuple(_layer(found, f"encoder.layer.{number}") for number in range(int(config["num_hidden_layers"]))),
    )


def _norm(tensors: dict[str, States], name: str) -> tuple[States, States]:
    return tensors[f"{name}.LayerNorm.weight"], tensors[f"{name}.LayerNorm.bias"]


def _layer(tensors: dict[str, States], name: str) -> Layer:
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    joining, widening, narrowing = (f"{name}.{part}" for part in ("attention.output", "intermediate", "output"))
    return Layer(
        mixing=np.concatenate([tensors[f"{part}.weight"] for part in parts]).T,
        mixing_bias=np.concatenate([tensors[f"{part}.bias"] for part in parts]),
        joining=tensors[f"{joining}.dense.weight"].T,
        joining_bias=tensors[f"{joining}.dense.bias"],
        joining_norm=_norm(tensors, joining),
        widening=tensors[f"{widening}.dense.weight"].T,
        widening_bias=tensors[f"{widening}.dense.bias"],
        narrowing=tensors[f"{narrowing}.dense.weight"].T,
        narrowing_bias=tensors[f"{narrowing}.dense.bias"],
        narrowing_norm=_norm(tensors, narrowing),
    )


def checked(folder: Path) -> dict[str, Any]:
    """Return the transformer's configuration, if all the folder says is known here.

    Raises:
        ValueError: It is not.
    """
    modules = read_json(folder / "modules.json")
    if tuple(module["type"].rpartition(".")[2] for module in modules) != KINDS:
        raise ValueError("other modules")
    if any(not module["type"].startswith("sentence_transformers.") for module in modules) or modules[0]["path"]:
        raise ValueError("modules from elsewhere")
    pooling = read_json(folder / modules[1]["path"] / "config.json")
    modes = {name for name, wanted in pooling.items() if name.startswith("pooling_mode") and wanted}
    if modes != {MEAN} or not pooling.get("include_prompt", True):
        raise ValueError("other pooling")
    if read_json(folder / "sentence_bert_config.json").get("do_lower_case"):
        raise ValueError("texts are changed first")
    if read_json(folder / "config_sentence_transformers.json").get("default_prompt_name"):
        raise ValueError("a prompt for every text")
    config: dict[str, Any] = read_json(folder / "config.json")
    if any(config.get(name, wanted) != wanted for name, wanted in CONFIG.items()) or config.get("is_decoder"):
        raise ValueError("another architecture")
    return config


def read_json(path: Path) -> Any:
    """Read one of the folder's JSON files."""
    return json.loads(path.read_text(encoding="utf-8"))


def tokenizer(folder: Path) -> Any:
    """Return the tokenizer.

    Raises:
        ValueError: It cannot be read.
    """
    from tokenizers import Tokenizer

    try:
        found = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # it raises nothing more precise
        raise ValueError(str(error)) from error
    found.no_padding()
    return found


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
