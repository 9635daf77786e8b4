"""The commands for papers that are there: `list`, `remove` and `export`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant import export as exports
from assistant.errors import LibraryError
from assistant.library import Library
from assistant.types import Paper
from assistant.ui import inputs, show, words
from assistant.ui.console import Screen
from assistant.ui.inputs import Json

PAGE = 500
"""Papers read from the library at once."""

app = typer.Typer(rich_markup_mode=None)


@app.command("list", epilog=inputs.examples("carrel list", "carrel list --limit 20 --offset 40", "carrel list --json"))
def list_papers(
    context: typer.Context,
    as_json: Json = False,
    limit: Annotated[int | None, typer.Option(metavar="N", min=0, help="The most papers to list; default all.")] = None,
    offset: Annotated[int, typer.Option(metavar="N", min=0, help="Papers to pass over first.")] = 0,
) -> None:
    """List the papers, oldest first."""
    screen = Screen()
    with Library(context.obj.home) as library:
        if as_json:
            screen.json([exports.record(paper) for page in _pages(library, offset, limit) for paper in page])
            return
        for page in _pages(library, offset, limit):
            show.show_papers(screen, page)
        screen.note(f"{words.count(len(library), 'paper')} {library.place}.")


def _pages(library: Library, offset: int = 0, limit: int | None = None) -> Iterator[list[Paper]]:
    end = len(library) if limit is None else min(offset + limit, len(library))
    for start in range(offset, end, PAGE):
        yield library.papers(start, min(PAGE, end - start))


@app.command(epilog=inputs.examples("carrel remove smith2020", "carrel remove --yes p001 p002"))
def remove(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Ids of papers, as `carrel list` shows them.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove papers; on a terminal it asks first."""
    screen = Screen()
    with Library(context.obj.home) as library:
        papers = library.get(*dict.fromkeys(ids))
        known = {paper.id: paper for paper in papers}
        unknown = ", ".join(one for one in ids if one not in known)
        if not papers:
            raise LibraryError(f"There is no paper with the id {unknown}.", remedy="`carrel list` shows the ids.")
        if unknown:
            screen.note(f"There is no paper with the id {unknown}.")
        if sys.stdin.isatty() and not yes:
            show.show_papers(screen, papers)
            typer.confirm(f"Remove {words.count(len(papers), 'paper')}?", abort=True, err=True)
        screen.say(f"{words.count(library.remove(*known), 'paper')} removed.")


@app.command(epilog=inputs.examples("carrel export > refs.bib", "carrel export --format jsonl -o papers.jsonl"))
def export(
    context: typer.Context,
    form: Annotated[
        Literal["bibtex", "jsonl"], typer.Option("--format", help="BibTeX, or JSON lines, which lose nothing.")
    ] = "bibtex",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", readable=False, help="Default standard output.")
    ] = None,
) -> None:
    """Write all papers for another program."""
    screen = Screen()
    with Library(context.obj.home) as library:
        papers = (paper for page in _pages(library) for paper in page)
        lines = exports.bibtex(papers) if form == "bibtex" else exports.jsonl(papers)
        if output is None:
            screen.raw(lines)
        else:
            exports.write(output, lines)
            screen.note(f"{words.count(len(library), 'paper')} written to {output}.")
