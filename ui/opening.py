"""Opening a conversation: an empty one, a kept one, or the one that the page's address names."""

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from assistant.errors import CarrelError, ServerError
from assistant.models import outside
from assistant.types import Filters
from assistant.ui import filters, shelf, words
from assistant.ui.chat import Desk
from assistant.ui.examples import examples
from assistant.ui.panel import panel
from assistant.ui.suggesting import suggest
from assistant.ui.talk import Talk
from assistant.ui.transcript import messages

if TYPE_CHECKING:
    import gradio as gr

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""For events of the page itself: no program is offered them."""

LOOKED_AT = 200
"""Papers that the examples are looked for in."""

FIRST_WORDS = (
    "<div class='first'><p>This library holds {papers}. Ask about a method, a result or a dataset: the answer comes "
    "with the exact words of the papers that support it. {privacy}</p></div>"
)
NO_PAPERS = (
    "<div class='first'><p>This library holds no papers yet. Add some in the tab Library, or with "
    "<code>carrel add FILE</code>.</p></div>"
)


def wire(page: "gr.Blocks", desk: Desk, parts: Any, answering: Sequence[Any]) -> None:
    """Wire what opens a conversation, an empty one too, and what is done with those in the column."""
    shown = [parts.chat, parts.panel, parts.talk, parts.box, parts.shelf, parts.next]
    renewed = [*shown, *parts.controls, parts.controls.chips]
    leaving: dict[str, Any] = {"cancels": list(answering), "queue": False, **PRIVATE}
    suggesting: dict[str, Any] = {"fn": suggest(desk), "inputs": parts.talk, "outputs": parts.next, **PRIVATE}
    parts.fresh.click(_afresh(desk), None, renewed, **leaving)
    parts.shelf.select(_opened(desk), None, renewed, **leaving).then(**suggesting)
    arrived = [parts.chat, parts.panel, parts.talk, parts.shelf]
    page.load(_arrived(desk), None, arrived, queue=False, **PRIVATE).then(**suggesting)
    managing: dict[str, Any] = {"queue": False, "trigger_mode": "multiple", **PRIVATE}
    parts.shelf.click(shelf.manage(desk), [parts.talk, parts.find], [parts.talk, parts.shelf], **managing)
    parts.find.change(
        shelf.find(desk), [parts.find, parts.talk], parts.shelf, queue=False, trigger_mode="always_last", **PRIVATE
    )


def welcome(desk: Desk) -> dict[str, Any]:
    """Return what an empty chat shows: what the library holds, and questions to begin with."""
    library = desk.assistant.library
    try:
        papers, questions = len(library), examples(library.papers(limit=LOOKED_AT))
    except ServerError as error:
        return {"placeholder": escape(words.of_error(error)), "examples": []}
    privacy = escape(words.promise(outside(desk.assistant.settings)))
    first = FIRST_WORDS.format(papers=words.count(papers, "paper"), privacy=privacy)
    return {"placeholder": first if papers else NO_PAPERS, "examples": [{"text": text} for text in questions]}


def _arrived(desk: Desk) -> Callable[..., tuple[Any, ...]]:
    import gradio as gr

    def arrived(request: gr.Request) -> tuple[Any, ...]:
        """Show the conversation that the address names; papers may have been added since the page was built."""
        owner = desk.owner(request)
        talk = _loaded(desk, owner, shelf.wanted(request))
        listed = shelf.shown(desk, owner, talk)
        if not talk.id:
            # Who was quick has asked already.
            return gr.Chatbot(**welcome(desk)), gr.skip(), gr.skip(), listed
        told: Any = messages(talk.exchanges)
        return gr.Chatbot(value=told, **welcome(desk)), panel(talk.exchanges), talk, listed

    return arrived


def _opened(desk: Desk) -> Callable[..., tuple[Any, ...]]:
    import gradio as gr

    def opened(request: gr.Request, pressed: gr.EventData) -> tuple[Any, ...]:
        desk.stop(request.session_hash or "")
        owner, one, undone = desk.owner(request), str(pressed.id), ""
        if pressed.act == "remove":
            undone = shelf.remove(desk, owner, one)
        elif pressed.act == "restore":
            shelf.restore(desk, owner, one)
        return *_shown(desk, owner, _loaded(desk, owner, one), undone), *filters.values(Filters()), ""

    return opened


def _afresh(desk: Desk) -> Callable[..., tuple[Any, ...]]:
    import gradio as gr

    def afresh(request: gr.Request) -> tuple[Any, ...]:
        desk.stop(request.session_hash or "")
        return *_shown(desk, desk.owner(request), Talk()), *filters.values(Filters()), ""

    return afresh


def _loaded(desk: Desk, owner: str, one: str) -> Talk:
    import gradio as gr

    try:
        return desk.kept.load(owner, one) if one else Talk()
    except CarrelError as error:
        gr.Warning(words.of_error(error))
        return Talk()


def _shown(desk: Desk, owner: str, talk: Talk, undone: str = "") -> tuple[Any, ...]:
    """Return what chat, panel, conversation, question box, shelf and suggestions show of a conversation at rest."""
    import gradio as gr

    box = gr.Textbox(value="", submit_btn="Ask", stop_btn=False)
    return messages(talk.exchanges), panel(talk.exchanges), talk, box, shelf.shown(desk, owner, talk, undone=undone), ""
