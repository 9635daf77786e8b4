"""The column of conversations: what it shows, and what is done in it. Titles are escaped."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from html import escape
from itertools import groupby
from typing import Any

from assistant.errors import CarrelError
from assistant.ui import words
from assistant.ui.chat import Desk
from assistant.ui.keeping import Entry
from assistant.ui.talk import Talk
from assistant.ui.writing import FORMS

PRESS = """const entry = (target) => target.closest("[data-talk]")?.dataset.talk;
element.addEventListener("click", (event) => {
  const link = event.target.closest("a.open"), button = event.target.closest("button[data-act]");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    trigger("select", { act: "open", id: entry(link) });
  } else if (button) trigger("select", { act: button.dataset.act, id: entry(button) });
});
element.addEventListener("rename", ({ detail }) => trigger("click", detail));
element.addEventListener("refresh", () => trigger("click", { id: "", title: "" }));"""
"""Tells the server which conversation is wanted, and what is to be done with one."""

NONE_YET = '<p class="hint">What you ask is kept here, on this machine.</p>'
NONE_FOUND = '<p class="hint">No conversation has these words.</p>'

WEEK = 7 * 24 * 3600


def shown(desk: Desk, owner: str, talk: Talk, wanted: str = "", undone: str = "") -> str:
    """Return the list of an owner's conversations, the open one marked.

    Args:
        desk: Keeps them.
        owner: Whose.
        talk: The open one.
        wanted: Only those with all of these words.
        undone: Says what was removed, with a way back.
    """
    try:
        entries = desk.kept.listed(owner, wanted)
    except CarrelError as error:
        return f'<p class="hint">{escape(words.of_error(error))}</p>'
    current = f'<span hidden data-open="{talk.id}"></span>'
    return current + undone + (listing(entries, talk.id) if entries else NONE_FOUND if wanted.strip() else NONE_YET)


def listing(entries: Sequence[Entry], current: str) -> str:
    """Return conversations as a list, by how long ago they were."""
    return "".join(
        f"<h2>{name}</h2><ol>{''.join(_entry(one, is_current=one.id == current) for one in group)}</ol>"
        for name, group in groupby(entries, _age)
    )


def _age(entry: Entry) -> str:
    now = time.time()
    if time.localtime(entry.changed)[:3] == time.localtime(now)[:3]:
        return "Today"
    return "Last seven days" if entry.changed > now - WEEK else "Earlier"


def _entry(entry: Entry, *, is_current: bool) -> str:
    title = escape(words.one_line(entry.title))
    mark = ' aria-current="page"' if is_current else ""
    return (
        f'<li data-talk="{entry.id}">'
        f'<a class="open" href="?talk={entry.id}" dir="auto" title="{title}"{mark}>{title}</a>'
        f"{''.join(_tools(entry.id)) if is_current else ''}</li>"
    )


def _tools(talk: str) -> Iterator[str]:
    yield '<p class="tools"><button type="button" class="rename">Rename</button>'
    yield '<button type="button" data-act="remove">Delete</button></p><p class="tools">Save as'
    for ending, (name, _, _) in FORMS.items():
        yield f' <a href="conversations/{talk}.{ending}" download>{name}</a>'
    yield "</p>"


def manage(desk: Desk) -> Callable[..., tuple[Talk, str]]:
    """Return the handler that renames, or only looks again; it gives the open conversation, and shows the list."""
    import gradio as gr

    def manage(talk: Talk, wanted: str, request: gr.Request, pressed: gr.EventData) -> tuple[Talk, str]:
        owner, one, title = desk.owner(request), str(pressed.id), str(pressed.title)
        try:
            desk.kept.rename(owner, one, title)
            talk = replace(talk, title=desk.kept.load(owner, one).title) if one and one == talk.id else talk
        except CarrelError as error:
            gr.Warning(words.of_error(error))
        return talk, shown(desk, owner, talk, wanted)

    return manage


def remove(desk: Desk, owner: str, talk: str) -> str:
    """Remove a conversation, and return what says so, with a way back."""
    try:
        title = desk.kept.remove(owner, talk)
    except CarrelError as error:
        return f'<p class="undone" role="status">{escape(words.of_error(error))}</p>'
    if not title:
        return ""
    return (
        f'<p class="undone" role="status" data-talk="{escape(talk)}">“{escape(words.one_line(title))}” was deleted. '
        '<button type="button" data-act="restore">Undo</button></p>'
    )


def restore(desk: Desk, owner: str, talk: str) -> None:
    """Put a removed conversation back; where that fails, it is not in the list."""
    with suppress(CarrelError):
        desk.kept.restore(owner, talk)


def find(desk: Desk) -> Callable[..., str]:
    """Return the handler of the field that conversations are looked for in."""
    import gradio as gr

    def find(wanted: str, talk: Talk, request: gr.Request) -> str:
        return shown(desk, desk.owner(request), talk, wanted)

    return find


def wanted(request: Any) -> str:
    """Return the id of the conversation that the page's address names; empty where it names none."""
    return str(request.query_params.get("talk", ""))
