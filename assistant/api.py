"""The functions for Python callers: `ask()` and `ask_stream()`."""

import os
import threading
from collections.abc import Generator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.errors import ModelError
from assistant.library import Library
from assistant.protocols import ChatModel
from assistant.settings import Settings, load, override
from assistant.types import Answer, Done, Event, Filters
from assistant.wiring import Assistant, open_assistant

__all__ = ["Assistant", "ask", "ask_stream", "open_assistant"]


def ask(
    question: str,
    *,
    library: Library | str | os.PathLike[str] | None = None,
    history: Sequence[Any] | None = None,
    model: ChatModel | str | os.PathLike[str] | None = None,
    filters: Filters | None = None,
    literal: bool = False,
    stop: threading.Event | None = None,
    **settings: Any,
) -> Answer:
    """Answer a question from a library of papers, with citations.

    Models are loaded at the first call and kept for the next.

    Args:
        question: What to ask.
        library: A `Library`, the home of one or its address; default `$CARREL_HOME`, else the platform's data folder.
        history: Earlier answers of the conversation, oldest first.
        model: A ready model, a catalogue name, the path of a GGUF file or the address of a server.
        filters: What retrieval is limited to.
        literal: Search for the words as they stand: `since 2022` and `by Ann Lee` in them do not limit it.
        stop: When set, the model stops and what it wrote so far is the answer.
        **settings: Other settings by name, such as `papers=5`; see `assistant.settings.Settings`.

    Raises:
        QuestionError: The question is empty or far too long.
        EmptyLibraryError: There is no paper to answer from.
        ModelError: A model cannot be loaded.
    """
    given: dict[str, Any] = {"library": library, "history": history, "model": model, "filters": filters, "stop": stop}
    events = ask_stream(question, literal=literal, **given, **settings)
    return next(event.answer for event in events if isinstance(event, Done))


def ask_stream(
    question: str,
    *,
    library: Library | str | os.PathLike[str] | None = None,
    history: Sequence[Any] | None = None,
    model: ChatModel | str | os.PathLike[str] | None = None,
    filters: Filters | None = None,
    literal: bool = False,
    stop: threading.Event | None = None,
    **settings: Any,
) -> Generator[Event, None, None]:
    """Answer a question event by event: `Evidence`, then `Thought`s and `Token`s, then `Claim`s, then `Done`.

    After `Larger`, thoughts and tokens begin anew.

    Closing the generator stops the model. Arguments and errors are those of `ask`.
    """
    assistant = _assistant(library, model, settings)
    yield from assistant.stream(question, history, filters, stop, literal=literal)


_opening, _loading = threading.Lock(), threading.Lock()
_libraries: dict[tuple[Path, str, str, str], Library] = {}
_models: dict[tuple[str, int, int, int, str, int], ChatModel] = {}


def _assistant(
    library: Library | str | os.PathLike[str] | None,
    model: ChatModel | str | os.PathLike[str] | None,
    values: dict[str, Any],
) -> Assistant:
    """Build an assistant over the library and the model of earlier calls, where they were the same."""
    if isinstance(model, str | os.PathLike):
        values, model = {**values, "model": model}, None
    if isinstance(library, Library):
        settings = override(library.settings, **values)
    else:
        settings = load(library, **values)
        library = _library(settings)
    return Assistant(library, model=model, settings=settings, load=_chat)


def _library(settings: Settings) -> Library:
    key = (settings.home, settings.library, settings.embedder, settings.precision)
    with _opening:
        if key not in _libraries:
            _libraries[key] = Library(settings=settings)
        return _libraries[key]


def _chat(settings: Settings) -> ChatModel:
    from assistant.models import load_chat

    key = (
        _place(settings), settings.context, settings.threads, settings.gpu_layers,
        settings.thinking, settings.thinking_tokens,
    )  # fmt: skip
    with _loading:
        if key not in _models:
            _models[key] = load_chat(settings)
        return _models[key]


def _place(settings: Settings) -> str:
    """Return where the model lies: one name may stand for two models in two homes, and for one in both."""
    from assistant.models.catalogue import find

    with suppress(ModelError):  # whoever loads it says what is wrong
        return str(find(settings.model, "chat", settings.home)[0])
    return settings.model
