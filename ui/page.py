"""The chat page: its parts, and what happens between them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from assistant.errors import ServerError
from assistant.models import outside
from assistant.offline import forbid_network
from assistant.types import Filters
from assistant.ui import asking, filters, tabs, upload, words
from assistant.ui.chat import LOADING, PAUSE, Desk
from assistant.ui.examples import examples
from assistant.ui.filters import PRESS, Controls, controls
from assistant.ui.panel import EMPTY

if TYPE_CHECKING:
    import gradio as gr

ASK = "ask"
"""The endpoint for programs."""

AT_ONCE = 16
"""Questions under way at a time; past their evidence they wait in line for the model."""

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""For events of the page itself: no program is offered them."""

LOOKED_AT = 200
"""Papers that the examples are looked for in."""

CHAT: dict[str, Any] = {
    "elem_id": "chat",
    "label": "Conversation",
    "show_label": False,
    "container": False,
    "layout": "panel",
    "buttons": ["copy"],
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

FIRST_WORDS = (
    "<div class='first'><p>This library holds {papers}. Ask about a method, a result or a dataset: the answer comes "
    "with the exact words of the papers that support it. {privacy}</p></div>"
)
NO_PAPERS = (
    "<div class='first'><p>This library holds no papers yet. Add some in the tab Library, or with "
    "<code>carrel add FILE</code>.</p></div>"
)


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
        api(asking.asker(desk), api_name=ASK, concurrency_limit=AT_ONCE)
        api(upload.adder(desk.intake), api_name="add", concurrency_limit=None)
    return page


def _lenient(desk: Desk) -> type["gr.Blocks"]:
    import gradio as gr

    class Page(gr.Blocks):
        """Blocks whose endpoint may be given only the first of its values, so that a question alone is enough."""

        async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> list[Any]:
            upload.check(desk.intake.exchange, inputs)
            if block_fn.api_name == ASK and inputs:
                inputs = [*inputs, *(one.value for one in block_fn.inputs[len(inputs) :])]
            done: list[Any] = await super().preprocess_data(block_fn, inputs, *rest, **named)
            return done

    return Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The components that something happens to."""

    conversation: Any
    status: Any
    fresh: Any
    chat: Any
    box: Any
    controls: Controls
    panel: Any


def _parts(desk: Desk) -> Parts:
    import gradio as gr

    conversation = gr.State([])
    with gr.Row(elem_id="top"):
        status = gr.HTML(header(desk), elem_id="status", apply_default_css=False)
        fresh = gr.Button("New conversation", elem_id="new", size="sm", scale=0)
    with tabs.first(desk) as behind, gr.Row(elem_id="desk"):
        with gr.Column(elem_id="talk"):
            chat = gr.Chatbot(**CHAT, **_welcome(desk))
            box = gr.Textbox(**BOX)
            held = controls()
            behind.chosen = [held.ids, held.chips]
            behind.welcome = {"fn": _welcomed(desk), "inputs": None, "outputs": chat, "queue": False, **PRIVATE}
            behind.header = {"fn": lambda: header(desk), "inputs": None, "outputs": status, "queue": False, **PRIVATE}
        beside = gr.HTML(EMPTY, elem_id="panel", js_on_load=PRESS, apply_default_css=False)
    return Parts(conversation=conversation, status=status, fresh=fresh, chat=chat, box=box, controls=held, panel=beside)


def _wire(page: "gr.Blocks", desk: Desk, parts: Parts) -> None:
    shown = [parts.chat, parts.panel, parts.conversation, parts.box]
    converse: dict[str, Any] = {
        "fn": asking.converse(desk),
        "inputs": [parts.box, parts.conversation, *parts.controls],
        "outputs": shown,
        "concurrency_limit": AT_ONCE,
        **PRIVATE,
    }
    stop = _stop(desk)
    typed = parts.box.submit(**converse)
    chosen = parts.chat.example_select(_chosen(), None, parts.box, queue=False, **PRIVATE).then(**converse)
    again = [
        button.click(
            asking.again(desk, name),
            [parts.conversation, *parts.controls],
            [*shown, *parts.controls],
            concurrency_limit=AT_ONCE,
            **PRIVATE,
        )
        for name, button in parts.controls.removers.items()
    ]
    for answered in (typed, chosen, *again):
        # Papers may have been added meanwhile.
        answered.then(lambda: header(desk), None, parts.status, queue=False, **PRIVATE)
    ids, chips = parts.controls.ids, parts.controls.chips
    for pressed in (parts.panel, chips):
        # Two papers may be chosen faster than one answer comes.
        pressed.click(
            asking.choose(desk),
            [parts.conversation, ids],
            [ids, chips],
            queue=False,
            trigger_mode="multiple",
            **PRIVATE,
        )
    for emptied in (parts.fresh, parts.controls.removers["ids"]):
        emptied.click(lambda: ((), ""), None, [ids, chips], queue=False, **PRIVATE)
    parts.box.stop(stop, None, None, queue=False, **PRIVATE)
    parts.fresh.click(stop, None, None, queue=False, **PRIVATE)
    renewed = [*shown, *parts.controls]
    parts.fresh.click(_afresh, None, renewed, cancels=[typed, chosen, *again], queue=False, **PRIVATE)
    page.load(_welcomed(desk), None, parts.chat, queue=False, **PRIVATE)
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


def _welcome(desk: Desk) -> dict[str, Any]:
    """Return what an empty chat shows: what the library holds, and questions to begin with."""
    library = desk.assistant.library
    try:
        papers, questions = len(library), examples(library.papers(limit=LOOKED_AT))
    except ServerError as error:
        return {"placeholder": escape(words.of_error(error)), "examples": []}
    privacy = escape(words.promise(outside(desk.assistant.settings)))
    first = FIRST_WORDS.format(papers=words.count(papers, "paper"), privacy=privacy)
    return {
        "placeholder": first if papers else NO_PAPERS,
        "examples": [{"text": text} for text in questions],
    }


def _welcomed(desk: Desk) -> Callable[[], Any]:
    import gradio as gr

    def welcomed() -> Any:
        """Look at the library again; papers may have been added since the page was built."""
        return gr.Chatbot(**_welcome(desk))

    return welcomed


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


def _afresh() -> tuple[Any, ...]:
    import gradio as gr

    return [], EMPTY, [], gr.Textbox(value="", submit_btn="Ask", stop_btn=False), *filters.values(Filters())


def _follow(desk: Desk) -> Callable[[], Iterator[str]]:
    def follow() -> Iterator[str]:
        """Say in the header when the models are loaded."""
        while not desk.is_loaded:
            yield header(desk)
            time.sleep(PAUSE)
        yield header(desk)

    return follow
