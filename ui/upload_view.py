"""How far adding papers through the page is, and what became of them, as HTML."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any

from assistant.errors import UsageError
from assistant.types import AddReport
from assistant.ui import words
from assistant.ui.exchange import Exchange
from assistant.ui.table import safe
from assistant.ui.upload import Intake, Job

SHOWN = 20
"""Records named before the rest is left to the file that can be fetched."""

STAGES = {"reading": "Reading: {}", "papers": "Adding papers: {}", "index": "Building the index: {}"}


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
