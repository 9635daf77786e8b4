"""What a model made of the words that every prompt begins with, kept on the disk for the next process."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

MOST = 4
"""States kept: one a model and way of computing. Each takes some megabytes."""

LARGEST = 64_000_000
"""Bytes of a state that is worth keeping: reading it must be quicker than computing it."""

HEAD = 1_000_000
"""Bytes of a model file that are looked at: they hold its metadata."""


class States:
    """A folder of states. Whatever goes wrong with it, the model reads the words again.

    Args:
        folder: Made when the first state is kept.
        about: All that decides the numbers a model computes, such as its file and llama.cpp's build.
    """

    def __init__(self, folder: Path, about: Sequence[object]) -> None:
        self._folder = folder
        self._about = repr(about)

    def load(self, tokens: Sequence[int]) -> bytes | None:
        """Return the state after some tokens; None where it is not kept, or not what it was when it was written."""
        path = self._path(tokens)
        try:
            kept = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        # llama.cpp may end the process over a damaged one.
        sum_, state = kept[:32], kept[32:]
        return state if hashlib.sha256(state).digest() == sum_ else None

    def save(self, tokens: Sequence[int], state: bytes) -> None:
        """Keep the state after some tokens, and delete those that were not wanted for longest."""
        if not 0 < len(state) <= LARGEST:
            return
        path = self._path(tokens)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_bytes(hashlib.sha256(state).digest() + state)
            draft.replace(path)
            states = sorted(self._folder.iterdir(), key=lambda one: -one.stat().st_mtime)
            for old in states[MOST:]:
                old.unlink()

    def _path(self, tokens: Sequence[int]) -> Path:
        name = hashlib.sha256(f"{self._about} {list(tokens)}".encode()).hexdigest()
        return self._folder / f"{name[:32]}.state"


def file_identity(path: Path) -> tuple[str, int, int, str]:
    """Return what a file is told by without reading all of it: path, size, time of change, hash of its beginning."""
    about = path.stat()
    with path.open("rb") as file:
        head = hashlib.sha256(file.read(HEAD)).hexdigest()
    return str(path.resolve()), about.st_size, about.st_mtime_ns, head
