"""A fair queue before something only one may use at a time."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turnstile:
    """Lets one through at a time, in the order of arrival; waiting can be given up."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()

    @property
    def waiting(self) -> int:
        """How many wait, the one inside not counted."""
        return max(len(self._queue) - 1, 0)

    @contextmanager
    def enter(self, stop: threading.Event | None = None) -> Iterator[bool]:
        """Wait for one's turn.

        Yields:
            False where `stop` was set before the turn came.
        """
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
        try:
            yield self._wait(ticket, stop)
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _wait(self, ticket: object, stop: threading.Event | None) -> bool:
        with self._changed:
            while self._queue[0] is not ticket:
                if stop is not None and stop.is_set():
                    return False
                # `stop` is set by others without notice here, so look at it now and then.
                self._changed.wait(timeout=0.1)
        return stop is None or not stop.is_set()
