"""Models by name and by path."""

import hashlib
import sys
from pathlib import Path

import pytest

from assistant.errors import ModelError, ModelNotFoundError
from assistant.models import catalogue
from assistant.models.catalogue import Entry, digest, entries, find, verify

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
    values = {
        "title": "Packed 1B",
        "package": "packed_weights",
        "file": "model.gguf",
        "size": len(WEIGHTS),
        "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
        "licence": "Apache-2.0",
    }
    monkeypatch.setattr(catalogue, "_catalogue", lambda: {"chat": {"packed": values}, "embedder": {}})
    return Entry(**values)


def test_shipped_catalogue_is_whole() -> None:
    assert set(entries("chat")) == {"smollm2-135m"}
    assert set(entries("embedder")) == {"minilm"}
    for one in (*entries("chat").values(), *entries("embedder").values()):
        assert len(one.sha256) == 64
        assert one.size > 1_000_000
        assert one.licence == "Apache-2.0"


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
    assert caught.value.remedy == "Give the path of a model, or one of: smollm2-135m."


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


@pytest.mark.model
def test_packaged_models_are_what_the_catalogue_says() -> None:
    for purpose in ("chat", "embedder"):
        for name, one in entries(purpose).items():
            path, _ = find(name, purpose)
            verify(path.parent / one.weights if one.weights else path, one.sha256)
