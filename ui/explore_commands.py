"""Commands that look around in a library: papers like one, and what all are about."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from assistant.errors import EmptyLibraryError
from assistant.library import Library
from assistant.types import Paper, Topic
from assistant.ui import inputs, show, words
from assistant.ui.console import Screen
from assistant.ui.inputs import Json
from assistant.ui.render import found_dict

app = typer.Typer(rich_markup_mode=None)

TITLES = 2
"""Papers named under a topic."""


@app.command(epilog=inputs.examples("carrel similar lee2024", "carrel similar -k 3 --json lee2024"))
def similar(
    context: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="ID", help="Id of a paper, as `carrel list` shows it.")],
    as_json: Json = False,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="The most papers to show.")] = 10,
) -> None:
    """Find the papers nearest to one of the library.

    Each is shown with its sentence that is nearest to the paper. No model is loaded.
    """
    screen = Screen()
    with Library(context.obj.home) as library, screen.waiting("Searching…"):
        hits = library.similar(paper, k)
    if as_json:
        screen.json([found_dict(hit) for hit in hits])
    elif hits:
        show.show_hits(screen, hits)
    else:
        screen.note(f"There is no other paper {library.place}.")


@app.command(epilog=inputs.examples("carrel topics", "carrel topics -n 5", "carrel topics --json"))
def topics(
    context: typer.Context,
    as_json: Json = False,
    n: Annotated[int | None, typer.Option("-n", metavar="N", min=1, help="How many; default what fits.")] = None,
) -> None:
    """Show what the papers are about: groups of papers near each other, the largest first.

    Each is named by its own words and shown with the titles that are most central to it.
    """
    screen = Screen()
    with Library(context.obj.home) as library:
        if len(library) == 0:
            raise EmptyLibraryError(f"The library {library.place} is empty.")
        with screen.waiting("Reading the papers…"):
            found = library.topics(n)
            papers = {paper.id: paper for paper in library.get(*(one for topic in found for one in topic.papers))}
    if as_json:
        screen.json([asdict(topic) for topic in found])
        return
    for topic in found:
        _show_topic(screen, topic, [papers[one] for one in topic.papers if one in papers])


def _show_topic(screen: Screen, topic: Topic, central: list[Paper]) -> None:
    label = words.one_line(", ".join(topic.label)) or "other papers"
    screen.say(Text.assemble((label, "bold"), (f"  {words.count(topic.count, 'paper')}", "dim")))
    for paper in central[:TITLES]:
        screen.say(words.title(paper), head="    ")
