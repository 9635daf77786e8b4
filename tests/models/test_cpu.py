"""What is read of the processor."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.models import cpu


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    cpu.flags.cache_clear()
    yield
    cpu.flags.cache_clear()


def _cpuinfo(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    (folder / "cpuinfo").write_text(text)
    monkeypatch.setattr(cpu, "CPUINFO", folder / "cpuinfo")


@pytest.mark.parametrize(
    ("text", "fast"),
    [
        ("processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16\n", True),
        ("processor\t: 0\nflags\t\t: fpu amx_bf16 amx_tile\n", True),
        ("processor\t: 0\nflags\t\t: fpu avx2 avx512f\nbugs\t\t: avx512_bf16\n", False),
        ("Processor\t: AArch64\nFeatures\t: fp asimd\n", False),
        ("", False),
    ],
)
def test_bf16_is_fast_where_the_processor_computes_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, fast: bool
) -> None:
    _cpuinfo(monkeypatch, tmp_path, text)
    assert cpu.has_fast_bf16() is fast


@pytest.mark.parametrize(("names", "there"), [("fpu amx_bf16 amx_tile", True), ("fpu avx512_bf16", False)])
def test_tiles_of_matrices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names: str, there: bool) -> None:
    _cpuinfo(monkeypatch, tmp_path, f"flags : {names}\n")
    assert cpu.has_amx() is there


def test_no_flags_where_they_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cpu, "CPUINFO", tmp_path / "nowhere")
    assert cpu.flags() == frozenset()


def test_two_threads_of_one_core_count_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(cpu, "_siblings", lambda one: f"{one % 2},{one % 2 + 2}")
    monkeypatch.setattr(cpu, "QUOTA", tmp_path / "none")
    assert cpu.usable_cores() == 2


def test_cores_where_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cpu.usable_cores() == 1


@pytest.mark.parametrize(
    ("limit", "cores"), [("200000 100000\n", 2), ("50000 100000\n", 1), ("max 100000\n", 4), ("", 4)]
)
def test_a_container_may_leave_fewer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: str, cores: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(cpu, "_siblings", str)
    monkeypatch.setattr(cpu, "QUOTA", tmp_path / "cpu.max")
    (tmp_path / "cpu.max").write_text(limit)
    assert cpu.usable_cores() == cores


def test_at_least_one_core() -> None:
    assert cpu.usable_cores() >= 1
