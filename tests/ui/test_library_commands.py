"""`carrel split`, and what `carrel add` says of merged records."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.models.fake import FakeEmbedder

ROUTER: dict[str, Any] = {
    "id": "lee2024",
    "title": "Routing queries between models",
    "abstract": "A router sends easy queries to a small model.",
    "authors": ["Ann Lee"],
    "year": 2024,
    "doi": "10.1000/1",
}
OTHER = ROUTER | {"id": "router", "title": "Routing queries between large models", "venue": "ICLR"}
REASON = "same DOI 10.1000/1 as lee2024 (refs.jsonl)"

Carrel = Callable[..., Any]


@pytest.fixture(autouse=True)
def _files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two files that hold records of one paper."""
    monkeypatch.setattr("assistant.models.load_embedder", lambda settings: FakeEmbedder())
    monkeypatch.chdir(tmp_path)
    Path("refs.jsonl").write_text(json.dumps(ROUTER))
    Path("others.jsonl").write_text(json.dumps(OTHER) + "\n{broken\n")


def test_merged_records_are_explained(carrel: Carrel) -> None:
    code, out, err = carrel("add", "refs.jsonl", "others.jsonl")
    lines = out.splitlines()
    assert (code, lines[0]) == (0, "1 paper added, 1 merged, 1 skipped:")
    assert lines[1] == f"  others.jsonl, router: merged, {REASON}"
    assert lines[2].startswith("  others.jsonl, line 2: not valid JSON")
    assert err == "`carrel split ID` undoes a merging.\n"


def test_json_has_the_merged_records(carrel: Carrel) -> None:
    report = json.loads(carrel("add", "--json", "refs.jsonl", "others.jsonl")[1])
    assert report["merged"] == [{"file": "others.jsonl", "place": "router", "paper": "lee2024", "reason": REASON}]
    assert report["notes"] == []


def test_split_shows_the_papers_it_made(carrel: Carrel) -> None:
    carrel("add", "refs.jsonl", "others.jsonl")
    lines = "lee2024\t2024\tRouting queries between models\nrouter\t2024\tRouting queries between large models\n"
    assert carrel("split", "lee2024") == (0, lines, "lee2024 is split into 2 papers.\n")
    assert carrel("list")[1] == lines
    assert carrel("add", "refs.jsonl", "others.jsonl")[1].startswith("0 papers added, 2 there already, 1 skipped:")


def test_split_as_json(carrel: Carrel) -> None:
    carrel("add", "refs.jsonl", "others.jsonl")
    assert [paper["id"] for paper in json.loads(carrel("split", "--json", "lee2024")[1])] == ["lee2024", "router"]


@pytest.mark.parametrize(
    ("paper", "message"),
    [
        ("none", "There is no paper with the id none. `carrel list` shows the ids.\n"),
        ("lee2024", "lee2024 is not merged of several records. There is nothing to be split.\n"),
    ],
)
def test_what_cannot_be_split(carrel: Carrel, paper: str, message: str) -> None:
    carrel("add", "refs.jsonl")
    code, out, err = carrel("split", paper)
    assert (code, out) == (1, "")
    assert err.endswith(message)
