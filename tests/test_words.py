import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.words import names, numbers, stems, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How much can RouteLLM reduce the cost?", ["RouteLLM", "reduce", "cost"]),
        ("What is it about?", []),
        ("state-of-the-art GPT-4 and don't", ["state-of-the-art", "GPT-4", "don't"]),
        ("Schrödinger's naïve_model", ["Schrödinger's", "naïve", "model"]),
        ("图神经网络", ["图神经网络"]),
        ("?! — ...", []),
    ],
)
def test_terms_are_the_words_that_say_something(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("routing", "routes"), ("Networks", "network"), ("reduced", "reduces"), ("GRAPHS", "graph")],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize(("one", "other"), [("route", "root"), ("graph", "grape"), ("R1", "R2")])
def test_other_words_have_other_stems(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_compound_gives_its_parts_too() -> None:
    assert stems("GPT-4") == ["gpt-4", "gpt", "4"]
    assert stems("out-of-domain") == ["out-of-domain", "domain"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("95.50% of 1,234,567 papers", ["95.5%", "1234567"]),
        ("in 2020, 2021 and 2022", ["2020", "2021", "2022"]),
        ("GPT4 and R2D2 hold none", []),
        ("twice as fast, at half the cost", ["2", "50%"]),
        ("Two or THREE", ["2", "3"]),
        ("version 1.2.3", ["1.2.3"]),
        ("3.", ["3"]),
        ("", []),
    ],
)
def test_numbers(text: str, expected: list[str]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RouteLLM cuts the cost of GPT-4 on MMLU.", ["RouteLLM", "GPT-4", "MMLU"]),
        ("We use BERT, ImageNet and k-means.", ["BERT", "ImageNet"]),
        ("The model is Good.", []),
        ("LLaMA-3.1 and mT5", ["LLaMA-3.1", "mT5"]),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@given(st.text())
def test_terms_are_verbatim_and_in_order(text: str) -> None:
    at = 0
    for word in terms(text):
        at = text.index(word, at) + len(word)


@given(st.text())
def test_stems_do_not_depend_on_case(text: str) -> None:
    assert stems(text.lower()) == stems(text.lower().lower())
    assert all(stem == stem.lower() and stem for stem in stems(text))


@given(st.text())
def test_numbers_of_any_text_are_made_of_digits(text: str) -> None:
    assert all(re.fullmatch(r"[\d.,-]+%?", number) for number in numbers(text))


@given(st.text(), st.text())
def test_words_of_two_texts_are_those_of_both(one: str, other: str) -> None:
    assert terms(f"{one}\n{other}") == terms(one) + terms(other)
