"""Models from files of this machine."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.models import catalogue, importing, stored
from assistant.models.catalogue import locate
from assistant.models.entries import Entry
from assistant.models.importing import import_model
from assistant.models.stored import Stored
from assistant.types import Progress

Tiny = Callable[..., Path]


@pytest.fixture
def seen() -> list[Progress]:
    return []


@pytest.fixture
def take(home: Path, seen: list[Progress]) -> Callable[..., Stored]:
    def run(path: Path, name: str = "") -> Stored:
        return import_model(home, path, name, seen.append)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like an embedder's."""
    path = tmp_path / "Specter 2"
    (path / "1_Pooling").mkdir(parents=True)
    (path / ".git").mkdir()
    for name in ("config.json", "modules.json", "1_Pooling/config.json", ".git/index"):
        (path / name).write_text("{}")
    (path / "model.safetensors").write_bytes(b"weights")
    return path


def _known(monkeypatch: pytest.MonkeyPatch, **entries: Entry) -> None:
    monkeypatch.setattr(catalogue, "_catalogue", lambda: {"chat": entries, "embedder": {}, "reranker": {}})


def _entry(content: bytes) -> Entry:
    sha256 = hashlib.sha256(content).hexdigest()
    return Entry(title="Known 1B", licence="MIT", repository="me/known", sha256=sha256, size=len(content))


def test_file(take: Callable[..., Stored], tiny: Tiny, home: Path, seen: list[Progress]) -> None:
    path = tiny("Tiny_Model-Q4.gguf")
    model = take(path)
    assert (model.name, model.purpose, model.title) == ("tiny-model-q4", "chat", "Tiny_Model-Q4")
    assert model.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert model.origin == "imported from Tiny_Model-Q4.gguf"
    assert locate("tiny-model-q4", "chat", home).path.read_bytes() == path.read_bytes()
    assert seen[-1] == Progress(stage="import", done=path.stat().st_size, total=path.stat().st_size)


def test_name_of_ones_own(take: Callable[..., Stored], tiny: Tiny, home: Path) -> None:
    assert take(tiny(), "mine").name == "mine"
    with pytest.raises(ModelError, match="There is a model mine already") as caught:
        take(tiny(), "mine")
    assert "carrel models remove mine" in caught.value.remedy


@pytest.mark.parametrize("name", ["../mine", "My Model", "mine/", "-mine"])
def test_name_that_is_none(take: Callable[..., Stored], tiny: Tiny, name: str) -> None:
    with pytest.raises(ModelError, match="is no name"):
        take(tiny(), name)


def test_file_that_the_catalogue_knows(
    take: Callable[..., Stored], tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny()
    _known(monkeypatch, known=_entry(path.read_bytes()))
    model = take(path)
    assert (model.name, model.title, model.licence) == ("known", "Known 1B", "MIT")


def test_other_file_of_a_name_of_the_catalogue(
    take: Callable[..., Stored], tiny: Tiny, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _known(monkeypatch, known=_entry(b"another"))
    with pytest.raises(ModelError, match=r"known is a name of the catalogue, and known\.gguf is not that model"):
        take(tiny("known.gguf"))
    assert not stored.is_there(home, "known")


def test_folder(take: Callable[..., Stored], folder: Path, home: Path) -> None:
    model = take(folder)
    assert (model.name, model.purpose, model.weights) == ("specter-2", "embedder", "model.safetensors")
    place = locate("specter-2", "embedder", home).path
    copied = {file.relative_to(place).as_posix() for file in place.rglob("*") if file.is_file()}
    assert copied == {"carrel.json", "config.json", "modules.json", "1_Pooling/config.json", "model.safetensors"}


def test_several_parts(take: Callable[..., Stored], tiny: Tiny, home: Path) -> None:
    first, second = (tiny(f"m-0000{number}-of-00002.gguf", parts=2) for number in (1, 2))
    take(first, "mine")
    assert sorted(file.name for file in (home / "models" / "mine").glob("*.gguf")) == [first.name, second.name]


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_folder_that_holds_no_model(take: Callable[..., Stored], folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ModelError, match="holds no sentence-transformers model"):
        take(folder)


def test_file_that_is_no_model(take: Callable[..., Stored], tmp_path: Path, home: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_text("no model")
    with pytest.raises(ModelError, match="is not a GGUF file"):
        take(path)
    assert not (home / "models").exists()


def test_interrupted_one_leaves_nothing(
    take: Callable[..., Stored], tiny: Tiny, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PIECE", 1000)

    def interrupt(step: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_model(home, tiny(), "mine", interrupt)
    assert not stored.is_there(home, "mine")


def test_takes_the_place_of_an_unfinished_download(take: Callable[..., Stored], tiny: Tiny, home: Path) -> None:
    part = stored.staging(home, "mine") / "mine.gguf.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    take(tiny(), "mine")
    assert not list((home / "models" / "mine").glob("*.part"))
