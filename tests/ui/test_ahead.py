import threading
from collections.abc import Generator

import pytest

from assistant.ui.ahead import Ahead


def test_it_goes_on_while_nobody_takes() -> None:
    reached = threading.Event()

    def items() -> Generator[int]:
        yield 1
        yield 2
        reached.set()

    ahead = Ahead(items())
    assert reached.wait(5)
    assert list(ahead) == [1, 2]


def test_an_error_comes_after_what_was_yielded() -> None:
    def items() -> Generator[int]:
        yield 1
        raise ZeroDivisionError

    taken = iter(Ahead(items()))
    assert next(taken) == 1
    with pytest.raises(ZeroDivisionError):
        next(taken)


def test_what_stands_between_is_waited_for() -> None:
    go, asked = threading.Event(), threading.Event()

    def items() -> Generator[int]:
        yield 1
        asked.set()
        yield 2

    def between(item: int) -> None:
        if item == 1:
            go.wait(5)

    ahead = Ahead(items(), between)
    assert not asked.wait(0.05)
    go.set()
    assert list(ahead) == [1, 2]


def test_closing_closes_the_generator_at_its_next_item() -> None:
    go, done = threading.Event(), []

    def items() -> Generator[int]:
        try:
            yield 1
            go.wait(5)
            yield 2
            done.append("went on")
        finally:
            done.append("closed")

    ahead = Ahead(items())
    assert next(iter(ahead)) == 1
    threading.Timer(0.05, go.set).start()
    ahead.close()
    assert done == ["closed"]
