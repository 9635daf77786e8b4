"""A Chroma server on this machine, for tests and benchmarks: started, killed and started again."""

import subprocess
import sys
from pathlib import Path

from local_server import LocalServer

PATIENCE = 60.0
"""Seconds for it to start."""

RUN = "import sys; from chromadb.cli.cli import app; sys.exit(app())"
"""What the command `chroma` does, wherever that is installed."""


class ChromaServer(LocalServer):
    """A Chroma server with a folder of its own.

    Args:
        folder: Where it keeps its data; what is there is served.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

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
        self._await("/api/v2/heartbeat", PATIENCE, lambda: (self._folder / "log").read_text(errors="replace"))
