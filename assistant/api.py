"""The functions for Python callers: `ask()` and `ask_stream()`."""

import os
import threading
from collections.abc import Generator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from assistant.library import Library
from assistant.protocols import ChatModel
from assistant.settings import Settings, load
from assistant.types import Answer, Done, Event, Filters
from assistant.wiring import Assistant, open_assistant

__all__ = ["Assistant", "ask", "ask_stream", "open_assistant"]


def ask(
    question: str,
    *,
    library: Library | str | os.PathLike[str] | None = None,
    history: Sequence[Any] | None = None,
    model: ChatModel | str | None = None,
    filters: Filters | None = None,
    stop: threading.Event | None = None,
    **settings: Any,
) -> Answer:
    """Answer a question from a library of papers, with citations.

    Models are loaded at the first call and kept for the next.

    Args:
        question: What to ask.
        library: A `Library` or the home of one; default `$CARREL_HOME`, else the platform's data folder.
        history: Earlier answers of the conversation, oldest first.
        model: A ready model, a catalogue name or the path of a GGUF file.
        filters: What retrieval is limited to.
        stop: When set, the model stops and what it wrote so far is the answer.
        **settings: Other settings by name, such as `papers=5`; see `assistant.settings.Settings`.

    Raises:
        QuestionError: The question is empty or far too long.
        EmptyLibraryError: There is no paper to answer from.
        ModelError: A model cannot be loaded.
    """
    events = ask_stream(question, library=library, history=history, model=model, filters=filters, stop=stop, **settings)
    return next(event.answer for event in events if isinstance(event, Done))


def ask_stream(
    question: str,
    *,
    library: Library | str | os.PathLike[str] | None = None,
    history: Sequence[Any] | None = None,
    model: ChatModel | str | None = None,
    filters: Filters | None = None,
    stop: threading.Event | None = None,
    **settings: Any,
) -> Generator[Event, None, None]:
    """Answer a question event by event: `Evidence`, then `Token`s, then `Claim`s, then `Done`.

    Closing the generator stops the model. Arguments and errors are those of `ask`.
    """
    assistant = _assistant(library, model, settings)
    yield from assistant.stream(question, history, filters, stop)


_lock = threading.Lock()
_of_home: dict[Settings, Assistant] = {}
_of_library: WeakKeyDictionary[Library, dict[Settings, Assistant]] = WeakKeyDictionary()


def _assistant(
    library: Library | str | os.PathLike[str] | None, model: ChatModel | str | None, values: dict[str, Any]
) -> Assistant:
    """Return the assistant of an earlier call with the same library and settings, or a new one."""
    if isinstance(model, str):
        values, model = {**values, "model": model}, None
    settings = load(library.home if isinstance(library, Library) else library, **values)
    with _lock:
        known = _of_library.setdefault(library, {}) if isinstance(library, Library) else _of_home
        if settings not in known:
            papers = library if isinstance(library, Library) else Library(settings=settings)
            known[settings] = Assistant(papers, settings=settings)
        kept = known[settings]
    return kept if model is None else Assistant(kept.library, model=model, settings=settings)
