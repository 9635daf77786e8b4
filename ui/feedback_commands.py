"""The command that gives what people said of answers to an evaluation."""

import json
from pathlib import Path
from typing import Annotated

import typer

from assistant import export as exports
from assistant.settings import load
from assistant.ui import inputs, words
from assistant.ui.console import Screen
from assistant.ui.feedback import read

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def feedback(context: typer.Context) -> None:
    """Give what was said of answers on the page to other programs."""
    inputs.help_without_command(context)


@app.command(epilog=inputs.examples("carrel feedback export", "carrel feedback export -o said.jsonl"))
def export(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", readable=False, help="Default standard output.")
    ] = None,
) -> None:
    """Write what was said of answers: JSON lines, each with the answer as `carrel ask --json` prints it.

    `verdict` is good or bad, `word` what went along. It is kept on this machine only.
    """
    screen = Screen()
    said = list(read(load(context.obj.home).home))
    lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in said)
    if output is None:
        screen.raw(lines)
    else:
        exports.write(output, lines)
        screen.note(f"{words.count(len(said), 'answer')} written to {output}.")
