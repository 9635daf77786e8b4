"""A server on this machine, for tests and benchmarks: started, killed and started again."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import closing
from types import TracebackType
from typing import Self


class LocalServer(ABC):
    """A server at one port for as long as the object lives."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = int(free.getsockname()[1])

    @abstractmethod
    def start(self) -> None:
        """Start it, and wait until it answers."""

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

    def _await(self, path: str, seconds: float, said: Callable[[], str]) -> None:
        """Wait until the process that was started answers; one that ended, or takes too long, raises what it said."""
        deadline = time.monotonic() + seconds
        while not answers(f"http://127.0.0.1:{self.port}{path}"):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(said())
            time.sleep(0.1)


def answers(address: str) -> bool:
    """Tell whether an address gives an answer."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
