"""What the page does with a question: ask it, or ask it again without one of its filters."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from assistant import scope
from assistant.errors import UsageError
from assistant.ui import filters, words
from assistant.ui.chat import Desk, Exchange
from assistant.ui.panel import panel
from assistant.ui.transcript import messages

Steps = Iterator[tuple[Any, ...]]


def converse(desk: Desk) -> Callable[..., Steps]:
    """Return the handler of the question box; it shows chat, panel, conversation and question box."""
    import gradio as gr

    def converse(question: str, earlier: list[Exchange], request: gr.Request, *held: Any) -> Steps:
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        try:
            given = filters.read(*held)
        except UsageError as error:
            yield from _growing([Exchange(question=question, problem=words.of_error(error))], earlier)
        else:
            yield from _growing(desk.ask(question, earlier, request.session_hash or "", filters=given), earlier)

    return converse


def again(desk: Desk, field: str) -> Callable[..., Steps]:
    """Return the handler that takes a filter away; what it shows is followed by the components of the filters."""
    import gradio as gr

    def again(earlier: list[Exchange], request: gr.Request, *held: Any) -> Steps:
        *before, last = earlier
        if last.answer is None:
            raise gr.Error("This question is still being answered.", print_exception=False)
        # All other filters stay, also those that came from the words, which are now taken as they stand.
        kept = scope.without(last.answer.scope.filters, field)
        exchanges = desk.ask(last.question, before, request.session_hash or "", filters=kept, literal=True)
        for shown in _growing(exchanges, before):
            yield *shown, *filters.without(held, field)

    return again


def _growing(exchanges: Iterable[Exchange], earlier: list[Exchange]) -> Steps:
    """Show an exchange as it grows."""
    import gradio as gr

    box, before = gr.Textbox(value="", submit_btn=False, stop_btn="Stop"), ""
    for exchange in exchanges:
        shown = [*earlier, exchange]
        beside = panel(shown)
        yield messages(shown), gr.skip() if beside == before else beside, shown, box
        box, before = gr.skip(), beside
    yield gr.skip(), gr.skip(), gr.skip(), gr.Textbox(submit_btn="Ask", stop_btn=False)
