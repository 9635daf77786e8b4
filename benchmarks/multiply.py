"""Libraries larger than any at hand: real abstracts and their vectors, multiplied with changes.

A copy of a paper has a third of its words exchanged for words of other papers, and a vector between its own, that of
another paper and noise: near some, far from most, as those of texts are. Authors, years and venues are drawn.
"""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import shared

from assistant.protocols import Embedder, Vectors
from assistant.types import Paper, Span
from assistant.vectorstore.records import Embedding, Entry

SETS = ("scifact", "scitldr", "cranfield", "cisi", "med", "pubmedqa")
"""The collections of abstracts in English; those of `npl` are single sentences."""

CHANGED = 0.3
"""Share of the words exchanged in a copy."""

OWN, OTHER, NOISE = 0.8, 0.35, 0.45
"""Weights in the vector of a copy."""

TITLED, REST = 0.78, 0.63
"""Weights of its paper's vector and of noise in the vector of a sentence, as measured on real ones."""

VENUES = 400
FAMILIES = 20_000
SOURCES = 50


def papers() -> list[tuple[str, str]]:
    """Return title and abstract of all papers that have an abstract."""
    found = []
    for name in SETS:
        with _open(shared.folder() / "eval" / name / "papers.jsonl") as file:
            found += [(one.get("title") or "", one["abstract"]) for one in map(json.loads, file) if one.get("abstract")]
    return found


def write(file: Path, count: int) -> None:
    """Write so many papers as JSON lines: all there are, then these again under other titles."""
    texts = papers()
    with file.open("w", encoding="utf-8") as lines:
        for number in range(count):
            title, abstract = texts[number % len(texts)]
            title += f", part {number // len(texts) + 1}" if number >= len(texts) else ""
            lines.write(json.dumps({"id": f"p{number}", "title": title, "abstract": abstract}) + "\n")


def queries(limit: int) -> list[str]:
    """Return some queries of each collection."""
    found = []
    for name in SETS:
        records = shared.records(shared.folder() / "eval" / name / "queries.jsonl")
        found += [one["text"] for one, _ in zip(records, range(limit), strict=False)]
    return found


def _open(path: Path) -> IO[str]:
    return path.open(encoding="utf-8") if path.exists() else gzip.open(f"{path}.gz", "rt", encoding="utf-8")


def vectors(texts: Sequence[tuple[str, str]], embedder: Embedder, cache: Path) -> Vectors:
    """Embed papers, or take what was embedded before from a file."""
    if cache.is_file():
        return np.asarray(np.load(cache), dtype=np.float32)
    found = [
        embedder.embed([f"{title}\n{abstract}" for title, abstract in texts[start : start + 256]], "passage")
        for start in shared.progress(range(0, len(texts), 256), -(-len(texts) // 256), "embedding lots of 256:")
    ]
    np.save(cache, np.concatenate(found))
    return np.concatenate(found)


def entries(texts: Sequence[tuple[str, str]], real: Vectors, count: int) -> Iterator[Entry]:
    """Make papers with their vectors: the real ones first, then copies of them."""
    chance, noise = random.Random(20240607), np.random.default_rng(20240607)
    words = [word for _, abstract in texts for word in abstract.split()]
    for number in range(count):
        title, abstract = texts[number % len(texts)]
        vector = real[number % len(texts)]
        if number >= len(texts):
            title, abstract = (_changed(text, words, chance) for text in (title, abstract))
            vector = OWN * vector + OTHER * real[chance.randrange(len(real))] + NOISE * _noise(noise, 1, len(vector))[0]
            vector = vector / np.linalg.norm(vector)
        yield _entry(number, title, abstract, vector, chance, noise)


def _changed(text: str, words: Sequence[str], chance: random.Random) -> str:
    return " ".join(chance.choice(words) if chance.random() < CHANGED else word for word in text.split())


def _entry(
    number: int, title: str, abstract: str, vector: Vectors, chance: random.Random, noise: np.random.Generator
) -> Entry:
    paper = Paper(
        id=f"paper-{number}",
        title=title,
        abstract=abstract,
        authors=tuple(f"{chance.choice('ABCDEFGHJKLM')}. Family{_skewed(chance, FAMILIES)}" for _ in range(4)),
        year=2025 - _skewed(chance, 40),
        venue=f"Journal {_skewed(chance, VENUES)}",
        doi=f"10.1000/carrel.{number}",
        source=f"export-{number % SOURCES}.ris",
    )
    spans = [Span("title", 0, len(title))] if title else []
    # The segmenter takes a millisecond, which would be most of the time here.
    spans += [Span("abstract", *place) for place in _stops(abstract)]
    sentences = TITLED * vector + REST * _noise(noise, len(spans), len(vector))
    sentences /= np.linalg.norm(sentences, axis=1, keepdims=True)
    return Entry(paper=paper, embedding=Embedding(vector=vector, spans=tuple(spans), sentence_vectors=sentences))


def _stops(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = text.find(". ", start) + 1 or len(text)
        yield start, end
        start = end + 1


def _skewed(chance: random.Random, number: int) -> int:
    """Draw a number below a limit, small ones much more often, as with families and venues."""
    return int(number * chance.random() ** 3)


def _noise(noise: np.random.Generator, count: int, dimension: int) -> Vectors:
    return np.asarray(noise.standard_normal((count, dimension), dtype=np.float32) / np.sqrt(dimension), np.float32)
