"""The terminal: results go to standard output, what is going on meanwhile to standard error.

Where they are not a terminal, results are plain lines that are never wrapped, and nothing moves.
"""

import codecs
import io
import json
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.status import Status
from rich.table import Table
from rich.text import Text

from assistant import types
from assistant.library import Watcher
from assistant.ui import words
from assistant.ui.meter import STAGES, Meter

PAUSE = 5.0
"""Seconds between two lines of progress where there is no terminal."""

MARGIN = 4
"""Columns left of a line that moves: for what turns before it, and so that it never breaks."""


class Screen:
    """Writes for a person, or plainly for a program that reads along."""

    def __init__(self) -> None:
        self.out = _console(stderr=False)
        self.err = _console(stderr=True)

    @property
    def is_terminal(self) -> bool:
        """Whether results are looked at, rather than read by a program."""
        return self.out.is_terminal

    def say(self, text: str | Text = "", *, head: str | Text = "") -> None:
        """Write a text as a result; what would steer the terminal is removed from strings.

        Args:
            text: What to write.
            head: Stands before the first line; on a terminal the others are indented as far.
        """
        text, head = _text(text), _text(head)
        if self.is_terminal and head:
            grid = Table.grid()
            grid.add_column(width=head.cell_len, no_wrap=True)
            grid.add_column(ratio=1)
            grid.add_row(head, text)
            self.out.print(grid)
        else:
            _write(self.out, head + text)

    def note(self, text: str) -> None:
        """Write a line beside the results."""
        _write(self.err, Text(words.one_line(text)))

    def raw(self, lines: Iterable[str]) -> None:
        """Write what another program is to read, in UTF-8 and as it is; on a terminal without what would steer it."""
        for line in lines:
            if self.is_terminal:
                self.say(line.removesuffix("\n"))
            else:
                sys.stdout.buffer.write(line.encode(errors="replace"))

    def json(self, value: Any) -> None:
        """Write one JSON document; the only result there is."""
        is_unicode = self.out.encoding.lower().startswith("utf")
        print(json.dumps(value, ensure_ascii=not is_unicode, indent=2), file=self.out.file)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, wide: int) -> None:
        """Write rows: in columns on a terminal, else with tabs between and without a head.

        Args:
            head: Names of the columns.
            rows: Their cells.
            wide: Number of the column that takes what room there is; the others are never cut.
        """
        rows = [[words.one_line(cell) for cell in row] for row in rows]
        if not self.is_terminal:
            for row in rows:
                self.say("\t".join(row))
            return
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for number, name in enumerate(head):
            is_wide = number == wide
            table.add_column(name, overflow="fold", no_wrap=not is_wide, ratio=1 if is_wide else None)
        for row in rows:
            table.add_row(*map(Text, row))
        self.out.print(table)

    @contextmanager
    def waiting(self, what: str) -> Iterator["Waiting"]:
        """Show on the terminal that something is going on, until the block ends."""
        if not self.err.is_interactive:
            yield Waiting(None)
            return
        status = self.err.status(Text(what), spinner=_spinner(self.err), refresh_per_second=8)
        with status:
            yield Waiting(status)

    @contextmanager
    def progress(self, first: str = "Loading the embedder", *, quiet: bool = False) -> Iterator[Watcher]:
        """Show how far a long task is: a bar on a terminal, else now and then a line.

        Args:
            first: What goes on until the first step is done.
            quiet: No lines where there is no terminal.
        """
        if not self.err.is_interactive:
            yield (lambda _: None) if quiet else _Lines(self)
            return
        columns = (
            SpinnerColumn(_spinner(self.err)), TextColumn("{task.description}"), BarColumn(),
            TextColumn("{task.fields[count]}"), TimeElapsedColumn(),
        )  # fmt: skip
        bar = Progress(*columns, console=self.err, transient=True, redirect_stdout=False, redirect_stderr=False)
        with bar:
            yield _Bar(bar, first)


class Waiting:
    """What a terminal shows while something is going on; nothing where there is none."""

    def __init__(self, status: Status | None) -> None:
        self._status = status

    def tell(self, what: str, tail: str = "") -> None:
        """Say what is going on now, on one line.

        Args:
            what: A few words.
            tail: A text that grows; its end is shown as far as there is room.
        """
        if self._status is not None:
            room = max(self._status.console.width - len(what) - MARGIN, 0)
            tail = words.one_line(tail)
            self._status.update(Text(what + (tail[-room:] if room else ""), no_wrap=True))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Step aside while results are written."""
        if self._status is None:
            yield
            return
        self._status.stop()
        try:
            yield
        finally:
            self._status.start()


class _Bar:
    """Progress as a bar for each stage."""

    def __init__(self, bar: Progress, first: str) -> None:
        self._bar = bar
        self._stages: dict[str, tuple[TaskID, Meter]] = {}
        self._start = bar.add_task(first, total=None, count="")

    def __call__(self, step: types.Progress) -> None:
        self._bar.update(self._start, visible=False)
        if step.stage not in self._stages:
            number = self._bar.add_task(STAGES.get(step.stage, step.stage), total=step.total, count="")
            self._stages[step.stage] = number, Meter()
        number, meter = self._stages[step.stage]
        self._bar.update(number, completed=step.done, total=step.total, count=meter.told(step))


class _Lines:
    """Progress as lines, not too many."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._last = time.monotonic()
        self._meters: defaultdict[str, Meter] = defaultdict(Meter)

    def __call__(self, step: types.Progress) -> None:
        told = self._meters[step.stage].told(step)
        if step.done and time.monotonic() - self._last >= PAUSE:
            self._last = time.monotonic()
            self._screen.note(f"{STAGES.get(step.stage, step.stage)}: {told}")


def _text(text: str | Text) -> Text:
    return text if isinstance(text, Text) else Text(words.printable(text))


def settle_streams() -> None:
    """Make sure that no character can end a command: what a stream cannot write, it writes more simply."""
    codecs.register_error("carrel.simpler", _simpler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="carrel.simpler")


_ASCII = {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "✓": "+", "✗": "!"}


def _simpler(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    plain = unicodedata.normalize("NFKD", "".join(_ASCII.get(character, character) for character in text))
    letters = (character for character in plain if not unicodedata.combining(character))
    return "".join(character if character.isascii() else "?" for character in letters), error.end


def _console(*, stderr: bool) -> Console:
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def _write(console: Console, text: Text) -> None:
    if console.is_terminal:
        console.print(text)
    else:
        # Rich would wrap lines and turn tabs into spaces.
        print(text.plain, file=console.file)


def _spinner(console: Console) -> str:
    return "dots" if console.encoding.lower().startswith("utf") else "line"
