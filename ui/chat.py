"""From a question to what the page shows, step by step. One model serves every tab."""

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.errors import CarrelError
from assistant.types import Claim, Done, Event, Evidence, Filters, Larger, Thought, Token
from assistant.ui import owners, words
from assistant.ui.keeping import Conversations
from assistant.ui.talk import Exchange
from assistant.ui.upload import UNEXPECTED, Intake
from assistant.wiring import Assistant

INTERVAL = 1 / 8
"""Seconds between two updates of the page; with more of them the browser lags behind the model."""

PAUSE = 0.2
"""Seconds between two looks at what is waited for."""

LOADING = "Loading the models…"
LARGER = "Asking the larger model…"
THINKING = "The model thinks…"

log = logging.getLogger(__name__)


class Line:
    """Those who wait for the model, in the order of arrival."""

    def __init__(self) -> None:
        self._tickets: list[object] = []

    @contextmanager
    def join(self) -> Iterator[Callable[[], int]]:
        """Stand in line.

        Yields:
            Tells how many are ahead.
        """
        ticket = object()
        self._tickets.append(ticket)
        try:
            yield lambda: self._tickets.index(ticket)
        finally:
            self._tickets.remove(ticket)


@dataclass(slots=True)
class Pace:
    """Tells when the next update of the page is due."""

    last: float = field(default=-INTERVAL)

    def is_due(self) -> bool:
        """Say whether enough time has passed; if so, it counts as an update."""
        now = time.monotonic()
        if now - self.last < INTERVAL:
            return False
        self.last = now
        return True


class Desk:
    """Takes the questions of every session to the one assistant.

    Args:
        assistant: What answers.
        logins: Names and passwords of those let in; empty where anyone is.
    """

    def __init__(self, assistant: Assistant, logins: Mapping[str, str] | None = None) -> None:
        self.assistant = assistant
        self.logins = dict(logins or {})
        self.kept = Conversations(assistant.library.home)
        self.intake = Intake(assistant.library)
        self.problem = ""
        """Why the models could not be loaded, with the remedy; empty where they were, or are not yet."""
        self._line = Line()
        self._loaded = threading.Event()
        self._running: list[tuple[str, threading.Event]] = []

    def owner(self, request: Any) -> str:
        """Return who owns what a request of the page asks for; see `owners.owner`."""
        return owners.owner(request.headers, self.logins, request.session_hash or "")

    def open(self) -> None:
        """Start to load the models in the background."""
        threading.Thread(target=self.load, name="warm-up", daemon=True).start()

    def load(self) -> None:
        """Load the models; what goes wrong is kept as words."""
        try:
            self.assistant.warm_up()
            # The first search loads the index.
            self.assistant.library.search("warm up", k=1)
        except CarrelError as error:
            self.problem = words.of_error(error)
        except Exception:  # the border: a thread has no one above it to tell
            log.exception("The models could not be loaded.")
            self.problem = UNEXPECTED
        finally:
            self._loaded.set()

    @property
    def is_loaded(self) -> bool:
        """True once loading the models is over, well or not."""
        return self._loaded.is_set()

    def ask(
        self,
        question: str,
        earlier: Sequence[Exchange] = (),
        session: str = "",
        *,
        filters: Filters | None = None,
        literal: bool = False,
    ) -> Generator[Exchange]:
        """Answer a question; errors become words, never a traceback.

        Args:
            question: What to ask.
            earlier: The conversation so far, oldest first.
            session: Whose question it is; `stop` names it.
            filters: Which papers to look at.
            literal: Take no filter from the words of the question.

        Yields:
            The exchange as it grows, at most eight times a second.
        """
        exchange = Exchange(question=question, filters=filters or Filters(), literal=literal)
        try:
            with self._stoppable(session) as stop, closing(self._steps(exchange, earlier, stop)) as steps:
                for exchange in steps:
                    yield exchange
        except CarrelError as error:
            yield replace(exchange, doing="", draft="", problem=words.of_error(error))
        except Exception:  # the border: whatever it was, the person gets words and the log the traceback
            log.exception("A question could not be answered.")
            yield replace(exchange, doing="", draft="", problem=UNEXPECTED)

    def stop(self, session: str) -> None:
        """Stop what is being written for a session, if anything is."""
        for name, stop in list(self._running):
            if name == session:
                stop.set()

    def close(self) -> None:
        """Stop what is being written for anyone, and what is being added."""
        self.intake.close()
        for _, stop in list(self._running):
            stop.set()

    @contextmanager
    def _stoppable(self, session: str) -> Iterator[threading.Event]:
        running = (session, threading.Event())
        self._running.append(running)
        try:
            yield running[1]
        finally:
            self._running.remove(running)

    def _steps(self, exchange: Exchange, earlier: Sequence[Exchange], stop: threading.Event) -> Generator[Exchange]:
        while not self._loaded.wait(PAUSE):
            if stop.is_set():
                yield replace(exchange, stopped=True)
                return
            yield replace(exchange, doing=LOADING)
        yield replace(exchange, doing=f"Searching {words.count(len(self.assistant.library), 'paper')}…")
        history = [one.answer for one in earlier if one.answer]
        stream = self.assistant.stream(
            exchange.question, history, exchange.filters, stop=stop, literal=exchange.literal
        )
        pace = Pace()
        with self._line.join() as ahead, closing(stream) as events:
            for event in events:
                if isinstance(event, Done) and event.answer.model:
                    self.problem = ""  # a server that was away when the page began has come back
                before, exchange = exchange, after(exchange, event, stopped=stop.is_set())
                if isinstance(event, Evidence) and event.answerable:
                    yield from _until_first(exchange, ahead, stop)
                elif isinstance(event, Done) or exchange.doing != before.doing or (exchange.draft and pace.is_due()):
                    yield exchange


def after(exchange: Exchange, event: Event, *, stopped: bool = False) -> Exchange:
    """Return the exchange as it is after an event."""
    if isinstance(event, Evidence):
        return replace(exchange, evidence=event)
    elif isinstance(event, Thought):
        return replace(exchange, draft="" if event.takes_back else exchange.draft, doing=THINKING)
    elif isinstance(event, Larger):
        return replace(exchange, draft="", doing=LARGER, left_out=())
    elif isinstance(event, Token):
        return replace(exchange, draft=exchange.draft + event.text, doing="")
    elif isinstance(event, Claim) and not event.supported:
        return replace(exchange, left_out=(*exchange.left_out, event.text))
    elif isinstance(event, Done):
        return replace(exchange, answer=event.answer, draft="", doing="", stopped=stopped)
    return exchange


def _until_first(exchange: Exchange, ahead: Callable[[], int], stop: threading.Event) -> Iterator[Exchange]:
    """Show the evidence, and wait for those ahead in line."""
    shown = 0
    while (before := ahead()) and not stop.is_set():
        if before != shown:
            shown = before
            yield replace(exchange, doing=f"The model is busy; {words.count(before, 'question')} before yours…")
        time.sleep(PAUSE)
    yield replace(exchange, doing="Reading the quotations…")
