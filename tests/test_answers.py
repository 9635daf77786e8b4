"""The bars that answers over the seed's papers must not fall below, with the real embedder and no language model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import answers
import pytest
from answers import Carrel
from judging import Row
from model_server import ModelServer

from assistant import Library
from assistant.models.fake import FakeChat

pytestmark = pytest.mark.model

QUESTIONS = 60
"""Enough to see a fall, few enough for every run."""


@pytest.fixture(scope="module")
def library(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library(tmp_path_factory.mktemp("seed")) as library:
        library.add(shared / "seed" / "000_170fe2fa1aa63f36.txt")
        yield library


@pytest.fixture(scope="module")
def rows(library: Library) -> list[Row]:
    return answers.measure(Carrel(library, FakeChat("")), limit=QUESTIONS)


def test_most_answers_are_right_and_cite_the_paper_that_says_so(rows: list[Row]) -> None:
    assert sum(row.cited for row in rows) >= 0.70 * QUESTIONS
    assert sum(row.right for row in rows) >= 0.60 * QUESTIONS


def test_every_quote_is_verbatim_and_stands_in_the_paper_it_cites(rows: list[Row]) -> None:
    assert [row.question for row in rows if not row.verbatim] == []
    assert [fault for row in rows for fault in row.faults] == []


def test_what_no_paper_can_answer_is_refused(library: Library) -> None:
    found = answers.refusals(Carrel(library, FakeChat("")), limit=20)
    refused = {kind: sum(not row.answered for row in rows) / len(rows) for kind, rows in found.items()}
    assert refused["chitchat"] == refused["injection"] == 1.0
    assert min(refused["cranfield"], refused["pubmedqa"]) >= 0.95
    assert refused["topic"] >= 0.8
    assert refused["near"] >= 0.6


def test_share_and_gain_of_a_larger_model() -> None:
    def row(**what: Any) -> Row:
        return Row(**{"question": "?", "answered": True, "cited": True, "right": False, "model": "small", **what})

    alone = [row(right=True), row(), row(), row(written=True)]
    two = [
        row(right=True),
        row(right=True, written=True, asked_larger=True, model="large"),
        row(asked_larger=True),
        row(asked_larger=True, model="large"),
    ]
    assert dict(answers.routing(alone, two, "small")) == {
        "asked of the larger model too": "0.75 (3/4)",
        "shown in its words": "0.50 (2/4)",
        "gain: right": "+0.25 (1 more, 0 fewer)",
        "gain: with a sentence of a model": "+0.00 (1 more, 1 fewer)",
    }


def test_answers_of_two_models_one_of_them_on_a_server(library: Library) -> None:
    for package in ("sse_starlette", "starlette_context"):
        pytest.importorskip(package)
    small = FakeChat("Dogs bark at 900 volts.")
    with ModelServer() as server:
        said, _ = Carrel(library, small, server.address).ask("How much can RouteLLM reduce cost?")
    assert (said.answered, said.asked_larger) == (True, True)
    assert said.model.startswith("SmolLM2-135M-Instruct.Q4_1 at 127.0.0.1:")
