"""A library on a Chroma server beside the same one in a home.

    python benchmarks/server.py [--papers N] [--queries N] [--fake] [--work FOLDER]

Starts a Chroma server on this machine, adds the same papers to both libraries, and says how long adding and searching
take (without the embedding), how much the server keeps on the disk, and how far both find the same. The papers are the
abstracts of `shared/eval`, the queries theirs. With `--fake` nothing waits for an embedder. Run alone.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import multiply
import shards
from chroma_server import ChromaServer

from assistant import Library
from assistant.sharding import embed
from assistant.vectorstore import remote_sample

T = TypeVar("T")


def main() -> None:
    """Fill both libraries, and search them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=10_000, metavar="N", help="at most 13,303 (10,000)")
    parser.add_argument("--queries", type=int, default=20, metavar="N", help="of each collection (20)")
    parser.add_argument("--fake", action="store_true", help="with an embedder that needs no time")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="keeps the vectors for the next run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = given.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        texts = multiply.papers()
        step = max(len(texts) // given.papers, 1)
        file = work / f"server-{given.papers}.jsonl"
        records = [
            {"id": f"p{number}", "title": title, "abstract": abstract}
            for number, (title, abstract) in enumerate(texts[::step][: given.papers])
        ]
        file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
        embedder = shards.embedder("fake" if given.fake else "real")
        vectors = work / f"vectors-{given.papers}-{embedder.identity.name}"
        embed([file], vectors, embedder, lambda _: None)
        with (
            ChromaServer(Path(folder) / "server") as server,
            Library(Path(folder) / "home", embedder=embedder) as local,
            Library(server.address("papers"), embedder=embedder) as shared,
        ):
            for name, library in (("in the home", local), ("on the server", shared)):
                _, seconds = _timed(lambda library=library: library.add(file, embedded=vectors))
                print(f"{name}: {len(library):,} papers added in {seconds:.0f} s")
            size = sum(path.stat().st_size for path in (Path(folder) / "server").rglob("*") if path.is_file())
            print(f"the server keeps {size / len(shared):.0f} bytes a paper")
            print(_compared(local, shared, multiply.queries(given.queries)))


def _compared(local: Library, shared: Library, queries: Sequence[str]) -> str:
    for library in (local, shared):
        library.search("warm up")
    found = [(_timed(lambda q=q: _ids(local, q)), _timed(lambda q=q: _ids(shared, q))) for q in queries]
    first = statistics.mean(one[:1] == other[:1] for (one, _), (other, _) in found)
    ten = statistics.mean(len(set(one) & set(other)) / max(len(one), 1) for (one, _), (other, _) in found)
    times = [statistics.median(times) * 1000 for times in zip(*((a, b) for (_, a), (_, b) in found), strict=True)]
    return (
        f"{len(found)} queries, a sample of {min(remote_sample.SIZE, len(shared)):,} papers: the same first paper in "
        f"{first:.3f}, of the first ten {ten:.3f} the same\n"
        f"search, median: {times[0]:.0f} ms in the home, {times[1]:.0f} ms on the server"
    )


def _ids(library: Library, query: str) -> list[str]:
    return [hit.paper.id for hit in library.search(query)]


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


if __name__ == "__main__":
    main()
