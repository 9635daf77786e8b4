"""Small first, larger when needed: which questions the larger model is asked, and whose words are shown."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import EndpointError
from assistant.escalation import is_weak, share
from assistant.library import Library
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.protocols import ChatModel
from assistant.settings import Settings
from assistant.types import Answer, Claim, Done, Event, Evidence, Larger, Token
from assistant.ui import show, words
from assistant.ui.chat import LARGER, Exchange, after
from assistant.ui.console import Screen
from assistant.ui.doctor import examine
from assistant.ui.inputs import check_model
from assistant.ui.transcript import messages
from assistant.wiring import Assistant

ASKED = "At how many hertz do cats purr when content?"
UNKNOWN = "Who won the football championship in Brazil?"
RIGHT = "Content cats purr at 25 hertz."
WRONG = "Cats purr at 90 hertz when content."


class Named(FakeChat):
    """A fake with a name of its own."""

    def __init__(self, name: str, *replies: str) -> None:
        super().__init__(*replies)
        self.name = name


@pytest.fixture
def library(filled: Path) -> Iterator[Library]:
    with Library(filled, embedder=FakeEmbedder(dimension=512)) as library:
        yield library


Events = Callable[..., list[Event]]


@pytest.fixture
def loaded() -> list[str]:
    """The names of the models that were loaded, in order."""
    return []


@pytest.fixture
def events(library: Library, loaded: list[str]) -> Events:
    """Ask, with models that write what they are told to."""

    def ask(
        small: str, larger: str | Exception, question: str = ASKED, stop: threading.Event | None = None
    ) -> list[Event]:
        def load(settings: Settings) -> ChatModel:
            loaded.append(settings.model)
            if settings.model == "small":
                return Named("small", small)
            if isinstance(larger, Exception):
                raise larger
            return Named("large", larger)

        settings = replace(library.settings, model="small", larger_model="large")
        return list(Assistant(library, settings=settings, load=load).stream(question, stop=stop))

    return ask


def answer(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Done)
    return events[-1].answer


def claim(*, supported: bool) -> Claim:
    return Claim(text="It is so.", citations=(1,) if supported else (), support=0.5, supported=supported)


def test_rule() -> None:
    right, wrong = claim(supported=True), claim(supported=False)
    assert (share([right, right, wrong]), share([])) == (2 / 3, 0.0)
    assert [is_weak(claims) for claims in ([], [wrong], [right, wrong, wrong])] == [True] * 3
    assert [is_weak(claims) for claims in ([right], [right, wrong])] == [False] * 2


def test_larger_model_is_not_even_loaded_where_the_small_one_does(events: Events, loaded: list[str]) -> None:
    told = events(RIGHT, AssertionError("loaded"))
    assert not any(isinstance(event, Larger) for event in told)
    assert loaded == ["small"]
    found = answer(told)
    assert (found.model, found.asked_larger, found.claims[0].text) == ("small", False, RIGHT)


def test_larger_model_is_asked_where_the_checks_leave_nothing(events: Events, loaded: list[str]) -> None:
    told = events(WRONG, RIGHT)
    assert loaded == ["small", "large"]
    at = next(place for place, event in enumerate(told) if isinstance(event, Larger))
    assert "".join(event.text for event in told[:at] if isinstance(event, Token)) == WRONG
    assert "".join(event.text for event in told[at:] if isinstance(event, Token)) == RIGHT
    # What the small one claimed is given up, so it is not told either.
    assert [event.text for event in told if isinstance(event, Claim)] == [RIGHT]
    found = answer(told)
    assert (found.model, found.asked_larger, found.larger_failed) == ("large", True, "")
    assert found.claims[0].text == RIGHT
    assert found.timings.tokens_written == len((WRONG + " " + RIGHT).split())


def test_both_are_given_the_same_evidence(library: Library) -> None:
    small, large = Named("small", WRONG), Named("large", RIGHT)
    settings = replace(library.settings, larger_model="large")
    list(Assistant(library, model=small, settings=settings, load=lambda _: large).stream(ASKED))
    assert small.requests == large.requests != []


def test_words_of_the_better_one_are_shown(events: Events) -> None:
    found = answer(events(f"{RIGHT} {WRONG} Content cats purr at 91 hertz.", WRONG))
    assert (found.model, found.asked_larger) == ("small", True)
    assert found.claims[0].text == RIGHT
    found = answer(events(WRONG, WRONG))
    assert (found.model, found.asked_larger) == ("large", True)
    assert all(claim.quoted for claim in found.claims)


def test_larger_model_that_is_away_costs_no_answer(events: Events) -> None:
    found = answer(events(WRONG, EndpointError("No server answers at lab:8000.", remedy="See that it runs.")))
    assert found.answered
    assert (found.model, found.asked_larger) == ("small", False)
    assert found.larger_failed == "No server answers at lab:8000. See that it runs."


def test_it_is_not_asked_where_nothing_is_written(events: Events, loaded: list[str]) -> None:
    stop = threading.Event()
    stop.set()
    assert answer(events(WRONG, RIGHT, stop=stop)).answered
    assert not answer(events(WRONG, RIGHT, question=UNKNOWN)).answered
    assert "large" not in loaded


def test_without_a_larger_model_nothing_changes(library: Library) -> None:
    told = list(Assistant(library, model=Named("small", WRONG)).stream(ASKED))
    assert not any(isinstance(event, Larger) for event in told)
    assert answer(told).model == "small"


def test_both_are_closed(library: Library) -> None:
    small, large = Named("small", WRONG), Named("large", RIGHT)
    settings = replace(library.settings, larger_model="large")
    assistant = Assistant(library, model=small, settings=settings, load=lambda _: large)
    list(assistant.stream(ASKED))
    assistant.close()
    assert small.closed
    assert large.closed


def test_page_says_it(events: Events) -> None:
    exchange = after(Exchange(question=ASKED, draft="Cats purr"), Larger())
    assert (exchange.draft, exchange.doing) == ("", LARGER)
    found = answer(events(WRONG, RIGHT))
    titles = [
        one["metadata"]["title"] for one in messages([Exchange(question=ASKED, answer=found)]) if "metadata" in one
    ]
    assert titles == ["Asked the larger model too; the sentences are from large."]


def test_terminal_says_it_beside_the_answer(events: Events, capsys: pytest.CaptureFixture[str]) -> None:
    show.show_answer(Screen(), answer(events(WRONG, RIGHT)))
    out, err = capsys.readouterr()
    assert RIGHT in out
    assert "Asked the larger model too; the sentences are from large." in err
    show.show_answer(Screen(), answer(events(WRONG, EndpointError("It is away.", remedy="Start it."))))
    assert "The larger model could not be asked. It is away. Start it." in capsys.readouterr().err


def test_what_is_said_of_it(events: Events) -> None:
    assert words.larger(answer(events(RIGHT, RIGHT))) == ""
    assert words.larger(answer(events(WRONG, WRONG))) == (
        "Asked the larger model too; neither wrote anything that adds to the quotations."
    )


def test_it_is_looked_at_beforehand(home: Path) -> None:
    settings = Settings(home=home, larger_model=str(home / "none.gguf"))
    with pytest.raises(Exception, match="There is no chat model"):
        check_model(settings)
    check_model(replace(settings, larger_model="http://lab:8000/v1"))


def test_doctor_looks_at_it_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [finding for finding in examine() if finding.name == "larger"] == []
    monkeypatch.setenv("CARREL_LARGER_MODEL", "http://127.0.0.1:9/v1")
    (finding,) = [finding for finding in examine() if finding.name == "larger"]
    assert (finding.ok, finding.text) == (False, "No server answers at 127.0.0.1:9.")


def test_evidence_comes_once(events: Events) -> None:
    assert sum(isinstance(event, Evidence) for event in events(WRONG, RIGHT)) == 1
