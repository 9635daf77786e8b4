"""The page outlives its language model: one line for the question under way, and the next one is answered."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from assistant.models.isolated import IsolatedChat
from assistant.settings import load
from assistant.ui.chat import Desk, Exchange
from assistant.wiring import Assistant

Make = Callable[..., Assistant]
QUESTION = "How do cats purr with their larynx?"


@pytest.fixture
def model() -> Iterator[IsolatedChat]:
    with closing(IsolatedChat(load(threads=1))) as model:
        yield model


@pytest.mark.model
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_model_killed_amid_an_answer(make: Make, model: IsolatedChat, how: signal.Signals) -> None:
    desk = Desk(make(model))
    desk.load()
    exchanges = desk.ask(QUESTION)
    drafted = next(exchange for exchange in exchanges if exchange.draft)
    assert drafted.evidence is not None
    os.kill(model.process, how)
    last = Exchange(question="")
    for exchange in exchanges:
        last = exchange
    assert last.problem.startswith(("The language model crashed", "The language model was ended by the system"))
    assert "Ask again: it is started anew." in last.problem
    assert "\n" not in last.problem
    assert (last.draft, last.doing, last.answer) == ("", "", None)
    (*_, last) = desk.ask(QUESTION)
    assert last.problem == ""
    assert last.answer is not None
    assert last.answer.answered
