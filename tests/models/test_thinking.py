"""Thoughts and answers, kept apart."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models import llama
from assistant.models.llama import LlamaChat
from assistant.models.thinking import Splitter
from assistant.protocols import Message

Tiny = Callable[..., Path]
HELLO = [Message("user", "Hello")]
MARKS = ["<think>", "</think>"]
TEMPLATE = "{{ messages[0].content }}:"


def _split(*pieces: str, thinking: bool = False) -> tuple[str, str]:
    splitter = Splitter(thinking=thinking)
    told = [*(splitter.feed(piece) for piece in pieces), splitter.end()]
    return "".join(thought for thought, _ in told), "".join(answer for _, answer in told)


@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        ("Yes.", "", "Yes."),
        ("<think>Hm.</think>\n\nYes.", "Hm.", "Yes."),
        ("\n<think>\n\n</think>\n\nYes.", "\n\n", "Yes."),
        ("<think>Hm, and no end", "Hm, and no end", ""),
        ("<think>One.</think><think>Two.</think>Yes.", "One.Two.", "Yes."),
        ("The mark <think> opens a thought.", "", "The mark <think> opens a thought."),
        ("<think>Hm.</think>It is </think>.", "Hm.", "It is </think>."),
        ("<thi", "", "<thi"),
        ("<b>bold</b>", "", "<b>bold</b>"),
        ("  indented", "", "  indented"),
    ],
)
def test_whole_letter_by_letter_and_in_two(text: str, thought: str, answer: str) -> None:
    assert _split(text) == (thought, answer)
    assert _split(*text) == (thought, answer)
    for place in range(len(text)):
        assert _split(text[:place], text[place:]) == (thought, answer)


def test_thought_that_the_prompt_has_opened() -> None:
    assert _split("Hm.</th", "ink>Yes.", thinking=True) == ("Hm.", "Yes.")
    assert _split("Hm.", thinking=True) == ("Hm.", "")


@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "th", "ink>", "a", " ", "\n"])))
def test_pieces_do_not_matter(pieces: list[str]) -> None:
    assert _split(*pieces) == _split("".join(pieces))


class TestModel:
    """A tiny model that thinks."""

    def _said(self, path: Path, *, thinking: bool, most: int = 32) -> list[tuple[str, str]]:
        chat = LlamaChat(path, threads=1, thinking=thinking)
        return [(piece.thought, piece.text) for piece in chat.stream(HELLO, max_tokens=most)]

    @pytest.mark.parametrize("declared_as", ["added", "controls"])
    def test_thoughts_are_no_part_of_the_answer(self, tiny: Tiny, declared_as: str) -> None:
        says = [b"<think>", b"Hm", b"!", b"</think>", b"Yes", b"."]
        path = tiny(says=says, after=":", template=TEMPLATE, **{declared_as: MARKS})
        assert [one for one in self._said(path, thinking=True) if any(one)] == [
            ("Hm", ""), ("!", ""), ("", "Yes"), ("", ".")
        ]  # fmt: skip

    def test_thoughts_do_not_count_as_answer(self, tiny: Tiny) -> None:
        says = [b"<think>", b"Hm", b"!", b"</think>", b"Yes", b".", b"No"]
        path = tiny(says=says, after=":", template=TEMPLATE, added=MARKS)
        answer = "".join(text for _, text in self._said(path, thinking=True, most=3))
        assert answer == "Yes."

    def test_model_that_is_not_to_think_is_made_to_answer(self, tiny: Tiny) -> None:
        path = tiny(says=[b"<think>", b"Hm", b"\n", b"Yes"], after=":", template=TEMPLATE, added=MARKS)
        assert [one for one in self._said(path, thinking=False) if any(one)] == [("", "Yes")]

    def test_model_that_thinks_too_long_is_made_to_answer(self, tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(llama, "MOST_THOUGHTS", 3)
        says = [b"<think>", *(b"%d" % number for number in range(10, 30)), b"\n", b"Yes"]
        path = tiny(says=says, after=":", template=TEMPLATE, added=MARKS)
        assert [one for one in self._said(path, thinking=True) if any(one)] == [("10", ""), ("11", ""), ("", "Yes")]

    def test_thought_that_the_template_opens(self, tiny: Tiny) -> None:
        says = [b"Hm", b"</think>", b"Yes"]
        path = tiny(says=says, after=":", template="{{ messages[0].content }}<think>:", added=MARKS)
        assert [one for one in self._said(path, thinking=True) if any(one)] == [("Hm", ""), ("", "Yes")]

    def test_room_for_the_answer_is_kept(self, tiny: Tiny) -> None:
        says = [b"<think>", *(b"%d," % number for number in range(1000)), b"\n", b"Yes", b".", b"No"]
        path = tiny(says=says, after=":", template=TEMPLATE, added=MARKS, context=512)
        chat = LlamaChat(path, threads=1, thinking=True)
        full = [Message("user", "x" * 480)]
        room = 512 - chat.count(full)
        pieces = list(chat.stream(full, max_tokens=3))
        # The mark that closes the thought and two line breaks are read, not written.
        assert [piece.text for piece in pieces if piece.text] == ["Yes", ".", "No"]
        assert len(pieces) == room - 3

    def test_no_room_to_think_nor_to_answer(self, tiny: Tiny) -> None:
        says = [b"<think>", b"Hm"]
        path = tiny(says=says, after=":", template=TEMPLATE, added=MARKS, context=512)
        chat = LlamaChat(path, threads=1)
        spare = 512 - 16 - chat.count([Message("user", "")])
        pieces = list(chat.stream([Message("user", "x" * spare)], max_tokens=64))
        assert "".join(piece.thought for piece in pieces) == ""
