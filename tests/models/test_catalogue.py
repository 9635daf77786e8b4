"""Models by name and by path."""

import hashlib
import sys
from pathlib import Path

import pytest

from assistant.errors import ModelError, ModelNotFoundError, SettingsError
from assistant.models import catalogue, stored
from assistant.models.catalogue import digest, entries, find, known, locate, verify
from assistant.models.entries import NAME, Entry
from assistant.models.stored import Stored

WEIGHTS = b"not really weights"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a model file, on the path, that must not be run."""
    folder = tmp_path / "packed_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise SystemExit('imported')\n")
    (folder / "model.gguf").write_bytes(WEIGHTS)
    monkeypatch.syspath_prepend(tmp_path)
    return folder


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> Entry:
    """A catalogue that knows one chat model, `packed`."""
    made = Entry(
        title="Packed 1B",
        package="packed_weights",
        file="model.gguf",
        size=len(WEIGHTS),
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        licence="Apache-2.0",
    )
    monkeypatch.setattr(catalogue, "_catalogue", lambda: {"chat": {"packed": made}, "embedder": {}, "reranker": {}})
    return made


OPEN = {"Apache-2.0", "MIT"}


def _every() -> dict[str, Entry]:
    return {**entries("chat"), **entries("embedder"), **entries("reranker")}


def test_shipped_catalogue_is_whole() -> None:
    every = _every()
    assert {"smollm2-135m", "qwen3-4b-2507", "granite-4.0-micro", "minilm", "bge-small", "ettin-17m"} <= set(every)
    assert len(every) == len(entries("chat")) + len(entries("embedder")) + len(entries("reranker"))
    for name, one in every.items():
        assert NAME.fullmatch(name)
        assert one.tier
        assert one.context


def test_only_what_is_open_and_pinned_is_pulled() -> None:
    pulled = {name: one for name, one in _every().items() if one.repository and not one.withheld}
    assert len(pulled) == 14
    for one in pulled.values():
        assert one.licence in OPEN
        assert len(one.revision) == 40
        assert one.memory > one.total
        assert all(len(part.sha256) == 64 and part.size for part in one.parts)
        assert (one.weights or one.file) in {part.path for part in one.parts}


def test_what_is_not_open_is_withheld() -> None:
    assert {name for name, one in _every().items() if one.licence not in OPEN} == {
        "qwen2.5-3b", "llama-3.2-3b", "gemma-3-4b", "lfm2-1.2b-rag"
    }  # fmt: skip
    assert all(one.withheld for one in _every().values() if one.licence not in OPEN)


def test_tiers_go_by_memory() -> None:
    limits = {"embedded": 0.3e9, "fast": 2.2e9, "balanced": 4e9, "best": 8e9}
    for one in _every().values():
        assert one.memory <= limits[one.tier]


def test_by_name(package: Path, entry: Entry) -> None:
    assert find("packed", "chat") == (package / "model.gguf", "Packed 1B")
    assert "packed_weights" not in sys.modules


def test_by_path(tmp_path: Path) -> None:
    path = tmp_path / "Qwen3-4B.Q4_K_M.gguf"
    path.touch()
    assert find(str(path), "chat") == (path, "Qwen3-4B.Q4_K_M")


def test_by_path_from_the_persons_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "model.gguf").touch()
    assert find("~/model.gguf", "chat") == (tmp_path / "model.gguf", "model")


@pytest.mark.parametrize("name", ["unheard-of", "/no/such/file.gguf", "x" * 5000, "~nobody-of-this-name/a.gguf", "\0"])
def test_neither_name_nor_path(name: str) -> None:
    with pytest.raises(ModelNotFoundError, match="neither a file nor a known name") as caught:
        find(name, "chat")
    assert caught.value.remedy == "Give the path of a model, or a name that `carrel models list` shows."


def test_package_not_installed(entry: Entry) -> None:
    with pytest.raises(ModelNotFoundError, match="packed is not installed") as caught:
        find("packed", "chat")
    assert caught.value.remedy == "Install it: pip install 'carrel[default-models]'."


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_package_incomplete(package: Path, entry: Entry, damage: str) -> None:
    if damage == "missing":
        (package / "model.gguf").unlink()
    else:
        (package / "model.gguf").write_bytes(WEIGHTS[:-1])
    with pytest.raises(ModelError, match=r"model\.gguf is missing or incomplete") as caught:
        find("packed", "chat")
    assert "--force-reinstall" in caught.value.remedy


def test_hash(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(WEIGHTS)
    assert digest(path) == hashlib.sha256(WEIGHTS).hexdigest()
    verify(path, digest(path))
    with pytest.raises(ModelError, match=r"is not the file it should be \(sha256 .{12}…\)") as caught:
        verify(path, "0" * 64)
    assert "--force-reinstall" in caught.value.remedy


class TestHome:
    """Names that a home adds: its own entries, and what was pulled or imported."""

    @pytest.fixture
    def put(self, home: Path) -> Stored:
        """An embedder that was pulled."""
        model = Stored(
            name="bge-small",
            purpose="embedder",
            title="bge-small-en-v1.5",
            file="",
            weights="model.safetensors",
            sha256=hashlib.sha256(WEIGHTS).hexdigest(),
            size=len(WEIGHTS),
            origin="BAAI/bge-small-en-v1.5",
            query_prompt="Find: ",
        )
        with stored.alone(home, model.name) as folder:
            (folder / "model.safetensors").write_bytes(WEIGHTS)
            stored.finish(home, model, folder)
        return model

    def test_pulled(self, home: Path, put: Stored) -> None:
        located = locate("bge-small", "embedder", home)
        assert located.path == home / "models" / "bge-small"
        assert located.weights == located.path / "model.safetensors"
        assert (located.title, located.query_prompt) == ("bge-small-en-v1.5", "Find: ")

    def test_not_pulled(self, home: Path) -> None:
        with pytest.raises(ModelNotFoundError, match=r"The model qwen3-8b is not on this machine yet\.") as caught:
            locate("qwen3-8b", "chat", home)
        assert caught.value.remedy == "`carrel models pull qwen3-8b` downloads it, 5.0 GB."

    def test_withheld(self, home: Path) -> None:
        with pytest.raises(ModelNotFoundError) as caught:
            locate("gemma-3-4b", "chat", home)
        assert "its licence is not an open one; download it yourself" in caught.value.remedy

    def test_for_another_purpose(self, home: Path, put: Stored) -> None:
        with pytest.raises(ModelError, match="bge-small is an embedder, and not a chat model"):
            locate("bge-small", "chat", home)
        with pytest.raises(ModelError, match="smollm2-135m is a chat model, and not an embedder"):
            locate("smollm2-135m", "embedder", home)

    def test_incomplete(self, home: Path, put: Stored) -> None:
        (home / "models" / "bge-small" / "model.safetensors").write_bytes(WEIGHTS[:-1])
        with pytest.raises(ModelError, match="bge-small is incomplete") as caught:
            locate("bge-small", "embedder", home)
        assert "carrel models remove bge-small" in caught.value.remedy

    def test_own_entry(self, home: Path, tmp_path: Path) -> None:
        path = tmp_path / "mine.gguf"
        (home / "models.toml").write_text(f'[chat.mine]\ntitle = "Mine 1B"\npath = "{path}"\n')
        with pytest.raises(ModelNotFoundError, match=r"The model mine is not at .*mine\.gguf"):
            locate("mine", "chat", home)
        path.touch()
        assert find("mine", "chat", home) == (path, "Mine 1B")
        assert known("mine", home) == ("chat", Entry(title="Mine 1B", path=str(path)))
        assert known("mine") is None

    def test_own_entry_of_a_name_that_is_taken(self, home: Path) -> None:
        (home / "models.toml").write_text('[embedder.qwen3-8b]\ntitle = "x"\npath = "/x"\n')
        with pytest.raises(SettingsError, match=r"\[embedder\.qwen3-8b\] is a name of Carrel's own catalogue"):
            locate("qwen3-8b", "chat", home)

    @pytest.mark.parametrize("name", ["..", "/etc", "../models/bge-small", "bge-small/"])
    def test_names_do_not_lead_out_of_the_folder(self, home: Path, put: Stored, name: str) -> None:
        assert stored.get(home, name) is None
        assert not stored.is_there(home, name)


@pytest.mark.model
def test_packaged_models_are_what_the_catalogue_says() -> None:
    for located in (locate("smollm2-135m", "chat"), locate("minilm", "embedder")):
        assert located.weights is not None
        verify(located.weights, located.sha256)
