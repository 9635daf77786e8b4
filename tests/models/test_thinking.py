"""Thinking and answer told apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.thinking import PAIRS, Splitter, held_back, is_part, opened, separate
from assistant.protocols import Piece


def split(text: str, size: int = 1, closing: str = "") -> tuple[str, str]:
    """Return thinking and answer of a text that comes in pieces of a size."""
    splitter = Splitter(closing)
    parts = [text[start : start + size] for start in range(0, len(text), size)]
    pieces = [piece for part in parts for piece in splitter.feed(part)]
    pieces += splitter.finish()
    assert sum(piece.tokens for piece in pieces) == len(parts)
    thought, answer = "", ""
    for piece in pieces:
        if piece.takes_back:
            thought, answer = thought + answer, ""
        if piece.thinking:
            thought += piece.text
        else:
            answer += piece.text
    return thought, answer.lstrip()


SIZES = [1, 2, 3, 7, 1000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opening", PAIRS)
def test_every_spelling(opening: str, size: int) -> None:
    text = f"{opening}\nIs 3 < 4? Yes.\n{PAIRS[opening]}\n\nThree is less."
    assert split(text, size) == ("Is 3 < 4? Yes.\n", "Three is less.")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        ("No thought.", "", "No thought."),
        ("", "", ""),
        ("a < b and <b> is bold", "", "a < b and <b> is bold"),
        ("<think>\n\n</think>\n\nAt once.", "", "At once."),
        (" \n<think>A.</think>B.", "A.", "B."),
        ("<think>A.</think>\n<think>B.</think>C.", "A.B.", "C."),
        ("<think>It goes on and on", "It goes on and on", ""),
        ("<think>A </thin B", "A </thin B", ""),
        ("<thi", "", "<thi"),
        ("<thinkers> agree", "", "<thinkers> agree"),
        ("It writes <think> before and </think> behind.", "", "It writes <think> before and </think> behind."),
        ("<think>A.</think>Then it writes\n</think>\nand ends.", "A.", "Then it writes\n</think>\nand ends."),
        ("<think>A </thinking> B</think>C", "A </thinking> B", "C"),
    ],
)
def test_thinking_and_answer(text: str, thought: str, answer: str, size: int) -> None:
    assert split(text, size) == (thought, answer)


@pytest.mark.parametrize("size", SIZES)
def test_thinking_that_the_template_opened(size: int) -> None:
    assert split("So.\n</think>\n\nYes.", size, "</think>") == ("So.\n", "Yes.")
    assert split("So, and no end", size, "</think>") == ("So, and no end", "")


@pytest.mark.parametrize("size", SIZES)
def test_thinking_that_nobody_saw_begin_is_taken_back(size: int) -> None:
    assert split("First.\nSecond.\n</think>\n\nYes.", size) == ("First.\nSecond.\n", "Yes.")
    assert split("</think>Yes.", size) == ("", "Yes.")


def test_words_come_as_soon_as_they_can_be_no_mark() -> None:
    splitter = Splitter()
    assert list(splitter.feed("<th")) == []
    assert splitter.pending == 1
    assert list(splitter.feed("ree")) == [Piece("<three", 2)]
    splitter = Splitter("</think>")
    assert list(splitter.feed("</think>Yes")) == [Piece("", thinking=True), Piece("Yes", 0)]
    assert list(splitter.feed(" <")) == [Piece(" <")]  # nothing can begin or end any more


def test_tokens_of_marks_count_as_thinking() -> None:
    splitter = Splitter()
    pieces = [piece for part in ("<think>", "A", "</think>", "B") for piece in splitter.feed(part)]
    assert pieces == [Piece("", thinking=True), Piece("A", thinking=True), Piece("", thinking=True), Piece("B")]


@given(st.text(alphabet="<>/think abc\n[]TIHNK|", max_size=60), st.integers(1, 9))
def test_nothing_is_lost_or_added_but_marks_and_space(text: str, size: int) -> None:
    thought, answer = split(text, size)
    marks = "|".join(map(re.escape, (*PAIRS, *PAIRS.values())))
    plain = "".join(re.sub(marks, "", text).split())
    kept = "".join(re.sub(marks, "", thought + answer).split())
    assert kept == plain
    assert split(text, size) == split(text, 1000)


@pytest.mark.parametrize("opening", PAIRS)
def test_prompt_that_opens_thinking(opening: str) -> None:
    assert opened(f"<|im_start|>assistant\n{opening}\n") == PAIRS[opening]
    assert opened(f"<|im_start|>assistant\n{opening}\n\n{PAIRS[opening]}\n\n") == ""
    assert opened("<|im_start|>assistant\n") == ""


def test_parts_of_marks() -> None:
    assert [one for one in ("[THINK]", "<|channel|>", "<|message|>", "<|im_end|>", "<s>") if is_part(one)] == [
        "[THINK]",
        "<|channel|>",
        "<|message|>",
    ]


def test_held_back() -> None:
    assert held_back("a <thi", ["<think>"]) == 4
    assert held_back("<think>", ["<think>"]) == 0


def test_what_a_server_told_apart_passes() -> None:
    pieces = [Piece("Hm.", thinking=True), Piece("Y"), Piece("es")]
    assert list(separate(pieces)) == pieces
