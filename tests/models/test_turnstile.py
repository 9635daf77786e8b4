"""The queue before the model."""

import threading
from collections.abc import Callable

import pytest

from assistant.models.turnstile import Turnstile


def _started(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def _until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    while not condition():
        pause.wait(0.001)


def test_the_first_is_let_in_at_once() -> None:
    turnstile = Turnstile()
    with turnstile.enter() as admitted:
        assert admitted
        assert turnstile.waiting == 0


def test_order_of_arrival() -> None:
    turnstile, order = Turnstile(), []

    def go(number: int) -> None:
        with turnstile.enter() as admitted:
            assert admitted
            order.append(number)

    with turnstile.enter():
        threads = []
        for number in range(5):
            threads.append(_started(lambda number=number: go(number)))
            _until(lambda number=number: turnstile.waiting == number + 1)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert turnstile.waiting == 0


def test_one_at_a_time() -> None:
    turnstile, inside, most = Turnstile(), [0], [0]

    def go() -> None:
        for _ in range(50):
            with turnstile.enter():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [_started(go) for _ in range(4)]
    for thread in threads:
        thread.join()
    assert most == [1]


def test_who_gives_up_does_not_hold_up_the_next() -> None:
    turnstile, stop, seen = Turnstile(), threading.Event(), {}

    def go(name: str, stop: threading.Event | None) -> None:
        with turnstile.enter(stop) as admitted:
            seen[name] = admitted

    with turnstile.enter():
        impatient = _started(lambda: go("impatient", stop))
        _until(lambda: turnstile.waiting == 1)
        patient = _started(lambda: go("patient", None))
        _until(lambda: turnstile.waiting == 2)
        stop.set()
        impatient.join()
        assert seen == {"impatient": False}
        assert turnstile.waiting == 1
    patient.join()
    assert seen == {"impatient": False, "patient": True}


def test_stop_set_beforehand() -> None:
    turnstile, stop = Turnstile(), threading.Event()
    stop.set()
    with turnstile.enter(stop) as admitted:
        assert not admitted


def test_error_inside_lets_the_next_in() -> None:
    turnstile = Turnstile()
    with pytest.raises(ValueError, match="inside"), turnstile.enter():
        raise ValueError("inside")
    with turnstile.enter() as admitted:
        assert admitted
