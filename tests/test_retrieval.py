from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval import Legs, fuse, scale

SCORES = st.dictionaries(st.integers(1, 30), st.floats(-1, 1), max_size=12)
BM25 = st.dictionaries(st.integers(1, 30), st.floats(0, 40), max_size=12)


def test_paper_best_in_every_leg_has_one() -> None:
    legs = Legs(dense={1: 0.8, 2: 0.1}, lexical={1: 7.0}, sentence={1: 0.9, 2: 0.2})
    assert fuse(legs) == {1: 1.0, 2: 0.0}


def test_legs_weigh_three_to_two_to_two() -> None:
    dense = {1: 1.0, 2: 0.0, 3: 0.0, 4: 0.0}
    sentence = {1: 0.0, 2: 0.0, 3: 1.0, 4: 0.0}
    assert fuse(Legs(dense, {2: 5.0}, sentence)) == {1: 0.428571, 2: 0.285714, 3: 0.285714, 4: 0.0}


def test_vectors_count_as_far_as_they_are_trusted() -> None:
    legs = Legs(dense={1: 0.9, 2: 0.1}, lexical={2: 5.0}, sentence={1: 0.9, 2: 0.1})
    assert fuse(legs, trust=0.0) == {2: 1.0, 1: 0.0}
    assert fuse(legs, trust=0.4) == {1: 0.5, 2: 0.5}


def test_of_equal_papers_the_earlier_row_comes_first() -> None:
    assert list(fuse(Legs(dense={9: 0.5, 2: 0.5, 5: 0.5}, lexical={}))) == [2, 5, 9]


def test_nothing_found_gives_nothing() -> None:
    assert fuse(Legs(dense={}, lexical={})) == {}


def test_one_paper_alone_has_no_distance_to_others() -> None:
    assert fuse(Legs(dense={1: 0.9}, lexical={1: 3.0}, sentence={1: 0.9})) == {1: 0.0}


def test_equal_scores_say_nothing() -> None:
    assert scale({1: 0.7, 2: 0.7}) == {1: 0.0, 2: 0.0}
    assert scale({}) == {}


@given(SCORES, BM25, SCORES)
def test_fused_scores_lie_between_zero_and_one_best_first(
    dense: dict[int, float], lexical: dict[int, float], sentence: dict[int, float]
) -> None:
    fused = fuse(Legs(dense, lexical, sentence))
    assert fused.keys() == dense.keys()
    assert all(0 <= score <= 1 for score in fused.values())
    assert list(fused.items()) == sorted(fused.items(), key=lambda item: (-item[1], item[0]))


@given(st.dictionaries(st.integers(1, 30), st.integers(-100, 100), min_size=1), st.integers(1, 9), st.integers(-9, 9))
def test_only_the_distances_between_scores_count(scores: dict[int, int], factor: int, shift: int) -> None:
    moved = {row: score * factor + shift for row, score in scores.items()}
    assert fuse(Legs(dense=moved, lexical={})) == fuse(Legs(dense=scores, lexical={}))
