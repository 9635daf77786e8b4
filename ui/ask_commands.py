"""The commands that look for something in the papers: `ask` and `search`."""

from collections.abc import Iterable
from contextlib import closing
from typing import Annotated

import typer

from assistant.errors import EmptyLibraryError
from assistant.library import Library
from assistant.types import Event
from assistant.ui import inputs, narrowed, neighbour, show
from assistant.ui.console import Screen
from assistant.ui.inputs import (
    Authors,
    Chosen,
    Json,
    Literally,
    Model,
    Source,
    Topics,
    Venue,
    WithAbstract,
    YearFrom,
    YearTo,
)
from assistant.ui.render import answer_dict, found_dict
from assistant.wiring import Assistant

app = typer.Typer(rich_markup_mode=None)


@app.command(
    epilog=inputs.examples(
        "carrel ask How much does RouteLLM cut cost?", "carrel ask --year-from 2023 What is graph mamba?"
    )
)
def ask(
    context: typer.Context,
    question: Annotated[list[str], typer.Argument(metavar="QUESTION", help="Its words; - is standard input.")],
    as_json: Json = False,
    model: Model = None,
    papers: Annotated[int | None, typer.Option(metavar="N", min=1, help="Papers to look at.")] = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    author: Authors = None,
    venue: Venue = "",
    topic: Topics = None,
    source: Source = "",
    paper: Chosen = None,
    with_abstract: WithAbstract = False,
    literal: Literally = False,
) -> None:
    """Answer a question from your papers.

    Every sentence of the answer is followed by the numbers of the quotations that support it. Where no paper answers,
    that is said, and the exit status is 0 all the same. What the question says of years, authors and venue, such as
    `since 2022`, is a filter, and is shown.
    """
    text = inputs.question(question)
    filters = inputs.filters(year_from, year_to, author, venue, topic, source, paper, with_abstract)
    screen = Screen()
    settings = inputs.settings(context.obj.home, model=model, papers=papers)
    events = neighbour.ask(settings, text, filters, literal=literal)
    if events is not None:
        with closing(events):
            _show(screen, events, as_json=as_json)
        return
    with closing(Assistant(Library(settings=settings))) as assistant:
        inputs.check_chosen(assistant.library, filters.ids)
        _show(screen, assistant.stream(text, filters=filters, literal=literal), as_json=as_json)


def _show(screen: Screen, events: Iterable[Event], *, as_json: bool) -> None:
    answer = show.follow(screen, events, show=screen.is_terminal and not as_json)
    if as_json:
        screen.json(answer_dict(answer))
    else:
        show.show_answer(screen, answer)


@app.command(epilog=inputs.examples("carrel search graph mamba", "carrel search -k 3 --why --author Vaswani attention"))
def search(
    context: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="Its words; - is standard input.")],
    as_json: Json = False,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="The most papers to show.")] = 10,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    author: Authors = None,
    venue: Venue = "",
    topic: Topics = None,
    source: Source = "",
    paper: Chosen = None,
    with_abstract: WithAbstract = False,
    literal: Literally = False,
    why: Annotated[
        bool,
        typer.Option(
            "--why", help="Say why each was found: nearness of meaning and of the best sentence, weight of the words."
        ),
    ] = False,
) -> None:
    """Find the papers nearest to some words.

    Each is shown with its sentence that is nearest. The words may be a question; what they say of years, authors and
    venue, such as `since 2022`, is a filter, and is shown.
    """
    text = inputs.question(query)
    filters = inputs.filters(year_from, year_to, author, venue, topic, source, paper, with_abstract)
    screen = Screen()
    with Library(context.obj.home) as library:
        if len(library) == 0:
            raise EmptyLibraryError(f"The library {library.place} is empty.")
        inputs.check_chosen(library, filters.ids)
        with screen.waiting("Loading the embedder and searching…"):
            hits, looked_at = narrowed.search(library, text, k, filters, literal=literal)
    show.show_scope(screen, looked_at, aside=as_json)
    if as_json:
        screen.json([found_dict(hit) for hit in hits])
    else:
        show.show_hits(screen, hits, why=why)
