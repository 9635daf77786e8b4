"""The commands of `carrel`, each a few lines: read what was given, call the library, show what came of it."""

import importlib.metadata
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from assistant import export as exports
from assistant.errors import CarrelError, EmptyLibraryError, LibraryError, ReadError, UsageError
from assistant.library import Library, Watcher
from assistant.models import load_isolated, outside
from assistant.settings import Settings, load
from assistant.types import AddReport, Event, Paper
from assistant.ui import (
    embed_command,
    explore_commands,
    inputs,
    library_commands,
    model_commands,
    narrowed,
    neighbour,
    show,
    upkeep_commands,
    words,
)
from assistant.ui.console import Screen
from assistant.ui.inputs import (
    Authors,
    Chosen,
    Json,
    Literally,
    Model,
    Source,
    Topics,
    Venue,
    WithAbstract,
    YearFrom,
    YearTo,
)
from assistant.ui.render import answer_dict, found_dict
from assistant.wiring import Assistant

PAGE = 500
"""Papers read from the library at once."""

# Paths are taken with `readable=False`: whoever opens the file says better what is wrong with it than the parser.


# Plain help: it can be copied, and no terminal is too narrow for it.
app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=inputs.examples("carrel add --sample", "carrel ask How much does RouteLLM cut cost?", "carrel serve"),
)
app.add_typer(model_commands.app, name="models")
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


@app.command(
    epilog=inputs.examples(
        "carrel ask How much does RouteLLM cut cost?", "carrel ask --year-from 2023 What is graph mamba?"
    )
)
def ask(
    context: typer.Context,
    question: Annotated[list[str], typer.Argument(metavar="QUESTION", help="Its words; - is standard input.")],
    as_json: Json = False,
    model: Model = None,
    papers: Annotated[int | None, typer.Option(metavar="N", min=1, help="Papers to look at.")] = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    author: Authors = None,
    venue: Venue = "",
    topic: Topics = None,
    source: Source = "",
    paper: Chosen = None,
    with_abstract: WithAbstract = False,
    literal: Literally = False,
) -> None:
    """Answer a question from your papers.

    Every sentence of the answer is followed by the numbers of the quotations that support it. Where no paper answers,
    that is said, and the exit status is 0 all the same. What the question says of years, authors and venue, such as
    `since 2022`, is a filter, and is shown.
    """
    text = inputs.question(question)
    filters = inputs.filters(year_from, year_to, author, venue, topic, source, paper, with_abstract)
    screen = Screen()
    settings = _settings(context, model=model, papers=papers)
    events = neighbour.ask(settings, text, filters, literal=literal)
    if events is not None:
        with closing(events):
            _show(screen, events, as_json=as_json)
        return
    with closing(Assistant(Library(settings=settings))) as assistant:
        inputs.check_chosen(assistant.library, filters.ids)
        _show(screen, assistant.stream(text, filters=filters, literal=literal), as_json=as_json)


def _show(screen: Screen, events: Iterable[Event], *, as_json: bool) -> None:
    answer = show.follow(screen, events, show=screen.is_terminal and not as_json)
    if as_json:
        screen.json(answer_dict(answer))
    else:
        show.show_answer(screen, answer)


def _settings(context: typer.Context, **arguments: Any) -> Settings:
    settings = load(context.obj.home, **arguments)
    inputs.check_model(settings)
    if hosts := outside(settings):
        Screen().note(words.promise(hosts))
    return settings


@app.command(epilog=inputs.examples("carrel search graph mamba", "carrel search -k 3 --why --author Vaswani attention"))
def search(
    context: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="Its words; - is standard input.")],
    as_json: Json = False,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="The most papers to show.")] = 10,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    author: Authors = None,
    venue: Venue = "",
    topic: Topics = None,
    source: Source = "",
    paper: Chosen = None,
    with_abstract: WithAbstract = False,
    literal: Literally = False,
    why: Annotated[
        bool,
        typer.Option(
            "--why", help="Say why each was found: nearness of meaning and of the best sentence, weight of the words."
        ),
    ] = False,
) -> None:
    """Find the papers nearest to some words.

    Each is shown with its sentence that is nearest. The words may be a question; what they say of years, authors and
    venue, such as `since 2022`, is a filter, and is shown.
    """
    text = inputs.question(query)
    filters = inputs.filters(year_from, year_to, author, venue, topic, source, paper, with_abstract)
    screen = Screen()
    with Library(context.obj.home) as library:
        if len(library) == 0:
            raise EmptyLibraryError(f"The library {library.place} is empty.")
        inputs.check_chosen(library, filters.ids)
        with screen.waiting("Loading the embedder and searching…"):
            hits, looked_at = narrowed.search(library, text, k, filters, literal=literal)
    show.show_scope(screen, looked_at, aside=as_json)
    if as_json:
        screen.json([found_dict(hit) for hit in hits])
    else:
        show.show_hits(screen, hits, why=why)


@app.command(epilog=inputs.examples("carrel serve", "carrel serve --port 8000 --no-browser"))
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Its port; 0 is any free one.")] = 7860,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen at.")] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page in a browser.")] = False,
    sample_if_empty: Annotated[
        bool, typer.Option("--sample-if-empty", help="Add the sample library where there is no paper.")
    ] = False,
    model: Model = None,
) -> None:
    """Serve the chat page on this machine, until Ctrl-C."""
    from assistant.ui import server

    screen = Screen()
    # A crash of the model must not take the page down.
    with closing(Assistant(Library(settings=_settings(context, model=model)), load=load_isolated)) as assistant:
        library = assistant.library
        if len(library) == 0 and sample_if_empty:
            screen.note(f"The library {library.place} is empty; adding the sample library.")
            with screen.progress() as progress:
                library.add_sample(progress)
        screen.note(f"{words.count(len(library), 'paper')} {library.place}. Starting the page…")
        server.serve(
            assistant,
            host=host,
            port=port,
            open_browser=not no_browser,
            announce=lambda url: screen.say(f"Carrel is at {url} until Ctrl-C."),
        )
    screen.note("Stopped.")


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


@app.command(epilog=inputs.examples("carrel doctor", "carrel doctor --tune", "carrel --home ~/papers doctor --json"))
def doctor(
    context: typer.Context,
    as_json: Json = False,
    tune: Annotated[
        bool, typer.Option("--tune", help="First measure which threads and arithmetic are quickest here; some seconds.")
    ] = False,
) -> None:
    """Say what is wrong, and repair the index.

    The exit status is 1 where something is left to be done.
    """
    from assistant.ui import doctor

    screen, findings = Screen(), []
    if tune:
        with screen.waiting("Loading the language model…") as waiting:
            doctor.tune(context.obj.home, waiting.tell)
    with screen.waiting("Examining…") as waiting:
        for finding in doctor.examine(context.obj.home):
            findings.append(finding)
            if not as_json:
                with waiting.aside():
                    show.show_finding(screen, finding)
    well = all(finding.ok for finding in findings)
    if as_json:
        screen.json({"ok": well, "findings": [asdict(finding) for finding in findings]})
    if not well:
        raise typer.Exit(1)
