"""The models known, and what each means on this machine: is it here, does it fit, how fast is it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError
from assistant.models import stored
from assistant.models.catalogue import entries, locate
from assistant.models.entries import Entry, Purpose, Tier
from assistant.models.machine import Machine
from assistant.settings import Settings

TUNING = "tuning.json"
"""What was measured in this home: `{"models": {NAME: {"size": bytes, "write": tokens a second}}}`."""

SPARE = 1_000_000_000
"""Bytes that the rest of Carrel and of the system should keep beside a model."""


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
    """Estimated from the speed of a model that was measured here."""
    installed: bool
    in_use: bool
    withheld: str
    notes: str


def overview(settings: Settings, here: Machine) -> list[Row]:
    """List the models of the catalogue, of the home's own entries, those imported, and those in use."""
    return [*_of("chat", settings, here), *_of("embedder", settings, here), *_of("reranker", settings, here)]


def _of(purpose: Purpose, settings: Settings, here: Machine) -> Iterator[Row]:
    used = {"chat": settings.model, "embedder": settings.embedder}.get(purpose, "")
    known = dict(entries(purpose, settings.home))
    for model in stored.every(settings.home):
        if model.purpose == purpose and model.name not in known:
            known[model.name] = Entry(title=model.title, licence=model.licence, size=model.size)
    if used and used not in known:
        known[used] = _of_path(used)
    for name, entry in known.items():
        memory = entry.memory or None
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
            tokens_a_second=_speed(settings.home, name, entry) if purpose == "chat" else None,
            installed=_is_installed(name, purpose, settings.home),
            in_use=name == used,
            withheld=entry.withheld,
            notes=entry.notes,
        )


def _of_path(used: str) -> Entry:
    path = Path(used).expanduser()
    return Entry(title=path.stem, size=path.stat().st_size if path.is_file() else 0)


def _is_installed(name: str, purpose: Purpose, home: Path) -> bool:
    try:
        locate(name, purpose, home)
    except ModelError:
        return False
    return True


def _speed(home: Path, name: str, entry: Entry) -> float | None:
    """Estimate how fast a model writes: every token reads all its weights once, so by its size."""
    measured = _measured(home)
    if name in measured:
        return measured[name][1]
    if not measured or not entry.total:
        return None
    size, speed = min(measured.values(), key=lambda one: abs(one[0] - entry.total))
    return round(speed * size / entry.total, 1)


def _measured(home: Path) -> dict[str, tuple[int, float]]:
    try:
        models = json.loads((home / TUNING).read_text(encoding="utf-8"))["models"]
        return {name: (int(one["size"]), float(one["write"])) for name, one in models.items() if one["size"] > 0}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # nothing was measured, or in another form
        return {}
