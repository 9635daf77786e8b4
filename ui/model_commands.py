"""`carrel models`: the models Carrel knows by name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from assistant.errors import ModelError
from assistant.models.catalogue import Purpose, entries, find
from assistant.settings import load
from assistant.ui import inputs, show
from assistant.ui.console import Screen
from assistant.ui.inputs import Json

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """Show the models Carrel knows."""
    inputs.help_without_command(context)


@app.command("list", epilog=inputs.examples("carrel models list", "carrel models list --json"))
def list_models(context: typer.Context, as_json: Json = False) -> None:
    """List the models, installed or not.

    A model that is in use and not of the catalogue is listed too.
    """
    screen = Screen()
    settings = load(context.obj.home)
    rows = [*_rows("chat", settings.model), *_rows("embedder", settings.embedder)]
    if as_json:
        screen.json(rows)
    else:
        show.show_models(screen, rows)


def _rows(purpose: Purpose, used: str) -> Iterator[dict[str, Any]]:
    known = entries(purpose)
    for name, entry in known.items():
        yield _row(name, purpose, used, title=entry.title, size=entry.size, licence=entry.licence)
    if used not in known:
        yield _row(used, purpose, used, title=Path(used).stem, size=None, licence="")


def _row(name: str, purpose: Purpose, used: str, **others: Any) -> dict[str, Any]:
    return {
        "name": name,
        "purpose": purpose,
        **others,
        "installed": _is_installed(name, purpose),
        "in_use": name == used,
    }


def _is_installed(name: str, purpose: Purpose) -> bool:
    try:
        find(name, purpose)
    except ModelError:
        return False
    return True
