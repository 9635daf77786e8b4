"""llama-cpp-python's own server over the default model on this machine, for tests and benchmarks."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from types import TracebackType
from typing import Self

from assistant.models import catalogue

PATIENCE = 120.0
"""Seconds for it to start."""

CONTEXT = 4096

RUN = """
import runpy
import llama_cpp.llama_cpp as api
default = api.llama_model_default_params
def careful():
    params = default()
    params.use_extra_bufts = False  # else it crashes on processors with AMX, see models/native_weights.py
    return params
api.llama_model_default_params = careful
runpy.run_module("llama_cpp.server", run_name="__main__")
"""


class ModelServer:
    """The server, at one address for as long as the object lives.

    Args:
        threads: Threads to compute with.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._process: subprocess.Popen[bytes] | None = None
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self._port = int(free.getsockname()[1])
        self.address = f"http://127.0.0.1:{self._port}/v1"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        path, _ = catalogue.find("smollm2-135m", "chat")
        given = {"model": path, "host": "127.0.0.1", "port": self._port, "n_threads": self._threads, "n_ctx": CONTEXT}
        options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        command = [sys.executable, "-P", "-c", RUN, *options]
        with tempfile.TemporaryFile() as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            deadline = time.monotonic() + PATIENCE
            while not self._answers():
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.kill()
                    log.seek(0)
                    raise RuntimeError(log.read().decode(errors="replace"))
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
            with urllib.request.urlopen(f"{self.address}/models", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False
