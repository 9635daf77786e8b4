"""Commands that mend a library."""

from typing import Annotated

import typer

from assistant import export
from assistant.library import Library
from assistant.ui import inputs, show, words
from assistant.ui.console import Screen
from assistant.ui.inputs import Json

app = typer.Typer(rich_markup_mode=None)


@app.command(epilog=inputs.examples("carrel split lee24", "carrel split --json lee24"))
def split(
    context: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="ID", help="Id of a paper, as `carrel add` named it.")],
    as_json: Json = False,
) -> None:
    """Undo a merging: each record of the paper becomes a paper again.

    The first keeps the id. Adding the same files again leaves them apart.
    """
    screen = Screen()
    with Library(context.obj.home) as library, screen.waiting("Splitting…"):
        papers = library.split(paper)
    if as_json:
        screen.json([export.record(one) for one in papers])
    else:
        show.show_papers(screen, papers)
        screen.note(f"{words.one_line(paper)} is split into {words.count(len(papers), 'paper')}.")
