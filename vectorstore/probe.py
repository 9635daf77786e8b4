"""A look at a Chroma folder from a process of its own: a damaged segment can crash the interpreter.

Run as `python probe.py FOLDER COUNT`; exit status 0 means that the collection is whole.
"""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

SAMPLES = 20
TIMEOUT = 300.0
PAUSE = 0.02
NEAR = 1e-3
"""Distance within which a vector must find itself; the index rounds a little."""

ENOUGH = 0.75
"""Share of the samples that must find themselves. The graph is searched roughly: among a million vectors three of forty
missed themselves, and of a damaged graph nearly all do."""


def is_whole(folder: Path, count: int, stop: threading.Event | None = None) -> bool:
    """Probe a folder in a child process.

    Args:
        folder: Chroma's folder.
        count: The vectors it must hold.
        stop: When set, the probe is given up, and False returned.
    """
    # This file is run by its path, and sees what this process sees, so that it works however Carrel was imported.
    command = [sys.executable, "-P", __file__, str(folder), str(count)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    stop = stop or threading.Event()
    deadline = time.monotonic() + TIMEOUT
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdin=silent, stdout=silent, stderr=silent) as child:
        while child.poll() is None:
            if stop.wait(PAUSE) or time.monotonic() > deadline:
                child.kill()
                return False
    return child.returncode == 0


def probe(folder: Path, count: int) -> bool:
    """Check its tables, open the collection, count it, and let some vectors find themselves."""
    from assistant.vectorstore.chroma import Collection

    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as tables:
        if tables.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            return False
    collection = Collection(folder)
    try:
        if len(collection) != count:
            return False
        distances = collection.self_distances(SAMPLES)
        return sum(distance < NEAR for distance in distances) >= ENOUGH * len(distances)
    finally:
        collection.close()


if __name__ == "__main__":
    sys.exit(0 if probe(Path(sys.argv[1]), int(sys.argv[2])) else 1)
