"""How good the lists are that answer `Which papers ...?`, and from which scores on a paper is listed.

    python benchmarks/listing.py [--limit N] [--work FOLDER]

Asks the queries of collections in which many papers are right for one query, and chooses as `assistant/listing.py`
does. Its two constants are fitted on one half of the queries: SHARE is the lowest of those with nearly the best mean
F1, since a list should miss nothing, and FLOOR the highest that costs no right paper. Told are precision, recall and F1
of the constants in use on both halves, and on the seed's `multi`, which takes no part. Queries with more right papers
than a list can name ask for a whole field, and take no part either. The print-out goes into `assistant/listing.py` by
hand.
"""

import argparse
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import collection
import numpy as np
import shared
from collection import Collection

from assistant import Library, listing
from assistant.protocols import Embedder
from assistant.types import Hit

FITTED = ("med", "cranfield", "cisi")
TOLD = "multi"
HOMES = {TOLD: "seed"}
"""Collections that are asked of another's papers."""

FLOORS = np.arange(0.0, 0.61, 0.05).round(2).tolist()
SHARES = np.arange(0.3, 1.0, 0.05).round(2).tolist()

NEARLY = 0.01
"""Difference in F1 that is not worth missing a paper for; between queries F1 differs far more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, what was found for it, and which papers are right."""

    is_fitted: bool
    hits: tuple[Hit, ...]
    right: frozenset[str]

    def listed(self, floor: float, share: float) -> tuple[float, float, float]:
        """Return precision, recall and F1 of the papers listed, and 0 each where there is none."""
        papers = [passage.paper for passage in listing.choose(self.hits, floor, share)]
        found = len({key for paper in papers for key in paper.keys} & self.right)
        return found / max(len(papers), 1), found / len(self.right), 2 * found / (len(papers) + len(self.right))


def is_fitted(name: str, query: str) -> bool:
    """Tell whether a query belongs to the half that the constants are fitted on."""
    return hashlib.sha256(f"{name}/{query}".encode()).digest()[0] % 2 == 0


def ask(held: Collection, library: Library) -> Iterator[Asked]:
    """Ask the queries of a collection."""
    for query in shared.progress(held.queries, len(held.queries), f"{held.name}:"):
        right = frozenset(paper for paper, grade in held.qrels[query.id].items() if grade > 0)
        if len(right) <= listing.POOL:
            found = tuple(library.retrieve(query.text, listing.POOL))
            yield Asked(held.name in FITTED and is_fitted(held.name, query.id), found, right)


def gather(work: Path, limit: int | None) -> dict[str, list[Asked]]:
    """Ask the queries of every collection."""
    rows: dict[str, list[Asked]] = {}
    embedder: Embedder | None = None
    for name in (*FITTED, TOLD):
        held = collection.load(name, limit)
        with collection.opened(held, work / HOMES.get(name, name), embedder) as library:
            embedder = library.embedder
            rows[name] = list(ask(held, library))
    return rows


def mean(rows: Sequence[Asked], floor: float, share: float) -> tuple[float, ...]:
    """Return the means of precision, recall and F1."""
    return tuple(np.mean([one.listed(floor, share) for one in rows], axis=0).tolist())


def fit(rows: Mapping[str, Sequence[Asked]]) -> tuple[float, float]:
    """Return the floor and the share."""
    fitted = [one for asked in rows.values() for one in asked if one.is_fitted]
    tried = {share: mean(fitted, 0.0, share) for share in SHARES}
    best = max(f1 for _, _, f1 in tried.values())
    share = min(share for share, (_, _, f1) in tried.items() if f1 > best - NEARLY)
    return max(floor for floor in FLOORS if mean(fitted, floor, share)[1] >= tried[share][1]), share


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, metavar="N", help="queries of each collection")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="keeps the libraries for the next run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = gather(arguments.work or Path(folder), arguments.limit)
    floor, share = fit(rows)
    print(f"fitted: FLOOR = {floor}, SHARE = {share}; in use: {listing.FLOOR} and {listing.SHARE}")
    for name, asked in rows.items():
        for half in (True, False):
            own = [one for one in asked if one.is_fitted is half]
            if own:
                precision, recall, f1 = mean(own, listing.FLOOR, listing.SHARE)
                label = f"{name}, {'fitted' if half else 'not fitted'}, {len(own)} queries"
                print(f"  {label:40} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")


if __name__ == "__main__":
    main()
