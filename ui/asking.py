"""What the page does with a question: ask it, ask it again, otherwise or without a filter; and for programs too."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant import scope
from assistant.errors import CarrelError, UsageError
from assistant.ui import feedback, filters, shelf, words
from assistant.ui.chat import Desk
from assistant.ui.panel import offered, panel
from assistant.ui.talk import Exchange, Talk
from assistant.ui.transcript import messages

if TYPE_CHECKING:
    import gradio as gr

Steps = Iterator[tuple[Any, ...]]

BUSY = "This question is still being answered."

log = logging.getLogger(__name__)


def converse(desk: Desk) -> Callable[..., Steps]:
    """Return the handler of the question box; it shows chat, panel, conversation, question box and shelf."""
    import gradio as gr

    def converse(question: str, talk: Talk, request: gr.Request, *held: Any) -> Steps:
        if not question.strip():
            yield (gr.skip(),) * 5
            return
        yield from _asked(desk, question, talk, request, held)

    return converse


def act(desk: Desk) -> Callable[..., Steps]:
    """Return the handler of what leads to a question besides the box: asking again, otherwise, or what is suggested."""
    import gradio as gr

    def act(talk: Talk, request: gr.Request, pressed: gr.EventData, *held: Any) -> Steps:
        if talk.exchanges and talk.exchanges[-1].is_open:
            raise gr.Error(BUSY, print_exception=False)
        if pressed.act == "ask":
            yield from _asked(desk, str(pressed.text), talk, request, held)
        elif one := _named(talk, pressed.turn):
            before, replaced = talk.until(pressed.turn), talk.exchanges[pressed.turn - 1 :]
            if pressed.act == "edit":
                yield from _asked(desk, str(pressed.text), before, request, held, replaced)
            else:
                exchanges = desk.ask(
                    one.question, before.exchanges, request.session_hash or "", filters=one.filters, literal=one.literal
                )
                yield from _growing(desk, request, exchanges, before, replaced)

    return act


def again(desk: Desk, field: str) -> Callable[..., Steps]:
    """Return the handler that takes a filter away; what it shows is followed by the components of the filters."""
    import gradio as gr

    def again(talk: Talk, request: gr.Request, *held: Any) -> Steps:
        last = talk.exchanges[-1]
        if last.answer is None:
            raise gr.Error(BUSY, print_exception=False)
        before = talk.until(len(talk.exchanges))
        # All other filters stay, also those that came from the words, which are now taken as they stand.
        kept = scope.without(last.answer.scope.filters, field)
        exchanges = desk.ask(last.question, before.exchanges, request.session_hash or "", filters=kept, literal=True)
        left = filters.without(held, field)
        for shown in _growing(desk, request, exchanges, before, (last,)):
            yield *shown, *left
            # What is set meanwhile stays.
            left = (gr.skip(),) * len(left)

    return again


def judge(desk: Desk) -> Callable[..., Talk]:
    """Return the handler of what a person says of an answer."""
    import gradio as gr

    def judge(talk: Talk, request: gr.Request, pressed: gr.EventData) -> Talk:
        one = _named(talk, pressed.turn)
        if one is None or one.answer is None or pressed.verdict not in ("", "good", "bad"):
            return talk
        judged = replace(one, verdict=pressed.verdict)
        try:
            feedback.note(desk.assistant.library.home, one, one.answer, judged.verdict, str(pressed.word))
            desk.kept.amend(desk.owner(request), talk.id, judged)
        except CarrelError as error:
            gr.Warning(words.of_error(error))
        return replace(talk, exchanges=tuple(judged if other is one else other for other in talk.exchanges))

    return judge


def choose(desk: Desk) -> Callable[..., tuple[tuple[str, ...], str]]:
    """Return the handler of the buttons that choose a paper, or lift a choice; it gives the chosen, and shows them."""
    import gradio as gr

    library = desk.assistant.library

    def choose(talk: Talk, ids: Sequence[str], pressed: gr.EventData) -> tuple[tuple[str, ...], str]:
        if pressed.wanted:
            # Also one that is shown as similar to these.
            ids = filters.chosen(
                ids, pressed.paper, [*offered(talk.exchanges), *library.get(filters.read_id(str(pressed.id)))]
            )
        else:
            ids = filters.lifted(ids, pressed.paper)
        return ids, filters.chips(ids, library.get(*ids))

    return choose


def _named(talk: Talk, turn: Any) -> Exchange | None:
    """Return the exchange of a turn, which a browser named."""
    return talk.exchanges[turn - 1] if isinstance(turn, int) and 1 <= turn <= len(talk.exchanges) else None


def _asked(
    desk: Desk,
    question: str,
    before: Talk,
    request: "gr.Request",
    held: Sequence[Any],
    replaced: Sequence[Exchange] = (),
) -> Steps:
    """Ask with the filters that are set."""
    exchanges: Iterable[Exchange]
    try:
        given = filters.read(*held)
    except UsageError as error:
        exchanges = [Exchange(question=question, problem=words.of_error(error))]
    else:
        exchanges = desk.ask(question, before.exchanges, request.session_hash or "", filters=given)
    yield from _growing(desk, request, exchanges, before, replaced)


def _growing(
    desk: Desk, request: "gr.Request", exchanges: Iterable[Exchange], before: Talk, replaced: Sequence[Exchange] = ()
) -> Steps:
    """Show an exchange as it grows, and keep it: as asked, with its evidence, and as it ended."""
    import gradio as gr

    owner, talk, beside = desk.owner(request), before, ""
    box, listed = gr.Textbox(value="", submit_btn=False, stop_btn="Stop"), gr.skip()
    stage: tuple[bool, bool] | None = None
    try:
        for exchange in exchanges:
            # The id and the title come with the first.
            talk = replace(talk, exchanges=(*before.exchanges, exchange)) if talk.id else before.grown(exchange)
            latest = panel(talk.exchanges)
            yield messages(talk.exchanges), gr.skip() if latest == beside else latest, talk, box, listed
            box, listed, beside = gr.skip(), gr.skip(), latest
            # Nobody waits for the disk to see what was found.
            now = (exchange.evidence is not None, exchange.is_open)
            if now != stage:
                _keep(desk, owner, talk, replaced if stage is None else ())
                listed = shelf.shown(desk, owner, talk) if stage is None else gr.skip()
                stage = now
    except GeneratorExit:
        # The tab was closed.
        if talk.exchanges and talk is not before:
            _keep(desk, owner, talk)
        raise
    yield gr.skip(), gr.skip(), gr.skip(), gr.Textbox(submit_btn="Ask", stop_btn=False), shelf.shown(desk, owner, talk)


def _keep(desk: Desk, owner: str, talk: Talk, replaced: Sequence[Exchange] = ()) -> None:
    """Keep the last exchange; an answer is shown all the same where that fails."""
    import gradio as gr

    try:
        desk.kept.save(owner, talk, replaced)
    except CarrelError as error:
        log.warning("%s", error)
        gr.Warning(words.of_error(error))
