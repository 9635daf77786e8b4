"""Taking a model from a file of this machine: for those that never see a network."""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError
from assistant.models import gguf, stored
from assistant.models.catalogue import entries, known
from assistant.models.entries import NAME, Purpose
from assistant.models.stored import Stored
from assistant.types import Progress

PIECE = 1 << 20
"""Bytes copied at once."""

WEIGHTS = (".safetensors", ".bin")
"""How the names of files end that hold an embedder's weights, the better form first."""

WHAT = "Give a GGUF file, or the folder of a sentence-transformers model."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What is to be copied."""

    path: Path
    purpose: Purpose
    root: Path
    files: tuple[Path, ...]
    weights: Path
    """The file by which the model is known."""
    size: int


def import_model(home: Path, path: Path, name: str, progress: Callable[[Progress], None]) -> Stored:
    """Copy a model below the home, and note what it is.

    Args:
        home: Where it is put.
        path: A GGUF file, or the folder of a sentence-transformers model.
        name: What it is to be called; where it is empty, as the catalogue calls these weights, else after the file.
        progress: Told of every piece.

    Raises:
        ModelError: It is no model, the name cannot be taken, or the disk is too full.
    """
    source = _folder(path) if path.is_dir() else _file(path)
    draft = name or _made_of(path)
    _check_free(home, draft)
    with stored.alone(home, draft) as folder, _emptied_on_failure(folder):
        stored.check_space(home, source.size)
        model = _noted(home, source, name, draft, _copy(source, folder, progress))
        stored.finish(home, model, folder)
    return model


def _file(path: Path) -> _Source:
    card = gguf.check(path)
    return _Source(path=path, purpose="chat", root=path.parent, files=card.files, weights=path, size=card.size)


def _folder(path: Path) -> _Source:
    inside = (file for file in sorted(path.rglob("*")) if file.is_file())
    files = tuple(file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts))
    weights = [file for end in WEIGHTS for file in files if file.suffix == end and file.parent == path]
    if not (path / "config.json").is_file() or not weights:
        raise ModelError(f"{path} holds no sentence-transformers model.", remedy=WHAT)
    size = sum(file.stat().st_size for file in files)
    return _Source(path=path, purpose="embedder", root=path, files=files, weights=weights[0], size=size)


def _made_of(path: Path) -> str:
    """Make a name of a file's."""
    name = re.sub(r"[^a-z0-9.]+", "-", path.name.removesuffix(".gguf").lower()).strip("-.")
    return name or "model"


def _check_free(home: Path, name: str) -> None:
    if not NAME.fullmatch(name):
        raise ModelError(f"{name!r} is no name.", remedy="A name is of lower-case letters, digits, dots and dashes.")
    if stored.get(home, name):
        raise ModelError(
            f"There is a model {name} already.", remedy=f"Give another --name, or `carrel models remove {name}` first."
        )


@contextmanager
def _emptied_on_failure(folder: Path) -> Iterator[None]:
    # What an interrupted download left there is not needed either: the file is at hand.
    shutil.rmtree(folder)
    folder.mkdir()
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _copy(source: _Source, folder: Path, progress: Callable[[Progress], None]) -> dict[Path, str]:
    """Copy all files; return the sha256 of each."""
    hashes, done = {}, 0
    for file in source.files:
        target = folder / file.relative_to(source.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        seen = hashlib.sha256()
        with file.open("rb") as old, target.open("wb") as new:
            while piece := old.read(PIECE):
                new.write(piece)
                seen.update(piece)
                done += len(piece)
                progress(Progress(stage="import", done=done, total=source.size))
        hashes[file] = seen.hexdigest()
    return hashes


def _noted(home: Path, source: _Source, name: str, draft: str, hashes: Mapping[Path, str]) -> Stored:
    sha256 = hashes[source.weights]
    same = {one: entry for one, entry in entries(source.purpose, home).items() if sha256 == entry.hash}
    name = name or next(iter(same), draft)
    if known(name, home) and name not in same:
        raise ModelError(
            f"{name} is a name of the catalogue, and {source.path.name} is not that model.",
            remedy="Give another --name.",
        )
    _check_free(home, name)
    entry = same.get(name) or next(iter(same.values()), None)
    return Stored(
        name=name,
        purpose=source.purpose,
        title=entry.title if entry else source.path.name.removesuffix(".gguf"),
        file="" if source.path.is_dir() else source.path.name,
        weights=source.weights.relative_to(source.root).as_posix(),
        sha256=sha256,
        size=source.size,
        origin=f"imported from {source.path.name}",
        licence=entry.licence if entry else "",
        query_prompt=entry.query_prompt if entry else "",
        passage_prompt=entry.passage_prompt if entry else "",
    )
