"""`carrel add`: papers come in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import CarrelError, ReadError, UsageError
from assistant.library import Library, Watcher
from assistant.types import AddReport
from assistant.ui import inputs, show, words
from assistant.ui.console import Screen
from assistant.ui.inputs import Json

app = typer.Typer(rich_markup_mode=None)


@app.command(
    epilog=inputs.examples(
        "carrel add refs.bib zotero.ris", "carrel add --sample", "carrel add papers.csv --column title=Headline"
    )
)
def add(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            readable=False,
            help="Exports, tables, PDFs, archives of them; a folder; - is standard input.",
        ),
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Add the sample library, summaries of 119 papers.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=NAME", help="A table's column, such as title=Headline; may be repeated."),
    ] = None,
    embedded: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", readable=False, help="Take the vectors from a folder that `carrel embed` filled."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Add the papers of files to the library.

    A paper that is there already is updated or left as it is. What cannot be read is passed over and named. Ctrl-C
    loses nothing that is stored; the same command goes on from there.
    """
    files = files or []
    if not files and not sample:
        raise UsageError("There is no file to add.", remedy="Name at least one, or give --sample.")
    inputs.check_files(files)
    columns = inputs.columns(column or [])
    screen = Screen()
    with Library(context.obj.home) as library, screen.progress(quiet=as_json) as progress:
        report = sum(_add(library, files, sample, columns, progress, embedded), AddReport())
    failed = not any(report) and (report.files_read == 0 or bool(report.skipped))
    if as_json:
        screen.json(asdict(report))
    elif not failed:
        show.show_report(screen, report)
    if failed:
        raise _nothing_read(screen, report, files)


def _add(
    library: Library,
    files: Sequence[Path],
    sample: bool,
    columns: Mapping[str, str],
    progress: Watcher,
    embedded: Path | None,
) -> Iterator[AddReport]:
    named = [file for file in files if str(file) != inputs.STANDARD_INPUT]
    if sample:
        yield library.add_sample(progress)
    if named:
        yield library.add(*named, progress=progress, columns=columns, embedded=embedded)
    if len(named) < len(files):
        with inputs.standard_input() as file:
            yield library.add(file, progress=progress, columns=columns, embedded=embedded)


def _nothing_read(screen: Screen, report: AddReport, files: Sequence[Path]) -> CarrelError:
    if not report.skipped:
        return ReadError(f"There is no file in {', '.join(map(str, files))}.", remedy="")
    if len(report.skipped) == 1:
        return ReadError(words.skipped(report.skipped[0]), remedy="")
    for one in report.skipped[: show.SHOWN]:
        screen.note(words.skipped(one))
    if report.files_read:
        return ReadError("No paper could be read.", remedy="")
    return ReadError(f"None of {len(report.skipped):,} files could be read.", remedy="")
