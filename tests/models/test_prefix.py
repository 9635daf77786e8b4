"""Where prompts are cut, and how much of one need not be read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.prefix import LONGEST, cuts, parts, shared


def test_instructions_and_papers_are_apart() -> None:
    assert cuts(500, paragraphs=[220, 360], turns=[80, 495]) == [80, 220, 360, 500]


def test_short_paragraphs_are_read_together() -> None:
    assert cuts(500, paragraphs=[100, 130, 207, 208, 300, 360], turns=[80]) == [80, 208, 360, 500]


def test_short_instructions_are_a_part_all_the_same() -> None:
    assert cuts(120, paragraphs=[], turns=[20, 116]) == [20, 120]


def test_a_short_question_is_read_with_what_stands_before_it() -> None:
    assert cuts(300, paragraphs=[260], turns=[80]) == [80, 300]


def test_the_last_words_of_the_template_are_no_part() -> None:
    assert cuts(300, paragraphs=[], turns=[80, 295]) == [80, 300]
    assert cuts(300, paragraphs=[300], turns=[]) == [300]


def test_long_parts_are_cut_where_they_must_be() -> None:
    assert cuts(1300, paragraphs=[700], turns=[]) == [512, 700, 1212, 1300]


@given(st.integers(1, 3000), st.sets(st.integers(1, 3000)), st.sets(st.integers(1, 3000)))
def test_any_prompt_is_cut_into_parts_that_can_be_read(size: int, paragraphs: set[int], turns: set[int]) -> None:
    inside = [sorted(one for one in places if one <= size) for places in (paragraphs, turns)]
    cut = cuts(size, *inside)
    assert cut == sorted(set(cut))
    assert cut[-1] == size
    assert all(0 < end - start <= LONGEST for start, end in parts(cut, after=0))


PROMPT = list(range(300))


@pytest.mark.parametrize(
    ("alike", "before", "now", "kept"),
    [
        (300, [80, 200, 300], [80, 200, 300], 200),
        (250, [80, 200, 300], [80, 200, 300], 200),
        (199, [80, 200, 300], [80, 200, 300], 80),
        (79, [80, 200, 300], [80, 200, 300], 0),
        (250, [80, 150, 200, 300], [80, 200, 300], 80),
        (250, [80, 200, 300], [90, 200, 300], 0),
        (250, [], [80, 200, 300], 0),
    ],
)
def test_what_is_alike_and_was_cut_alike_is_kept(alike: int, before: list[int], now: list[int], kept: int) -> None:
    former = PROMPT[:alike] + [-1] * (300 - alike)
    assert shared(former, PROMPT, before, now) == kept


def test_the_last_part_is_always_read() -> None:
    assert shared([1, 2], [1, 2], [1, 2], [1, 2]) == 1
    assert shared([1], [1], [1], [1]) == 0
