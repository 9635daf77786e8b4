"""Fits the gate: from which signals on a library is said to hold an answer.

    python benchmarks/calibrate.py [--homes DIR] [--queries N]

Questions of two public collections are asked of their own papers (answerable) and of the other's (not). A logistic
model is fitted on half of the questions; the threshold is set where 95 % of the unanswerable ones are refused;
rates are printed for the other half. Print-outs go into `assistant/gate.py` by hand. The seed questions take no part.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import collection
import numpy as np
import numpy.typing as npt
import shared

from assistant import Library, evidence, gate
from assistant.protocols import Embedder

COLLECTIONS = ("pubmedqa", "cranfield")
REFUSED = 0.95
QUOTES = 5
PAPERS = 8

Array = npt.NDArray[np.float64]


def signals(library: Library, question: str) -> list[float]:
    """Return what the gate sees of a question."""
    hits = library.retrieve(question, PAPERS)
    seen = gate.signals(hits, evidence.choose(hits, QUOTES))
    return [seen.paper, seen.detail]


def fit(signals: Array, answerable: Array, ridge: float = 0.1, steps: int = 50) -> Array:
    """Fit a logistic model by Newton's method, both classes weighing the same.

    Returns:
        The intercept, then one weight a signal.
    """
    design = np.c_[np.ones(len(signals)), signals]
    weight = np.where(answerable == 1, (answerable == 0).sum() / (answerable == 1).sum(), 1.0)
    beta = np.zeros(design.shape[1])
    for _ in range(steps):
        predicted = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (weight * (predicted - answerable)) + ridge * beta
        curvature = (design * (weight * predicted * (1 - predicted))[:, None]).T @ design
        beta -= np.linalg.solve(curvature + ridge * np.eye(len(beta)), gradient)
    return beta


def open_libraries(homes: Path) -> Iterator[tuple[str, Library]]:
    """Open the collections' libraries, adding their papers where that was not done before."""
    embedder: Embedder | None = None
    for name in COLLECTIONS:
        library = collection.opened(collection.load(name), homes / name, embedder)
        embedder = library.embedder
        yield name, library


def gather(libraries: dict[str, Library], most: int) -> tuple[Array, Array]:
    """Ask each collection's questions of every library."""
    rows: list[list[float]] = []
    answerable: list[float] = []
    for name in libraries:
        queries = list(shared.records(shared.folder() / "eval" / name / "queries.jsonl"))[:most]
        for query in shared.progress(queries, len(queries), name):
            for other, library in libraries.items():
                rows.append(signals(library, query["text"]))
                answerable.append(float(other == name))
    return np.array(rows), np.array(answerable)


def report(beta: Array, threshold: float, rows: Array, answerable: Array) -> None:
    """Print the rates at the threshold."""
    opened = np.c_[np.ones(len(rows)), rows] @ beta >= threshold
    print(f"answerable and answered      {opened[answerable == 1].mean():.3f} of {int(answerable.sum())}")
    print(f"not answerable and refused   {(~opened[answerable == 0]).mean():.3f} of {int((1 - answerable).sum())}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", type=Path, help="keep the collections' libraries here for the next run")
    parser.add_argument("--queries", type=int, default=200, help="questions of each collection")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        rows, answerable = gather(dict(open_libraries(options.homes or Path(folder))), options.queries)
    half = np.arange(len(rows)) // len(COLLECTIONS) % 2 == 0
    beta = fit(rows[half], answerable[half])
    scores = np.c_[np.ones(len(rows)), rows] @ beta
    threshold = float(np.quantile(scores[half & (answerable == 0)], REFUSED))
    print(f"Calibration(intercept={beta[0] - threshold:.2f}, paper={beta[1]:.2f}, detail={beta[2]:.2f})")
    report(beta, threshold, rows[~half], answerable[~half])


if __name__ == "__main__":
    main()
