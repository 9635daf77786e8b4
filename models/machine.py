"""How much memory this machine has, and how much of it is free."""

import os
from dataclasses import dataclass
from pathlib import Path

from assistant.models.cpu import usable_cores

MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")
"""What a container may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a model may use."""

    memory: int
    """Bytes in all; 0 where they cannot be told."""
    free: int
    """Bytes that can be taken without pushing others out; 0 where they cannot be told."""
    cores: int


def machine() -> Machine:
    """Measure this machine, or what a container leaves of it."""
    memory, free = _of_system()
    limit, used = _of_container()
    if limit and (not memory or limit < memory):
        memory, free = limit, min(free or limit, max(limit - used, 0))
    return Machine(memory=memory, free=free, cores=usable_cores())


def _of_system() -> tuple[int, int]:
    sizes = dict(_sizes(MEMINFO, unit=1024))
    if "MemTotal:" in sizes:
        return sizes["MemTotal:"], sizes.get("MemAvailable:", 0)
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), 0
    except (ValueError, OSError):  # a system that knows neither
        return 0, 0


def _of_container() -> tuple[int, int]:
    """Return the bytes a container may take, 0 where it sets no limit, and those taken that cannot be given back."""
    # The second version of Linux's control groups, and the first.
    for folder, limit, used in (
        (CGROUP, "memory.max", "memory.current"),
        (CGROUP / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        if most := _number(folder / limit):
            stat = dict(_sizes(folder / "memory.stat"))
            # What of files is kept in memory makes room when it is needed.
            cached = stat.get("active_file", 0) + stat.get("inactive_file", 0)
            return most, max(_number(folder / used) - cached, 0)
    return 0, 0


def _sizes(path: Path, unit: int = 1) -> list[tuple[str, int]]:
    try:
        rows = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return []
    return [(row[0], int(row[1]) * unit) for row in rows if len(row) > 1 and row[1].isdecimal()]


def _number(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no container, or `max`
        return 0
