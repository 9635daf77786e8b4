"""`carrel embed`: the vectors of large files, made beforehand by several processes or machines."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant import sharding
from assistant.library import files_of
from assistant.models import load_embedder
from assistant.settings import load
from assistant.ui import inputs, words
from assistant.ui.console import Screen
from assistant.ui.inputs import Json

app = typer.Typer(rich_markup_mode=None)


@app.command(
    epilog=inputs.examples(
        "carrel embed --out vectors --shards 16 papers.jsonl     # in several terminals, or on several machines",
        "carrel add --embedded vectors papers.jsonl",
    )
)
def embed(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", readable=False, help="As for `carrel add`.")],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FOLDER", readable=False, help="Where the shards go."),
    ],
    shards: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="How many; default as many as the folder was begun with, or one."),
    ] = None,
    shard: Annotated[int | None, typer.Option(metavar="I", min=0, help="Make this one alone, counted from 0.")] = None,
    as_json: Json = False,
) -> None:
    """Embed the papers of large files in shards, to be added later.

    Each process makes the shards that none has made or is making, so that many can share the work. A shard that was
    stopped is made anew by the next; the others stay.
    """
    inputs.check_files(files)
    screen = Screen()
    # No library is opened: whoever only embeds needs none.
    embedder = load_embedder(load(context.obj.home))
    with screen.progress(quiet=as_json) as progress:
        done = sharding.embed(list(files_of(files)), out.expanduser(), embedder, progress, number=shards, only=shard)
    if as_json:
        screen.json(asdict(done))
        return
    screen.say(f"{words.count(done.texts, 'paper')}, {done.shards - done.left} of {done.shards} shards made.")
    if done.left:
        screen.note("Others are making the rest, or were stopped: the same command goes on with it.")
    else:
        screen.note(f"Add them with `carrel add --embedded {out} {' '.join(map(str, files))}`.")
