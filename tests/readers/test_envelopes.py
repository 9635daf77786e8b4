"""Answers of web services: where their papers lie, and what else they say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers import envelopes
from assistant.types import Noted, Paper, Skipped

CAT = {"title": "On Cats"}
DOG = {"title": "On Dogs"}


@pytest.mark.parametrize(
    "answer",
    [
        {"total": 2, "offset": 0, "data": [CAT, DOG]},
        {"recommendedPapers": [CAT, DOG]},
        {"meta": {"count": 2}, "results": [CAT, DOG], "group_by": []},
        {"status": "ok", "message-type": "work-list", "message": {"facets": {}, "items": [CAT, DOG]}},
        {"resultList": {"result": [CAT, DOG]}},
        {"config": {}, "collections": {}, "items": [CAT, DOG]},
        {"title": "My library", "papers": [CAT, DOG]},
        {"references": [CAT, DOG]},
        [CAT, DOG],
    ],
)
def test_papers_are_found_in_answers(answer: object) -> None:
    assert envelopes.opened(answer) == [CAT, DOG]


@pytest.mark.parametrize(
    "paper",
    [
        {**CAT, "references": [DOG]},
        {**CAT, "abstract": "Cats purr.", "items": [DOG]},
        {"paperId": "5f1e", "references": [DOG]},
        {"id": "cats", "data": ["a", "b"]},
        ["On Cats"],
        "On Cats",
        None,
    ],
)
def test_a_paper_is_no_answer(paper: object) -> None:
    assert envelopes.opened(paper) is None


def test_one_paper_may_be_wrapped() -> None:
    assert envelopes.opened({"status": "ok", "message": CAT}) == [CAT]
    assert envelopes.opened({"key": "ABCD2345", "version": 1, "data": {"itemType": "book", **CAT}}) == [
        {"itemType": "book", **CAT}
    ]


def test_an_empty_answer_holds_nothing() -> None:
    assert envelopes.opened({"total": 0, "data": []}) == []
    assert envelopes.opened({"error": "no such paper", "data": []}) is None


@pytest.mark.parametrize(
    "about", [{"citingPaper": CAT, "intents": []}, {"citedPaper": CAT}, {"paper": CAT, "score": 1}]
)
def test_a_record_about_a_paper_is_unwrapped(about: object) -> None:
    (paper,) = envelopes.read(about, "cats.json", "item 1")
    assert isinstance(paper, Paper)
    assert paper.title == "On Cats"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null in the place of a paper"),
        ({"citedPaper": None}, "null in the place of a paper"),
        ({"error": "Paper not found"}, "an error in the place of papers: Paper not found"),
        ({"message": "Too Many Requests.", "code": "429"}, "an error in the place of papers: Too Many Requests."),
        ({"error": "Invalid.", "message": "x is no field"}, "an error in the place of papers: Invalid. x is no field"),
        (
            {"status": "failed", "message": [{"type": "parameter", "message": "rows is too large"}]},
            "an error in the place of papers: rows is too large",
        ),
        ({"authorId": "1", "name": "Ann Lee"}, "the record of an author, not of a paper"),
        ({"paperId": "5f1e"}, "no title and no abstract"),
    ],
)
def test_what_is_no_paper_is_told(value: object, reason: str) -> None:
    assert list(envelopes.read(value, "cats.json", "item 1")) == [Skipped("cats.json", "item 1", reason)]


def test_what_is_left_out_is_told() -> None:
    _, cited = envelopes.read({**CAT, "citations": [DOG, DOG], "references": [DOG]}, "cats.json", "item 1")
    assert cited == Noted("cats.json", "item 1: 2 citations and 1 references given with the paper are not read")
    _, said = envelopes.read({"paper": CAT, "snippet": {"text": "They purr."}}, "cats.json", "item 1")
    assert said == Noted("cats.json", "item 1: the sentences given with the paper are not read")


NAMES = st.sampled_from(sorted(envelopes.LISTS | envelopes.OWN | {*envelopes.WRAPS, "error", "paper", "snippet"}))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
)


@given(VALUES)
def test_each_value_gives_one_record(value: object) -> None:
    for one in envelopes.opened(value) or [value]:
        records = list(envelopes.read(one, "x", "item 1"))
        assert sum(not isinstance(record, Noted) for record in records) == 1
