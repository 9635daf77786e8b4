"""Which settings are quickest on this machine: measured once by `carrel doctor --tune`, and kept in the home."""

import importlib.metadata
import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from assistant.models.cpu import CPUINFO, has_fast_bf16, usable_cores
from assistant.models.native import NativeModel
from assistant.models.states import file_identity

FILE = "tuning.json"
"""The file in a home."""

READ, WRITTEN = 128, 12
"""Tokens read and written for one measurement: half a second each with the default model on two cores."""

ROWS, ROUNDS = 1024, 5
"""Tokens of a matrix product that stands for the embedder, and how often it is done."""

Precision = Literal["fp32", "bf16"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What was measured, and for which machine and model."""

    machine: str
    model: str
    reading_threads: int
    writing_threads: int
    flash: bool
    """Whether llama.cpp computes attention in one go (flash attention)."""
    precision: Precision
    """Arithmetic of the embedder where it embeds many texts."""
    read_tokens_per_second: float
    write_tokens_per_second: float


def load(home: Path, model: Path | None = None) -> Tuning | None:
    """Return what was measured on this machine.

    Args:
        home: Where it is kept.
        model: The language model's file, where it matters that it was measured with this one.

    Returns:
        None where nothing was measured, or on another machine, or with another model.
    """
    try:
        found = Tuning(**json.loads((home / FILE).read_text(encoding="utf-8")))
        fits = found.machine == machine() and (model is None or found.model == _name(model))
    except (OSError, ValueError, TypeError):
        return None
    return found if fits else None


def save(home: Path, tuning: Tuning) -> None:
    """Keep what was measured."""
    draft = home / f"{FILE}.{os.getpid()}"
    draft.write_text(json.dumps(asdict(tuning), indent=1) + "\n", encoding="utf-8")
    draft.replace(home / FILE)


def machine() -> str:
    """Return what this machine is told by: processor, cores that may be used, and the build of llama.cpp."""
    return f"{_processor()}, {usable_cores()} cores, llama-cpp-python {importlib.metadata.version('llama-cpp-python')}"


def measure(model: Path, tell: Callable[[str], None] = lambda what: None) -> Tuning:
    """Try settings, each alone and beside a second busy process, and choose the quickest.

    Args:
        model: The language model's file.
        tell: Told what is being tried.

    Raises:
        ModelError: The model cannot be loaded.
    """
    cores = usable_cores()
    threads = sorted({1, max(cores // 2, 1), cores})
    tell("Trying flash attention…")
    flash = _flash(model, cores)
    native = NativeModel(model, context=1024, threads=cores, flash=flash)
    alone, beside = {}, {}
    for count in threads:
        tell(f"Trying {count} of {cores} threads…")
        alone[count] = _rates(native, count)
    with busy():
        for count in threads:
            tell(f"Trying {count} of {cores} threads beside a busy process…")
            beside[count] = _rates(native, count)
    reading, writing = (_best({one: (alone[one][part], beside[one][part]) for one in threads}) for part in (0, 1))
    tell("Trying the embedder's arithmetic…")
    return Tuning(
        machine=machine(),
        model=_name(model),
        reading_threads=reading,
        writing_threads=writing,
        flash=flash,
        precision=_precision(),
        read_tokens_per_second=round(alone[reading][0], 1),
        write_tokens_per_second=round(alone[writing][1], 1),
    )


def _best(speeds: dict[int, tuple[float, float]]) -> int:
    """Choose the number of threads that is quick alone and does not collapse beside a busy process.

    Threads wait for each other at every step; where one of them has to share its core, all of them wait.

    >>> _best({1: (70, 60), 2: (80, 8)}), _best({1: (130, 125), 2: (250, 130)})
    (1, 2)
    """
    return max(speeds, key=lambda threads: math.prod(speeds[threads]))


def _rates(native: NativeModel, threads: int) -> tuple[float, float]:
    """Return the tokens a second that a model reads and writes with so many threads."""
    native.use_threads(threads, threads)
    native.forget(0)
    start = time.perf_counter()
    logits = native.read([native.tokenize("a")[0]] * READ)
    middle = time.perf_counter()
    for _ in range(WRITTEN):
        logits = native.read([int(logits.argmax())])
    return READ / (middle - start), WRITTEN / (time.perf_counter() - middle)


def _flash(model: Path, threads: int) -> bool:
    speeds = {}
    for flash in (True, False):
        native = NativeModel(model, context=1024, threads=threads, flash=flash)
        _rates(native, threads)  # the first one reads the weights from the disk
        speeds[flash] = _rates(native, threads)[0]
    return speeds[True] >= speeds[False]


def _precision() -> Precision:
    if not has_fast_bf16():
        return "fp32"
    import torch

    seconds: dict[Precision, float] = {}
    kinds: dict[Precision, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16}
    for name, kind in kinds.items():
        left, right = torch.randn(ROWS, 384).to(kind), torch.randn(384, 1536).to(kind)
        left @ right
        start = time.perf_counter()
        for _ in range(ROUNDS):
            left @ right
        seconds[name] = time.perf_counter() - start
    return min(seconds, key=lambda name: seconds[name])


@contextmanager
def busy() -> Iterator[None]:
    """Keep one core busy with another process."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _name(model: Path) -> str:
    _, size, _, head = file_identity(model)
    return f"{model.name}, {size} bytes, {head[:12]}"


def _processor() -> str:
    try:
        lines = CPUINFO.read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
