"""Fits what decides which sentence is quoted, and says how good the weights in use are beside the fitted ones.

    python benchmarks/fitting.py [--sets seed scifact] [--limit N] [--homes DIR]

For each question of which an answering sentence is known, the sentences that were read again are ranked by a weighted
sum: how they hold all words of the question, and the quarter they hold least, the paper's score and cosine, whether the
sentence opens its abstract, whether it has a number where one is asked for. The sum is fitted listwise (softmax over
the sentences of a question, the likelihood of those that answer). Told is the share of questions with an answering
sentence among the first 1, 2 and 4: for the weights in use, for the fitted ones under five-fold cross-validation, and
for the mean over all words with the paper's score alone. Print-outs go into `assistant/rereading.py` and
`assistant/evidence.py` by hand, as round numbers.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import collection
import numpy as np
import numpy.typing as npt
import shared
from collection import Query, agree
from scipy.optimize import minimize

from assistant import Library, evidence, rereading
from assistant.embedding import titled
from assistant.protocols import Comparer
from assistant.words import asks_for_number, numbers

NAMES = ("all words", "words held least", "paper's score", "paper's cosine", "opens", "number")
IN_USE = (0.5, 0.5, evidence.PAPER, evidence.SIMILAR, -rereading.OPENING, evidence.NUMBER)
PLAIN = (1.0, 0.0, 0.3, 0.0, 0.0, 0.0)
FOLDS = 5
RIDGE = 2.0
FIRST = (1, 2, 4)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """The sentences read for one question."""

    features: Array
    """Shape (sentences, features)."""
    answers: Array
    """1 for a sentence that answers."""


def read(library: Library, query: Query) -> Asked | None:
    """Return what is known of the sentences read for a question; None where nothing was found."""
    comparer = library.embedder
    assert isinstance(comparer, Comparer)
    hits = library.retrieve(query.text, rereading.PAPERS)
    pairs = [(hit, one) for hit in hits for one in hit.evidence if one.span.field == "abstract"]
    # Those that were read again have the highest scores.
    pairs = sorted(pairs, key=lambda pair: -pair[1].score)[: rereading.PASSAGES]
    if not pairs:
        return None
    held = comparer.compare(query.text, [titled(one.paper, one.span) for _, one in pairs])
    wants = asks_for_number(query.text)
    features = [
        (
            float(words.mean()),
            rereading.weakest(words),
            hit.score,
            hit.similarity,
            float(one.span.start == 0),
            float(wants and bool(numbers(one.text))),
        )
        for words, (hit, one) in zip(held, pairs, strict=True)
    ]
    answers = [float(any(agree(one.text, gold) for gold in query.evidence)) for _, one in pairs]
    return Asked(np.array(features), np.array(answers))


def fit(asked: Sequence[Asked]) -> Array:
    """Fit the weights listwise; they are scaled so that those of the words add up to 1."""
    spread = np.vstack([one.features for one in asked]).std(axis=0) + 1e-9
    known = [(one.features / spread, one.answers) for one in asked if one.answers.any()]

    def loss(weights: Array) -> tuple[float, Array]:
        value, slope = RIDGE * float(weights @ weights) / 2, RIDGE * weights
        for features, answers in known:
            scores = features @ weights
            chance = np.exp(scores - scores.max())
            chance /= chance.sum()
            right = float((answers * chance).sum())
            value -= np.log(right)
            slope = slope - features.T @ (answers * chance / right - chance)
        return value, slope

    weights: Array = minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B").x / spread
    return weights / weights[:2].sum()


def crossed(asked: Sequence[Asked]) -> Iterator[tuple[Asked, Array]]:
    """Give each question the weights that were fitted on the other folds."""
    for fold in range(FOLDS):
        weights = fit([one for place, one in enumerate(asked) if place % FOLDS != fold])
        yield from ((one, weights) for one in asked[fold::FOLDS])


def shares(pairs: Sequence[tuple[Asked, Array]], number: int) -> str:
    """Return the shares of questions with an answering sentence among the first ones, of a number of questions."""
    ranked = [one.answers[np.argsort(-(one.features @ weights), kind="stable")] for one, weights in pairs]
    return "  ".join(f"{sum(bool(answers[:count].any()) for answers in ranked) / number:.3f}" for count in FIRST)


def report(name: str, asked: Sequence[Asked], number: int) -> None:
    """Print what a set says."""
    ways: dict[str, Callable[[], list[tuple[Asked, Array]]]] = {
        "all words and the paper's score": lambda: [(one, np.array(PLAIN)) for one in asked],
        "in use": lambda: [(one, np.array(IN_USE)) for one in asked],
        "fitted, cross-validated": lambda: list(crossed(asked)),
    }
    print(
        f"{name}: {number} questions, {sum(bool(one.answers.any()) for one in asked)} with an answering sentence read"
    )
    for way, pairs in ways.items():
        print(f"  {way:32} {shares(pairs(), number)}")
    print("  fitted: " + ", ".join(f"{one} {weight:.2f}" for one, weight in zip(NAMES, fit(asked), strict=True)))


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["seed", "scifact"], choices=["seed", "scifact"])
    parser.add_argument("--limit", type=int, help="ask only the first N questions of each set")
    parser.add_argument("--homes", type=Path, help="keep the collections' libraries here for the next run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.sets:
            held = collection.load(name, arguments.limit)
            queries = [query for query in held.queries if query.evidence]
            with collection.opened(held, (arguments.homes or Path(folder)) / name) as library:
                found = (read(library, query) for query in shared.progress(queries, len(queries), name))
                report(name, [one for one in found if one is not None], len(queries))


if __name__ == "__main__":
    main()
