"""The parent's side of the child process that holds a language model: its life, and what goes to and fro."""

import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from assistant import errors
from assistant.errors import CarrelError, ModelError
from assistant.models import child as program
from assistant.models.pulse import Patience
from assistant.settings import Settings

LOADING = 600.0
"""Seconds until a model must be loaded; the weights of a large one are read from the disk meanwhile."""

GRACE = 10.0
"""Seconds a model may take to stop, which it looks at amid a batch and after each word."""

PAUSE = 0.05
"""Seconds between two looks at `stop`."""

AGAIN = "Ask again: it is started anew. If it happens again, set a smaller model, or lower CARREL_CONTEXT."

CLOSING = 5.0
"""Seconds the process may take to end when it is asked to."""

Reply = dict[str, Any]
Box = queue.SimpleQueue[Reply | None]


class Child:
    """The process that runs `child.py`, and what goes to and fro.

    Args:
        settings: They name the model.

    Raises:
        ModelError: The model cannot be loaded.
    """

    def __init__(self, settings: Settings) -> None:
        # The file is run by its path, and sees what this process sees, so that it works however Carrel was imported.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        command = [sys.executable, "-P", program.__file__]
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = self._process.pid
        self.has_ended = False
        self._numbers = itertools.count(program.READY)
        self._lock = threading.Lock()
        self._boxes: dict[int, Box] = {}
        self._outbox: Box = queue.SimpleQueue()
        ready = self._call()
        self.tell({**asdict(settings), "home": str(settings.home)})
        for work in (self._send, self._receive):
            threading.Thread(target=work, name="model's process", daemon=True).start()
        try:
            self.loaded = next(ready.replies(Patience(LOADING)))
        except BaseException:  # an interrupt too: nobody else knows of the process yet
            self.kill()
            raise

    def ask(self, do: str, **request: Any) -> "Call":
        """Send a request."""
        call = self._call()
        self.tell({"do": do, "to": call.number, **request})
        return call

    def _call(self) -> "Call":
        with self._lock:
            call = Call(self, next(self._numbers))
            self._boxes[call.number] = call.box
            if self.has_ended:
                call.box.put(None)
        return call

    def tell(self, request: Reply) -> None:
        """Send something that has no reply of its own."""
        self._outbox.put(request)

    def forget(self, call: "Call") -> None:
        """Drop what else is replied to a call."""
        with self._lock:
            self._boxes.pop(call.number, None)

    def _send(self) -> None:
        # In a thread of its own: a process that hangs takes nothing from a pipe that is full.
        with suppress(OSError), self._process.stdin as pipe:  # type: ignore[union-attr]
            while (request := self._outbox.get()) is not None:
                pipe.write(json.dumps(request).encode() + b"\n")
                pipe.flush()

    def _receive(self) -> None:
        with self._process.stdout as pipe:  # type: ignore[union-attr]
            for line in pipe:
                with suppress(ValueError):  # a line that the end has cut off
                    reply = json.loads(line)
                    with self._lock:
                        box = self._boxes.get(reply["to"])
                    if box is not None:
                        box.put(reply)
        self._process.wait()
        self._outbox.put(None)
        with self._lock:
            self.has_ended = True
            for box in self._boxes.values():
                box.put(None)

    def crashed(self) -> ModelError:
        """Say how the process ended."""
        status = self._process.returncode
        if status == -signal.SIGKILL:
            return ModelError("The language model was ended by the system, perhaps for want of memory.", remedy=AGAIN)
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        return ModelError(f"The language model crashed ({how}).", remedy=AGAIN)

    def kill(self) -> None:
        """End the process whatever it is doing."""
        self.has_ended = True
        self._process.kill()

    def close(self) -> None:
        """Let the process end."""
        self._outbox.put(None)
        try:
            self._process.wait(timeout=CLOSING)
        except subprocess.TimeoutExpired:
            self.kill()


class Call:
    """A request, and its replies.

    Args:
        child: Who replies.
        number: Tells the replies from those to other requests.
    """

    def __init__(self, child: Child, number: int) -> None:
        self.number = number
        self.box: Box = queue.SimpleQueue()
        self._child = child
        self._is_over = False

    def replies(self, patience: Patience, stop: threading.Event | None = None) -> Iterator[Reply]:
        """Return the replies, to the last one or until `stop` is set.

        Raises:
            CarrelError: What was raised in the child; or it has crashed; or it hangs, and was ended.
        """
        while not self._is_over and not (stop is not None and stop.is_set()):
            try:
                reply = self.box.get(timeout=PAUSE)
            except queue.Empty:
                patience.wait(PAUSE)
                if patience.ended:
                    raise self._hung(patience.ended) from None
                continue
            if reply is not None and "computed" in reply:
                patience.beat(reply["computed"], reply["read"])
                continue
            patience.step()
            if reply is None or reply.get("last"):
                self._is_over = True
                self._child.forget(self)
            if reply is None:
                raise self._child.crashed()
            elif "error" in reply:
                raise _error(reply)
            yield reply

    def end(self) -> None:
        """Stop it, unless it is over, and wait until it has stopped."""
        if not self._is_over:
            self._child.tell({"do": "stop", "to": self.number})
            with suppress(CarrelError):
                for _ in self.replies(Patience(GRACE)):
                    pass

    def _hung(self, seconds: float) -> ModelError:
        self._is_over = True
        self._child.kill()
        return ModelError(f"The language model hung for {seconds:.0f} seconds, and was ended.", remedy=AGAIN)


def _error(reply: Reply) -> CarrelError:
    kind = getattr(errors, reply["error"])
    error: CarrelError = kind(reply["message"], remedy=reply["remedy"])
    return error
