"""The commands of `carrel`, each a few lines: read what was given, call the library, show what came of it."""

import importlib.metadata
from typing import Annotated

import typer

from assistant.ui import (
    add_command,
    ask_commands,
    doctor_command,
    embed_command,
    explore_commands,
    feedback_commands,
    inputs,
    library_commands,
    model_commands,
    paper_commands,
    serve_command,
    upkeep_commands,
)

# Plain help: it can be copied, and no terminal is too narrow for it.
app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=inputs.examples("carrel add --sample", "carrel ask How much does RouteLLM cut cost?", "carrel serve"),
)
# In the order in which the help lists them.
app.add_typer(add_command.app)
app.add_typer(ask_commands.app)
app.add_typer(serve_command.app)
app.add_typer(paper_commands.app)
app.add_typer(doctor_command.app)
app.add_typer(model_commands.app, name="models")
app.add_typer(feedback_commands.app, name="feedback")
app.add_typer(library_commands.app)
app.add_typer(upkeep_commands.app)
app.add_typer(explore_commands.app)
app.add_typer(embed_command.app)


def _version(wanted: bool) -> None:
    if wanted:
        try:
            print(f"carrel {importlib.metadata.version('carrel')}")
        except importlib.metadata.PackageNotFoundError:
            print("carrel, not installed")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def carrel(
    context: typer.Context,
    home: Annotated[
        str | None,
        typer.Option(
            envvar="CARREL_HOME",
            metavar="FOLDER",
            help="The library, or its address on a Chroma server; default the platform's data folder.",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Answers from your own library of papers, offline, each with the words that support it."""
    context.obj.home, context.obj.debug = home, debug
    inputs.help_without_command(context)
