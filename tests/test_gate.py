"""Whether the library holds an answer."""

from collections.abc import Sequence

import pytest

from assistant.gate import CALIBRATIONS, MINILM, Calibration, Signals, is_calibrated, is_open, signals
from assistant.protocols import EmbedderIdentity
from assistant.types import Hit, Paper, Passage, Span

PAPER = Paper(id="cats", title="Cats", abstract="Cats purr.")


def _identity(name: str) -> EmbedderIdentity:
    return EmbedderIdentity(name=name, revision="1", dimension=8)


def _hits(*similarities: float) -> Sequence[Hit]:
    return [Hit(paper=PAPER, score=1.0, similarity=similarity) for similarity in similarities]


def _passages(*scores: float) -> Sequence[Passage]:
    return [Passage(paper=PAPER, span=Span("abstract", 0, 10), score=score) for score in scores]


def test_signals_are_the_best_of_each() -> None:
    seen = signals(_hits(0.2, 0.7, 0.1), _passages(0.4, 0.3))
    assert (seen.paper, seen.detail) == (0.7, 0.4)


def test_detail_is_how_fully_the_paper_quoted_first_was_read_to_answer() -> None:
    dogs = Hit(paper=Paper(id="dogs", title="Dogs"), score=1.0, similarity=0.3, completeness=0.9)
    cats = Hit(paper=PAPER, score=0.5, similarity=0.2, completeness=0.1)
    assert signals([dogs, cats], _passages(0.6)).detail == 0.1


def test_nothing_found() -> None:
    seen = signals([], [])
    assert (seen.paper, seen.detail) == (0.0, 0.0)
    assert not any(is_open(seen, _identity(name)) for name in (*CALIBRATIONS, "unheard-of"))


def test_line() -> None:
    line = Calibration(intercept=-1.0, paper=1.0, detail=2.0)
    assert line.score(Signals(paper=0.5, detail=0.25)) == 0.0
    assert line.score(Signals(paper=0.5, detail=0.5)) == 0.5


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_more_alike_is_never_refused_sooner(name: str) -> None:
    line = CALIBRATIONS[name]
    assert line.paper > 0
    assert line.detail > 0
    assert line.score(Signals(paper=1.0, detail=1.0)) > 0


def test_embedder_without_a_line_of_its_own_uses_minilms() -> None:
    edge = -MINILM.intercept / (MINILM.paper + MINILM.detail)
    for name in ("unheard-of", "all-MiniLM-L6-v2"):
        assert is_open(signals(_hits(edge + 0.01), _passages(edge + 0.01)), _identity(name))
        assert not is_open(signals(_hits(edge - 0.01), _passages(edge - 0.01)), _identity(name))


def test_which_embedders_are_calibrated() -> None:
    assert is_calibrated("all-MiniLM-L6-v2")
    assert not is_calibrated("bge-small-en-v1.5")


def test_coined_name_opens_what_is_not_too_far_off() -> None:
    minilm = _identity("all-MiniLM-L6-v2")
    near, far = signals(_hits(0.2), _passages(0.3)), signals(_hits(0.05), _passages(0.1))
    assert not is_open(near, minilm)
    assert is_open(near, minilm, named=True)
    assert not is_open(far, minilm, named=True)
