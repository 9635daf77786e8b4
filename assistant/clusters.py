"""Groups of vectors that are near each other: spherical k-means (Dhillon and Modha 2001) in a few sums over arrays.

scikit-learn's would do as well; importing it takes longer than all of this for ten thousand vectors.
"""

import numpy as np
import numpy.typing as npt

from assistant.protocols import Vectors

SEED = 1
STARTS = 2
"""Times that centres are drawn; those that fit better are taken."""

ROUNDS = 15
"""Times that centres are moved at most."""

SAMPLE = 5_000
"""Vectors that the centres are found by; all others are only compared with these."""

Numbers = npt.NDArray[np.int64]


def centres(vectors: Vectors, k: int) -> Vectors:
    """Find the centres of k groups, the same for the same vectors.

    Args:
        vectors: Unit vectors, shape (n, dimension).
        k: How many; at most n.

    Returns:
        Unit vectors, shape (k, dimension).
    """
    random = np.random.default_rng(SEED)
    sample = vectors if len(vectors) <= SAMPLE else vectors[random.choice(len(vectors), SAMPLE, replace=False)]
    found = [_settled(sample, _start(sample, k, random)) for _ in range(STARTS)]
    return max(found, key=lambda pair: pair[0])[1]


def assign(vectors: Vectors, centres: Vectors) -> tuple[Numbers, Vectors]:
    """Return the number of the centre nearest to each vector, and the cosine to it."""
    cosines = vectors @ centres.T
    nearest = cosines.argmax(axis=1)
    return nearest, cosines[np.arange(len(vectors)), nearest]


def _start(vectors: Vectors, k: int, random: np.random.Generator) -> Vectors:
    """Draw vectors far from each other (k-means++, Arthur and Vassilvitskii 2007)."""
    chosen = [int(random.integers(len(vectors)))]
    distance = np.full(len(vectors), np.inf)
    for _ in range(k - 1):
        distance = np.minimum(distance, np.maximum(1 - vectors @ vectors[chosen[-1]], 0))
        total = distance.sum()
        chosen.append(int(random.choice(len(vectors), p=distance / total)) if total > 0 else chosen[-1])
    return vectors[chosen]


def _settled(vectors: Vectors, found: Vectors) -> tuple[float, Vectors]:
    """Move centres into the middle of what is nearest to them until they stay; return how near that is, and them."""
    before = None
    for _ in range(ROUNDS):
        nearest, cosines = assign(vectors, found)
        if before is not None and np.array_equal(nearest, before):
            break
        before = nearest
        sums = (nearest == np.arange(len(found))[:, None]).astype(np.float32) @ vectors
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        found = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), found)
    return float(cosines.sum()), found
