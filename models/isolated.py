"""A chat model in a process of its own: where llama.cpp crashes or hangs, only that process ends."""

import threading
import weakref
from collections.abc import Generator, Sequence
from dataclasses import asdict

from assistant.errors import ModelError
from assistant.models.process import Child
from assistant.models.pulse import Patience, Pulse
from assistant.models.turnstile import Turnstile
from assistant.protocols import Message, Piece
from assistant.settings import Settings


class IsolatedChat:
    """A language model in a child process, which is started anew where it has ended.

    The child ends with this process, however that ends. Requests from several threads wait their turn.

    Args:
        settings: They name the model.
        pulse: Says when the model counts as hung.

    Raises:
        ModelError: The model cannot be loaded.
    """

    def __init__(self, settings: Settings, *, pulse: Pulse | None = None) -> None:
        self._settings = settings
        self._pulse = pulse or Pulse()
        self._turnstile = Turnstile()
        self._starting = threading.Lock()
        self._child: Child | None = None
        self._is_closed = False
        loaded = self._running().loaded
        self._name, self._context = str(loaded["name"]), int(loaded["context"])

    @property
    def name(self) -> str:
        """A name for people."""
        return self._name

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may take together."""
        return self._context

    @property
    def waiting(self) -> int:
        """Requests that wait for the one being answered."""
        return self._turnstile.waiting

    @property
    def process(self) -> int:
        """Number of the child process, which is started where it has ended."""
        return self._running().number

    def count(self, messages: Sequence[Message]) -> int:
        """Count the tokens of the prompt these messages become, template included."""
        call = self._running().ask("count", messages=_plain(messages))
        return int(next(call.replies(Patience(self._pulse.seconds)))["count"])

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Generator[Piece, None, None]:
        """Write the next message piece by piece; see `ChatModel.stream`."""
        with self._turnstile.enter(stop) as admitted:
            if admitted:
                call = self._running().ask("write", messages=_plain(messages), most=max_tokens)
                self._pulse.begin()
                try:
                    for reply in call.replies(self._pulse, stop):
                        if "piece" in reply:
                            yield Piece(*reply["piece"])
                finally:
                    call.end()

    def _running(self) -> Child:
        """Return the child; where it has ended, start it anew."""
        with self._starting:
            if self._is_closed:
                raise ModelError("The model was closed.", remedy="Open it again.")
            if self._child is None or self._child.has_ended:
                self._child = Child(self._settings)
                # Its threads keep the child alive; a model that was exchanged for another is only let go of.
                weakref.finalize(self, self._child.kill).atexit = False
            return self._child

    def close(self) -> None:
        """End the child."""
        with self._starting:
            self._is_closed = True
            if self._child is not None:
                self._child.close()


def _plain(messages: Sequence[Message]) -> list[dict[str, object]]:
    return [asdict(message) for message in messages]
