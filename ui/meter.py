"""How far a long task is, how fast it goes and when it will be done, in words."""

import time
from collections import deque
from collections.abc import Callable

from assistant.types import Progress
from assistant.ui import words

STAGES = {
    "reading": "Reading files",
    "papers": "Adding papers",
    "reindex": "Embedding papers anew",
    "embed": "Embedding papers",
    "words": "Indexing words",
    "index": "Building the index",
    "backup": "Copying",
    "packing": "Packing",
    "unpacking": "Checking the backup",
    "restore": "Restoring papers",
    "pull": "Downloading",
    "import": "Copying",
}
"""What `Progress.stage` is called for people."""

UNCOUNTED = {"backup", "packing", "unpacking"}
"""Stages whose numbers say nothing to a person but their ratio."""

BYTES = {"pull", "import"}
"""Stages that count bytes."""

WINDOW = 30.0
"""Seconds over which the rate is taken: papers differ in length, and the first ones wait for the model."""


class Meter:
    """Follows the progress of one stage.

    Args:
        clock: Gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._steps: deque[tuple[float, int]] = deque()

    def told(self, step: Progress) -> str:
        """Take a step, and say how far the task is.

        >>> seconds = iter([0.0, 2.0])
        >>> meter = Meter(lambda: next(seconds))
        >>> meter.told(Progress(stage="papers", done=0, total=1000))
        '0 of 1,000'
        >>> meter.told(Progress(stage="papers", done=50, total=1000))
        '50 of 1,000, 25 a second, 38 s left'
        """
        now = self._clock()
        self._steps.append((now, step.done))
        while len(self._steps) > 2 and now - self._steps[0][0] > WINDOW:
            self._steps.popleft()
        rate = self._rate()
        left = [f"{duration(max(step.total - step.done, 0) / rate)} left"] if rate and step.total else []
        if step.stage in UNCOUNTED:
            return ", ".join([f"{step.done / max(step.total or 1, 1):.0%}", *left])
        if step.stage in BYTES:
            speed = [f"{words.size(rate)} a second"] if rate else []
            return ", ".join([f"{words.size(step.done)} of {words.size(step.total or 0)}", *speed, *left])
        of = f" of {step.total:,}" if step.total else ""
        return ", ".join([f"{step.done:,}{of}", *([pace(rate)] if rate else []), *left])

    def _rate(self) -> float:
        (start, before), (end, now) = self._steps[0], self._steps[-1]
        return max(now - before, 0) / (end - start) if end > start else 0.0


def pace(rate: float) -> str:
    """Say how many there are in a second, or where these are few, in a minute.

    >>> pace(1234.5), pace(0.75)
    ('1,234 a second', '45 a minute')
    """
    return f"{rate:,.0f} a second" if rate >= 2 else f"{rate * 60:.0f} a minute"


def duration(seconds: float) -> str:
    """Say a time roughly.

    >>> duration(38.2), duration(400), duration(8000)
    ('38 s', '7 min', '2.2 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
