"""Measuring the steps of one answer."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.types import Timings


@dataclass(slots=True)
class Clock:
    """Measures the steps of one answer."""

    start: float = field(default_factory=time.perf_counter)
    timings: Timings = field(default_factory=Timings)

    def mark(self, *steps: str) -> float:
        """Note that steps have just ended."""
        seconds = time.perf_counter() - self.start
        values: dict[str, Any] = dict.fromkeys(steps, seconds)
        self.timings = replace(self.timings, **values)
        return seconds

    def count(self, **tokens: int) -> None:
        """Add tokens that were read or written."""
        sums = {name: getattr(self.timings, name) + count for name, count in tokens.items()}
        self.timings = replace(self.timings, **sums)
