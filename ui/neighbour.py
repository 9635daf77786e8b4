"""A process asks another: `carrel ask` has a running `carrel serve` of the same home and settings answer.

The page has its models loaded; a new process would first have to load them. Both talk through a socket in a folder of
the home that only its owner may enter. Where nobody answers there, the question is answered as ever.
"""

import importlib.metadata
import logging
import os
import threading
from collections.abc import Generator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from assistant.errors import CarrelError, ModelError
from assistant.settings import Settings
from assistant.types import Done, Event, Filters
from assistant.ui import inputs
from assistant.wiring import Assistant

FOLDER, SOCKET = "serve", "socket"
"""The folder in a home, and the socket in it."""

PATIENCE = 1.0
"""Seconds in which a page must take a question; one that is stopped or lost does not."""

PAUSE = 0.2
"""Seconds between two looks at whether the page is being closed."""

LONGEST = 100
"""Bytes of a socket's path; systems allow some more than this at most."""


SEE_LOG = "What happened is in the log of the window that it runs in."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked, and on what conditions it may be answered here."""

    conditions: dict[str, Any]
    question: str
    filters: Filters
    literal: bool


class Neighbour:
    """Answers the questions of other processes, beside the page.

    Args:
        assistant: What answers.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._path = _path(assistant.settings)
        self._listener: Listener | None = None
        self._closing = threading.Event()

    def open(self) -> None:
        """Listen in the background, unless another page of this home does so, or the system does not let us."""
        if len(bytes(self._path)) > LONGEST or _is_taken(self._path):
            return
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            self._path.parent.chmod(0o700)
            self._path.unlink(missing_ok=True)  # of a page that was killed
            self._listener = Listener(str(self._path), family="AF_UNIX")
            threading.Thread(target=self._listen, args=(self._listener,), name="neighbour", daemon=True).start()

    def close(self) -> None:
        """Listen no more; what is being written for others stops."""
        self._closing.set()
        if self._listener is not None:
            _is_taken(self._path)  # whoever waits for a connection gets this one, and ends
            with suppress(OSError):  # someone has deleted the socket
                self._listener.close()
            self._listener = None

    def _listen(self, listener: Listener) -> None:
        while not self._closing.is_set():
            try:
                connection = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), name="neighbour", daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        with closing(connection), suppress(OSError, EOFError):
            request = connection.recv()
            is_fit = isinstance(request, Request) and request.conditions == conditions(self._assistant.settings)
            connection.send(is_fit)
            if not is_fit:
                return
            stop = threading.Event()
            worker = threading.Thread(target=self._answer, args=(connection, request, stop), daemon=True)
            worker.start()
            try:
                while not self._closing.is_set() and not connection.poll(PAUSE):
                    pass
                # Nothing more is ever sent here: the other side has gone.
            finally:
                stop.set()
                worker.join()

    def _answer(self, connection: Connection, request: Request, stop: threading.Event) -> None:
        with suppress(OSError):
            try:
                inputs.check_chosen(self._assistant.library, request.filters.ids)
                stream = self._assistant.stream(
                    request.question, filters=request.filters, stop=stop, literal=request.literal
                )
                with closing(stream) as events:
                    for event in events:
                        connection.send(event)
            except CarrelError as error:
                connection.send(error)
            except OSError:  # the other side has gone
                return
            except Exception:  # the border: the other side must not wait for ever
                log.exception("A question of another process could not be answered.")
                connection.send(ModelError("The page could not answer.", remedy=SEE_LOG))


def ask(
    settings: Settings, question: str, filters: Filters, *, literal: bool = False
) -> Generator[Event, None, None] | None:
    """Have a running page answer.

    Returns:
        The events of `Assistant.stream`; closing the generator stops the model. None where no page of this home runs,
        or only one with other settings.
    """
    connection = _connected(_path(settings))
    if connection is None:
        return None
    request = Request(conditions=conditions(settings), question=question, filters=filters, literal=literal)
    with suppress(OSError, EOFError):
        connection.send(request)
        if connection.poll(PATIENCE) and connection.recv():
            return _events(connection)
    connection.close()
    return None


def _events(connection: Connection) -> Generator[Event, None, None]:
    with closing(connection):
        while True:
            try:
                event = connection.recv()
            except (OSError, EOFError) as error:
                raise ModelError("The page that was answering has been closed.", remedy="Ask again.") from error
            if isinstance(event, CarrelError):
                raise event
            yield event
            if isinstance(event, Done):
                return


def conditions(settings: Settings) -> dict[str, Any]:
    """Return what must agree for one process to answer for another: the version, and all settings."""
    values = asdict(settings)
    del values["home"]  # they share the socket
    # A file is named as seen from the folder that a process runs in.
    paths = ("model", "larger_model", "embedder")
    values |= {name: os.path.abspath(path) for name in paths if os.path.exists(path := values[name])}
    try:
        return values | {"version": importlib.metadata.version("carrel")}
    except importlib.metadata.PackageNotFoundError:
        return values


def _path(settings: Settings) -> Path:
    return settings.home / FOLDER / SOCKET


def _connected(path: Path) -> Connection | None:
    try:
        return Client(str(path), family="AF_UNIX")
    except OSError:  # nobody listens there, or nobody any more
        return None


def _is_taken(path: Path) -> bool:
    connection = _connected(path)
    if connection is not None:
        connection.close()
    return connection is not None
