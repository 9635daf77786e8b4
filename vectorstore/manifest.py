"""What is written down of an index: which folder it is, what it was made of, and the checksums of its files."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.vectorstore import files

VERSION = 2
"""Raised whenever the files of an index are made in another way."""

WORDS = "words"
VECTORS = "vectors"
"""The two parts of an index, each a folder in its folder."""

NAME = "current.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which folder is the index, and what it holds."""

    version: int
    folder: str
    origin: str
    """Of the ledger it was built from."""
    revision: int
    """Of the ledger when it was built."""
    count: int
    sums: dict[str, dict[str, int]]
    """For each part the checksums of its files, as `files.sums` returns them."""

    def is_intact(self, home: Path, part: str) -> bool:
        """Tell whether the files of a part are those that were written."""
        try:
            return files.sums(home / self.folder / part) == self.sums.get(part)
        except OSError:  # they cannot be read, or are removed just now
            return False


def read(home: Path) -> Manifest | None:
    """Return what is written down of the index in a home; None where there is none that can be used."""
    try:
        held = Manifest(**json.loads((home / NAME).read_text(encoding="utf-8")))
        return held if held.version == VERSION and (home / held.folder).is_dir() else None
    except (OSError, ValueError, TypeError):
        return None


def publish(home: Path, held: Manifest) -> None:
    """Make an index the one in use, in one step."""
    files.replace(home / NAME, json.dumps(asdict(held)))
