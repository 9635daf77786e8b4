"""Another language model without a restart: it is loaded beside the one in use, and then takes its place."""

import logging
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.errors import CarrelError
from assistant.protocols import ChatModel
from assistant.settings import override, save
from assistant.ui import words
from assistant.ui.chat import Desk
from assistant.ui.upload import UNEXPECTED

PAUSE = 0.5
"""Seconds between two words on how it goes."""

VARIABLE = "CARREL_MODEL"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Step:
    """How far it is."""

    text: str
    is_problem: bool = False
    is_over: bool = False


@dataclass(slots=True)
class _Loaded:
    model: ChatModel | None = None
    problem: str = ""
    over: threading.Event = field(default_factory=threading.Event)


class Switch:
    """Changes the language model, one person at a time.

    Args:
        desk: Its assistant is given the model.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._taken = threading.Lock()

    def to(self, name: str) -> Iterator[Step]:
        """Use another model from now on, and remember it; one that cannot be loaded changes nothing.

        Args:
            name: A name of the catalogue, or the path of a GGUF file.
        """
        if not self._taken.acquire(blocking=False):
            yield Step("Another model is being loaded; wait until it is.", is_problem=True, is_over=True)
            return
        try:
            yield from self._to(name)
        finally:
            self._taken.release()

    def _to(self, name: str) -> Iterator[Step]:
        started, loaded = time.monotonic(), _Loaded()
        threading.Thread(target=self._load, args=(name, loaded), name="switch", daemon=True).start()
        while not loaded.over.wait(PAUSE):
            yield Step(f"Loading {words.one_line(name)}, {time.monotonic() - started:.0f} s…")
        if loaded.model is None:
            yield Step(f"{loaded.problem} The model stays as it was.", is_problem=True, is_over=True)
            return
        told = f"{words.one_line(loaded.model.name)} answers from the next question on."
        if os.environ.get(VARIABLE):
            told += f" {VARIABLE} is set where Carrel was started, and will hold there again."
        yield Step(told, is_over=True)

    def _load(self, name: str, loaded: _Loaded) -> None:
        assistant = self._desk.assistant
        try:
            model = assistant.loaded(override(assistant.settings, model=name))
            save(assistant.library.home, model=name)
            assistant.use(model, override(assistant.settings, model=name))
            loaded.model = model
            self._desk.problem = ""
        except CarrelError as error:
            loaded.problem = words.of_error(error)
        except Exception:  # the border: a thread has no one above it to tell
            log.exception("The model could not be loaded.")
            loaded.problem = UNEXPECTED
        finally:
            loaded.over.set()
