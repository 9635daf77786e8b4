"""What this machine's processor offers."""

import os
from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""How long a container may compute, and in how long a time; both in microseconds."""


@cache
def flags() -> frozenset[str]:
    """Return the instruction sets the processor reports; empty where it cannot be read."""
    try:
        text = CPUINFO.read_text()
    except OSError:
        return frozenset()
    line = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return frozenset(line.partition(":")[2].split())


def has_fast_bf16() -> bool:
    """Tell whether bf16 arithmetic runs in hardware; where it does not, it is ruinously slow."""
    return not flags().isdisjoint({"avx512_bf16", "amx_bf16"})


def has_amx() -> bool:
    """Tell whether the processor multiplies tiles of matrices (Intel's AMX)."""
    return "amx_tile" in flags()


def usable_cores() -> int:
    """Count the physical cores this process may use: more threads than cores only wait for each other."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    siblings = {_siblings(cpu) for cpu in allowed}
    return max(min(len(siblings), _quota() or len(siblings)), 1)


def _quota() -> int | None:
    """Return how many cores a container leaves this process, None where it sets no limit."""
    try:
        allowed, period = QUOTA.read_text().split()
        return max(int(allowed) // int(period), 1)
    except (OSError, ValueError):  # no container, or `max`
        return None


def _siblings(cpu: int) -> str:
    path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return path.read_text().strip()
    except OSError:
        return str(cpu)
