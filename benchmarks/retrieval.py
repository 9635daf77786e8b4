"""How well the right paper and the right sentence are found.

    python benchmarks/retrieval.py [--sets NAME ...] [--limit N] [--work FOLDER] [--json FILE]

Adds each collection to a library of its own and asks its queries: of the words alone, of the vectors alone, of both as
they are usually fused, of `Library.search`, and of it without its last stage, which reads sentences again. Prints
nDCG@10, recall and the share of right first papers, with the interval that 95 of 100 samples of the queries fall into,
and seconds a query; then how often a gold sentence is among the first ones chosen as evidence.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import collection
import numpy as np
import shared
from collection import Collection
from ir_measures import R, Success, iter_calc, nDCG

from assistant import Library, words
from assistant.evidence import choose
from assistant.protocols import Embedder
from assistant.retrieval import scale
from assistant.searching import Searcher
from assistant.types import Filters, Hit

MEASURES = {"nDCG@10": nDCG @ 10, "recall@10": R @ 10, "recall@100": R @ 100, "hit@1": Success @ 1}
DEPTH = 100
DENSE = 1.5
"""Weight of the vectors in the usual fusion, to which the product is compared."""

SAMPLES = 1000
PAPERS = 8
"""Papers that quotations are chosen from, as when a question is asked."""

Ranking = Mapping[str, float]
"""Records of a collection and their scores for one query."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a way to search achieved in one collection."""

    collection: str
    way: str
    values: Mapping[str, tuple[float, float, float]]
    """For each measure the mean, and the ends of its interval."""
    seconds: float
    """For one query, median, its embedding included."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=collection.NAMES, metavar="NAME", help="default all")
    parser.add_argument("--limit", type=int, metavar="N", help="queries of each collection")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="keeps the libraries for the next run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes all figures")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        results = [
            result for name in arguments.sets for result in measure(collection.load(name, arguments.limit), work)
        ]
    if arguments.json:
        arguments.json.write_text(json.dumps([_plain(result) for result in results], indent=2))


def measure(held: Collection, work: Path) -> Iterator[Result]:
    """Ask all queries of a collection in every way, and print what came of it."""
    with collection.opened(held, work / held.name) as library:
        print(f"\n{held.name}: {len(library):,} papers, {len(held.queries):,} queries")
        for way, search in _ways(library).items():
            yield _asked(held, way, search)
        _evidence(held, "product", library.search)
        _evidence(held, "not read again", _Unread(library))


class _Plain:
    """The embedder without its comparing of words."""

    def __init__(self, embedder: Embedder) -> None:
        self.identity = embedder.identity
        self.embed = embedder.embed


class _Unread:
    """The product's search without its last stage."""

    def __init__(self, library: Library) -> None:
        self._searcher = Searcher(library._store, _Plain(library.embedder))

    def __call__(self, query: str, k: int) -> list[Hit]:
        """Search."""
        return self._searcher.search(query, k, Filters())


def _ways(library: Library) -> dict[str, Callable[[str], Ranking]]:
    store, unread = library._store, _Unread(library)

    def lexical(query: str) -> dict[int, float]:
        return store.lexical(words.stems(query), DEPTH)

    def dense(query: str) -> dict[int, float]:
        return store.nearest(library.embedder.embed([query], "query")[0], DEPTH)

    def usual(query: str) -> dict[int, float]:
        vector = library.embedder.embed([query], "query")[0]
        by_words, by_vectors = lexical(query), store.nearest(vector, DEPTH)
        by_vectors |= store.cosines(vector, [row for row in by_words if row not in by_vectors])
        left, right = scale({row: by_words.get(row, 0.0) for row in by_vectors}), scale(by_vectors)
        return {row: left[row] + DENSE * right[row] for row in by_vectors}

    def records(scores: Mapping[int, float]) -> Ranking:
        papers = store.papers(list(scores))
        return {key: scores[row] for row, paper in papers.items() for key in paper.keys}

    return {
        "words": lambda query: records(lexical(query)),
        "vectors": lambda query: records(dense(query)),
        "both, usual": lambda query: records(usual(query)),
        "not read again": lambda query: _ranking(unread(query, DEPTH)),
        "product": lambda query: _ranking(library.search(query, DEPTH)),
    }


def _ranking(hits: Sequence[Hit]) -> Ranking:
    # By rank: what comes first is what a person sees first.
    return {key: 1.0 / place for place, hit in enumerate(hits, start=1) for key in hit.paper.keys}


def _asked(held: Collection, way: str, search: Callable[[str], Ranking]) -> Result:
    run, seconds = {}, []
    for query in shared.progress(held.queries, len(held.queries), f"{held.name}, {way}:"):
        start = time.perf_counter()
        run[query.id] = dict(search(query.text))
        seconds.append(time.perf_counter() - start)
    values: dict[str, list[float]] = {name: [] for name in MEASURES}
    names = {str(measure): name for name, measure in MEASURES.items()}
    for one in iter_calc(list(MEASURES.values()), held.qrels, run):
        values[names[str(one.measure)]].append(one.value)
    result = Result(
        held.name, way, {name: _interval(found) for name, found in values.items()}, statistics.median(seconds)
    )
    figures = "  ".join(
        f"{name} {mean:.3f} ({low:.3f}-{high:.3f})" for name, (mean, low, high) in result.values.items()
    )
    print(f"  {way:14} {figures}  {1000 * result.seconds:.0f} ms", flush=True)
    return result


def _interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean, and between which means 95 of 100 samples of the values lie (bootstrap)."""
    chance = np.random.default_rng(0)
    means = chance.choice(np.array(values), size=(SAMPLES, len(values))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(np.mean(values)), float(low), float(high)


def _evidence(held: Collection, way: str, search: Callable[[str, int], list[Hit]]) -> None:
    """Print how often a gold sentence is among the first passages of what a search finds."""
    asked = [query for query in held.queries if query.evidence]
    if not asked:
        return
    found: dict[int, list[bool]] = {1: [], 2: [], 4: []}
    for query in asked:
        passages = choose(search(query.text, PAPERS), max(found))
        for first, flags in found.items():
            flags.append(
                any(collection.agree(passage.text, gold) for passage in passages[:first] for gold in query.evidence)
            )
    shares = ", ".join(f"{np.mean(flags):.3f} among the first {first}" for first, flags in found.items())
    print(f"  {way:14} a gold sentence is {shares} of {len(asked)} queries", flush=True)


def _plain(result: Result) -> dict[str, object]:
    return {"collection": result.collection, "way": result.way, "seconds": result.seconds, **result.values}


if __name__ == "__main__":
    main()
