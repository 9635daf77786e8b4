"""Fusing what vectors and words say of a paper into one score."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DENSE = 1.5
"""Weight of the cosine between question and paper."""

LEXICAL = 1.0
"""Weight of the words."""

SENTENCE = 1.0
"""Weight of the best sentence: an abstract is about more than the one thing asked for."""

POOL = 50
"""Papers taken from each leg before fusing."""


@dataclass(frozen=True, slots=True)
class Legs:
    """What each leg of a search says, by the papers' rows in the ledger."""

    dense: Mapping[int, float]
    """Cosine of every paper found by any leg."""
    lexical: Mapping[int, float]
    """BM25; a paper without any of the words is absent."""
    sentence: Mapping[int, float] = field(default_factory=dict)
    """Highest cosine of a paper's sentences."""


def fuse(legs: Legs, trust: float = 1.0) -> dict[int, float]:
    """Fuse the legs by their scores, each scaled to 0..1 over the papers found.

    Scores tell how far the second is behind the first; ranks, as in reciprocal-rank fusion, do not.

    Args:
        legs: What each says.
        trust: How far vectors can be trusted, 0 to 1: not at all where the embedder cannot read the question.

    Returns:
        Row and score between 0 and 1, best first; of equal ones the earlier row.

    >>> fuse(Legs(dense={1: 0.9, 2: 0.5, 3: 0.1}, lexical={2: 4.0}))
    {2: 0.5, 1: 0.428571, 3: 0.0}
    """
    weighted = ((trust * DENSE, legs.dense), (LEXICAL, legs.lexical), (trust * SENTENCE, legs.sentence))
    scaled = [(weight, scale({row: leg.get(row, 0.0) for row in legs.dense})) for weight, leg in weighted]
    total = sum(weight for weight, _ in weighted)
    fused = {row: round(sum(weight * leg[row] for weight, leg in scaled) / total, 6) for row in legs.dense}
    return dict(sorted(fused.items(), key=lambda item: (-item[1], item[0])))


def scale(scores: Mapping[int, float]) -> dict[int, float]:
    """Scale scores to 0..1; where all are equal, to 0.

    >>> scale({1: 2.0, 2: 4.0, 3: 3.0})
    {1: 0.0, 2: 1.0, 3: 0.5}
    """
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {row: (score - low) / (high - low) if high > low else 0.0 for row, score in scores.items()}
