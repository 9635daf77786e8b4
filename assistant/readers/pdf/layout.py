"""The lines on the first pages of a PDF, each with its place, size and font."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.readers.pdf import pages

TIMEOUT = 9.0
"""Seconds after which a file is given up."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text up to the next wide gap; places are in points from the page's upper left corner."""

    page: int
    left: float
    right: float
    base: float
    """Where the letters stand, downwards from the top."""
    size: float
    font: str
    bold: bool
    lead: int
    """How many characters at its start are in a font of their own, as a heading within the line is."""
    text: str


@dataclass(slots=True)
class Layout:
    """What the first pages hold."""

    error: str = ""
    """`password`, `damaged` or `slow`; then there is nothing else."""
    info: dict[str, str] = field(default_factory=dict)
    """The information dictionary."""
    sizes: list[tuple[float, float]] = field(default_factory=list)
    """Width and height of the pages looked at."""
    lines: list[Line] = field(default_factory=list)
    sideways: str = ""
    """What is written along the side of the first page."""
    has_pictures: bool = False
    unreadable: int = 0
    """Characters of which the file does not tell what letters they are."""


def layout_of(path: Path) -> Layout:
    """Read the first pages of a file in a process of its own, which may crash or be stopped."""
    # It is run by its path, and sees what this process sees, so that it works however Carrel was imported.
    command = [sys.executable, "-P", pages.__file__, str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return Layout(error="slow")
    return _layout(json.loads(done.stdout)) if done.returncode == 0 else Layout(error="damaged")


def _layout(values: dict[str, Any]) -> Layout:
    return Layout(**{**values, "lines": [Line(**line) for line in values.get("lines", [])]})
