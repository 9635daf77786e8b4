import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.types import Filters, Paper
from assistant.ui import asking, filters
from assistant.ui.asking import again, converse
from assistant.ui.chat import Desk
from assistant.ui.talk import Exchange, Talk
from assistant.wiring import Assistant

Make = Callable[..., Assistant]
OPEN: tuple[Any, ...] = ("", "", "", "", "", False, ())
SET: tuple[Any, ...] = ("2020", " 2022 ", "Ann Lee, Bo Li,", " Nature ", "cats", True, ("lee24",))
MEANT = Filters(
    years=(2020, 2022),
    authors=("Ann Lee", "Bo Li"),
    venue="Nature",
    topics=("cats",),
    ids=("lee24",),
    with_abstract=True,
)
HOSTILE = "x\"'> <img src=x> &amp;\n\0"


class Request:
    """What the page knows of the one who asks."""

    session_hash = "me"
    headers: Mapping[str, str] = MappingProxyType({})


def test_what_is_typed_is_read() -> None:
    assert filters.read(*OPEN) == Filters()
    assert filters.read(*SET) == MEANT
    assert filters.read("2020", *OPEN[1:]) == Filters(years=(2020, None))
    assert filters.read("", "2020", *OPEN[2:]) == Filters(years=(None, 2020))


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("last", "", "“last” is no year."),
        ("", "20", "“20” is no year."),
        ("-100", "", "“-100” is no year."),
        ("2022", "2020", "No year is from 2022 and to 2020."),
    ],
)
def test_years_that_are_none(first: str, last: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        filters.read(first, last, *OPEN[2:])


def test_one_filter_is_emptied() -> None:
    assert filters.without(SET, "authors") == ("2020", "2022", "", "Nature", "cats", True, ("lee24",))
    assert filters.without(SET, "years")[:2] == ("", "")
    assert filters.without(SET, "ids") == ("2020", "2022", "Ann Lee, Bo Li", "Nature", "cats", True, ())
    assert filters.without(SET, "source") == filters.values(MEANT)
    assert filters.without(("20", *OPEN[1:]), "venue") == ("20", *OPEN[1:])


NAMES = st.lists(st.text("abc d", min_size=1).map(str.strip).filter(bool), max_size=3).map(tuple)


@given(NAMES, NAMES, st.booleans(), st.lists(st.text(min_size=1)).map(tuple))
def test_what_is_shown_is_what_is_meant(
    authors: tuple[str, ...], topics: tuple[str, ...], with_abstract: bool, ids: tuple[str, ...]
) -> None:
    meant = Filters(authors=authors, topics=topics, ids=ids, with_abstract=with_abstract, years=(None, 2020))
    assert filters.read(*filters.values(meant)) == meant


def test_papers_are_chosen_one_by_one_and_lifted() -> None:
    cats, dogs = Paper(id="cats", title="Cats"), Paper(id=HOSTILE, title="Dogs")
    once = filters.chosen((), filters.handle("cats"), [cats, dogs, cats])
    assert once == ("cats",)
    assert filters.chosen(once, filters.handle("cats"), [cats, dogs]) == ("cats",)
    twice = filters.chosen(once, filters.handle(HOSTILE), [cats, dogs])
    assert twice == ("cats", HOSTILE)
    assert filters.lifted(twice, filters.handle("cats")) == (HOSTILE,)


def test_paper_that_was_not_offered_is_not_chosen() -> None:
    assert filters.chosen(("cats",), filters.handle("dogs"), [Paper(id="fish", title="Fish")]) == ("cats",)


def test_chosen_papers_are_shown_by_title_each_with_its_cross() -> None:
    html = filters.chips(("cats", "gone"), [Paper(id="cats", title="On cats")])
    assert re.findall('<span class="name"[^>]*>(.*?)</span>', html) == ["On cats", "gone"]
    assert f'data-paper="{filters.handle("cats")}" aria-label="No longer ask only: On cats">×</button>' in html
    assert filters.chips((), []) == ""


def test_nothing_of_a_chosen_paper_comes_alive() -> None:
    html = filters.chips((HOSTILE, "b"), [Paper(id="b", title=HOSTILE)])
    assert set(re.findall("<(\\w+)", html)) == {"p", "span", "button"}
    assert set(re.findall(' ([a-z-]+)="', html)) == {"class", "dir", "title", "type", "data-paper", "aria-label"}


@pytest.fixture
def desk(make: Make) -> Desk:
    papers = [
        {"id": "old", "title": "How cats purr", "abstract": "Cats purr with their larynx.", "year": 2010},
        {"id": "new", "title": "Why cats purr", "abstract": "Cats purr with their throat.", "year": 2021},
    ]
    desk = Desk(make(papers=papers))
    desk.load()
    return desk


def last(steps: Any) -> Exchange:
    *_, shown = (step for step in steps if isinstance(step[2], Talk))
    exchange = shown[2].exchanges[-1]
    assert isinstance(exchange, Exchange)
    return exchange


def talk(*exchanges: Exchange) -> Talk:
    return Talk(id="t", title="Cats", exchanges=exchanges)


def found(exchange: Exchange) -> set[str]:
    assert exchange.answer is not None
    return {hit.paper.id for hit in exchange.answer.hits}


def test_what_is_set_limits_the_question(desk: Desk) -> None:
    asked = last(converse(desk)("How do cats purr?", Talk(), Request(), "2020", *OPEN[1:]))
    assert found(asked) == {"new"}


def test_year_that_is_none_is_said_in_the_chat(desk: Desk) -> None:
    asked = last(converse(desk)("How do cats purr?", Talk(), Request(), "MMXX", *OPEN[1:]))
    assert asked.problem.startswith("“MMXX” is no year.")
    assert asked.answer is None


def test_taking_a_filter_away_asks_again_without_it_alone(desk: Desk) -> None:
    import gradio as gr

    held = ("", "2015", *OPEN[2:5], True, ("old", "new"))
    first = last(converse(desk)("How do cats purr?", Talk(), Request(), *held))
    assert found(first) == {"old"}
    steps = list(again(desk, "years")(talk(first), Request(), *held))
    second = last(steps)
    assert found(second) == {"old", "new"}
    assert second.filters == Filters(ids=("old", "new"), with_abstract=True)
    assert steps[0][5:] == ("", "", "", "", "", True, ("old", "new"))
    assert steps[-1][5:] == (gr.skip(),) * 7  # what was set meanwhile stays
    assert [step[2] for step in steps if isinstance(step[2], Talk)][-1].exchanges == (second,)


def test_words_can_be_taken_back(desk: Desk) -> None:
    first = last(converse(desk)("How do cats purr with their throat since 2020?", Talk(), Request(), *OPEN))
    assert found(first) == {"new"}
    second = last(again(desk, "years")(talk(first), Request(), *OPEN))
    assert found(second) == {"old", "new"}
    assert second.answer is not None
    assert second.answer.question == "How do cats purr with their throat since 2020?"


@dataclass
class Pressed:
    """What the page tells of a button of a paper."""

    paper: str
    wanted: bool
    id: str = ""


def test_chosen_paper_limits_the_next_question_until_it_is_lifted(desk: Desk) -> None:
    first = last(converse(desk)("How do cats purr?", Talk(), Request(), *OPEN))
    assert found(first) == {"old", "new"}
    choose = asking.choose(desk)
    ids, chips = choose(talk(first), (), Pressed(filters.handle("old"), wanted=True))
    assert ids == ("old",)
    assert "How cats purr" in chips
    second = last(converse(desk)("How do cats purr?", talk(first), Request(), *OPEN[:-1], ids))
    assert found(second) == {"old"}
    ids, chips = choose(talk(first, second), ids, Pressed(filters.handle("old"), wanted=False))
    assert (ids, chips) == ((), "")
    third = last(converse(desk)("How do cats purr?", talk(first, second), Request(), *OPEN[:-1], ids))
    assert found(third) == {"old", "new"}


def test_taking_the_chosen_papers_away_above_an_answer_lifts_them(desk: Desk) -> None:
    held = (*OPEN[:-1], ("old",))
    first = last(converse(desk)("How do cats purr?", Talk(), Request(), *held))
    steps = list(again(desk, "ids")(talk(first), Request(), *held))
    assert found(last(steps)) == {"old", "new"}
    assert steps[0][5:] == OPEN
