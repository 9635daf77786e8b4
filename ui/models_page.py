"""The tab of models: those in use, those known, and the way from one to another."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from assistant.errors import CarrelError
from assistant.models.catalogue import entries, find
from assistant.models.entries import Purpose
from assistant.models.machine import machine
from assistant.ui import words
from assistant.ui.behind import AT_ONCE, PLAIN, PRESS, QUIET, Bridge
from assistant.ui.chat import LOADING, Desk
from assistant.ui.switching import Switch
from assistant.ui.table import safe

TUNING = "tuning.json"
"""What was measured on this machine, in the home."""

BESIDE = 300_000_000
"""Bytes that a model takes beside its weights, about: its context, and what it computes with."""

SPARE = 1_000_000_000
"""Bytes that the rest of Carrel and of the system should keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A model, as the page shows it."""

    name: str
    title: str
    size: int
    licence: str
    memory: int
    """Bytes it takes while it runs, about; 0 where that is not known."""
    installed: bool
    in_use: bool
    notes: str = ""


def build(desk: Desk, tab: Any, bridge: Bridge) -> None:
    """Make the tab's parts, and what happens between them."""
    import gradio as gr

    listed = gr.HTML("", elem_id="models", **{**PLAIN, "js_on_load": PRESS})
    told = gr.HTML("", elem_id="models-told", **PLAIN)
    with gr.Row(elem_id="models-own"):
        path = gr.Textbox(
            label="A model of your own", placeholder="The path of a GGUF file on this machine", max_lines=1, scale=1
        )
        load = gr.Button("Use it", size="sm", scale=0)
    show = {"fn": lambda: shown(desk), "inputs": None, "outputs": listed, **AT_ONCE}
    tab.select(**show)
    switch = Switch(desk)
    slow: dict[str, Any] = {"outputs": told, "concurrency_limit": None, **QUIET}
    for changed in (
        listed.click(_pressed(switch), **slow),
        load.click(_given(switch), path, **slow),
        path.submit(_given(switch), path, **slow),
    ):
        changed.then(**show).then(**bridge.header)


def _pressed(switch: Switch) -> Callable[..., Iterator[str]]:
    import gradio as gr

    def pressed(pressed: gr.EventData) -> Iterator[str]:
        yield from _told(switch, unquote(str(pressed.value)))

    return pressed


def _given(switch: Switch) -> Callable[[str], Iterator[str]]:
    def given(path: str) -> Iterator[str]:
        if path.strip():
            yield from _told(switch, path.strip())

    return given


def _told(switch: Switch, name: str) -> Iterator[str]:
    for step in switch.to(name):
        kind, role = ("problem", "alert") if step.is_problem else ("working", "status")
        bar = "" if step.is_over else "<progress aria-label='Loading the model'></progress>"
        yield f'<div class="{kind}" role="{role}"><p>{safe(step.text)}</p>{bar}</div>'


def shown(desk: Desk) -> str:
    """Return the models, those in use first."""
    settings, memory = desk.assistant.settings, machine().memory
    home = settings.home
    chat, embedders = list(_rows("chat", settings.model, home)), list(_rows("embedder", settings.embedder, home))
    here = f"This machine has {words.size(memory)} of memory. " if memory else ""
    return (
        f"<h2>Models</h2><h3>In use</h3>{_in_use(desk)}"
        f"<h3>Language models</h3>{_table(chat, memory, can_switch=True)}"
        f"<h3>Embedders</h3>{_table(embedders, memory, can_switch=False)}"
        f'<p class="kept">{here}A model that is not here is fetched or taken from a file in a terminal, with '
        "<code>carrel models</code>. Another embedder means to embed all papers anew: <code>carrel reindex</code>.</p>"
    )


def _in_use(desk: Desk) -> str:
    embedder = desk.assistant.library.embedder.identity if desk.is_loaded and not desk.problem else None
    facts = [("Language model", fact) for fact in _model(desk)]
    facts += [("Embedder", f"{embedder.name}, {embedder.dimension} dimensions")] if embedder else []
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{safe(fact)}</dd>' for name, fact in facts)}</dl>"


def _model(desk: Desk) -> Iterator[str]:
    if desk.problem:
        yield desk.problem
    elif not desk.is_loaded:
        yield LOADING
    else:
        model = desk.assistant.model
        yield ", ".join([model.name, f"a context of {model.context:,} tokens", *_speed(desk.assistant.library.home)])


def _speed(home: Path) -> Iterator[str]:
    with suppress(OSError, ValueError, TypeError, KeyError):
        found = json.loads((home / TUNING).read_text(encoding="utf-8"))
        reads, writes = float(found["read_tokens_per_second"]), float(found["write_tokens_per_second"])
        yield f"reads {reads:.0f} and writes {writes:.0f} tokens a second"


def _rows(purpose: Purpose, used: str, home: Path) -> Iterator[Row]:
    known = entries(purpose, home)
    for name, entry in known.items():
        yield Row(
            name=name,
            title=entry.title,
            size=entry.total,
            licence=entry.licence,
            memory=entry.memory or entry.total + BESIDE,
            installed=_is_installed(name, purpose, home),
            in_use=name == used,
            notes=entry.notes,
        )
    if used not in known:
        path = Path(used).expanduser()
        size = path.stat().st_size if path.is_file() else 0
        yield Row(
            name=used,
            title=path.stem,
            size=size,
            licence="",
            memory=size and size + BESIDE,
            installed=path.exists(),
            in_use=True,
        )


def _table(rows: list[Row], memory: int, *, can_switch: bool) -> str:
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Model", "Size", "Memory", "Licence", ""))
    body = "".join(_row(row, memory, can_switch=can_switch) for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _row(row: Row, memory: int, *, can_switch: bool) -> str:
    notes = f'<p class="notes">{safe(row.notes)}</p>' if row.notes else ""
    name = f"<p>{safe(row.title)}</p><code>{safe(row.name)}</code>"
    return (
        f'<tr{" class=open" if row.in_use else ""}><td class="model">{name}{notes}</td>'
        f"<td>{words.size(row.size) if row.size else ''}</td><td>{_fit(row, memory)}</td><td>{safe(row.licence)}</td>"
        f"<td>{_state(row, can_switch=can_switch)}</td></tr>"
    )


def _fit(row: Row, memory: int) -> str:
    if not row.memory:
        return ""
    fits = "" if not memory else "; fits" if row.memory + SPARE <= memory else "; too much for this machine"
    return f"about {words.size(row.memory)}{fits}"


def _state(row: Row, *, can_switch: bool) -> str:
    if row.in_use:
        return "In use"
    elif not row.installed:
        return "Not here"
    elif not can_switch:
        return "Here"
    return (
        f'<button type="button" data-do="use" data-value="{quote(row.name)}" '
        f'aria-label="Use {safe(row.title)}">Use</button>'
    )


def _is_installed(name: str, purpose: Purpose, home: Path) -> bool:
    with suppress(CarrelError):
        find(name, purpose, home)
        return True
    return False
