"""What a command was given: its options, and files, questions and filters made of them."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.errors import LibraryError, ReadError, UsageError
from assistant.intent import check
from assistant.library import Library
from assistant.models import outside
from assistant.settings import NONE, Settings, load
from assistant.types import Filters
from assistant.ui import words
from assistant.ui.console import Screen

STANDARD_INPUT = "-"


@dataclass(slots=True)
class Everywhere:
    """The options that stand before any command."""

    home: str | None = None
    debug: bool = False


EVERYWHERE = ("--home", "--debug", "--version")

# Paths are taken with `readable=False`: whoever opens the file says better what is wrong with it than the parser.

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Language model: a name of `carrel models list`, a GGUF file, or http://HOST:PORT/v1."
    ),
]
YearFrom = Annotated[int | None, typer.Option(metavar="YEAR", help="Only papers of this year or later.")]
YearTo = Annotated[int | None, typer.Option(metavar="YEAR", help="Only papers of this year or earlier.")]
Authors = Annotated[
    list[str] | None, typer.Option("--author", metavar="NAME", help="Only papers of this author; may be repeated.")
]
Venue = Annotated[str, typer.Option(metavar="NAME", help="Only papers of this venue.", show_default=False)]
Topics = Annotated[
    list[str] | None, typer.Option("--topic", metavar="TOPIC", help="Only papers with this topic; may be repeated.")
]
Source = Annotated[str, typer.Option(metavar="FILE", help="Only papers that came from this file.", show_default=False)]
Chosen = Annotated[
    list[str] | None, typer.Option("--paper", metavar="ID", help="Only the paper with this id; may be repeated.")
]
WithAbstract = Annotated[bool, typer.Option("--with-abstract", help="Only papers that have an abstract.")]
Literally = Annotated[
    bool,
    typer.Option(
        "--literal", help="Take the words as they stand: `since 2022` and `by Ann Lee` in them are no filters."
    ),
]


def examples(*lines: str) -> str:
    """Return the end of a command's help."""
    # The \b keeps the lines apart.
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def help_without_command(context: typer.Context) -> None:
    """Show the help where a group of commands was called without one; that is wrong use."""
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)


def question(given: Sequence[str]) -> str:
    """Join the words of a question; a single `-` stands for standard input.

    Raises:
        QuestionError: It is empty or far too long.
    """
    text = sys.stdin.buffer.read().decode(errors="replace") if list(given) == [STANDARD_INPUT] else " ".join(given)
    # Bytes of the command line that are no text come as surrogates, which no model reads.
    return check(text.encode(errors="replace").decode())


def span(first: int | None, last: int | None, *, remedy: str) -> tuple[int | None, int | None] | None:
    """Make one value of a first and a last year, None where both are open.

    Raises:
        UsageError: They leave no year.
    """
    if first is not None and last is not None and first > last:
        raise UsageError(f"No year is from {first} and to {last}.", remedy=remedy)
    return None if first is None and last is None else (first, last)


def filters(
    year_from: int | None,
    year_to: int | None,
    authors: Sequence[str] | None,
    venue: str,
    topics: Sequence[str] | None,
    source: str,
    ids: Sequence[str] | None = None,
    with_abstract: bool = False,
) -> Filters:
    """Make one value of the options that limit a search.

    Raises:
        UsageError: The years leave nothing.
    """
    return Filters(
        years=span(year_from, year_to, remedy="Exchange --year-from and --year-to."),
        authors=tuple(authors or ()),
        venue=venue,
        topics=tuple(topics or ()),
        source=source,
        ids=tuple(ids or ()),
        with_abstract=with_abstract,
    )


def logins(given: Sequence[str]) -> dict[str, str]:
    """Read what was given as `NAME:PASSWORD`.

    Raises:
        UsageError: There is no name or no password in it.
    """
    pairs = [one.partition(":")[::2] for one in given]
    if not all(name and password for name, password in pairs):
        # What was given may be a password, and is not repeated.
        raise UsageError("--auth names no login.", remedy="Give NAME:PASSWORD, on the command line or in CARREL_AUTH.")
    return dict(pairs)


def check_chosen(library: Library, ids: Sequence[str]) -> None:
    """Find out that a paper is not there before anything is looked for in it.

    Raises:
        LibraryError: There is no paper with one of the ids.
    """
    known = {paper.id for paper in library.get(*ids)}
    if unknown := ", ".join(one for one in ids if one not in known):
        raise LibraryError(f"There is no paper with the id {unknown}.", remedy="`carrel list` shows the ids.")


def columns(given: Sequence[str]) -> dict[str, str]:
    """Read what was given as `FIELD=NAME`.

    Raises:
        UsageError: There is no `=` in it, or no such field.
    """
    from assistant.readers.columns import FIELDS

    pairs = [one.partition("=")[::2] for one in given]
    for field, name in pairs:
        if field not in FIELDS or not name:
            raise UsageError(
                f"--column {field}={name} names no column.", remedy=f"Give FIELD=NAME; fields are {', '.join(FIELDS)}."
            )
    return dict(pairs)


def agree(question: str, remedy: str) -> None:
    """Ask a person on the terminal; where there is none, refuse.

    Raises:
        UsageError: There is nobody to ask.
        typer.Abort: The person does not agree.
    """
    if not sys.stdin.isatty():
        raise UsageError(question, remedy=remedy)
    typer.confirm(question, abort=True, err=True)


def expanded(file: Path) -> Path:
    """Put a person's own folder in the place of `~`, which a shell leaves alone within quotes."""
    # Unlike `Path.expanduser`, this takes the name of a person who does not exist.
    return Path(os.path.expanduser(file))


def check_files(files: Sequence[Path]) -> None:
    """Find out that no file is there before a model is loaded.

    Raises:
        ReadError: None of the files exists.
    """
    if files and not any(str(file) == STANDARD_INPUT or os.path.exists(os.path.expanduser(file)) for file in files):
        names = ", ".join(map(str, files))
        verb = "does not exist" if len(files) == 1 else "do not exist"
        raise ReadError(f"{names} {verb}.", remedy="Check the name." if len(files) == 1 else "Check the names.")


@contextlib.contextmanager
def standard_input() -> Iterator[Path]:
    """Keep standard input as a file for as long as the block lasts."""
    # The name a file is added by stays with its papers, so it must not be that of a temporary folder.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        path = Path("standard input")
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path


def settings(home: str | None, **arguments: Any) -> Settings:
    """Load the settings that a model is to be loaded by, and say who reads along where it is elsewhere.

    Raises:
        SettingsError: A setting is unknown or malformed.
        ModelError: A model's file is missing, or cannot be a model.
    """
    loaded = load(home, **arguments)
    check_model(loaded)
    if hosts := outside(loaded):
        Screen().note(words.promise(hosts))
    return loaded


def check_model(settings: Settings) -> None:
    """Find out that a model's file or address is none before anything is loaded.

    Raises:
        ModelError: It is missing, or cannot be a model.
    """
    from assistant.models import address, catalogue, gguf

    for model in (settings.model, settings.larger_model):
        if address.is_address(model):
            address.key_for(address.parse(model))
        elif model != NONE:
            located = catalogue.locate(model, "chat", settings.home)
            if not located.sha256:
                gguf.check(located.path)
