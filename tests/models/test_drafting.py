"""What is guessed from a prompt, and how much at once."""

from assistant.models.drafting import FIRST, MOST, Drafter

PROMPT = [*range(100), 7, 8, 50, 51]


def test_what_followed_in_the_prompt_is_guessed() -> None:
    assert Drafter(PROMPT).guess([20, 21]) == [22, 23, 24]


def test_the_place_that_is_most_alike_is_taken() -> None:
    drafter = Drafter([1, 5, 6, 10, 2, 5, 6, 20, 3, 5, 6, 30])
    assert drafter.guess([2, 5, 6])[0] == 20
    assert drafter.guess([3, 5, 6]) == [30]


def test_nothing_is_guessed_without_a_pair() -> None:
    drafter = Drafter(PROMPT)
    assert drafter.guess([]) == drafter.guess([20]) == drafter.guess([20, 30]) == drafter.guess([500, 501]) == []
    assert Drafter([]).guess([1, 2]) == []


def test_the_end_of_the_prompt_ends_a_guess() -> None:
    assert Drafter(PROMPT).guess([8, 50]) == [51]
    assert Drafter(PROMPT).guess([50, 51]) == [52, 53, 54]


def test_more_is_guessed_after_a_good_guess_and_less_after_a_bad_one() -> None:
    drafter = Drafter(PROMPT)
    sizes = []
    for guessed, right in ((FIRST, FIRST), (6, 6), (MOST, 4), (4, 0), (1, 0), (0, 0), (1, 1)):
        drafter.learn(guessed, right)
        sizes.append(len(drafter.guess([20, 21])))
    assert sizes == [6, 8, 4, 1, 1, 1, 2]
