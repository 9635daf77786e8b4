"""A look at a Chroma folder from a process of its own: a damaged segment can crash the interpreter.

Run as `python probe.py FOLDER COUNT`; exit status 0 means that the collection is whole.
"""

import os
import subprocess
import sys
from pathlib import Path

SAMPLES = 20
TIMEOUT = 300.0
NEAR = 1e-3
"""Distance within which a vector must find itself; the index rounds a little."""


def is_whole(folder: Path, count: int) -> bool:
    """Probe a folder in a child process.

    Args:
        folder: Chroma's folder.
        count: The vectors it must hold.
    """
    # This file is run by its path, and sees what this process sees, so that it works however Carrel was imported.
    command = [sys.executable, "-P", __file__, str(folder), str(count)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        child = subprocess.run(command, env=environment, capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return False
    return child.returncode == 0


def probe(folder: Path, count: int) -> bool:
    """Open the collection, count it, and let some vectors find themselves."""
    from assistant.vectorstore.chroma import Collection

    collection = Collection(folder)
    try:
        return len(collection) == count and all(distance < NEAR for distance in collection.self_distances(SAMPLES))
    finally:
        collection.close()


if __name__ == "__main__":
    sys.exit(0 if probe(Path(sys.argv[1]), int(sys.argv[2])) else 1)
