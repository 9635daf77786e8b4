"""Running through a generator without waiting for who takes from it."""

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Ahead(Generic[Item]):
    """Runs through a generator in a thread of its own, from the start; what it yields waits until it is taken.

    Showing something takes time, and a model need not wait until it is shown what its question found.

    Args:
        items: What is run through; closed in that thread, as no other may.
        between: Called in that thread with each item, before the next is asked for.
    """

    def __init__(self, items: Generator[Item], between: Callable[[Item], None] = lambda item: None) -> None:
        self._items = items
        self._between = between
        self._came: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._error: BaseException | None = None
        self._is_left = False
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        """Take what it yields, in order; an error is raised in its place."""
        while (item := self._came.get()) is not None:
            yield item
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Take no more, and wait until the generator is closed, which is at its next item."""
        self._is_left = True
        self._thread.join()

    def _run(self) -> None:
        try:
            with closing(self._items) as items:
                for item in items:
                    self._came.put(item)
                    if self._is_left:
                        break
                    self._between(item)
        except BaseException as error:  # whoever takes the items raises it
            self._error = error
        finally:
            self._came.put(None)
