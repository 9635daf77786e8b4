"""The bars that answers over the seed's papers must not fall below, with the real embedder and no language model."""

from collections.abc import Iterator
from pathlib import Path

import answers
import pytest
from answers import Carrel
from judging import Row

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
