import numpy as np

from assistant import clusters
from assistant.protocols import Vectors


def _around(axes: list[int], each: int) -> Vectors:
    """Make vectors near some axes, in turn."""
    random = np.random.default_rng(0)
    vectors = np.eye(8, dtype=np.float32)[axes * each] + random.normal(0, 0.05, (len(axes) * each, 8))
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_vectors_around_three_axes_are_three_groups() -> None:
    vectors = _around([0, 3, 5], 20)
    found = clusters.centres(vectors, 3)
    nearest, cosines = clusters.assign(vectors, found)
    assert sorted(np.abs(found).argmax(axis=1).tolist()) == [0, 3, 5]
    assert len(set(nearest[::3].tolist())) == len(set(nearest[1::3].tolist())) == 1
    assert cosines.min() > 0.9


def test_the_same_vectors_have_the_same_centres() -> None:
    vectors = _around([0, 1, 2, 3], 25)
    assert np.array_equal(clusters.centres(vectors, 4), clusters.centres(vectors, 4))


def test_equal_vectors_are_no_trouble() -> None:
    vectors = np.tile(np.eye(8, dtype=np.float32)[0], (5, 1))
    nearest, cosines = clusters.assign(vectors, clusters.centres(vectors, 3))
    assert (len(set(nearest.tolist())), cosines.tolist()) == (1, [1.0] * 5)


def test_centres_of_many_vectors_are_found_by_some_of_them() -> None:
    vectors = _around([0, 3, 5], 2 * clusters.SAMPLE)
    assert sorted(np.abs(clusters.centres(vectors, 3)).argmax(axis=1).tolist()) == [0, 3, 5]
