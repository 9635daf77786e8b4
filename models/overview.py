"""The models known, and what each means on this machine: is it here, does it fit, how fast is it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from assistant.errors import ModelError
from assistant.models import address, stored
from assistant.models.catalogue import entries, locate
from assistant.models.entries import Entry, Purpose, Tier
from assistant.models.gguf import look
from assistant.models.machine import Machine
from assistant.settings import NONE, Settings

SPARE = 1_000_000_000
"""Bytes that the rest of Carrel and of the system should keep beside a model."""


Measured = tuple[int, float]
"""Bytes of a model that was measured here, and how many tokens a second it wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A model, as a list of them shows it."""

    name: str
    purpose: Purpose
    title: str
    size: int | None
    licence: str
    tier: Tier
    context: int | None
    memory: int | None
    """Bytes it takes while it runs."""
    fits: bool | None
    """Whether this machine has as many; None where either is not known."""
    tokens_a_second: float | None
    """Estimated from the speed of the model in use, where it was measured."""
    installed: bool
    in_use: bool
    withheld: str
    notes: str


def overview(settings: Settings, here: Machine) -> list[Row]:
    """List the models of the catalogue, of the home's own entries, those imported, and those in use."""
    measured = _measured(settings)
    return [row for purpose in get_args(Purpose) for row in _of(purpose, settings, here, measured)]


def _of(purpose: Purpose, settings: Settings, here: Machine, measured: Measured | None) -> Iterator[Row]:
    models = {settings.model, settings.larger_model} - {NONE}
    used = {"chat": models, "embedder": {settings.embedder}}.get(purpose, set())
    known = dict(entries(purpose, settings.home))
    for model in stored.every(settings.home):
        if model.purpose == purpose and model.name not in known:
            known[model.name] = Entry(title=model.title, licence=model.licence, size=model.size)
    known |= {name: _of_path(name) for name in sorted(used) if name not in known}
    for name, entry in known.items():
        memory = entry.memory or _memory(name, purpose, settings)
        yield Row(
            name=name,
            purpose=purpose,
            title=entry.title,
            size=entry.total or None,
            licence=entry.licence,
            tier=entry.tier,
            context=entry.context or None,
            memory=memory,
            fits=memory + SPARE <= here.memory if memory and here.memory else None,
            tokens_a_second=_speed(entry, measured) if purpose == "chat" else None,
            installed=_is_installed(name, purpose, settings.home),
            in_use=name in used,
            withheld=entry.withheld,
            notes=entry.notes,
        )


def _of_path(used: str) -> Entry:
    if address.is_address(used):
        with suppress(ModelError):
            place = address.parse(used)
            return Entry(title=f"{place.model or 'the model'} at {place.host}")
        return Entry(title=used)
    path = Path(used).expanduser()
    return Entry(title=path.stem, size=path.stat().st_size if path.is_file() else 0)


def _memory(name: str, purpose: Purpose, settings: Settings) -> int | None:
    """Estimate what a model that no catalogue knows takes, from its file."""
    if purpose == "chat":
        with suppress(ModelError):
            return look(locate(name, purpose, settings.home).path).memory(settings.context)
    return None


def _is_installed(name: str, purpose: Purpose, home: Path) -> bool:
    try:
        locate(name, purpose, home)
    except ModelError:
        return False
    return True


def _measured(settings: Settings) -> Measured | None:
    """Return what `carrel doctor --tune` found for the model in use."""
    from assistant.models import tuning

    try:
        path = locate(settings.model, "chat", settings.home).path
    except ModelError:
        return None
    tuned = tuning.load(settings.home, path)
    return (path.stat().st_size, tuned.write_tokens_per_second) if tuned else None


def _speed(entry: Entry, measured: Measured | None) -> float | None:
    """Estimate how fast a model writes by its size: every token reads all weights once."""
    if measured is None or not entry.total:
        return None
    size, speed = measured
    return round(speed * size / entry.total, 1)
