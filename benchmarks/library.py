"""How fast a library takes papers, and how fast a large one is searched.

    python benchmarks/library.py embed [--papers N]     the embedder against sentence-transformers as it comes
    python benchmarks/library.py add [--papers N]       where the time goes while papers are added
    python benchmarks/library.py search [--papers N]    search, memory and disk of a library of that size

Run alone: another busy process on the same cores changes the figures. Papers beyond the 13,303 abstracts of
`shared/eval` are copies with changed words and vectors (multiply.py).
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import multiply
import numpy as np
import shared

from assistant import Library
from assistant.models.embedder import SentenceEmbedder
from assistant.protocols import EmbedderIdentity, TextKind, Vectors
from assistant.types import Filters
from assistant.vectorstore.exact import nearest
from assistant.vectorstore.store import Store

T = TypeVar("T")


def main() -> None:
    """Run one of the parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["embed", "add", "search", "measure"], help=argparse.SUPPRESS)
    parser.add_argument("--papers", type=int, default=0, metavar="N", help="default 2,000, 10,000 and 100,000")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="keeps vectors and libraries for the next run")
    arguments = parser.parse_args()
    if arguments.part == "measure":
        print(json.dumps(measure(arguments.work)))
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        parts: dict[str, Callable[[Path, int], None]] = {"embed": embed, "add": add, "search": search}
        defaults = {"embed": 2_000, "add": 10_000, "search": 100_000}
        parts[arguments.part](work, arguments.papers or defaults[arguments.part])


def embed(_: Path, count: int) -> None:
    """Compare the embedder with sentence-transformers as it comes, in turn and on the same texts."""
    from sentence_transformers import SentenceTransformer

    from assistant.models.catalogue import find

    texts = [f"{title}\n{abstract}" for title, abstract in multiply.papers()]
    texts = texts[:: max(len(texts) // count, 1)][:count]
    plain = SentenceTransformer(str(find("minilm", "embedder")[0]), device="cpu", local_files_only=True)
    ours = SentenceEmbedder()
    seconds: dict[str, list[float]] = {"plain": [], "ours": []}
    cosines: list[float] = []
    lots = [texts[start : start + 250] for start in range(0, len(texts), 250)]
    for lot in shared.progress(lots, len(lots), "lots of 250:"):
        expected, took = _timed(lambda lot=lot: plain.encode(lot, batch_size=32, normalize_embeddings=True))
        seconds["plain"].append(took)
        found, took = _timed(lambda lot=lot: ours.embed(lot, "passage"))
        seconds["ours"].append(took)
        cosines += (expected * found).sum(axis=1).tolist()
    rates = {name: len(texts) / sum(took) for name, took in seconds.items()}
    ratios = [one / other for one, other in zip(seconds["plain"], seconds["ours"], strict=True)]
    print(f"{len(texts)} abstracts: {rates['plain']:.0f} a second by encode(batch_size=32) in fp32,")
    print(f"{rates['ours']:.0f} a second by Carrel ({ours.precision}), {statistics.median(ratios):.2f} times as many")
    print(f"cosine between the two: least {min(cosines):.5f}, mean {statistics.mean(cosines):.5f}")


def add(work: Path, count: int) -> None:
    """Add papers from a file with the default embedder, and tell what share of the time it took."""
    file, home = work / "papers.jsonl", work / f"added-{count}"
    shutil.rmtree(home, ignore_errors=True)
    multiply.write(file, count)
    embedder = _Watched()
    start = time.perf_counter()
    with Library(home, embedder=embedder) as library:
        report = library.add(file)
    total = time.perf_counter() - start
    rest = total - embedder.seconds
    print(f"{len(report.added)} papers added in {total:.0f} s, {count / total:.1f} a second")
    print(f"embedding {embedder.seconds:.0f} s, all else {rest:.0f} s: {rest / total:.1%} of the time")


class _Watched(SentenceEmbedder):
    """Counts the seconds spent embedding."""

    seconds = 0.0

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Embed texts."""
        vectors, took = _timed(lambda: SentenceEmbedder.embed(self, texts, kind))
        self.seconds += took
        return vectors


def search(work: Path, count: int) -> None:
    """Make a library of that size, and measure it in a process of its own."""
    home = work / f"library-{count}"
    if not (home / "queries.npz").is_file():
        _make(work, home, count)
    found = subprocess.run(
        [sys.executable, __file__, "measure", "--work", str(home)], check=True, capture_output=True, text=True
    )
    print(f"{count:,} papers")
    for name, value in json.loads(found.stdout.splitlines()[-1]).items():
        print(f"  {name:42} {value}")


def _make(work: Path, home: Path, count: int) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    texts, embedder = multiply.papers(), SentenceEmbedder()
    real = multiply.vectors(texts, embedder, work / "real.npy")
    made = multiply.entries(texts, real, count)
    store = Store(home)
    start = time.perf_counter()
    lots = shared.progress(range(-(-count // 1000)), -(-count // 1000), "lots of 1,000 papers stored:")
    for _ in lots:
        store.ledger.write(list(islice(made, 1000)), embedder.identity)
    stored = time.perf_counter()
    store.settle()
    print(f"stored in {stored - start:.0f} s, index built in {time.perf_counter() - stored:.0f} s")
    store.close()
    asked = multiply.queries(20)
    np.savez(home / "queries.npz", texts=asked, vectors=embedder.embed(asked, "query"))


class _Given:
    """An embedder that knows the vectors of the queries; so the models' memory and time are not measured."""

    def __init__(self, identity: EmbedderIdentity, texts: Sequence[str], vectors: Vectors) -> None:
        self.identity = identity
        self._known = dict(zip(texts, vectors, strict=True))

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Look the vectors up."""
        return np.stack([self._known[text] for text in texts])


def _filters() -> dict[str, Callable[[int], Filters]]:
    """Filters of several kinds; each search has another one, so that nothing is answered from memory."""
    return {
        "some years": lambda number: Filters(years=(1990 + number % 30, 2025)),
        "one year": lambda number: Filters(years=(1986 + number % 30,) * 2),
        "one author": lambda number: Filters(authors=(f"Family{number * 7}",)),
        "one venue": lambda number: Filters(venue=f"Journal {number * 3 % 400}"),
        "one file": lambda number: Filters(source=f"export-{number % 50}.ris"),
        "a venue and years": lambda number: Filters(venue=f"Journal {number}", years=(2000, None)),
    }


def measure(home: Path) -> dict[str, str]:
    """Open a library and search it."""
    before = _memory()
    held = np.load(home / "queries.npz")
    texts, vectors = held["texts"].tolist(), held["vectors"]
    store, opening = _timed(lambda: Store(home))
    identity = store.ledger.embedder
    assert identity is not None
    store.close()
    found: dict[str, str] = {}
    library, opening = _timed(lambda: Library(home, embedder=_Given(identity, texts, vectors)))
    _, first = _timed(lambda: library.search(texts[0], 10))
    _, settled = _timed(library._store.settle)
    found["opening; first search; index open"] = f"{opening:.2f} s; {first:.2f} s; {first + settled:.2f} s"
    for text in texts[:10]:
        library.search(text, 10)
    found["search"] = _spread(lambda text: library.search(text, 10), texts)
    for name, make in _filters().items():
        filters = {text: make(number) for number, text in enumerate(texts)}
        share = statistics.median(len(library._store.ledger.select(one)) for one in filters.values()) / len(library)
        key = f"search, {name} (median {share:.2%} of all)"
        found[key] = _spread(lambda text, filters=filters: library.retrieve(text, 10, filters[text]), texts)
    found["memory: now; at most; before"] = f"{_memory():.0f} MB; {_memory('VmHWM'):.0f} MB; {before:.0f} MB"
    found["recall@10 of the nearest vectors"] = f"{_recall(library._store, vectors):.4f}"
    found["disk a paper"] = f"{_disk(home) / len(library):.0f} bytes"
    found["characters of an abstract"] = f"{_characters(library):.0f}"
    library.close()
    return found


def _recall(store: Store, queries: Vectors) -> float:
    same = 0
    rows, vectors = (np.concatenate(parts) for parts in zip(*store.ledger.vectors.all(), strict=True))
    for query in queries:
        same += len(store.nearest(query, 10).keys() & nearest(query, rows, vectors, 10).keys())
    return same / (10 * len(queries))


def _spread(task: Callable[[str], Any], texts: Sequence[str]) -> str:
    took = sorted(1000 * _timed(lambda text=text: task(text))[1] for text in texts)
    return f"p50 {statistics.median(took):.1f} ms, p95 {took[int(0.95 * len(took))]:.1f} ms"


def _characters(library: Library) -> float:
    return statistics.mean(len(paper.abstract) for paper in library.papers(0, 5000))


def _disk(home: Path) -> int:
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file() and path.name != "queries.npz")


def _memory(key: str = "VmRSS") -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) / 1000


def _timed(task: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = task()
    return result, time.perf_counter() - start


if __name__ == "__main__":
    main()
