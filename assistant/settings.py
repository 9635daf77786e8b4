"""Settings: arguments over environment (`CARREL_*`) over `config.toml` in the home over defaults."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from assistant.errors import HomeError, SettingsError

NONE = "none"
"""No larger model."""

LOCAL = "local"
"""The library that lies in the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, with its default."""

    home: Path
    """Folder of the library and the settings file."""
    model: str = "smollm2-135m"
    """Catalogue name, path of a GGUF file, or address of a server."""
    larger_model: str = NONE
    """The same, for questions of which the checks leave little that the model wrote; `none` for no such model."""
    embedder: str = "minilm"
    """Catalogue name or folder of a sentence-transformers model."""
    context: int = 4096
    """Tokens that prompt and answer may take together."""
    threads: int = 0
    """Threads of the language model; 0 means as measured, else one a physical core that this process may use."""
    gpu_layers: int = 0
    """Layers of the language model put on a GPU; -1 means all."""
    thinking: Literal["off", "on"] = "off"
    """Whether the language model thinks before it answers, if it can."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Arithmetic of the embedder: auto, fp32 or bf16."""
    papers: int = 8
    """Papers retrieved for a question."""
    quotes: int = 5
    """Quotations given to the model at most."""
    answer_tokens: int = 64
    """Tokens the model may write at most."""
    checks: Literal["strict", "marked"] = "strict"
    """What becomes of a sentence that is not supported: strict leaves it out, marked shows it as such."""
    thinking_tokens: int = 512
    """Tokens that a model which thinks may think at most, before it answers."""
    library: str = LOCAL
    """`local` for the one in the home, or the address of one on a Chroma server."""


SHARED = "chroma+"
"""What the address of a library on a Chroma server begins with."""

CONFIG = "config.toml"
"""The file of settings in a home."""

NOT_SETTINGS = {"CARREL_HOME", "CARREL_SHARED", "CARREL_API_KEY", "CARREL_AUTH", "CARREL_CHROMA_TOKEN"}
"""Variables that mean something else: the home itself, the data of tests and benchmarks, who is let in, and the secrets
of servers, which are never kept in a file or shown."""


def load(home: str | os.PathLike[str] | None = None, **arguments: Any) -> Settings:
    """Gather the settings that hold now.

    Args:
        home: The home; default `$CARREL_HOME`, else the platform's data folder. The address of a library on a
            Chroma server may stand in its place.
        **arguments: Settings by name; those that are None are left to the other places.

    Raises:
        SettingsError: A key is unknown or a value has the wrong type.
    """
    folder, library = parted(home)
    place = _place(folder)
    arguments = {"library": library, **arguments}
    values: dict[str, Any] = {}
    values |= _check(_from_file(place / CONFIG), f"{place / CONFIG}")
    values |= _check(_from_environment(os.environ), "the environment")
    return override(Settings(home=place, **values), **arguments)


def parted(home: str | os.PathLike[str] | None) -> tuple[str | os.PathLike[str], str | None]:
    """Return the home, and the address of a library on a Chroma server where one was given in its place."""
    usual = os.environ.get("CARREL_HOME", "")
    given = home or usual or default_home()
    if not (isinstance(given, str) and given.startswith(SHARED)):
        return given, None
    return (default_home() if usual.startswith(SHARED) else usual or default_home()), given


def override(settings: Settings, **arguments: Any) -> Settings:
    """Return settings with some of them replaced; arguments that are None replace nothing.

    Raises:
        SettingsError: A key is unknown or a value has the wrong type.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    return replace(settings, **_check(given, "the arguments"))


def save(home: Path, **values: Any) -> None:
    """Write settings into the file in a home; whatever else stands there, comments too, stays as it is.

    Args:
        home: The home.
        **values: Settings by name.

    Raises:
        SettingsError: A key is unknown, a value has the wrong type, or the file is not TOML.
        HomeError: The file cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = home / CONFIG
    checked = _check(values, "the arguments")
    draft = path.with_name(f".{CONFIG}.{os.getpid()}")
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
        document.update(checked)
        draft.write_text(tomlkit.dumps(document), encoding="utf-8")
        draft.replace(path)
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from error
    except OSError as error:
        raise HomeError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def default_home() -> Path:
    """Return the platform's folder for a person's data."""
    import platformdirs

    return Path(platformdirs.user_data_dir("carrel", appauthor=False))


def prepare_home(home: Path) -> None:
    """Make the home if it is missing.

    Raises:
        HomeError: It is not a folder, or it cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise HomeError(f"{home} is not a folder.") from None
    except OSError as error:
        raise HomeError(f"{home} cannot be made: {error.strerror}.") from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise HomeError(f"{home} is not writable.")


def _place(home: str | os.PathLike[str]) -> Path:
    try:
        return Path(home).expanduser().absolute()
    except RuntimeError as error:  # `~name` of nobody
        raise HomeError(f"There is no folder {os.fspath(home)!r}: {error}") from error


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise HomeError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    prefix = "CARREL_"
    return {
        key.removeprefix(prefix).lower(): value
        for key, value in environment.items()
        if key.startswith(prefix) and key not in NOT_SETTINGS and value != ""
    }


def _check(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    known = {name: kind for name, kind in get_type_hints(Settings).items() if name != "home"}
    for key in values:
        if key not in known:
            raise SettingsError(f"Unknown setting {key!r} in {where}; known are {', '.join(sorted(known))}.")
    return {key: _convert(key, value, known[key], where) for key, value in values.items()}


def _convert(key: str, value: Any, kind: type, where: str) -> Any:
    try:
        if kind is int and isinstance(value, int | str) and not isinstance(value, bool):
            return _bounded(key, int(value))
        if kind is str and isinstance(value, str | os.PathLike):
            return os.fspath(value)
        if value in get_args(kind):
            return value
    except ValueError:
        pass
    raise SettingsError(f"Setting {key!r} in {where} is {value!r}, which is not {_describe(key, kind)}.")


_LEAST = {
    "context": 512,
    "threads": 0,
    "gpu_layers": -1,
    "papers": 1,
    "quotes": 1,
    "answer_tokens": 1,
    "thinking_tokens": 0,
}
_MOST = {"threads": 512}  # llama.cpp ends the process where it cannot start them


def _bounded(key: str, value: int) -> int:
    if not _LEAST[key] <= value <= _MOST.get(key, value):
        raise ValueError(key)
    return value


def _describe(key: str, kind: type) -> str:
    if get_args(kind):
        return f"one of {', '.join(get_args(kind))}"
    most = f" and at most {_MOST[key]}" if key in _MOST else ""
    return f"a whole number of at least {_LEAST[key]}{most}" if kind is int else "text"
