"""`carrel models`: the models Carrel knows by name, those on this machine, and those in use."""

import os
import sys
from contextlib import closing
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import ModelError, ModelNotFoundError
from assistant.models import choosing, stored
from assistant.models.catalogue import Located, known
from assistant.models.importing import import_model
from assistant.models.machine import machine
from assistant.models.overview import SPARE, overview
from assistant.models.pulling import check_pullable, hub, pull
from assistant.settings import Settings, load, prepare_home
from assistant.ui import inputs, show, words
from assistant.ui.console import Screen
from assistant.ui.inputs import Json

app = typer.Typer(rich_markup_mode=None)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name that `carrel models list` shows.")]
NameOrPath = Annotated[
    str, typer.Argument(metavar="NAME", help="A name of `carrel models list`, a GGUF file, or an embedder's folder.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """Show, pull, choose and remove models."""
    inputs.help_without_command(context)


@app.command("list", epilog=inputs.examples("carrel models list", "carrel models list --json"))
def list_models(context: typer.Context, as_json: Json = False) -> None:
    """List the models, those here and those to be had.

    Each with its size, licence, the memory it takes while it runs, and how fast it may write, estimated from what was
    measured on this machine. A model that is in use and not of the catalogue is listed too. No hub is contacted.
    """
    screen, here = Screen(), machine()
    rows = overview(load(context.obj.home), here)
    if as_json:
        screen.json([asdict(row) for row in rows])
    else:
        show.show_models(screen, rows)
        memory = f"{words.size(here.memory)} of memory" if here.memory else "its memory is not known"
        screen.note(f"This machine: {memory}, {words.count(here.cores, 'core')}.")
        if not any(row.tokens_a_second for row in rows):
            screen.note("How fast each may write is told once `carrel doctor --tune` has measured the model in use.")
        screen.note("By hand: not for `carrel models pull`, which says why; download it and `carrel models import` it.")


@app.command("pull", epilog=inputs.examples("carrel models pull qwen2.5-1.5b", "carrel models pull bge-small"))
def pull_model(context: typer.Context, name: Name) -> None:
    """Download a model; no other command contacts a hub.

    Ctrl-C loses nothing; the same command goes on from there. Only a file whose size and hash are right is used. The
    hub is huggingface.co, or the mirror that HF_ENDPOINT names.
    """
    screen, settings = Screen(), load(context.obj.home)
    found = known(name, settings.home)
    if found is None:
        raise ModelNotFoundError(
            f"There is no model {name!r} in the catalogue.", remedy="`carrel models list` shows them."
        )
    purpose, entry = found
    check_pullable(name, entry)
    if (model := stored.get(settings.home, name)) and model.sha256 == entry.hash:
        screen.say(f"{name} is here already; `carrel models use {name}` takes it into use.")
        return
    address = hub()
    prepare_home(settings.home)
    screen.note(
        f"Downloading {entry.title}, {words.size(entry.total)}, {entry.licence}, from {address}/{entry.repository}. "
        "The hub sees this machine's address and what is fetched, nothing of your library."
    )
    here = machine().memory
    if entry.memory and here and entry.memory + SPARE > here:
        screen.note(f"It takes about {words.size(entry.memory)} of memory, and this machine has {words.size(here)}.")
    with screen.progress(f"Contacting {address}") as progress:
        model = pull(settings.home, name, purpose, entry, progress)
    screen.say(f"{model.title} is here, {words.size(model.size)}; `carrel models use {name}` takes it into use.")


@app.command("use", epilog=inputs.examples("carrel models use qwen2.5-1.5b", "carrel models use ~/models/specter"))
def use_model(context: typer.Context, name: NameOrPath) -> None:
    """Use a model from now on.

    A language model or an embedder; it is remembered in the home's config.toml. The papers of a library belong to their
    embedder: after another was chosen, `carrel reindex` embeds them anew.
    """
    screen, settings = Screen(), load(context.obj.home)
    choice = choosing.examine(name, settings)
    prepare_home(settings.home)
    choosing.remember(settings.home, choice)
    trade = "language model" if choice.setting == "model" else "embedder"
    screen.say(f"{choice.located.title} is the {trade} now.")
    for remark in choice.remarks:
        screen.note(remark)
    if choice.setting == "embedder":
        _tell_of_library(screen, settings, choice.located)


def _tell_of_library(screen: Screen, settings: Settings, located: Located) -> None:
    """Say that the papers must be embedded anew, where they must."""
    from assistant.models.embedder import revision
    from assistant.vectorstore.store import Store

    if not (settings.home / "library.sqlite3").exists():
        return
    with closing(Store(settings.home)) as store:
        used, papers = store.ledger.embedder, len(store.ledger)
    if used is not None and (used.name, used.revision) != (located.title, revision(located)):
        screen.note(
            f"{words.count(papers, 'paper')} in {settings.home} were embedded by {used.name}. `carrel reindex` embeds "
            "them anew beside the old vectors, and goes on where it was stopped; until then nothing can be asked."
        )


@app.command("remove", epilog=inputs.examples("carrel models remove qwen2.5-1.5b"))
def remove_model(context: typer.Context, name: Name, yes: Yes = False) -> None:
    """Remove a model that was pulled or imported.

    Also what was begun of one. On a terminal it asks first.
    """
    screen, settings = Screen(), load(context.obj.home)
    _check_removable(settings, name)
    if sys.stdin.isatty() and not yes:
        typer.confirm(f"Remove {name}?", abort=True, err=True)
    screen.say(f"{name} removed, {words.size(stored.remove(settings.home, name))} freed.")


def _check_removable(settings: Settings, name: str) -> None:
    if not stored.is_there(settings.home, name):
        found = known(name, settings.home)
        remedy = "It comes as a package: pip uninstall it." if found and found[1].package else ""
        raise ModelError(
            f"{name} was neither pulled nor imported.", remedy=remedy or "`carrel models list` shows what is installed."
        )
    own = stored.folder(settings.home, name).resolve()
    for one in fields(Settings):
        used = getattr(settings, one.name) if one.name in ("model", "larger_model", "embedder") else None
        if used is not None and (used == name or Path(os.path.expanduser(used)).resolve().is_relative_to(own)):
            raise ModelError(
                f"{name} is in use.", remedy=f"Use another first, such as with `carrel models use {one.default}`."
            )


@app.command(
    "import",
    epilog=inputs.examples(
        "carrel models import /media/usb/model.gguf", "carrel models import ~/specter --name specter"
    ),
)
def import_file(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", readable=False, callback=inputs.expanded, help="A GGUF file, or an embedder's folder."
        ),
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="What it is to be called.", show_default=False)] = "",
) -> None:
    """Take a model from a file, without a network.

    It is checked and copied into the home, and its hash is noted.
    """
    screen, settings = Screen(), load(context.obj.home)
    if not file.exists():
        raise ModelNotFoundError(f"{file} does not exist.", remedy="Check the name.")
    prepare_home(settings.home)
    with screen.progress("Checking the file") as progress:
        model = import_model(settings.home, file, name, progress)
    screen.say(f"{model.title} is here as {model.name}, {words.size(model.size)}, sha256 {model.sha256}.")
    screen.note(f"`carrel models use {model.name}` takes it into use.")
