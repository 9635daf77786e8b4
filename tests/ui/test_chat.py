import logging
import threading
from collections.abc import Callable, Generator, Iterator, Sequence

import pytest

from assistant.errors import ModelError
from assistant.models.fake import FakeChat
from assistant.protocols import Message, Piece
from assistant.types import Filters, Scope
from assistant.ui.chat import LOADING, UNEXPECTED, Desk, Line
from assistant.ui.talk import Exchange
from assistant.wiring import Assistant

Make = Callable[..., Assistant]
QUESTION = "How do cats purr with their larynx?"


class HeldChat(FakeChat):
    """Writes a word, and the next one only when it is let go or stopped."""

    def __init__(self, reply: str = "Cats purr with their larynx.") -> None:
        super().__init__(reply)
        self.go = threading.Event()
        self.stopped = 0

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Generator[Piece]:
        assert stop is not None
        for piece in super().stream(messages, max_tokens=max_tokens):
            yield piece
            while not self.go.wait(0.01):
                if stop.is_set():
                    self.stopped += 1
                    return


class FailingChat(FakeChat):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Generator[Piece]:
        raise self.error
        yield


@pytest.fixture
def opened(make: Make) -> Iterator[Desk]:
    desk = Desk(make())
    desk.load()
    yield desk
    desk.close()


def held(make: Make) -> tuple[Desk, HeldChat]:
    chat = HeldChat()
    desk = Desk(make(chat))
    desk.load()
    return desk, chat


def until_draft(exchanges: Generator[Exchange]) -> Exchange:
    return next(exchange for exchange in exchanges if exchange.draft)


def test_evidence_comes_before_words_and_the_answer_last(opened: Desk) -> None:
    steps = list(opened.ask(QUESTION))
    evidence = next(place for place, step in enumerate(steps) if step.evidence)
    draft = next(place for place, step in enumerate(steps) if step.draft)
    assert evidence < draft < len(steps) - 1
    assert steps[0].doing == "Searching 3 papers…"
    assert steps[-1].answer is not None
    assert steps[-1].answer.citations[0].paper.id == "cats"
    assert (steps[-1].doing, steps[-1].draft) == ("", "")


def test_earlier_answers_go_along(opened: Desk) -> None:
    (*_, first) = opened.ask(QUESTION)
    (*_, second) = opened.ask("Why do they?", [Exchange(question="lost", problem="It failed."), first])
    assert second.evidence is not None
    assert second.evidence.question == "Why do they? (Purr: How cats purr)"


def test_filters_and_literal_questions_go_along(opened: Desk) -> None:
    (*_, last) = opened.ask(QUESTION, filters=Filters(ids=("dogs", "fish")))
    assert last.answer is not None
    assert {hit.paper.id for hit in last.answer.hits} == {"dogs", "fish"}
    (*_, last) = opened.ask("How do cats purr with their larynx since 2020?")
    assert last.answer is not None
    assert last.answer.scope.dropped == Filters(years=(2020, None))
    (*_, last) = opened.ask("How do cats purr with their larynx since 2020?", literal=True)
    assert last.answer is not None
    assert last.answer.scope == Scope()


def test_words_come_in_few_updates(make: Make) -> None:
    desk = Desk(make(FakeChat(" ".join(["word"] * 90))))
    desk.load()
    steps = list(desk.ask(QUESTION))
    assert sum(bool(step.draft) for step in steps) < 20


def test_while_models_load_it_says_so(make: Make) -> None:
    desk = Desk(make())
    steps = desk.ask(QUESTION)
    assert next(steps).doing == LOADING
    assert not desk.is_loaded
    desk.load()
    (*_, last) = steps
    assert last.answer is not None


def test_stop_while_models_load(make: Make) -> None:
    desk = Desk(make())
    steps = desk.ask(QUESTION, session="me")
    next(steps)
    desk.stop("me")
    (last,) = steps
    assert (last.stopped, last.doing, last.answer) == (True, "", None)


def test_stop_ends_writing_and_keeps_what_is_supported(make: Make) -> None:
    desk, chat = held(make)
    steps = desk.ask(QUESTION, session="me")
    until_draft(steps)
    desk.stop("someone else")
    desk.stop("me")
    (*_, last) = steps
    assert chat.stopped == 1
    assert last.stopped
    assert last.answer is not None
    assert all(claim.quoted for claim in last.answer.claims)


def test_closing_frees_the_model_for_the_next(make: Make) -> None:
    desk, chat = held(make)
    steps = desk.ask(QUESTION)
    until_draft(steps)
    steps.close()
    chat.go.set()
    assert not any("busy" in step.doing for step in desk.ask(QUESTION))


def test_the_second_in_line_sees_evidence_and_its_place(make: Make) -> None:
    desk, chat = held(make)
    first = desk.ask(QUESTION, session="one")
    until_draft(first)
    second = desk.ask(QUESTION, session="two")
    waiting = next(step for step in second if step.evidence)
    assert waiting.doing == "The model is busy; 1 question before yours…"
    chat.go.set()
    list(first)
    (*_, last) = second
    assert last.answer is not None


def test_who_waits_in_line_can_stop(make: Make) -> None:
    desk, chat = held(make)
    first = desk.ask(QUESTION, session="one")
    until_draft(first)
    second = desk.ask(QUESTION, session="two")
    next(step for step in second if step.evidence)
    desk.stop("two")
    (*_, last) = second
    assert last.stopped
    chat.go.set()
    (*_, other) = first
    assert not other.stopped


def test_closing_the_desk_stops_everyone(make: Make) -> None:
    desk, _ = held(make)
    steps = desk.ask(QUESTION, session="one")
    until_draft(steps)
    desk.close()
    (*_, last) = steps
    assert last.stopped


def test_an_error_becomes_words_with_its_remedy(make: Make) -> None:
    desk = Desk(make(FailingChat(ModelError("The model is ill.", remedy="Choose another."))))
    desk.load()
    (*_, last) = desk.ask(QUESTION)
    assert last.problem == "The model is ill. Choose another."
    assert (last.doing, last.answer) == ("", None)
    assert last.evidence is not None


def test_a_fault_becomes_words_and_is_logged(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(make(FailingChat(ZeroDivisionError("secret"))))
    desk.load()
    with caplog.at_level(logging.ERROR):
        (*_, last) = desk.ask(QUESTION)
    assert last.problem == UNEXPECTED
    assert "secret" in caplog.text


def test_an_empty_library_says_how_to_fill_it(make: Make) -> None:
    desk = Desk(make(papers=[]))
    desk.load()
    (*_, last) = desk.ask(QUESTION)
    assert "carrel add" in last.problem


def test_a_model_that_cannot_be_loaded_is_said_in_words(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = make()

    def fail() -> None:
        raise ModelError("There is no such file.")

    monkeypatch.setattr(assistant, "warm_up", fail)
    desk = Desk(assistant)
    desk.load()
    assert desk.is_loaded
    assert desk.problem.startswith("There is no such file.")


def test_a_line_is_in_the_order_of_arrival() -> None:
    line = Line()
    with line.join() as first:
        with line.join() as second, line.join() as third:
            assert (first(), second(), third()) == (0, 1, 2)
        with line.join() as fourth:
            assert fourth() == 1
