"""What people say of answers: one line of JSON each in the home, for measuring answers by."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.errors import CarrelError
from assistant.types import Answer
from assistant.ui.render import answer_dict
from assistant.ui.talk import Exchange, Verdict

FILE = "feedback.jsonl"
"""The file in the home."""

LONGEST = 500
"""Characters of the word that may go along."""


def note(home: Path, exchange: Exchange, answer: Answer, verdict: Verdict, word: str = "") -> None:
    """Write down what a person says of an answer; the last word on it counts.

    Raises:
        CarrelError: It cannot be written.
    """
    kept = replace(answer, hits=answer.hits[:10])
    told = {"key": exchange.key, "when": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "verdict": verdict}
    line = json.dumps(told | {"word": word[:LONGEST], "model": answer.model} | answer_dict(kept), ensure_ascii=False)
    path = home / FILE
    try:
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8", errors="replace") as file:
            # In one piece: another page may write to it too.
            file.write(f"{line}\n")
    except OSError as error:
        raise CarrelError(f"{path} cannot be written: {error.strerror}.") from error


def read(home: Path) -> Iterator[dict[str, Any]]:
    """Return what was said, the last word on each answer, oldest first; what was taken back is left out."""
    said: dict[str, dict[str, Any]] = {}
    for one in _lines(home / FILE):
        said.pop(one["key"], None)
        said[one["key"]] = one
    yield from (one for one in said.values() if one["verdict"])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                one = json.loads(line)
                yield {**one, "key": str(one["key"]), "verdict": str(one["verdict"])}
            except (ValueError, KeyError, TypeError):
                continue  # cut off by a full disk
