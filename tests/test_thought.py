"""What a model thinks before it answers: told as such, and neither checked nor shown as an answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.engine import Draft
from assistant.library import Library
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.protocols import Piece
from assistant.types import Answer, Claim, Done, Event, Thought, Token
from assistant.ui.chat import THINKING, Exchange, after
from assistant.ui.transcript import messages
from assistant.wiring import Assistant

ASKED = "At how many hertz do cats purr when content?"
# The thought alone would pass the checks.
REPLY = "<think>\nCats purr at 25 hertz when content.\n</think>\n\nForty old cats were recorded when content to purr."


@pytest.fixture
def library(filled: Path) -> Iterator[Library]:
    with Library(filled, embedder=FakeEmbedder(dimension=512)) as library:
        yield library


def events(library: Library, reply: str) -> list[Event]:
    return list(Assistant(library, model=FakeChat(reply)).stream(ASKED))


def answer(library: Library, reply: str) -> Answer:
    last = events(library, reply)[-1]
    assert isinstance(last, Done)
    return last.answer


def test_thinking_has_events_of_its_own(library: Library) -> None:
    told = events(library, REPLY)
    thought = "".join(event.text for event in told if isinstance(event, Thought))
    written = "".join(event.text for event in told if isinstance(event, Token))
    assert thought.strip() == "Cats purr at 25 hertz when content."
    assert written == "Forty old cats were recorded when content to purr."


def test_thinking_is_kept_and_is_no_claim(library: Library) -> None:
    told = events(library, REPLY)
    done = answer(library, REPLY)
    assert done.thinking.strip() == "Cats purr at 25 hertz when content."
    assert [event for event in told if isinstance(event, Claim) and "hertz" in event.text] == []
    assert (done.timings.tokens_thought, done.timings.tokens_written) == (9, 9)


def test_model_that_only_thinks_is_answered_for_by_the_quotations(library: Library) -> None:
    done = answer(library, "<think>Cats purr at 25 hertz when content. I")
    assert done.answered
    assert all(claim.quoted for claim in done.claims)
    assert done.thinking == "Cats purr at 25 hertz when content. I"


def test_no_thinking(library: Library) -> None:
    done = answer(library, "Cats purr at 25 hertz.")
    assert (done.thinking, done.timings.tokens_thought) == ("", 0)


def test_what_is_taken_back_is_no_answer() -> None:
    draft = Draft()
    told = [
        draft.add(piece) for piece in (Piece("Hm. "), Piece("So.\n", thinking=True, takes_back=True), Piece("Yes."))
    ]
    assert told == [Token("Hm. "), Thought("So.\n", takes_back=True), Token("Yes.")]
    assert (draft.thinking, draft.text, draft.tokens, draft.tokens_thought) == ("Hm. So.\n", "Yes.", 1, 2)


def test_page_says_that_it_thinks_and_drops_what_is_taken_back() -> None:
    exchange = after(Exchange(question="?", draft="Hm."), Thought("So."))
    assert (exchange.doing, exchange.draft) == (THINKING, "Hm.")
    exchange = after(exchange, Thought("So.", takes_back=True))
    assert (exchange.doing, exchange.draft) == (THINKING, "")
    exchange = after(exchange, Token("Yes."))
    assert (exchange.doing, exchange.draft) == ("", "Yes.")


def test_page_shows_it_as_a_step_that_is_closed(library: Library) -> None:
    done = answer(library, REPLY.replace("Cats purr", "Cats <b>purr</b> [1]"))
    shown = messages([Exchange(question=ASKED, answer=done)])
    (step,) = [one for one in shown if "Thought" in one.get("metadata", {}).get("title", "")]
    assert step["metadata"] == {
        "title": "Thought, 10 tokens: not checked, and no part of the answer",
        "status": "done",
    }
    assert "<b>" not in step["content"]
    assert "25 hertz" in step["content"]
    assert shown.index(step) < len(shown) - 1
    assert [one for one in messages([Exchange(question=ASKED)]) if "metadata" in one] == []
