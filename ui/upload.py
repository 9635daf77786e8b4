"""Papers that come through the page: files dropped or sent by a program are added, and what became of them is said."""

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import CarrelError, UsageError
from assistant.library import Library
from assistant.types import AddReport, Progress
from assistant.ui import words
from assistant.ui.exchange import Exchange
from assistant.ui.table import safe

LARGEST = 500_000_000
"""Bytes of a file at most: hardly a larger one would be read."""

LONGEST_NAME = 200

PAUSE = 0.25
"""Seconds between two looks at how far it is."""

SHOWN = 20
"""Records named before the rest is left to the file that can be fetched."""

STAGES = {"reading": "Reading: {}", "papers": "Adding papers: {}", "index": "Building the index: {}"}

UNEXPECTED = "Something went wrong. What happened is in the log of the window that Carrel runs in."

log = logging.getLogger(__name__)

Add = Callable[[Library, Callable[[Progress], None], threading.Event], AddReport]


@dataclass(slots=True)
class Job:
    """Papers being added for somebody."""

    session: str
    stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    progress: Progress | None = None
    report: AddReport | None = None
    problem: str = ""
    """Why it failed, with the remedy."""


class Intake:
    """Adds what comes through the page, each job in a thread of its own.

    Args:
        library: Where the papers go.
    """

    def __init__(self, library: Library) -> None:
        self.exchange = Exchange(library.home)
        self._library = library
        self._jobs: list[Job] = []

    def sent(self, given: Any) -> dict[Path, str]:
        """Return the files that a page or a program says it has sent, and what they are called.

        Raises:
            UsageError: One of them is none that was sent.
        """
        files: dict[Path, str] = {}
        for one in given if isinstance(given, list) else [given]:
            path = str(one.get("path", "")) if isinstance(one, Mapping) else ""
            file = self.exchange.received(path)
            if file is None:
                raise UsageError("This is no file that was sent here.", remedy="Send it first, then name it.")
            files[file] = words.one_line(str(one.get("orig_name") or file.name))[-LONGEST_NAME:] or file.name
        if not files:
            raise UsageError("There is no file to add.", remedy="Send at least one.")
        return files

    def files(self, files: Mapping[Path, str], session: str = "") -> Generator[Job]:
        """Add files, and delete them; see `run`."""

        def add(library: Library, tell: Callable[[Progress], None], stop: threading.Event) -> AddReport:
            try:
                return library.add(*files, progress=tell, names=files, stop=stop)
            finally:
                for file in files:
                    self.exchange.discard(file)

        yield from self.run(add, session)

    def sample(self, session: str = "") -> Generator[Job]:
        """Add the sample library; see `run`."""
        yield from self.run(lambda library, tell, stop: library.add_sample(tell, stop), session)

    def run(self, add: Add, session: str) -> Generator[Job]:
        """Add papers; when the generator is closed, adding ends in a moment.

        Yields:
            The job as it goes on, and once more when it is over.
        """
        job = Job(session)
        self._jobs.append(job)
        threading.Thread(target=self._work, args=(add, job), name="adding", daemon=True).start()
        try:
            while not job.over.wait(PAUSE):
                yield job
            yield job
        finally:
            job.stop.set()

    def _work(self, add: Add, job: Job) -> None:
        def tell(progress: Progress) -> None:
            job.progress = progress

        try:
            job.report = add(self._library, tell, job.stop)
        except CarrelError as error:
            job.problem = words.of_error(error)
        except Exception:  # the border: a thread has no one above it to tell
            # The library may have been closed under what was stopped at the end.
            if not job.stop.is_set():
                log.exception("Papers could not be added.")
            job.problem = UNEXPECTED
        finally:
            self._jobs.remove(job)
            job.over.set()

    def stop(self, session: str) -> None:
        """Stop what is being added for a session; what was stored stays."""
        for job in list(self._jobs):
            if job.session == session:
                job.stop.set()

    def close(self) -> None:
        """Stop what is being added for anyone."""
        for job in list(self._jobs):
            job.stop.set()

    def wait(self, seconds: float) -> None:
        """Wait until nothing is being added: a process that ends amid the arithmetic would crash."""
        until = time.monotonic() + seconds
        for job in list(self._jobs):
            job.over.wait(max(until - time.monotonic(), 0))


def told(intake: Intake, files: Any, session: str) -> Iterator[str]:
    """Add files that were sent, and say how far it is and what became of them, as HTML."""
    try:
        yield from _told(intake.files(intake.sent(files), session), intake.exchange)
    except UsageError as error:
        yield f'<div class="report problem" role="alert"><p>{safe(words.of_error(error))}</p>{DISMISS}</div>'


def sample(intake: Intake, session: str) -> Iterator[str]:
    """Add the sample library, and say how far it is and what became of it, as HTML."""
    yield from _told(intake.sample(session), intake.exchange)


def _told(jobs: Generator[Job], exchange: Exchange) -> Iterator[str]:
    before = ""
    with closing(jobs):
        for job in jobs:
            shown = finished(job, exchange) if job.over.is_set() else following(job)
            if shown != before:
                yield shown
            before = shown


def following(job: Job) -> str:
    """Return how far a job is, as HTML, with a button that stops it."""
    bar, text = "<progress aria-label='Adding papers'></progress>", "Opening the files…"
    if progress := job.progress:
        counted = f"{progress.done:,}" + (f" of {progress.total:,}" if progress.total else "")
        text = STAGES.get(progress.stage, "{}").format(counted)
        if progress.total:
            bar = f"<progress aria-label='Adding papers' max='{progress.total}' value='{progress.done}'></progress>"
    stop = "Stopping…" if job.stop.is_set() else '<button type="button" data-do="stop">Stop</button>'
    return f'<div class="working" role="status"><p>{text}</p>{bar}{stop}</div>'


def finished(job: Job, exchange: Exchange) -> str:
    """Return what became of the papers, as HTML; what was skipped can be fetched as a file."""
    if job.report is None:
        return f'<div class="report problem" role="alert"><p>{safe(job.problem)}</p>{DISMISS}</div>'
    report = job.report
    stopped = "Stopped; what was stored stays. " if job.stop.is_set() else ""
    return (
        f'<div class="report" role="status"><p>{stopped}{summary(report)}</p>{_notes(report)}'
        f"{_skipped(report, exchange)}{_merged(report)}{DISMISS}</div>"
    )


DISMISS = '<button type="button" data-do="dismiss">Close</button>'


def summary(report: AddReport) -> str:
    """Say in a line what became of the records.

    >>> summary(AddReport(added=("a", "b"), unchanged=("c",)))
    '2 papers added, 1 there already.'
    """
    counted = ("updated", report.updated), ("merged", report.merged), ("skipped", report.skipped)
    parts = [f"{words.count(len(report.added), 'paper')} added"]
    parts += [f"{len(report.unchanged):,} there already"] if report.unchanged else []
    parts += [f"{len(ones):,} {verb}" for verb, ones in counted if ones]
    return ", ".join(parts) + "."


def _notes(report: AddReport) -> str:
    return "".join(f'<p class="note" dir="auto">{safe(str(note))}</p>' for note in report.notes[:SHOWN])


def _skipped(report: AddReport, exchange: Exchange) -> str:
    if not report.skipped:
        return ""
    lines = [words.skipped(one) for one in report.skipped]
    file = exchange.place("skipped.txt")
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    fetch = f'<a href="{exchange.offer(file)}" download="skipped.txt">Save all as a file</a>'
    head = f"{words.count(len(lines), 'record')} skipped"
    return f"<details open><summary>{head}</summary>{_list(lines)}<p>{fetch}</p></details>"


def _merged(report: AddReport) -> str:
    if not report.merged:
        return ""
    lines = [words.one_line(str(one)) for one in report.merged]
    return f"<details><summary>{words.count(len(lines), 'record')} merged</summary>{_list(lines)}</details>"


def _list(lines: Sequence[str]) -> str:
    items = "".join(f'<li dir="auto">{safe(line)}</li>' for line in lines[:SHOWN])
    more = f"<li>… and {len(lines) - SHOWN:,} more</li>" if len(lines) > SHOWN else ""
    return f"<ul>{items}{more}</ul>"


def check(exchange: Exchange, given: Any) -> None:
    """Refuse what names a file that was not sent: Gradio would copy any file of this machine, and fetch any address."""
    import gradio as gr

    if isinstance(given, Mapping):
        if "meta" in given and "path" in given and exchange.received(str(given["path"])) is None:
            raise gr.Error("This is no file that was sent here.", print_exception=False)
        check(exchange, list(given.values()))
    elif isinstance(given, list | tuple):
        for one in given:
            check(exchange, one)


def adder(intake: Intake) -> Callable[..., dict[str, Any]]:
    """Return the endpoint by which programs add files."""
    import gradio as gr

    def add(files: list[dict[str, Any]]) -> dict[str, Any]:
        """Add the papers of files to the library.

        Args:
            files: Files in any format that `carrel add` reads, as `gradio_client.handle_file` sends them.

        Returns:
            The object that `carrel add --json` prints.
        """
        try:
            *_, job = intake.files(intake.sent(files))
        except CarrelError as error:
            raise gr.Error(words.of_error(error), print_exception=False) from error
        if job.report is None:
            raise gr.Error(job.problem, print_exception=False)
        return asdict(job.report)

    return add
