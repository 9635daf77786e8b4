"""When a process counts as hung, by made-up seconds."""

import pytest

from assistant.models.pulse import Patience, Pulse


def waited(pulse: Patience, seconds: int, beat: float = 0.0, read: int = 0) -> list[float]:
    """Wait second by second, each with a sign of life after so much computing; return what it says each time."""
    said = []
    for second in range(1, seconds + 1):
        pulse.wait(1.0)
        if beat:
            pulse.beat(beat * second, read)
        said.append(pulse.ended)
    return said


def test_patience_is_with_silence_alone() -> None:
    patience = Patience(3)
    assert waited(patience, 3, beat=1.0) == [0, 0, 0]
    patience.step()
    assert waited(patience, 4) == [0, 0, 0, 4]


def test_process_without_signs_of_life_hangs() -> None:
    assert waited(Pulse(still=3), 4) == [0, 0, 0, 4]


def test_signs_of_life_without_computing_are_none() -> None:
    assert waited(Pulse(still=3), 4, beat=0.0001) == [0, 0, 0, 4]


def test_process_that_computes_does_not_hang_however_long_its_first_step() -> None:
    assert not any(waited(Pulse(still=3, stuck=5), 900, beat=1.0))
    assert waited(Pulse(still=3, stuck=5), 901, beat=1.0)[-1] == 901


def test_who_computes_may_be_stuck_for_as_long_as_its_pace_allows() -> None:
    quick, slow = Pulse(stuck=60), Pulse(stuck=60)
    for pulse, seconds in ((quick, 1), (slow, 50)):
        waited(pulse, seconds, beat=1.0)
        pulse.beat(seconds, 512)  # the first batch is read
        pulse.begin()
    assert waited(quick, 61, beat=1.0, read=0)[-2:] == [0, 61]
    # 50 seconds for 512 tokens: four times as long for whatever comes.
    assert waited(slow, 201, beat=1.0, read=0)[-2:] == [0, 201]


def test_each_word_and_each_part_read_is_a_step() -> None:
    pulse = Pulse(stuck=5)
    pulse.step()
    for read in (100, 200, 300):
        assert not any(waited(pulse, 4, beat=1.0, read=read))
    for _ in range(3):
        assert not any(waited(pulse, 4, beat=1.0, read=300))
        pulse.step()


def test_machine_that_stalls_now_and_then_is_given_more() -> None:
    pulse = Pulse(still=3)
    assert not any(waited(pulse, 2))
    pulse.beat(1.0, 0)
    assert waited(pulse, 21)[-2:] == [0, 21]


@pytest.mark.parametrize("again", [0, 1])
def test_new_request_begins_anew(again: int) -> None:
    pulse = Pulse(still=3)
    waited(pulse, 3)
    if again:
        pulse.begin()
    assert bool(waited(pulse, 1)[0]) is not bool(again)
