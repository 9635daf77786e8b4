"""How answers, papers and findings look on a terminal, and plainly where there is none."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from rich.text import Text

from assistant import scope
from assistant.models.overview import Row
from assistant.types import AddReport, Answer, Done, Event, Evidence, Hit, Larger, Merged, Paper, Scope, Thought, Token
from assistant.ui import words
from assistant.ui.console import Screen, Waiting
from assistant.ui.findings import Finding

SHOWN = 20
"""Merged records, notes and skipped records shown before the rest is counted."""

NEAREST = 5
"""Papers named where nothing answers."""


def follow(screen: Screen, events: Iterable[Event], *, show: bool) -> Answer:
    """Tell a person how an answer comes about, and return it.

    Args:
        screen: Where to.
        events: Those of `Assistant.stream`.
        show: Show the evidence as soon as it is found.
    """
    with screen.waiting("Loading the models and searching…") as waiting:
        told = _told(screen, events, waiting, show=show)
        return next(event.answer for event in told if isinstance(event, Done))


def _told(screen: Screen, events: Iterable[Event], waiting: Waiting, *, show: bool) -> Iterator[Event]:
    written = ""
    for event in events:
        if isinstance(event, Evidence) and event.answerable:
            waiting.tell("The model reads the evidence…")
            if show:
                with waiting.aside():
                    show_scope(screen, event.scope)
                    if not event.is_list:  # there the quotations are the answer, which comes at once
                        show_evidence(screen, event)
        elif isinstance(event, Thought):
            written = "" if event.takes_back else written
            waiting.tell("The model thinks…")
        elif isinstance(event, Larger):
            written = ""
            waiting.tell("Asking the larger model…")
        elif isinstance(event, Token):
            written += event.text
            waiting.tell("The model writes, not yet checked: ", written)
        yield event


def show_report(screen: Screen, report: AddReport) -> None:
    """Say what became of the papers that were to be added, and why records were merged or skipped."""
    parts = [f"{words.count(len(report.added), 'paper')} added"]
    parts += [f"{len(report.updated):,} updated"] if report.updated else []
    parts += [f"{len(report.unchanged):,} there already"] if report.unchanged else []
    parts += [f"{len(report.merged):,} merged"] if report.merged else []
    parts += [f"{len(report.skipped):,} skipped"] if report.skipped else []
    merged = [words.one_line(str(replace(one, reason=f"merged{_into(one)}, {one.reason}"))) for one in report.merged]
    notes = [words.one_line(str(one)) for one in report.notes]
    skipped = [words.skipped(one) for one in report.skipped]
    screen.say(", ".join(parts) + (":" if merged or notes or skipped else "."))
    for lines in (merged, notes, skipped):
        for line in lines[:SHOWN]:
            screen.say(line, head="  ")
        if len(lines) > SHOWN:
            screen.say(f"and {len(lines) - SHOWN:,} more; --json shows all", head="  ")
    if report.merged:
        screen.note("`carrel split ID` undoes a merging.")


def _into(one: Merged) -> str:
    """Name the paper that `carrel split` asks for, where the reason names another record of it."""
    return "" if f" as {one.paper} (" in one.reason else f" into {one.paper}"


def show_scope(screen: Screen, looked_at: Scope, *, aside: bool = False) -> None:
    """Say in one line which papers were looked at, where the person may not know it.

    Args:
        screen: Where to.
        looked_at: What is to be said.
        aside: Standard output is for something else.
    """
    told = scope.told(looked_at)
    if looked_at.understood:
        told.append("Ask with --literal to search for the words as they stand.")
    if told and aside:
        screen.note(words.one_line(" ".join(told)))
    elif told:
        screen.say(words.one_line(" ".join(told)))
        screen.say()


def show_evidence(screen: Screen, evidence: Evidence) -> None:
    """Show what was found, before the model has written a word."""
    screen.say(Text("Evidence", style="bold"))
    for _, own in groupby(evidence.citations, key=lambda citation: citation.paper.id):
        citations = list(own)
        screen.say(Text(words.reference(citations[0].paper), style="dim"), head="  ")
        for citation in citations:
            screen.say(f"“{words.one_line(citation.quote)}”", head=Text(f"    [{citation.number}] ", style="cyan"))
    screen.say()


def show_answer(screen: Screen, answer: Answer) -> None:
    """Show the checked answer and its sources, or the nearest papers where nothing answers."""
    if screen.is_terminal and answer.answered:
        screen.say(Text("Answer", style="bold"))
    else:
        # On a terminal it was said with the evidence.
        show_scope(screen, answer.scope)
    screen.say(answer.text)
    if larger := words.larger(answer):
        screen.note(larger)
    sources = words.sources(answer.citations)
    if sources:
        screen.say()
        screen.say(Text("Sources", style="bold"))
    for markers, paper in sources:
        screen.say(words.reference(paper), head=Text(f"  {markers} ", style="cyan"))
    if not answer.answered and answer.hits:
        screen.say()
        screen.say(Text("Nearest papers", style="bold"))
        for hit in answer.hits[:NEAREST]:
            screen.say(words.reference(hit.paper), head="  ")


def show_hits(screen: Screen, hits: Sequence[Hit], *, why: bool = False) -> None:
    """List the papers a search found, each with its best sentence, and why it was found where that is wanted."""
    if not hits:
        screen.note("No paper matches.")
    for rank, hit in enumerate(hits, start=1):
        year = f" ({hit.paper.year})" if hit.paper.year else ""
        line = Text.assemble((words.title(hit.paper), "bold"), year, (f"  {hit.score:.2f}", "dim"))
        screen.say(line, head=Text(f"{rank:2}. ", style="cyan"))
        # The title stands there already.
        best = next((passage for passage in hit.evidence if passage.span.field == "abstract"), None)
        if best is not None:
            screen.say(f"“{words.one_line(best.text)}”", head="    ")
        if why:
            screen.say(Text(words.why(hit), style="dim"), head="    ")


def show_papers(screen: Screen, papers: Sequence[Paper]) -> None:
    """List papers: id, year and title."""
    rows = [(paper.id, str(paper.year or ""), paper.title) for paper in papers]
    screen.table(("id", "year", "title"), rows, wide=2)


def show_models(screen: Screen, models: Sequence[Row]) -> None:
    """List models: what each is and takes, how fast it may write, and whether it is here."""
    rows = [
        (
            model.name,
            model.purpose,
            model.title,
            model.tier,
            words.size(model.size) if model.size else "",
            model.licence,
            words.size(model.memory) if model.memory else "",
            f"{model.tokens_a_second:.0f}" if model.tokens_a_second else "",
            ", ".join(_states(model)),
        )
        for model in models
    ]
    head = ("name", "purpose", "title", "tier", "size", "licence", "memory", "tokens/s", "state")
    if not screen.is_terminal:
        screen.table(head, rows, wide=2)
        return
    # All columns side by side are too much for most terminals; the title says little that the name does not.
    shown = [place for place in (0, 3, 4, 6, 7, 5, 8) if place != 7 or any(row[7] for row in rows)]
    for purpose, own in groupby(rows, key=lambda row: row[1]):
        screen.say(Text(purpose, style="bold"))
        table = [[row[place] for place in shown] for row in own]
        screen.table([head[place] for place in shown], table, wide=shown.index(5))
        screen.say()


def _states(model: Row) -> Iterator[str]:
    if model.in_use:
        yield "in use"
    elif model.installed:
        yield "installed"
    elif model.withheld:
        yield "by hand"
    if model.fits is False:
        yield "too large"


def show_finding(screen: Screen, finding: Finding) -> None:
    """Show one thing that was looked at; where it is not well, what to do about it too."""
    state, style = ("ok", "green") if finding.ok else ("problem", "bold red")
    screen.say(words.one_line(finding.text), head=Text.assemble((f"{state:8}", style), f"{finding.name:10}"))
    if not finding.ok and finding.remedy:
        screen.say(words.one_line(finding.remedy), head=" " * 18)
