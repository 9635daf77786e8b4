import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from assistant.errors import CarrelError
from assistant.types import Filters
from assistant.ui import feedback
from assistant.ui.asking import act, converse, judge
from assistant.ui.chat import Desk
from assistant.ui.filters import values
from assistant.ui.talk import Talk
from assistant.wiring import Assistant

Make = Callable[..., Assistant]
OPEN = values(Filters())
CATS, DOGS = "How do cats purr with their larynx?", "Do dogs bark at strangers?"
ME = "carrel=" + "m" * 40


@dataclass
class Request:
    """What the page knows of the one who asks."""

    session_hash: str = "tab"
    headers: dict[str, str] = field(default_factory=lambda: {"cookie": ME})


class Pressed:
    """What the page's script tells of something pressed."""

    def __init__(self, **told: Any) -> None:
        self.__dict__.update(told)


@pytest.fixture
def desk(make: Make) -> Iterator[Desk]:
    desk = Desk(make())
    desk.load()
    yield desk
    desk.close()


def ended(steps: Any) -> Talk:
    *_, talk = (step[2] for step in steps if isinstance(step[2], Talk))
    return talk


def kept(desk: Desk) -> list[Talk]:
    owner = desk.owner(Request())
    return [desk.kept.load(owner, entry.id) for entry in desk.kept.listed(owner)]


def questions(talk: Talk) -> list[str]:
    return [one.question for one in talk.exchanges]


@pytest.fixture
def talk(desk: Desk) -> Talk:
    first = ended(converse(desk)(CATS, Talk(), Request(), *OPEN))
    return ended(converse(desk)(DOGS, first, Request(), *OPEN))


def test_what_is_asked_is_kept(desk: Desk, talk: Talk) -> None:
    assert kept(desk) == [talk]
    assert (talk.title, questions(talk)) == (CATS, [CATS, DOGS])


def test_another_browser_profile_sees_nothing_of_it(desk: Desk, talk: Talk) -> None:
    other = Request(headers={"cookie": "carrel=" + "o" * 40})
    assert desk.kept.listed(desk.owner(other)) == []
    steps = list(converse(desk)(CATS, Talk(), other, *OPEN))
    assert "dogs" not in str(steps[-1][4])


def test_the_question_is_kept_before_it_is_answered(desk: Desk) -> None:
    steps = converse(desk)(CATS, Talk(), Request(), *OPEN)
    assert next(step for step in steps if step[2].exchanges[-1].evidence)
    (asked,) = kept(desk)
    assert (questions(asked), asked.exchanges[0].stopped) == ([CATS], True)
    steps.close()


def test_a_tab_that_is_closed_leaves_what_it_had(desk: Desk) -> None:
    steps = converse(desk)(CATS, Talk(), Request(), *OPEN)
    assert next(step for step in steps if step[2].exchanges[-1].draft)
    steps.close()
    (left,) = kept(desk)
    assert left.exchanges[0].evidence is not None


def test_ask_again(desk: Desk, talk: Talk) -> None:
    again = ended(act(desk)(talk, Request(), Pressed(act="retry", turn=2, text=""), *OPEN))
    assert questions(again) == [CATS, DOGS]
    assert again.exchanges[0] == talk.exchanges[0]
    assert again.exchanges[1].key != talk.exchanges[1].key
    assert kept(desk) == [again]


def test_a_question_put_otherwise_takes_the_place_of_what_followed(desk: Desk, talk: Talk) -> None:
    edited = ended(act(desk)(talk, Request(), Pressed(act="edit", turn=1, text="Do fish hum?"), *OPEN))
    assert (edited.id, questions(edited)) == (talk.id, ["Do fish hum?"])
    assert kept(desk) == [edited]


def test_what_is_suggested_is_asked(desk: Desk, talk: Talk) -> None:
    more = ended(act(desk)(talk, Request(), Pressed(act="ask", turn=0, text="Do fish hum?"), *OPEN))
    assert questions(more) == [CATS, DOGS, "Do fish hum?"]


@pytest.mark.parametrize("turn", [0, 3, -1, "1", None])
def test_a_turn_that_is_none_changes_nothing(desk: Desk, talk: Talk, turn: Any) -> None:
    assert list(act(desk)(talk, Request(), Pressed(act="edit", turn=turn, text="?"), *OPEN)) == []
    assert judge(desk)(talk, Request(), Pressed(turn=turn, verdict="good", word="")) == talk


def test_nothing_is_asked_again_while_an_answer_is_written(desk: Desk, talk: Talk) -> None:
    import gradio as gr

    under_way = replace(talk, exchanges=(*talk.exchanges[:1], replace(talk.exchanges[1], answer=None)))
    with pytest.raises(gr.Error, match="still being answered"):
        list(act(desk)(under_way, Request(), Pressed(act="retry", turn=1, text=""), *OPEN))


def test_a_verdict_is_kept_with_the_answer_and_for_evaluation(desk: Desk, talk: Talk) -> None:
    judged = judge(desk)(talk, Request(), Pressed(turn=1, verdict="bad", word="No number."))
    assert [one.verdict for one in judged.exchanges] == ["bad", ""]
    assert kept(desk) == [judged]
    (said,) = feedback.read(desk.assistant.library.home)
    assert (said["verdict"], said["word"], said["question"]) == ("bad", "No number.", CATS)
    json.dumps(said)


def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []

    def fail(*_: Any) -> None:
        raise CarrelError("The disk is full.", remedy="Make room.")

    monkeypatch.setattr(desk.kept, "save", fail)
    monkeypatch.setattr("gradio.Warning", warned.append)
    answered = ended(converse(desk)(CATS, Talk(), Request(), *OPEN))
    assert answered.exchanges[0].answer is not None
    assert set(warned) == {"The disk is full. Make room."}


def test_an_empty_question_changes_nothing(desk: Desk) -> None:
    import gradio as gr

    assert list(converse(desk)("  ", Talk(), Request(), *OPEN)) == [(gr.skip(),) * 5]
