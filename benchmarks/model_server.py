"""llama-cpp-python's own server over the default model on this machine, for tests and benchmarks."""

import os
import subprocess
import sys
import tempfile

from local_server import LocalServer

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


class ModelServer(LocalServer):
    """The server, at one address for as long as the object lives.

    Args:
        threads: Threads to compute with.
    """

    def __init__(self, threads: int = 1) -> None:
        super().__init__()
        self._threads = threads
        self.address = f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        path, _ = catalogue.find("smollm2-135m", "chat")
        given = {"model": path, "host": "127.0.0.1", "port": self.port, "n_threads": self._threads, "n_ctx": CONTEXT}
        options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        command = [sys.executable, "-P", "-c", RUN, *options]
        with tempfile.TemporaryFile() as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

            def said() -> str:
                log.seek(0)
                return log.read().decode(errors="replace")

            self._await("/v1/models", PATIENCE, said)
