"""The commands that keep a library safe: `backup`, `restore` and `reindex`."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import EmptyLibraryError
from assistant.library import Library
from assistant.ui import inputs, words
from assistant.ui.console import Screen
from assistant.vectorstore.backup import look

app = typer.Typer()

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Force = Annotated[bool, typer.Option("--force", help="Even where they are embedded by it already.")]


@app.command(epilog=inputs.examples("carrel backup papers.carrel", "carrel --home ~/lab backup /media/usb/lab.carrel"))
def backup(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", readable=False, callback=inputs.expanded, help="The file to write.")
    ],
    yes: Yes = False,
) -> None:
    """Save all papers, with their vectors and the settings, in one file.

    The file is a ZIP archive with checksums; it is whole or not there. The library may be in use meanwhile.
    """
    screen = Screen()
    if file.is_file() and not yes:
        inputs.agree(f"{file} is there already. Write over it?", "Give --yes to write over it.")
    with Library(context.obj.home) as library:
        _check_filled(library)
        with screen.progress("Copying") as progress:
            papers = library.backup(file, progress=progress)
    screen.say(f"{words.count(papers, 'paper')} saved in {file}, {words.size(file.stat().st_size)}.")


@app.command(epilog=inputs.examples("carrel restore papers.carrel", "carrel --home ~/new restore papers.carrel"))
def restore(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", readable=False, callback=inputs.expanded, help="A file that `carrel backup` wrote."
        ),
    ],
    yes: Yes = False,
) -> None:
    """Put the papers of a backup in the place of those in the library.

    The backup is checked first; the library changes in one step, or not at all.
    """
    screen = Screen()
    # Before a home is made, and a person is asked.
    inputs.check_files([file])
    look(file)
    with Library(context.obj.home) as library:
        if len(library) and not yes:
            there = words.count(len(library), "paper")
            inputs.agree(f"Replace the {there} in {library.home}?", "Give --yes to replace them.")
        with screen.progress("Checking the backup") as progress:
            papers = library.restore(file, progress=progress)
        screen.say(f"{words.count(papers, 'paper')} restored in {library.home}.")


@app.command(epilog=inputs.examples("carrel reindex", "CARREL_EMBEDDER=~/models/specter carrel reindex"))
def reindex(context: typer.Context, force: Force = False) -> None:
    """Embed all papers anew with the embedder that the settings name, and build the index.

    Meanwhile the library answers with the former vectors. Ctrl-C loses nothing; the same command goes on from there.
    """
    screen = Screen()
    with Library(context.obj.home) as library:
        _check_filled(library)
        with screen.progress() as progress:
            papers = library.reindex(progress=progress, force=force)
        embedder = library.embedder.identity.name
        if papers:
            screen.say(f"{words.count(papers, 'paper')} embedded by {embedder}.")
        else:
            screen.say(f"Already embedded by {embedder}: {words.count(len(library), 'paper')}.")


def _check_filled(library: Library) -> None:
    if len(library) == 0:
        raise EmptyLibraryError(f"The library {library.place} is empty.")
