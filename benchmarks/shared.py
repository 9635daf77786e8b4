"""The data that benchmarks measure on; it lies beside the project and is never copied into it."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE = "000_170fe2fa1aa63f36.txt"
"""The seed's 119 papers as the text of a web page."""


def folder() -> Path:
    """Return the shared folder: `$CARREL_SHARED`, else `shared` beside the project."""
    path = Path(os.environ.get("CARREL_SHARED", Path(__file__).parents[2] / "shared"))
    if not (path / "seed").is_dir():
        sys.exit(f"{path} has no benchmark data; set CARREL_SHARED to the folder that holds seed/ and eval/.")
    return path


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Read a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the seed set."""

    text: str
    gold: frozenset[str]
    """Titles of the papers that answer it."""
    evidence: str
    """The sentence of a gold paper that answers it, where one is named."""
    keys: tuple[tuple[str, ...], ...]
    """Groups of wordings; an answer is right if it has one of each group."""


def questions(name: str = "questions") -> list[Question]:
    """Read a file of questions with their gold papers as titles."""
    titles = _titles()
    return [_question(one, titles) for one in records(folder() / "seed" / f"{name}.jsonl")]


def conversations() -> list[list[Question]]:
    """Read the seed's conversations, each a list of turns."""
    titles = _titles()
    talks = records(folder() / "seed" / "conversations.jsonl")
    return [[_question(turn, titles) for turn in talk["turns"]] for talk in talks]


def _titles() -> dict[str, str]:
    return {paper["id"]: paper["title"] for paper in records(folder() / "seed" / "papers.jsonl")}


def _question(record: Mapping[str, Any], titles: Mapping[str, str]) -> Question:
    return Question(
        text=record["question"],
        gold=frozenset(titles[paper] for paper in record["gold"]),
        evidence=str(record.get("evidence", "")),
        keys=tuple(tuple(group) for group in record["keys"]),
    )


def progress(items: Iterable[Any], total: int, label: str) -> Iterator[Any]:
    """Pass items on, and say on a terminal how far it is."""
    for count, item in enumerate(items, start=1):
        if sys.stderr.isatty():
            print(f"\r{label} {count}/{total} ", end="", file=sys.stderr, flush=True)
        yield item
    if sys.stderr.isatty():
        print(file=sys.stderr)
