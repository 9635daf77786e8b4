"""Whether the machine was quiet while something was measured."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

STAT = Path("/proc/stat")

NOISE = 0.1
"""Cores that others may keep busy on a machine that counts as quiet."""


@dataclass(slots=True)
class Watch:
    """Follows how much of the machine others use, from when it is made."""

    begun: float = field(default_factory=time.perf_counter)
    busy: float = field(default_factory=lambda: busy())
    own: float = field(default_factory=lambda: own())

    def others(self) -> float | None:
        """Return how many cores other processes kept busy, on average; None where it cannot be told.

        Children count as others until they have ended and were waited for.
        """
        if not STAT.exists():
            return None
        passed = max(time.perf_counter() - self.begun, 1e-9)
        return max((busy() - self.busy - (own() - self.own)) / passed, 0.0)

    def told(self) -> str:
        """Say in one line whether the figures can be trusted."""
        others = self.others()
        if others is None:
            return "it cannot be told whether the machine was quiet"
        load = f"others kept {others:.2f} of {os.cpu_count()} cores busy"
        return f"the machine was quiet: {load}" if others <= NOISE else f"NOT QUIET, do not trust the times: {load}"


def busy() -> float:
    """Return the seconds that all cores together have computed since the machine was started."""
    if not STAT.exists():
        return 0.0
    with STAT.open() as file:
        user, nice, system, _idle, _waiting, irq, softirq, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def own() -> float:
    """Return the seconds that this process and its ended children have computed."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
