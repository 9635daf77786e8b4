"""The entries of a catalogue: read from TOML, and checked."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args, get_origin, get_type_hints

from assistant.errors import SettingsError

Purpose = Literal["chat", "embedder", "reranker"]
Tier = Literal["", "embedded", "fast", "balanced", "best"]

OWN = "models.toml"
"""The file of a person's own entries, in the home."""

VERSION = 1
"""Of the form of these entries."""

NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a model on a hub."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A model of a catalogue."""

    title: str
    licence: str = ""
    package: str = ""
    """The Python package it comes with."""
    repository: str = ""
    """Where on a hub it is."""
    revision: str = ""
    path: str = ""
    """Where on this machine it is; in a person's own entries only."""
    file: str = ""
    """What is loaded, within its package or repository; may be a folder of a package."""
    weights: str = ""
    """The file that size and hash belong to, where a folder is loaded."""
    size: int = 0
    sha256: str = ""
    files: tuple[File, ...] = ()
    """Everything that is pulled, where that is more than `file`."""
    context: int = 0
    memory: int = 0
    """Bytes it takes while it runs, estimated."""
    tier: Tier = ""
    query_prompt: str = ""
    """What an embedder wants before a question, where its own files do not say it."""
    passage_prompt: str = ""
    withheld: str = ""
    """Why it is not pulled, where it is not."""
    notes: str = ""

    @property
    def parts(self) -> tuple[File, ...]:
        """The files to pull, with what they must be."""
        return self.files or (File(path=self.file, size=self.size, sha256=self.sha256),)

    @property
    def total(self) -> int:
        """The bytes of all its files; 0 where they are not known."""
        return sum(part.size for part in self.parts)

    @property
    def hash(self) -> str:
        """The sha256 of its weights."""
        return next((part.sha256 for part in self.files if part.path == self.weights), self.sha256)


NEEDED: dict[type, tuple[str, ...]] = {Entry: ("title",), File: ("path", "size", "sha256")}
"""The fields that must be given."""

Catalogue = dict[Purpose, dict[str, Entry]]


def parse(text: str, where: str) -> Catalogue:
    """Read the entries of a catalogue.

    Args:
        text: TOML.
        where: What the text is called in errors.

    Raises:
        SettingsError: It is not TOML, or an entry is not what it should be; the entry and the field are named.
    """
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{where} is not valid TOML: {error}.") from error
    if (version := sections.pop("version", VERSION)) != VERSION:
        raise SettingsError(f"{where}: version is {version!r}; this Carrel reads version {VERSION}.")
    unknown = [name for name in sections if name not in get_args(Purpose)]
    if unknown:
        raise SettingsError(f"{where}: [{unknown[0]}] is no section; sections are {', '.join(get_args(Purpose))}.")
    found: Catalogue = {}
    for purpose in get_args(Purpose):
        named = sections.get(purpose, {})
        if not isinstance(named, dict):
            raise SettingsError(f"{where}: {purpose} is not a section; write [{purpose}.NAME].")
        found[purpose] = {name: _entry(name, values, f"{where}: [{purpose}.{name}]") for name, values in named.items()}
    return found


def own(home: Path) -> Catalogue:
    """Read a person's own entries; there may be none.

    Raises:
        SettingsError: One is not what it should be.
    """
    path = home / OWN
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {"chat": {}, "embedder": {}, "reranker": {}}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from error
    return parse(text, str(path))


def _entry(name: str, values: Any, where: str) -> Entry:
    if not NAME.fullmatch(name):
        raise SettingsError(f"{where}: a name is of lower-case letters, digits, dots and dashes.")
    if not isinstance(values, dict):
        raise SettingsError(f"{where} is not a section.")
    entry = Entry(**_checked(Entry, values, where))
    _check_source(entry, where)
    return entry


def _checked(kind: type, values: Mapping[str, Any], where: str) -> dict[str, Any]:
    hints = get_type_hints(kind)
    for key in values:
        if key not in hints:
            raise SettingsError(f"{where}: {key!r} is no field; fields are {', '.join(hints)}.")
    for key in NEEDED[kind]:
        if key not in values:
            raise SettingsError(f"{where}: {key} is missing.")
    return {key: _value(key, value, hints[key], where) for key, value in values.items()}


def _value(key: str, value: Any, kind: Any, where: str) -> Any:
    if key == "files" and isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return tuple(File(**_checked(File, one, f"{where} files")) for one in value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if kind is str and isinstance(value, str):
        _check_text(key, value, where)
        return value
    if get_origin(kind) is Literal and value in get_args(kind):
        return value
    raise SettingsError(f"{where}: {key} is {value!r}, which is not {_describe(kind)}.")


def _check_text(key: str, value: str, where: str) -> None:
    if key == "sha256" and not SHA256.fullmatch(value):
        raise SettingsError(f"{where}: sha256 is {value!r}, which is not 64 lower-case hexadecimal digits.")
    if key == "repository" and not re.fullmatch(r"[\w.-]+/[\w.-]+", value):
        raise SettingsError(f"{where}: repository is {value!r}, which is not of the form OWNER/NAME.")
    # What is pulled must not be written outside its own folder.
    inside = (place := PurePosixPath(value)).parts and not place.is_absolute() and ".." not in place.parts
    if (key in {"file", "weights"} or (key == "path" and where.endswith(" files"))) and not inside:
        raise SettingsError(f"{where}: {key} is {value!r}, which is no path within the model's folder.")


def _check_source(entry: Entry, where: str) -> None:
    if not (entry.package or entry.repository or entry.path):
        raise SettingsError(f"{where}: path or repository is missing.")
    if not entry.repository or entry.withheld:
        return
    for key in ("revision", *(() if entry.files else ("file", "size", "sha256"))):
        if not getattr(entry, key):
            raise SettingsError(f"{where}: {key} is missing; without it the model cannot be pulled.")


def _describe(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return f"one of {', '.join(filter(None, get_args(kind)))}"
    return {int: "a whole number", str: "text"}.get(kind, "a list of { path, size, sha256 }")
