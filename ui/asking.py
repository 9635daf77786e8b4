"""What the page does with a question: ask it, or ask it again without one of its filters; and for programs too."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from assistant import scope
from assistant.errors import CarrelError, UsageError
from assistant.ui import filters, inputs, words
from assistant.ui.chat import Desk
from assistant.ui.panel import offered, panel
from assistant.ui.render import answer_dict
from assistant.ui.talk import Exchange
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
        left = filters.without(held, field)
        for shown in _growing(exchanges, before):
            yield *shown, *left
            # What is set meanwhile stays.
            left = (gr.skip(),) * len(left)

    return again


def choose(desk: Desk) -> Callable[..., tuple[tuple[str, ...], str]]:
    """Return the handler of the buttons that choose a paper, or lift a choice; it gives the chosen, and shows them."""
    import gradio as gr

    def choose(earlier: list[Exchange], ids: Sequence[str], pressed: gr.EventData) -> tuple[tuple[str, ...], str]:
        if pressed.wanted:
            ids = filters.chosen(ids, pressed.paper, offered(earlier))
        else:
            ids = filters.lifted(ids, pressed.paper)
        return ids, filters.chips(ids, desk.assistant.library.get(*ids))

    return choose


def asker(desk: Desk) -> Callable[..., dict[str, Any]]:
    """Return what programs are offered."""
    import gradio as gr

    def ask(
        question: str,
        years: list[int | None] | None = None,
        authors: list[str] | None = None,
        venue: str = "",
        topics: list[str] | None = None,
        source: str = "",
        ids: list[str] | None = None,
        with_abstract: bool = False,
    ) -> dict[str, Any]:
        """Answer a question from the library, with the words that support each sentence.

        Args:
            question: What to ask.
            years: Only papers of these years, first and last; null is an open end.
            authors: Only papers of any of these authors.
            venue: Only papers of this venue.
            topics: Only papers with any of these topics.
            source: Only papers that came from this file.
            ids: Only the papers with these ids.
            with_abstract: Only papers that have an abstract.

        Returns:
            The object that `carrel ask --json` prints.
        """
        try:
            limits = filters.given(years, authors, venue, topics, source, ids, with_abstract)
            inputs.check_chosen(desk.assistant.library, limits.ids)
        except CarrelError as error:
            raise gr.Error(words.of_error(error), print_exception=False) from error
        *_, last = desk.ask(question, filters=limits)
        if last.answer is None:
            raise gr.Error(last.problem, print_exception=False)
        return answer_dict(last.answer)

    return ask


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
