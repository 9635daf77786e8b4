"""The stand-ins for models that ship with Carrel."""

import threading

import numpy as np
import pytest

from assistant.errors import ContextOverflowError
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.protocols import EmbedderIdentity, Message

ASKED = [Message("system", "Use the quotations."), Message("user", "Cats\n“Cats purr.”\n“Fish do not.”\n\nWho purrs?")]


def _said(chat: FakeChat, most: int = 100) -> str:
    return "".join(piece.text for piece in chat.stream(ASKED, max_tokens=most))


def test_replies_in_turn_the_last_again_and_again() -> None:
    chat = FakeChat("One.", "Two.")
    assert [_said(chat) for _ in range(4)] == ["One.", "Two.", "Two.", "Two."]


def test_repeats_the_first_quotation_where_it_was_told_nothing() -> None:
    assert _said(FakeChat()) == "Cats purr."
    assert list(FakeChat().stream([Message("user", "Hi")], max_tokens=9)) == []


def test_remembers_what_it_was_asked() -> None:
    chat = FakeChat("Yes.")
    _said(chat)
    assert chat.requests == [tuple(ASKED)]


def test_word_by_word() -> None:
    assert [piece.text for piece in FakeChat("Cats purr, \nmostly.").stream(ASKED, max_tokens=9)] == [
        "Cats ",
        "purr, \n",
        "mostly.",
    ]
    assert _said(FakeChat("one two three"), most=2) == "one two "


def test_stops() -> None:
    stop = threading.Event()
    pieces = FakeChat("one two three").stream(ASKED, max_tokens=9, stop=stop)
    assert next(pieces).text == "one "
    stop.set()
    assert list(pieces) == []


def test_prompt_too_long() -> None:
    chat = FakeChat("Yes.", context=8)
    assert chat.count(ASKED) == 11
    with pytest.raises(ContextOverflowError):
        _said(chat)
    assert chat.requests == []


def test_closing() -> None:
    chat = FakeChat()
    chat.close()
    assert chat.closed


def test_embedder_puts_texts_with_common_words_near_each_other() -> None:
    embedder = FakeEmbedder()
    cats, purring, fish = embedder.embed(["cats purr", "Cats purr loudly", "fish swim"], "passage")
    assert cats @ purring > 0.8
    assert cats @ fish < 0.2
    assert np.allclose(np.linalg.norm([cats, purring, fish], axis=1), 1)


def test_embedder_gives_the_same_in_every_process() -> None:
    assert FakeEmbedder(dimension=8).embed(["cats purr purr"], "query").nonzero()[1].tolist() == [2, 7]


def test_embedder_of_no_text() -> None:
    assert FakeEmbedder().embed([], "query").shape == (0, 64)
    assert FakeEmbedder().embed([""], "query").any() == np.False_


def test_embedder_remembers_what_it_embedded() -> None:
    embedder = FakeEmbedder(dimension=16, name="other")
    embedder.embed(["a", "b"], "passage")
    embedder.embed(["c"], "query")
    assert embedder.embedded == ["a", "b", "c"]
    assert embedder.identity == EmbedderIdentity(name="other", revision="1", dimension=16)
