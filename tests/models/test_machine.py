"""Memory of the machine, and of a container on it."""

import os
from pathlib import Path

import pytest

from assistant.models import machine as module
from assistant.models.machine import machine

MEMINFO = "MemTotal:       16000 kB\nMemFree:        1000 kB\nMemAvailable:    9000 kB\nHugePages_Total:       0\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of 16,000 kB, 9,000 of them free, and the folder of its control groups."""
    (tmp_path / "meminfo").write_text(MEMINFO)
    (tmp_path / "memory").mkdir()
    monkeypatch.setattr(module, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(module, "CGROUP", tmp_path)
    return tmp_path


def _memory() -> tuple[int, int]:
    here = machine()
    return here.memory, here.free


def test_no_container(place: Path) -> None:
    assert _memory() == (16_384_000, 9_216_000)


def test_container_without_a_limit(place: Path) -> None:
    (place / "memory.max").write_text("max\n")
    assert _memory() == (16_384_000, 9_216_000)


def test_container_with_a_limit(place: Path) -> None:
    (place / "memory.max").write_text("8000000\n")
    (place / "memory.current").write_text("5000000\n")
    (place / "memory.stat").write_text("anon 2000000\nactive_file 1000000\ninactive_file 2000000\n")
    assert _memory() == (8_000_000, 6_000_000)


def test_container_of_the_first_kind(place: Path) -> None:
    (place / "memory" / "memory.limit_in_bytes").write_text("8000000\n")
    (place / "memory" / "memory.usage_in_bytes").write_text("7000000\n")
    assert _memory() == (8_000_000, 1_000_000)


def test_limit_beyond_the_machine_is_none(place: Path) -> None:
    (place / "memory" / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert _memory() == (16_384_000, 9_216_000)


def test_container_may_have_more_left_than_the_machine(place: Path) -> None:
    (place / "memory.max").write_text("12000000\n")
    (place / "memory.current").write_text("0\n")
    assert _memory() == (12_000_000, 9_216_000)


def test_machine_that_says_only_how_much_it_has(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "meminfo").unlink()
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}.__getitem__, raising=False)
    assert _memory() == (4_096_000, 0)


def test_machine_that_says_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "meminfo").unlink()

    def unknown(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr(os, "sysconf", unknown, raising=False)
    assert _memory() == (0, 0)


def test_this_machine() -> None:
    here = machine()
    assert here.memory >= here.free > 0
    assert here.cores >= 1
