"""The child process in which `process.py` keeps a language model.

It is given settings, then requests, one JSON object a line, on standard input, and replies in the same way on what was
its standard output. Once standard input ends, so does the process, whatever it is doing: its parent is gone.
"""

import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from assistant.errors import CarrelError, ModelError
from assistant.protocols import ChatModel, Document, Message
from assistant.settings import Settings

READY = 0
"""The number of the reply that tells that the model is loaded, or why not."""

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2

BEAT = 1.0
"""Seconds between two signs of life while it works."""


class Replies:
    """Writes replies; several threads may."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def say(self, **reply: Any) -> None:
        """Write a reply."""
        with self._lock:
            self._file.write(json.dumps(reply) + "\n")
            self._file.flush()

    def fail(self, error: Exception, **reply: Any) -> None:
        """Write what went wrong; what nobody expected goes to the log too."""
        if isinstance(error, CarrelError):
            self.say(**reply, last=True, error=type(error).__name__, message=str(error), remedy=error.remedy)
        else:
            traceback.print_exception(error)
            failed = ModelError(f"The language model failed ({type(error).__name__}).")
            self.fail(failed, **reply)


class Worker:
    """Answers requests with a model.

    Args:
        replies: Where the replies go.
    """

    model: ChatModel
    """What writes; loaded before the first request comes."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies
        self._stops: dict[int, threading.Event] = {}
        self._work: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._working = threading.Event()
        self._at = READY

    def listen(self) -> None:
        """Take requests until the parent has ended or closed the model; then end, whatever llama.cpp is at."""
        for line in sys.stdin:
            self.take(json.loads(line))
        # Not `sys.exit`: that would wait for a thread that may hang. The system frees the memory.
        os._exit(0)

    def take(self, request: dict[str, Any]) -> None:
        """Do a request if that is quick, and put it off for `work` if not."""
        number = request["to"]
        if request["do"] == "stop":
            if number in self._stops:
                self._stops[number].set()
        elif request["do"] == "count":
            try:
                self._replies.say(to=number, last=True, count=self.model.count(_messages(request)))
            except Exception as error:  # the border: the parent raises it again
                self._replies.fail(error, to=number)
        else:
            self._stops[number] = threading.Event()
            self._work.put(request)

    def work(self) -> None:
        """Write what is asked for, one after the other."""
        while True:
            request = self._work.get()
            self._at = number = request["to"]
            self._working.set()
            try:
                self._write(request, self._stops[number])
                self._replies.say(to=number, last=True)
            except Exception as error:  # the border: the parent raises it again
                self._replies.fail(error, to=number)
            self._working.clear()
            del self._stops[number]

    def beat(self) -> None:
        """Tell how much was computed and read, so that slow work is not taken for none."""
        with suppress(OSError):  # the parent is gone, and `listen` ends this process
            while self._working.wait():
                time.sleep(BEAT)
                self._replies.say(to=self._at, computed=time.process_time(), read=getattr(self.model, "read", 0))

    def _write(self, request: dict[str, Any], stop: threading.Event) -> None:
        for piece in self.model.stream(_messages(request), max_tokens=request["most"], stop=stop):
            self._replies.say(to=request["to"], piece=[piece.text, piece.tokens, piece.thinking, piece.takes_back])


def _messages(request: dict[str, Any]) -> list[Message]:
    return [
        Message(**{**one, "documents": tuple(Document(**paper) for paper in one["documents"])})
        for one in request["messages"]
    ]


def main() -> None:
    """Load the model that the first line names, say so, and serve until the parent ends."""
    from assistant.models import load_chat

    # Ctrl-C in a terminal reaches every process of the group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    replies = Replies(os.fdopen(os.dup(STANDARD_OUTPUT), "w", encoding="utf-8"))
    # Whatever a library prints must not come between the replies.
    os.dup2(STANDARD_ERROR, STANDARD_OUTPUT)
    settings = json.loads(sys.stdin.readline())
    worker = Worker(replies)
    threading.Thread(target=worker.listen, daemon=True).start()
    try:
        worker.model = load_chat(Settings(home=Path(settings.pop("home")), **settings))
    except Exception as error:  # the border: the parent raises it again
        replies.fail(error, to=READY)
        os._exit(1)  # the thread that listens cannot be ended otherwise
    threading.Thread(target=worker.beat, daemon=True).start()
    replies.say(to=READY, last=True, name=worker.model.name, context=worker.model.context)
    worker.work()


if __name__ == "__main__":
    main()
