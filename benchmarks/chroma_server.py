"""A Chroma server on this machine, for tests and benchmarks: started, killed and started again."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 60.0
"""Seconds for it to start."""

RUN = "import sys; from chromadb.cli.cli import app; sys.exit(app())"
"""What the command `chroma` does, wherever that is installed."""


class ChromaServer:
    """A Chroma server with a folder of its own.

    Args:
        folder: Where it keeps its data; what is there is served.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    def address(self, collection: str) -> str:
        """Return the address of a library on it."""
        return f"chroma+http://127.0.0.1:{self.port}/{collection}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-c", RUN, "run", "--path", self._folder / "data", "--host", "127.0.0.1"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*map(str, command), "--port", str(self.port)], cwd=self._folder, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "log").read_text(errors="replace"))
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill it, as a loss of power would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/heartbeat", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False
