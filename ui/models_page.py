"""The tab of models: those in use, those known, and the way from one to another."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from assistant.models.machine import Machine, machine
from assistant.models.overview import Row, overview
from assistant.ui import words
from assistant.ui.behind import AT_ONCE, PLAIN, PRESS, QUIET, Bridge
from assistant.ui.chat import LOADING, Desk
from assistant.ui.switching import Switch
from assistant.ui.table import safe

TUNING = "tuning.json"
"""What was measured on this machine, in the home."""


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
    settings, here = desk.assistant.settings, machine()
    rows = overview(settings, here)
    chat, embedders = ([row for row in rows if row.purpose == purpose] for purpose in ("chat", "embedder"))
    return (
        f"<h2>Models</h2><h3>In use</h3>{_in_use(desk)}"
        f"<h3>Language models</h3>{_table(chat, settings.model, can_switch=True)}"
        f"<h3>Embedders</h3>{_table(embedders, settings.embedder, can_switch=False)}"
        f'<p class="kept">{"".join(_remarks(here, chat))}A model that is not here is fetched or taken from a file in a '
        "terminal, with <code>carrel models</code>. Another embedder means to embed all papers anew: "
        "<code>carrel reindex</code>.</p>"
    )


def _remarks(here: Machine, rows: list[Row]) -> Iterator[str]:
    if here.memory:
        yield f"This machine has {words.size(here.memory)} of memory and {words.count(here.cores, 'core')}. "
    if any(row.tokens_a_second for row in rows):
        yield "Tokens a second are estimated from what was measured here. "
    else:
        yield "How fast each may write is told once <code>carrel doctor --tune</code> has measured the one in use. "


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


def _table(rows: list[Row], used: str, *, can_switch: bool) -> str:
    names = ("Model", "Tier", "Size", "Memory", *(("Tokens/s",) if can_switch else ()), "Licence", "")
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(_row(row, used, can_switch=can_switch) for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _row(row: Row, used: str, *, can_switch: bool) -> str:
    notes = f'<p class="notes">{safe(row.notes)}</p>' if row.notes else ""
    name = f"<p>{safe(row.title)}</p><code>{safe(row.name)}</code>"
    speed = (f"about {row.tokens_a_second:.0f}" if row.tokens_a_second else "",) if can_switch else ()
    cells = (
        row.tier,
        words.size(row.size) if row.size else "",
        _fit(row),
        *speed,
        safe(row.licence),
        _state(row, used, can_switch=can_switch),
    )
    return (
        f'<tr{" class=open" if row.name == used else ""}><td class="model">{name}{notes}</td>'
        f"{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    )


def _fit(row: Row) -> str:
    if not row.memory:
        return ""
    fits = {True: "; fits", False: "; too much for this machine", None: ""}[row.fits]
    return f"about {words.size(row.memory)}{fits}"


def _state(row: Row, used: str, *, can_switch: bool) -> str:
    if row.name == used:
        return "In use"
    elif not row.installed:
        return "By hand" if row.withheld else "Not here"
    elif not can_switch:
        return "Here"
    larger = "<p>Asked where the other fails</p>" if row.in_use else ""
    return (
        f'{larger}<button type="button" data-do="use" data-value="{quote(row.name)}" '
        f'aria-label="Use {safe(row.title)}">Use</button>'
    )
