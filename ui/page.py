"""The chat page: its parts, and what happens between them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from assistant.errors import ServerError
from assistant.models import outside
from assistant.offline import forbid_network
from assistant.ui import asking, opening, programs, shelf, tabs, upload, words
from assistant.ui.chat import LOADING, PAUSE, Desk
from assistant.ui.filters import PRESS, Controls, controls
from assistant.ui.opening import PRIVATE
from assistant.ui.panel import EMPTY
from assistant.ui.suggesting import suggest
from assistant.ui.talk import Talk

if TYPE_CHECKING:
    import gradio as gr

ASK, SEARCH = "ask", "search"
"""The endpoints for programs."""

AT_ONCE = 16
"""Questions under way at a time; past their evidence they wait in line for the model."""

CHAT: dict[str, Any] = {
    "elem_id": "chat",
    "label": "Conversation",
    "show_label": False,
    "container": False,
    "layout": "panel",
    "buttons": [],
    "feedback_options": None,
    "latex_delimiters": [],  # a text with two prices is no formula
    "allow_tags": False,
    "height": None,
}
BOX: dict[str, Any] = {
    "elem_id": "box",
    "label": "Your question",
    "show_label": False,
    "container": False,
    "placeholder": "Ask your library a question",
    "autofocus": True,
    "lines": 1,
    "max_lines": 8,
    "submit_btn": "Ask",
}
FIND: dict[str, Any] = {
    "elem_id": "find",
    "label": "Search conversations",
    "show_label": False,
    "container": False,
    "placeholder": "Search conversations",
    "max_lines": 1,
}

CHANNEL = """element.addEventListener("act", ({ detail }) => trigger(detail.event, detail));"""
"""Lets the page's script tell the server what a person wants of a question or an answer."""


def build(desk: Desk) -> "gr.Blocks":
    """Build the page.

    Args:
        desk: Takes the questions.
    """
    forbid_network()
    from gradio.events import api

    page = _lenient(desk)(title="Carrel", analytics_enabled=False, fill_width=True)
    with page:
        parts = _parts(desk)
        _wire(page, desk, parts)
        api(programs.asker(desk), api_name=ASK, concurrency_limit=AT_ONCE)
        api(programs.searcher(desk), api_name=SEARCH, concurrency_limit=AT_ONCE)
        api(upload.adder(desk.intake), api_name="add", concurrency_limit=None)
    return page


def _lenient(desk: Desk) -> type["gr.Blocks"]:
    import gradio as gr

    class Page(gr.Blocks):
        """Blocks whose endpoint may be given only the first of its values, so that a question alone is enough."""

        async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> list[Any]:
            upload.check(desk.intake.exchange, inputs)
            if block_fn.api_name in (ASK, SEARCH) and inputs:
                inputs = [*inputs, *(one.value for one in block_fn.inputs[len(inputs) :])]
            done: list[Any] = await super().preprocess_data(block_fn, inputs, *rest, **named)
            return done

    return Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The components that something happens to."""

    talk: Any
    status: Any
    fresh: Any
    find: Any
    shelf: Any
    chat: Any
    next: Any
    acts: Any
    box: Any
    controls: Controls
    panel: Any


def _parts(desk: Desk) -> Parts:
    import gradio as gr

    talk = gr.State(Talk())
    with gr.Row(elem_id="top"):
        gr.Button("Conversations", elem_id="shelf-toggle", size="sm", scale=0)
        status = gr.HTML(header(desk), elem_id="status", apply_default_css=False)
        fresh = gr.Button("New conversation", elem_id="new", size="sm", scale=0)
    with tabs.first(desk) as behind, gr.Row(elem_id="desk"):
        with gr.Column(elem_id="aside"):
            find = gr.Textbox(**FIND)
            listed = gr.HTML("", elem_id="shelf", js_on_load=shelf.PRESS, apply_default_css=False)
        with gr.Column(elem_id="talk"):
            chat = gr.Chatbot(**CHAT, **opening.welcome(desk))
            following = gr.HTML("", elem_id="next", apply_default_css=False)
            box = gr.Textbox(**BOX)
            held = controls()
            acts = gr.HTML("<span></span>", elem_id="acts", js_on_load=CHANNEL, apply_default_css=False)
            behind.chosen = [held.ids, held.chips]
            behind.welcome = {"fn": lambda: gr.Chatbot(**opening.welcome(desk)), "inputs": None, "outputs": chat}
            behind.header = {"fn": lambda: header(desk), "inputs": None, "outputs": status}
            for then in (behind.welcome, behind.header):
                then |= {"queue": False, **PRIVATE}
        beside = gr.HTML(EMPTY, elem_id="panel", js_on_load=PRESS, apply_default_css=False)
    return Parts(
        talk=talk,
        status=status,
        fresh=fresh,
        find=find,
        shelf=listed,
        chat=chat,
        next=following,
        acts=acts,
        box=box,
        controls=held,
        panel=beside,
    )


def _wire(page: "gr.Blocks", desk: Desk, parts: Parts) -> None:
    shown = [parts.chat, parts.panel, parts.talk, parts.box, parts.shelf]
    asking_now: dict[str, Any] = {"outputs": shown, "concurrency_limit": AT_ONCE, **PRIVATE}
    converse: dict[str, Any] = {
        "fn": asking.converse(desk),
        "inputs": [parts.box, parts.talk, *parts.controls],
        **asking_now,
    }
    stop = _stop(desk)
    typed = parts.box.submit(**converse)
    chosen = parts.chat.example_select(_chosen(), None, parts.box, queue=False, **PRIVATE).then(**converse)
    acted = parts.acts.submit(asking.act(desk), [parts.talk, *parts.controls], **asking_now)
    again = [
        button.click(
            asking.again(desk, name),
            [parts.talk, *parts.controls],
            [*shown, *parts.controls],
            concurrency_limit=AT_ONCE,
            **PRIVATE,
        )
        for name, button in parts.controls.removers.items()
    ]
    answering = [typed, chosen, acted, *again]
    for answered in answering:
        # Papers may have been added meanwhile.
        answered.then(lambda: header(desk), None, parts.status, queue=False, **PRIVATE).then(
            suggest(desk), parts.talk, parts.next, concurrency_limit=1, **PRIVATE
        )
    ids, chips = parts.controls.ids, parts.controls.chips
    for pressed in (parts.panel, chips):
        # Two papers may be chosen faster than one answer comes.
        pressed.click(
            asking.choose(desk),
            [parts.talk, ids],
            [ids, chips],
            queue=False,
            trigger_mode="multiple",
            **PRIVATE,
        )
    for emptied in (parts.fresh, parts.controls.removers["ids"]):
        emptied.click(lambda: ((), ""), None, [ids, chips], queue=False, **PRIVATE)
    parts.acts.like(asking.judge(desk), parts.talk, parts.talk, queue=False, trigger_mode="multiple", **PRIVATE)
    parts.box.stop(stop, None, None, queue=False, **PRIVATE)
    opening.wire(page, desk, parts, answering)
    page.load(_follow(desk), None, parts.status, concurrency_limit=None, **PRIVATE)
    page.unload(stop)


def header(desk: Desk) -> str:
    """Return the header: the name, and a line on the library and the model in use."""
    return f'<h1>Carrel</h1><p role="status">{escape(_status(desk))}</p>'


def _status(desk: Desk) -> str:
    library = desk.assistant.library
    place = library.place if library.is_shared else f"in {words.short(library.home)}"
    try:
        size = f"{words.count(len(library), 'paper')} {place}"
    except ServerError as error:
        return words.of_error(error)
    if desk.problem:
        return f"{size} · {desk.problem}"
    privacy = words.privacy(outside(desk.assistant.settings))
    if library.is_shared:
        privacy += ", but for a question's vector and rarest words, which the library's server sees"
    return f"{size} · {desk.assistant.model.name if desk.is_loaded else LOADING} · {privacy}"


def _stop(desk: Desk) -> Callable[..., None]:
    import gradio as gr

    def stop(request: gr.Request) -> None:
        desk.stop(request.session_hash or "")

    return stop


def _chosen() -> Callable[..., str]:
    import gradio as gr

    def chosen(example: gr.SelectData) -> str:
        return str(example.value["text"])

    return chosen


def _follow(desk: Desk) -> Callable[[], Iterator[str]]:
    def follow() -> Iterator[str]:
        """Say in the header when the models are loaded."""
        while not desk.is_loaded:
            yield header(desk)
            time.sleep(PAUSE)
        yield header(desk)

    return follow
