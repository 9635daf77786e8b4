"""Words for people: errors, counts, sizes and papers, safe for a terminal whatever they are made of."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.errors import CarrelError
from assistant.types import Answer, Citation, Hit, Paper, Skipped

# An escape sequence whole, so that its letters do not stay behind; then any control character by itself, and the
# marks that turn the direction of writing, which can make a line read as something else.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]P^_X]|[\x9d\x90])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

NAMED = 3
"""Authors named before the rest is "et al."."""


def printable(text: str) -> str:
    r"""Remove what would steer a terminal instead of being read; lines stay.

    >>> printable("A \x1b[31mred\x1b[0m title\x07")
    'A red title'
    """
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def one_line(text: str) -> str:
    r"""Make a text one printable line.

    >>> one_line("broken\n  here")
    'broken here'
    """
    return " ".join(printable(text).split())


def of_error(error: CarrelError) -> str:
    """Say what went wrong and what to do about it."""
    return one_line(f"{error} {error.remedy}")


def of_system(error: OSError) -> str:
    """Say what the operating system refused."""
    place = f"{error.filename}: " if error.filename else ""
    return one_line(
        f"{place}{error.strerror or error}. `carrel doctor` shows what can be written and how much is free."
    )


def of_fault(error: BaseException) -> str:
    """Say that something went wrong that nobody expected."""
    text = str(error).rstrip(".")
    return one_line(f"Unexpected {type(error).__name__}: {text}. Run with --debug for the traceback.")


def of_misuse(error: Any, everywhere: Sequence[str]) -> str:
    """Say how a command was used wrongly.

    Args:
        error: What the parser of the command line raised.
        everywhere: The options that stand before any command.
    """
    command = error.ctx.command_path if getattr(error, "ctx", None) else "carrel"
    option = getattr(error, "option_name", "")
    if option in everywhere:
        return f"{option} stands before the command, as in `carrel {option} … {command.rpartition(' ')[2]}`."
    message = one_line(error.format_message()).replace("Value error, ", "")
    return f"{message}{'' if message.endswith(('.', '?')) else '.'} See `{command} --help`."


def count(number: int, noun: str) -> str:
    """Count things.

    >>> count(1, "paper"), count(1200, "paper")
    ('1 paper', '1,200 papers')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def size(number: float) -> str:
    """Say how large a file is.

    >>> size(98362432), size(2_500_000_000), size(700)
    ('98 MB', '2.5 GB', '700 bytes')
    """
    if number >= 1e9:
        return f"{number / 1e9:.1f} GB"
    return f"{number / 1e6:.0f} MB" if number >= 1e6 else f"{number:.0f} bytes"


def authors(paper: Paper) -> str:
    """Name the authors, the first alone where there are many."""
    names = [one_line(name) for name in paper.authors]
    return ", ".join(names) if len(names) <= NAMED else f"{names[0]} et al."


def title(paper: Paper) -> str:
    """Return the title, or the id where there is none."""
    return one_line(paper.title) or one_line(paper.id)


def reference(paper: Paper) -> str:
    """Return title, authors and year in one line."""
    details = ", ".join(part for part in (authors(paper), str(paper.year or "")) if part)
    return f"{title(paper).rstrip('.')}. {details}".rstrip()


def why(hit: Hit) -> str:
    """Say why a paper was found: how near its meaning, its words and its best sentence are to the question.

    >>> why(Hit(paper=Paper(id="a", title="A"), score=1.0, similarity=0.524, lexical=8.08))
    'Meaning 0.52 · words 8.1'
    """
    told = hit.why
    parts = [f"Meaning {told.meaning:.2f}", f"words {told.words:.1f}" if told.words else "no word in common"]
    parts += [f"best sentence {told.sentence:.2f}"] if told.passage else []
    parts += [] if told.closeness is None else [f"read closely {told.closeness:.2f}"]
    return " · ".join(parts)


def sources(citations: Sequence[Citation]) -> list[tuple[str, Paper]]:
    """Gather citations by paper: the markers of each, such as `[1][3]`, and the paper."""
    markers: dict[str, str] = {}
    for citation in citations:
        markers[citation.paper.id] = markers.get(citation.paper.id, "") + f"[{citation.number}]"
    papers = {citation.paper.id: citation.paper for citation in citations}
    return [(marker, papers[paper]) for paper, marker in markers.items()]


def privacy(hosts: Sequence[str]) -> str:
    """Say where text goes, given the other machines that see some.

    >>> privacy([]), privacy(["lab:8000"])
    ('all on this machine', 'questions and quotations go to lab:8000')
    """
    return f"questions and quotations go to {one_line(' and '.join(hosts))}" if hosts else "all on this machine"


def promise(hosts: Sequence[str]) -> str:
    """Say the same in a sentence.

    >>> promise([])
    'Nothing you ask or read here leaves this machine.'
    """
    if not hosts:
        return "Nothing you ask or read here leaves this machine."
    return f"Your questions, and the quotations that are found for them, go to {one_line(' and '.join(hosts))}."


def larger(answer: Answer) -> str:
    """Say that the larger model was asked, or why it could not be; empty where it need not."""
    if answer.larger_failed:
        return one_line(f"The larger model could not be asked. {answer.larger_failed}")
    if not answer.asked_larger:
        return ""
    if all(claim.quoted for claim in answer.claims):
        return "Asked the larger model too; neither wrote anything that adds to the quotations."
    return f"Asked the larger model too; the sentences are from {one_line(answer.model)}."


def skipped(one: Skipped) -> str:
    """Say where a record is and why it was not added."""
    # What is said of a whole file names it already.
    return one_line(one.reason if one.file in one.reason else str(one))


def short(path: Path) -> str:
    """Write a path with `~` for the person's own folder."""
    with suppress(ValueError, RuntimeError):
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    return str(path)
