from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.types import Evidence
from assistant.ui.chat import Desk
from assistant.ui.suggesting import candidates, shown, suggest
from assistant.ui.talk import Exchange, Talk
from assistant.wiring import Assistant

Make = Callable[..., Assistant]
PAPERS = [
    {
        "id": "purr",
        "title": "Purr: How cats purr",
        "abstract": "Purr tells how cats purr with their larynx. Purr uses two datasets of recordings of cats.",
    },
    {
        "id": "bark",
        "title": "BarkNet: How dogs bark",
        "abstract": "BarkNet tells how dogs bark. BarkNet is trained on barks of dogs.",
    },
]
QUESTION = "How do cats purr with their larynx?"


@pytest.fixture
def desk(make: Make) -> Desk:
    desk = Desk(make(papers=PAPERS))
    desk.load()
    return desk


def asked(desk: Desk, question: str = QUESTION) -> Exchange:
    *_, last = desk.ask(question)
    return last


def buttons(html: str) -> list[str]:
    return [part.split("</button>")[0] for part in html.split('dir="auto">')[1:]]


def test_what_is_suggested_is_answered(desk: Desk) -> None:
    talk = Talk().grown(asked(desk))
    found = buttons(suggest(desk)(talk))
    assert found
    for question in found:
        first = next(step.evidence for step in desk.ask(question, talk.exchanges) if step.evidence)
        assert isinstance(first, Evidence)
        assert first.answerable


def test_a_sentence_that_was_not_quoted_hints_at_a_question(desk: Desk) -> None:
    answer = asked(desk).answer
    assert answer is not None
    answer = replace(answer, citations=answer.citations[:1])
    found = [one.question for one in candidates(answer)]
    assert "How is BarkNet trained?" in found
    assert "How does Purr differ from BarkNet?" in found


def test_nothing_that_would_be_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk().grown(asked(desk))
    monkeypatch.setattr("assistant.gate.is_open", lambda *_, **__: False)
    assert suggest(desk)(talk) == ""


def test_nothing_that_was_asked_already(desk: Desk) -> None:
    talk = Talk().grown(asked(desk))
    first = buttons(suggest(desk)(talk))[0]
    assert first not in buttons(suggest(desk)(talk.grown(replace(asked(desk, first)))))


def test_nothing_after_a_greeting_a_problem_or_a_stop(desk: Desk) -> None:
    answered = asked(desk)
    for last in (asked(desk, "Hello"), replace(answered, stopped=True), Exchange(question="?", problem="No.")):
        assert suggest(desk)(Talk().grown(last)) == ""
    assert suggest(desk)(Talk()) == ""


def test_questions_are_escaped() -> None:
    assert "What does &lt;b&gt; propose?" in shown(["What does <b> propose?"], 1)
