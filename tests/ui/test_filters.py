from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.types import Filters
from assistant.ui import filters
from assistant.ui.asking import again, converse
from assistant.ui.chat import Desk, Exchange
from assistant.wiring import Assistant

Make = Callable[..., Assistant]
OPEN: tuple[Any, ...] = ("", "", "", "", "", False)
SET: tuple[Any, ...] = ("2020", " 2022 ", "Ann Lee, Bo Li,", " Nature ", "cats", True)
MEANT = Filters(years=(2020, 2022), authors=("Ann Lee", "Bo Li"), venue="Nature", topics=("cats",), with_abstract=True)


class Request:
    """What the page knows of the one who asks."""

    session_hash = "me"


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
    assert filters.without(SET, "authors") == ("2020", "2022", "", "Nature", "cats", True)
    assert filters.without(SET, "years")[:2] == ("", "")
    assert filters.without(SET, "ids") == filters.values(MEANT)
    assert filters.without(("20", *OPEN[1:]), "venue") == ("20", *OPEN[1:])


NAMES = st.lists(st.text("abc d", min_size=1).map(str.strip).filter(bool), max_size=3).map(tuple)


@given(NAMES, NAMES, st.booleans())
def test_what_is_shown_is_what_is_meant(authors: tuple[str, ...], topics: tuple[str, ...], with_abstract: bool) -> None:
    meant = Filters(authors=authors, topics=topics, with_abstract=with_abstract, years=(None, 2020))
    assert filters.read(*filters.values(meant)) == meant


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
    *_, shown = (step for step in steps if isinstance(step[2], list))
    exchange = shown[2][-1]
    assert isinstance(exchange, Exchange)
    return exchange


def found(exchange: Exchange) -> set[str]:
    assert exchange.answer is not None
    return {hit.paper.id for hit in exchange.answer.hits}


def test_what_is_set_limits_the_question(desk: Desk) -> None:
    asked = last(converse(desk)("How do cats purr?", [], Request(), "2020", *OPEN[1:]))
    assert found(asked) == {"new"}


def test_year_that_is_none_is_said_in_the_chat(desk: Desk) -> None:
    asked = last(converse(desk)("How do cats purr?", [], Request(), "MMXX", *OPEN[1:]))
    assert asked.problem.startswith("“MMXX” is no year.")
    assert asked.answer is None


def test_taking_a_filter_away_asks_again_without_it_alone(desk: Desk) -> None:
    held = ("", "2015", *OPEN[2:-1], True)
    first = last(converse(desk)("How do cats purr?", [], Request(), *held))
    assert found(first) == {"old"}
    steps = list(again(desk, "years")([first], Request(), *held))
    second = last(steps)
    assert found(second) == {"old", "new"}
    assert second.filters == Filters(with_abstract=True)
    assert steps[-1][4:] == ("", "", "", "", "", True)
    assert [step[2] for step in steps if isinstance(step[2], list)][-1] == [second]


def test_words_can_be_taken_back(desk: Desk) -> None:
    first = last(converse(desk)("How do cats purr with their throat since 2020?", [], Request(), *OPEN))
    assert found(first) == {"new"}
    second = last(again(desk, "years")([first], Request(), *OPEN))
    assert found(second) == {"old", "new"}
    assert second.answer is not None
    assert second.answer.question == "How do cats purr with their throat since 2020?"
