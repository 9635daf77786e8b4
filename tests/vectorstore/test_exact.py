import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.protocols import Vectors
from assistant.vectorstore.exact import nearest

EAST: Vectors = np.array([1, 0], dtype=np.float32)
COMPASS: Vectors = np.array([[1, 0], [0.6, 0.8], [0, 1], [-1, 0]], dtype=np.float32)
ROWS = np.array([10, 20, 30, 40], dtype=np.int64)


def test_nearest_come_first_with_their_cosines() -> None:
    assert list(nearest(EAST, ROWS, COMPASS, 2).items()) == [(10, 1.0), (20, np.float32(0.6))]


def test_asking_for_more_than_there_are_returns_all() -> None:
    assert list(nearest(EAST, ROWS, COMPASS, 99)) == [10, 20, 30, 40]


def test_no_vectors_give_nothing() -> None:
    assert nearest(EAST, ROWS[:0], COMPASS[:0], 3) == {}


def test_of_equally_near_ones_the_earlier_row_comes_first() -> None:
    twice = COMPASS[[2, 0, 0, 2]]
    assert list(nearest(EAST, np.array([7, 9, 8, 6]), twice, 4)) == [8, 9, 6, 7]


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1), st.integers(1, 12))
def test_same_cosines_as_by_sorting_all(points: list[tuple[int, int]], k: int) -> None:
    vectors: Vectors = np.array(points, dtype=np.float32)
    rows = np.arange(len(points), dtype=np.int64)
    cosines = list(nearest(EAST, rows, vectors, k).values())
    assert cosines == sorted((float(x) for x, _ in points), reverse=True)[:k]
