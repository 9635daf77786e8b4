"""Claims that give to one thing what the paper says of another."""

import pytest

from assistant.swaps import swapped

SCORES = "PreRouter reaches an R2 of 0.93 for slack, which surpasses 0.59 by the earlier router."
COSTS = "Training takes 3 hours on 8 GPUs and evaluation 2 hours on 4 GPUs."
ORDER = "On MMLU, RouteLLM outperforms a random router."


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The earlier router reaches 0.93 for slack, which surpasses 0.59 by PreRouter.", SCORES),
        ("The earlier router reaches an R2 of 0.93.", SCORES),
        ("PreRouter reaches an R2 of 0.59.", SCORES),
        ("Evaluation takes 3 hours.", COSTS),
        ("A random router outperforms RouteLLM on MMLU.", ORDER),
        ("The cost of ours is lower than the cost of theirs.", "The cost of theirs is lower than that of ours."),
    ],
)
def test_mixed_up(claim: str, quote: str) -> None:
    assert swapped(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("PreRouter reaches 0.93 for slack, surpassing 0.59 by the earlier router.", SCORES),
        ("The R2 of PreRouter is 0.93, against 0.59 of the earlier router.", SCORES),
        ("The earlier router reaches 0.59.", SCORES),
        ("This method has an R2 of 0.93.", SCORES),
        ("Training takes 3 hours.", COSTS),
        ("RouteLLM outperforms a random router on MMLU.", ORDER),
        ("It is about cats.", ORDER),
        ("", ""),
    ],
)
def test_not_mixed_up(claim: str, quote: str) -> None:
    assert not swapped(claim, quote)


@pytest.mark.parametrize("quote", [SCORES, COSTS, ORDER])
def test_no_sentence_mixes_up_itself(quote: str) -> None:
    assert not swapped(quote, quote)
