"""What the page offers to programs: the endpoints `ask` and `search`."""

from collections.abc import Callable
from typing import Any

from assistant.errors import CarrelError, EmptyLibraryError
from assistant.ui import given, inputs, narrowed, words
from assistant.ui.chat import Desk
from assistant.ui.render import answer_dict, found_dict


def asker(desk: Desk) -> Callable[..., dict[str, Any]]:
    """Return the endpoint that answers a question."""
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
        literal: bool = False,
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
            literal: Take no filter from the words of the question.

        Returns:
            The object that `carrel ask --json` prints.
        """
        try:
            limits = given.filters(years, authors, venue, topics, source, ids, with_abstract)
            inputs.check_chosen(desk.assistant.library, limits.ids)
        except CarrelError as error:
            raise gr.Error(words.of_error(error), print_exception=False) from error
        *_, last = desk.ask(question, filters=limits, literal=bool(literal))
        if last.answer is None:
            raise gr.Error(last.problem or "Stopped.", print_exception=False)
        return answer_dict(last.answer)

    return ask


def searcher(desk: Desk) -> Callable[..., list[dict[str, Any]]]:
    """Return the endpoint that finds papers."""
    import gradio as gr

    def search(
        query: str,
        k: int = 10,
        years: list[int | None] | None = None,
        authors: list[str] | None = None,
        venue: str = "",
        topics: list[str] | None = None,
        source: str = "",
        ids: list[str] | None = None,
        with_abstract: bool = False,
        literal: bool = False,
    ) -> list[dict[str, Any]]:
        """Find the papers nearest to some words, each with its sentences that are nearest.

        Args:
            query: A question or some words.
            k: The most papers to find.
            years: Only papers of these years, first and last; null is an open end.
            authors: Only papers of any of these authors.
            venue: Only papers of this venue.
            topics: Only papers with any of these topics.
            source: Only papers that came from this file.
            ids: Only the papers with these ids.
            with_abstract: Only papers that have an abstract.
            literal: Take no filter from the words of the query.

        Returns:
            The list that `carrel search --json` prints.
        """
        library = desk.assistant.library
        try:
            limits = given.filters(years, authors, venue, topics, source, ids, with_abstract)
            inputs.check_chosen(library, limits.ids)
            if len(library) == 0:
                raise EmptyLibraryError(f"The library in {library.home} is empty.")
            hits, _ = narrowed.search(library, query, given.whole("k", k), limits, literal=bool(literal))
        except CarrelError as error:
            raise gr.Error(words.of_error(error), print_exception=False) from error
        return [found_dict(hit) for hit in hits]

    return search
