"""Test collections: papers, queries, which papers answer which, and the sentences that do."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shared

from assistant import Library
from assistant.protocols import Embedder
from assistant.words import stems

NAMES = ("scifact", "cranfield", "cisi", "med", "pubmedqa", "npl", "scitldr", "csl_zh", "seed", "multi")

AGREE = 0.8
"""Share of the shorter text's stems that two sentences must have in common to be one, wherever each was cut."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query, and the sentences that answer it where they are known."""

    id: str
    text: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as it lies in the shared folder."""

    name: str
    path: Path
    """Its papers as JSON lines, perhaps compressed."""
    queries: tuple[Query, ...]
    qrels: Mapping[str, Mapping[str, int]]
    """For each query the grades of papers."""


def load(name: str, limit: int | None = None) -> Collection:
    """Load a collection with its first queries that have a right paper."""
    if name in ("seed", "multi"):
        queries, qrels = _seed("questions" if name == "seed" else name)
        path = shared.folder() / "seed" / "papers.jsonl"
    else:
        folder = shared.folder() / "eval" / name
        path = next(file for file in (folder / "papers.jsonl", folder / "papers.jsonl.gz") if file.is_file())
        qrels = _qrels(folder / "qrels.tsv")
        gold = sentences(path) if name == "scifact" else {}
        queries = [_query(one, gold) for one in shared.records(folder / "queries.jsonl")]
    asked = tuple(query for query in queries if any(qrels.get(query.id, {}).values()))[:limit]
    return Collection(name, path, asked, {query.id: qrels[query.id] for query in asked})


def opened(held: Collection, home: Path, embedder: Embedder | None = None) -> Library:
    """Open the library of a collection, and add its papers where that was not done before."""
    library = Library(home, embedder=embedder)
    if len(library) == 0:
        print(f"adding {held.name} ...", flush=True)
        library.add(held.path)
    return library


def agree(one: str, other: str) -> bool:
    """Tell whether two texts are the same sentence, or one is in the other."""
    left, right = set(stems(one)), set(stems(other))
    return len(left & right) >= AGREE * max(min(len(left), len(right)), 1)


def _seed(name: str) -> tuple[list[Query], dict[str, dict[str, int]]]:
    records = list(shared.records(shared.folder() / "seed" / f"{name}.jsonl"))
    queries = [Query(one["id"], one["question"], _listed(one.get("evidence"))) for one in records]
    return queries, {one["id"]: dict.fromkeys(one["gold"], 1) for one in records}


def _listed(value: str | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) and value else tuple(value or ())


def _query(record: Mapping[str, Any], texts: Mapping[str, list[str]]) -> Query:
    parts = [part for part in record.get("evidence") or [] if part["doc"] in texts]
    gold = (texts[part["doc"]][number] for part in parts for number in part["sentences"])
    return Query(record["id"], record["text"], tuple(gold))


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    grades: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        query, paper, grade = line.split("\t")
        grades[query][paper] = int(grade)
    return dict(grades)


def sentences(path: Path) -> dict[str, list[str]]:
    """Return the sentences of each paper, where the collection gives them."""
    return {one["id"]: one["sentences"] for one in _lines(path)}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
