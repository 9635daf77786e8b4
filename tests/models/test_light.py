"""The small BERT in numpy computes what sentence-transformers computes, and knows what it does not know."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.models.catalogue import find
from assistant.models.light import LightBert, UnknownShapeError

TEXTS = [
    "Cats purr.",
    "",
    "   two  blanks ",
    "Graph neural networks pass messages between the nodes of a graph, layer by layer.",
    "Die Katze schnurrt. 猫在叫。 Café — “naïve” €5",
    "[SEP] and [MASK] are words of a paper.",
    "word " * 2000,
]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def folder() -> Path:
    return find("minilm", "embedder")[0]


@pytest.fixture(scope="module")
def light(folder: Path) -> LightBert:
    return LightBert(folder)


@pytest.fixture(scope="module")
def whole(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def test_vectors_are_those_of_sentence_transformers(light: LightBert, whole: Any) -> None:
    expected = whole.encode(TEXTS, normalize_embeddings=True)
    assert (light.embed(TEXTS) * expected).sum(axis=1).min() > 0.99999


def test_states_of_an_inner_layer_are_those_of_transformers(light: LightBert, whole: Any) -> None:
    import torch

    read = whole.tokenizer([TEXTS[3]], return_tensors="pt")
    with torch.inference_mode():
        expected = whole[0].auto_model(**read, output_hidden_states=True).hidden_states[4][0].numpy()
    found = light.states(light.read([TEXTS[3]], 128), 4)[0]
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-4


def test_ends_of_a_text_are_no_words(light: LightBert) -> None:
    one, none = light.read(["Cats purr.", ""], 128)
    assert one.is_word[0] is one.is_word[-1] is False
    assert all(one.is_word[1:-1])
    assert not any(none.is_word)


def test_long_text_is_cut(light: LightBert) -> None:
    assert [len(light.read(["word " * 2000], longest)[0].ids) for longest in (128, 256)] == [128, 256]


def test_no_text(light: LightBert) -> None:
    assert light.embed([]).shape == (0, 384)


def test_several_threads(light: LightBert) -> None:
    expected = light.embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: light.embed(TEXTS), range(8)))
    assert all(np.allclose(one, expected, atol=1e-6) for one in found)


def _set(name: str, **values: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return change


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _other_module(folder: Path) -> None:
    path = folder / "modules.json"
    path.write_text(path.read_text().replace("models.Normalize", "models.Dense"))


@pytest.mark.parametrize(
    "change",
    [
        _other_module,
        _set("config.json", model_type="roberta"),
        _set("config.json", hidden_act="gelu_new"),
        _set("config.json", num_hidden_layers=7),
        _set("1_Pooling/config.json", pooling_mode_cls_token=True, pooling_mode_mean_tokens=False),
        _set("1_Pooling/config.json", include_prompt=False),
        _set("sentence_bert_config.json", do_lower_case=True),
        _set("sentence_bert_config.json", max_seq_length=1024),
        _set("config_sentence_transformers.json", default_prompt_name="query", prompts={"query": "q: "}),
        _without("tokenizer.json"),
        _without("model.safetensors"),
    ],
)
def test_anything_else_is_left_to_sentence_transformers(copy: Path, change: Callable[[Path], None]) -> None:
    LightBert(copy)
    change(copy)
    with pytest.raises(UnknownShapeError):
        LightBert(copy)


def test_a_question_needs_no_torch() -> None:
    script = (
        "import sys\n"
        "from assistant.models import load_embedder\n"
        "from assistant.settings import load\n"
        "embedder = load_embedder(load())\n"
        "embedder.embed(['Do cats purr?'], 'query')\n"
        "embedder.compare('Do cats purr?', ['Cats purr.'])\n"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"
