"""A library embedded in shards by several processes, one of them killed, beside the same one added by one process.

    python benchmarks/shards.py [--papers N] [--shards N] [--workers N] [--fake] [--no-index] [--work FOLDER]

Adds the same file both ways, and compares every paper, every vector and some searches. Papers beyond the 13,303
abstracts of `shared/eval` are the same ones under other titles. With the default embedder 100,000 papers take hours;
`--fake` embeds at once, which measures all but the embedding. Run alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import multiply
import numpy as np

from assistant import Library
from assistant.models import load_embedder
from assistant.models.fake import FakeEmbedder
from assistant.protocols import Embedder
from assistant.settings import load
from assistant.vectorstore.shards import PLAN, Shards

WORKER = """
import sys
from pathlib import Path
import shards
from assistant.sharding import embed
say = lambda progress: print(progress.stage, progress.done, flush=True)
embed([Path(sys.argv[1])], Path(sys.argv[2]), shards.embedder(sys.argv[4]), say, number=int(sys.argv[3]))
"""

CLOSE = 0.999
"""Cosine of two vectors of one text: other texts beside it in a batch change the last bits."""


def main() -> None:
    """Make both libraries and compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=100_000, metavar="N", help="100,000")
    parser.add_argument("--shards", type=int, default=20, metavar="N", help="20")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes that embed (2)")
    parser.add_argument("--fake", action="store_true", help="with an embedder that needs no time")
    parser.add_argument("--no-index", action="store_true", help="leave out the index, which is not compared anyway")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="keeps what is made, and goes on from there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = given.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        file = work / "papers.jsonl"
        multiply.write(file, given.papers)
        kind = "fake" if given.fake else "real"
        if _missing(work / "vectors", given.shards):
            seconds = _in_shards(file, work / "vectors", given.shards, given.workers, kind)
            print(f"{given.papers:,} papers in {given.shards} shards by {given.workers} processes: {seconds:.0f} s")
        size = sum(path.stat().st_size for path in (work / "vectors").glob("*.sqlite3"))
        print(f"the shards take {size / given.papers:.0f} bytes a paper")
        with Library(work / "one", embedder=embedder(kind)) as one, Library(work / "other") as other:
            if kind == "fake":
                other._embedder = embedder(kind)
            if given.no_index:
                one._store.settle = other._store.settle = lambda progress=None: None
            seconds = _timed(other, file, work / "vectors")
            print(f"added from the shards: {seconds:.0f} s", flush=True)
            print(f"added by one process:  {_timed(one, file, None):.0f} s")
            print(compare(one, other))


def embedder(kind: str) -> Embedder:
    """Return the default embedder, or one that needs no time."""
    return FakeEmbedder(dimension=384) if kind == "fake" else load_embedder(load())


def _in_shards(file: Path, folder: Path, number: int, workers: int, kind: str) -> float:
    """Embed with several processes; the first is killed within a shard, and started again when the others end."""
    path = os.pathsep.join((str(Path(__file__).parent), *(one for one in sys.path if one)))
    command = [sys.executable, "-c", WORKER, str(file), str(folder), str(number), kind]
    start = time.perf_counter()
    running = [
        subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    for line in running[0].stdout or ():
        if line.startswith("embed"):
            running[0].kill()
            break
    for one in running:
        one.communicate()
    print(f"a process was killed; {len(_missing(folder, number))} of {number} shards were left", flush=True)
    subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _missing(folder: Path, number: int) -> Sequence[int]:
    return list(Shards(folder).missing()) if (folder / PLAN).exists() else range(number)


def _timed(library: Library, file: Path, embedded: Path | None) -> float:
    start = time.perf_counter()
    library.add(file, embedded=embedded)
    return time.perf_counter() - start


def compare(one: Library, other: Library) -> str:
    """Say how far two libraries are the same."""
    papers = sum(left == right for left, right in zip(one.papers(), other.papers(), strict=True))
    ledgers = (one._store.ledger, other._store.ledger)
    cosines = [
        np.sum(left * right, axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
        for (_, left), (_, right) in zip(*(ledger.vectors.all() for ledger in ledgers), strict=True)
    ]
    near = np.concatenate(cosines)
    for library in (one, other):
        # Chroma draws its graph with several threads, never twice the same; without it search is exact.
        library._store.index.close()
    queries = multiply.queries(20)
    same = sum(_ids(one, query) == _ids(other, query) for query in queries)
    return (
        f"{papers:,} of {len(one):,} papers the same, {int((near > CLOSE).sum()):,} vectors the same "
        f"(least cosine {near.min():.5f}), {same} of {len(queries)} searches give the same ten papers in the same order"
    )


def _ids(library: Library, query: str) -> Sequence[str]:
    return [hit.paper.id for hit in library.search(query)]


if __name__ == "__main__":
    main()
