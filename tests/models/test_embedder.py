"""The embedder over sentence-transformers: the packaged model, and folders that hold none."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelError, ModelNotFoundError
from assistant.models import catalogue, embedder, load_embedder
from assistant.models.cpu import has_fast_bf16
from assistant.models.embedder import SentenceEmbedder
from assistant.models.entries import Entry
from assistant.models.importing import import_model
from assistant.settings import load

TEXTS = [
    "Cats purr.",
    "",
    "Graph neural networks pass messages between the nodes of a graph, layer by layer.",
    "Die Katze schnurrt. 猫在叫。",
    "word " * 2000,
    *(f"Paper number {number} is about topic {number % 7}." for number in range(30)),
]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def minilm() -> SentenceEmbedder:
    return load_embedder(load())


@pytest.fixture(scope="module")
def fp32() -> SentenceEmbedder:
    return SentenceEmbedder(precision="fp32")


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """A copy of the packaged model's folder, to be damaged."""
    packaged, _ = catalogue.find("minilm", "embedder")
    folder = tmp_path / "minilm-copy"
    shutil.copytree(packaged, folder)
    yield folder
    shutil.rmtree(folder)


def test_identity(minilm: SentenceEmbedder) -> None:
    identity = minilm.identity
    assert (identity.name, identity.revision, identity.dimension) == ("all-MiniLM-L6-v2", "53aa51172d14", 384)
    assert (identity.query_prompt, identity.passage_prompt) == ("", "")


def test_vectors_have_length_1(minilm: SentenceEmbedder) -> None:
    vectors = minilm.embed(TEXTS, "passage")
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_text(minilm: SentenceEmbedder) -> None:
    assert minilm.embed([], "query").shape == (0, 384)


def test_one_by_one_is_as_all_at_once(fp32: SentenceEmbedder) -> None:
    together = fp32.embed(TEXTS[:10], "passage")
    alone = np.vstack([fp32.embed([text], "passage") for text in TEXTS[:10]])
    assert np.allclose(together, alone, atol=1e-5)


def test_order_is_kept(fp32: SentenceEmbedder) -> None:
    forth, back = fp32.embed(TEXTS[5:], "passage"), fp32.embed(TEXTS[:4:-1], "passage")
    assert np.allclose(forth, back[::-1], atol=1e-5)


def test_meaning(minilm: SentenceEmbedder) -> None:
    question = minilm.embed(["How do cats show that they are content?"], "query")[0]
    purr, fish = minilm.embed(["A happy cat purrs.", "Fish breathe through gills."], "passage")
    assert question @ purr > question @ fish + 0.2


@pytest.mark.skipif(not has_fast_bf16(), reason="the processor has no bf16")
def test_bf16_gives_the_same_vectors(fp32: SentenceEmbedder) -> None:
    bf16 = SentenceEmbedder(precision="bf16")
    exact, rounded = fp32.embed(TEXTS, "passage"), bf16.embed(TEXTS, "passage")
    assert bf16.precision == "bf16"
    assert (exact * rounded).sum(axis=1).min() > 0.999


@pytest.mark.parametrize(("fast", "precision"), [(True, "bf16"), (False, "fp32")])
def test_precision_follows_the_processor(monkeypatch: pytest.MonkeyPatch, fast: bool, precision: str) -> None:
    monkeypatch.setattr(embedder, "has_fast_bf16", lambda: fast)
    monkeypatch.setattr(SentenceEmbedder, "_check_tells_apart", lambda *_: None)  # slow where bf16 is
    assert SentenceEmbedder().precision == precision


def test_several_threads(minilm: SentenceEmbedder) -> None:
    expected = minilm.embed(TEXTS[:8], "passage")
    found: list[bool] = []

    def work() -> None:
        for _ in range(5):
            found.append(np.allclose(minilm.embed(TEXTS[:8], "passage"), expected, atol=1e-5))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 15


def test_query_and_passage_get_the_prompts_of_the_model(copy: Path, fp32: SentenceEmbedder) -> None:
    settings = copy / "config_sentence_transformers.json"
    settings.write_text('{"prompts": {"query": "question: ", "document": "passage: "}}')
    prompted = SentenceEmbedder(str(copy), precision="fp32")
    assert (prompted.identity.query_prompt, prompted.identity.passage_prompt) == ("question: ", "passage: ")
    for kind, prompt in {"query": "question: ", "passage": "passage: "}.items():
        expected = fp32.embed([prompt + "cats"], "passage")
        assert np.allclose(prompted.embed(["cats"], kind), expected, atol=1e-5)  # type: ignore[arg-type]


def test_folder_is_known_by_its_content(copy: Path) -> None:
    before = SentenceEmbedder(str(copy), precision="fp32").identity
    assert (before.name, before.revision) == ("minilm-copy", "53aa51172d14")
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(-4, 2)
        file.write(b"\0\0\0\x3f")
    after = SentenceEmbedder(str(copy), precision="fp32").identity
    assert after != before


def test_the_network_is_forbidden_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden() -> None:
        raise ModelError("called")

    monkeypatch.setattr(embedder, "forbid_network", forbidden)
    with pytest.raises(ModelError, match="called"):
        SentenceEmbedder()


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    SentenceEmbedder().embed(TEXTS, "query")
    assert capfd.readouterr() == ("", "")


def test_packaged_weights_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(catalogue.locate("minilm", "embedder"), sha256="0" * 64)
    monkeypatch.setattr(embedder, "locate", lambda name, purpose, home: other)
    with pytest.raises(ModelError, match=r"model\.safetensors is not the file it should be") as caught:
        SentenceEmbedder()
    assert "--force-reinstall" in caught.value.remedy


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Entry(title="x", package="no_such_package", file="x", size=1, sha256="0")
    monkeypatch.setattr(catalogue, "_catalogue", lambda: {"chat": {}, "embedder": {"minilm": missing}})
    with pytest.raises(ModelNotFoundError, match="minilm is not installed") as caught:
        SentenceEmbedder()
    assert "carrel[default-models]" in caught.value.remedy


def test_neither_name_nor_folder() -> None:
    with pytest.raises(ModelNotFoundError, match="no embedder model 'nowhere'"):
        SentenceEmbedder("nowhere")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.safetensors", None),
        ("model.safetensors", b"x" * 100),
        ("config.json", b"{"),
        ("config.json", b'{"model_type": "unheard-of"}'),
        ("modules.json", b'[{"idx": 0, "name": "0", "path": "", "type": "evil.Module"}]'),
    ],
)
def test_damaged_folder(copy: Path, file: str, content: bytes | None) -> None:
    if content is None:
        (copy / file).unlink()
    else:
        (copy / file).write_bytes(content)
    with pytest.raises(ModelError, match="cannot be loaded as an embedder") as caught:
        SentenceEmbedder(str(copy))
    assert "\n" not in str(caught.value)
    assert caught.value.remedy == embedder.REMEDY


def test_half_the_weights(copy: Path) -> None:
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1_000_000])
    with pytest.raises(ModelError, match="incomplete metadata"):
        SentenceEmbedder(str(copy))


def test_folder_without_the_words_of_its_tokenizer(copy: Path) -> None:
    for name in ("tokenizer.json", "vocab.txt"):
        (copy / name).unlink()
    with pytest.raises(ModelError, match="takes every text for the same"):
        SentenceEmbedder(str(copy))


def test_file_instead_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(ModelError, match=r"model\.gguf is a file; an embedder is a folder"):
        SentenceEmbedder(str(path))


class TestFromTheCatalogue:
    """An embedder that was imported under a name, with what an entry says of its prompts."""

    @pytest.fixture
    def imported(self, home: Path, copy: Path) -> Path:
        with (copy / "config_sentence_transformers.json").open("w") as file:
            file.write('{"prompts": {"query": "of the folder: ", "passage": "passage: "}}')
        import_model(home, copy, "mine", lambda _: None)
        return home

    def test_identity(self, imported: Path) -> None:
        identity = SentenceEmbedder("mine", home=imported, precision="fp32").identity
        assert (identity.name, identity.revision, identity.max_tokens) == ("all-MiniLM-L6-v2", "53aa51172d14", 256)
        assert (identity.query_prompt, identity.passage_prompt) == ("of the folder: ", "passage: ")

    def test_prompt_of_the_catalogue_goes_before_that_of_the_folder(
        self, imported: Path, monkeypatch: pytest.MonkeyPatch, fp32: SentenceEmbedder
    ) -> None:
        prompted = replace(catalogue.locate("mine", "embedder", imported), query_prompt="question: ")
        monkeypatch.setattr(embedder, "locate", lambda name, purpose, home: prompted)
        mine = SentenceEmbedder("mine", home=imported, precision="fp32")
        assert (mine.identity.query_prompt, mine.identity.passage_prompt) == ("question: ", "passage: ")
        assert np.allclose(mine.embed(["cats"], "query"), fp32.embed(["question: cats"], "passage"), atol=1e-5)

    def test_weights_that_were_changed(self, imported: Path) -> None:
        with (imported / "models" / "mine" / "model.safetensors").open("r+b") as file:
            file.seek(-4, 2)
            file.write(b"\0\0\0\x3f")
        with pytest.raises(ModelError, match="is not the file it should be") as caught:
            SentenceEmbedder("mine", home=imported)
        assert "carrel models remove mine" in caught.value.remedy


@pytest.mark.parametrize(("tokens", "noted"), [(256, 256), (None, 0), (float("inf"), 0)])
def test_longest_text(tokens: float | None, noted: int) -> None:
    assert embedder._longest(tokens) == noted


def test_weights_of_later_modules_count(copy: Path) -> None:
    before = embedder.revision(catalogue.locate(str(copy), "embedder"))
    (copy / "2_Dense").mkdir()
    (copy / "2_Dense" / "model.safetensors").write_bytes(b"weights")
    after = embedder.revision(catalogue.locate(str(copy), "embedder"))
    assert sorted(after.split("-")) == sorted([before, "9a129038d9a0"])
