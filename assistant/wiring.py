"""Building what answers, from settings."""

import os
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from assistant import conversation
from assistant.engine import Engine
from assistant.errors import EmptyLibraryError
from assistant.library import Library
from assistant.protocols import ChatModel
from assistant.settings import NONE, Settings, load
from assistant.types import Event, Filters


class Assistant:
    """A library, a model and the engine between them; models are loaded when first needed.

    Args:
        library: The papers.
        model: A ready model; default the one the settings name.
        settings: Default those of the library.
        load: Gives the model of some settings when it is first needed; default loads one of this assistant's own.
    """

    def __init__(
        self,
        library: Library,
        *,
        model: ChatModel | None = None,
        settings: Settings | None = None,
        load: Callable[[Settings], ChatModel] | None = None,
    ) -> None:
        self.library = library
        self.settings = settings or library.settings
        self._model = model
        self._load = load
        self._larger: ChatModel | None = None
        self._loading, self._loading_larger = threading.Lock(), threading.Lock()

    @property
    def model(self) -> ChatModel:
        """The language model, loaded at first use.

        Raises:
            ModelError: It cannot be loaded.
        """
        with self._loading:
            if self._model is None:
                self._model = self.loaded(self.settings)
            return self._model

    def use(self, model: ChatModel, settings: Settings) -> None:
        """Answer with another model from now on; an answer under way is finished by the former.

        Args:
            model: The model, loaded.
            settings: Those that name it.
        """
        with self._loading:
            # The former is freed with the last answer that it writes.
            self._model, self.settings = model, settings

    @property
    def larger(self) -> ChatModel:
        """The larger language model, loaded at first use; only for settings that name one.

        Raises:
            ModelError: It cannot be loaded.
        """
        with self._loading_larger:
            if self._larger is None:
                self._larger = self.loaded(replace(self.settings, model=self.settings.larger_model))
            return self._larger

    def loaded(self, settings: Settings) -> ChatModel:
        """Load a model in the way of this assistant: the page's runs in a process of its own."""
        from assistant.models import load_chat

        return (self._load or load_chat)(settings)

    def warm_up(self) -> None:
        """Load language model and embedder side by side, so that the first question need not wait.

        Raises:
            ModelError: One of them cannot be loaded.
        """
        loading = threading.Thread(target=self._try_to_load, daemon=True)
        loading.start()
        _ = self.library.embedder
        loading.join()
        _ = self.model

    def stream(
        self,
        question: str,
        history: Sequence[Any] | None = None,
        filters: Filters | None = None,
        stop: threading.Event | None = None,
        *,
        literal: bool = False,
    ) -> Generator[Event, None, None]:
        """Answer a question, event by event; see `Engine.stream`.

        Raises:
            EmptyLibraryError: There is no paper to answer from.
        """
        if len(self.library) == 0:
            raise EmptyLibraryError(f"The library {self.library.place} is empty.")
        if self._model is None:
            # The model loads while the evidence is found.
            threading.Thread(target=self._try_to_load, daemon=True).start()
        larger = None if self.settings.larger_model == NONE else lambda: self.larger
        engine = Engine(self.library, lambda: self.model, self.settings, larger=larger, holdings=self.library)
        yield from engine.stream(question, conversation.turns(history), filters, stop, literal=literal)

    def _try_to_load(self) -> None:
        # Any error: it is raised again, to whom it concerns, when the model is asked for.
        with suppress(Exception):
            _ = self.model

    def close(self) -> None:
        """Free the models and close the library."""
        with self._loading, self._loading_larger:
            for model in (self._model, self._larger):
                if model is not None:
                    model.close()
        self.library.close()


def open_assistant(home: str | os.PathLike[str] | None = None, **arguments: Any) -> Assistant:
    """Open the library of a home with the models its settings name.

    Args:
        home: Default `$CARREL_HOME`, else the platform's data folder.
        **arguments: Settings by name.

    Raises:
        SettingsError: A setting is unknown or malformed.
        LibraryError: The library cannot be opened.
    """
    return Assistant(Library(settings=load(home, **arguments)))
