"""What a person waits for who starts Carrel for each question: `carrel ask` in a terminal, and `ask()` by phase."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

QUESTION = "How much does RouteLLM cut cost?"

ROUNDS = 3
"""Starts of which the quickest counts: the first reads files from the disk."""

CARREL = (sys.executable, "-m", "assistant.ui.cli")

PLAIN = """
import sys
from assistant.offline import forbid_network
forbid_network()
from assistant.models.catalogue import find
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(str(find("minilm", "embedder")[0]), device="cpu")
model.encode(sys.argv[1])
"""
"""What the cold start to the evidence is compared with."""

PHASES = """
import json, sys, time
start = time.perf_counter()
phases = {}
def mark(name):
    global start
    now = time.perf_counter()
    phases[name], start = now - start, now
import assistant
from assistant.api import Assistant
from assistant.settings import load
mark("import assistant")
import llama_cpp
mark("import llama_cpp")
library = assistant.Library(settings=load(sys.argv[1]))
len(library)
mark("library")
library.embedder
mark("embedder")
whole = Assistant(library)
whole.model
mark("language model")
answer = next(event.answer for event in whole.stream(sys.argv[2]) if isinstance(event, assistant.Done))
mark("whole answer")
times = answer.timings
phases["  retrieve"] = times.retrieve
if times.first_token:
    phases["  read"] = times.first_token - times.first_evidence
    phases["  write and check"] = times.total - times.first_token
status = open("/proc/self/status").read().splitlines()
memory = {key: int(value.split()[0]) / 1000 for key, _, value in (line.partition(":") for line in status)
          if key in ("VmRSS", "VmHWM")}
print(json.dumps({"phases": phases, "memory": memory}))
"""


def lines(home: Path) -> Iterator[str]:
    """Start anew a few times, and return the lines about it."""
    importing = min(_lasted([sys.executable, "-c", PLAIN, QUESTION]) for _ in range(ROUNDS))
    yield f"{'importing sentence-transformers, then encoding':48} {importing:8.2f}"
    runs = [asked(home, QUESTION) for _ in range(ROUNDS)]
    evidence, end = (min(run[place] for run in runs) for place in (0, 1))
    yield f"{'`carrel ask` to evidence on the terminal':48} {evidence:8.2f}   {evidence / importing:.2f} of it"
    yield f"{'`carrel ask` to the end':48} {end:8.2f}"
    with served(home):
        asked(home, QUESTION)
        beside = [asked(home, QUESTION) for _ in range(ROUNDS)]
    evidence_served, end_served = (min(run[place] for run in beside) for place in (0, 1))
    for name, seconds, alone in (("to evidence", evidence_served, evidence), ("to the end", end_served, end)):
        sooner = f"{alone / seconds:.1f} times sooner"
        yield f"{'the same while the page is served, ' + name:48} {seconds:8.2f}   {sooner}"
    yield "`ask()` in a new process, one phase after the other:"
    found = min((_phases(home, QUESTION) for _ in range(ROUNDS)), key=lambda one: sum(one["phases"].values()))
    for name, seconds in found["phases"].items():
        yield f"  {name:46} {seconds:8.2f}"
    for name, size in found["memory"].items():
        yield f"  {name + ', MB':46} {size:8.0f}"


def asked(home: Path, question: str) -> tuple[float, float]:
    """Ask in a terminal of its own.

    Returns:
        Seconds until the evidence stands there, and until the end.
    """
    start = time.perf_counter()
    evidence = 0.0
    for shown in _terminal([*CARREL, "--home", str(home), "ask", question]):
        if not evidence and b"Evidence" in shown:
            evidence = time.perf_counter() - start
    end = time.perf_counter() - start
    return evidence or end, end


@contextmanager
def served(home: Path) -> Iterator[None]:
    """Serve the page of a home meanwhile."""
    command = [*CARREL, "--home", str(home), "serve", "--port", "0", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        process.stdout.readline()  # its address, once it can be asked
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _terminal(command: Sequence[str]) -> Iterator[bytes]:
    """Run a command in a terminal; yields all it has shown so far, whenever there is more."""
    master, slave = pty.openpty()
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    shown = b""
    try:
        while True:
            select.select([master], [], [])
            with suppress(OSError):  # the other end is closed
                if more := os.read(master, 65536):
                    shown += more
                    yield shown
                    continue
            return
    finally:
        process.wait()
        os.close(master)


def _lasted(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def _phases(home: Path, question: str) -> dict[str, dict[str, float]]:
    command = [sys.executable, "-c", PHASES, str(home), question]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, dict[str, float]] = json.loads(told.splitlines()[-1])
    return found
