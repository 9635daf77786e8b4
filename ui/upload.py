"""Papers that come through the page: files dropped or sent by a program are added."""

import logging
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import CarrelError, UsageError
from assistant.library import Library
from assistant.types import AddReport, Progress
from assistant.ui import words
from assistant.ui.exchange import Exchange

LARGEST = 500_000_000
"""Bytes of a file at most: hardly a larger one would be read."""

LONGEST_NAME = 200

PAUSE = 0.25
"""Seconds between two looks at how far it is."""

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

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is being added, and say whether that came about."""
        until = time.monotonic() + seconds
        return all(job.over.wait(max(until - time.monotonic(), 0)) for job in list(self._jobs))


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
