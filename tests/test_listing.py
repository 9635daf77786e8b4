"""Choosing the papers that fit."""

import pytest

from assistant import sentences
from assistant.listing import choose, nearness, quotation
from assistant.types import Hit, Paper, Passage, Span

ABSTRACTS = {
    "cats": "Content cats purr at a pitch of 25 hertz. They sleep for most of the day.",
    "fish": "Fish rest.",
    "dogs": "Dogs bark.",
    "bare": "",
}


def hit(name: str, score: float, near: float = 0.5) -> Hit:
    """Return a paper found, whose title and sentences score alike but for the last sentence, which is best."""
    paper = Paper(id=name, title=f"On {name}", abstract=ABSTRACTS[name])
    spans = [Span("title", 0, len(paper.title))]
    spans += [Span("abstract", start, end) for start, end in sentences.split(paper.abstract)]
    scores = [near - 0.1] * (len(spans) - 1) + [near]
    evidence = tuple(Passage(paper=paper, span=span, score=one) for span, one in zip(spans, scores, strict=True))
    return Hit(paper=paper, score=score, similarity=near, evidence=evidence)


def chosen(*hits: Hit) -> list[str]:
    return [passage.paper.id for passage in choose(hits)]


def test_each_paper_that_fits_is_quoted_once_with_its_best_sentence() -> None:
    found = choose([hit("cats", 0.9), hit("fish", 0.8)])
    assert [passage.text for passage in found] == ["They sleep for most of the day.", "Fish rest."]


def test_best_paper_comes_first() -> None:
    assert chosen(hit("fish", 0.8), hit("cats", 0.9)) == ["cats", "fish"]


def test_paper_far_behind_the_best_does_not_fit() -> None:
    assert chosen(hit("cats", 1.0), hit("fish", 0.61), hit("dogs", 0.59)) == ["cats", "fish"]
    # The same paper fits where the best is no better.
    assert chosen(hit("cats", 0.8), hit("fish", 0.61), hit("dogs", 0.59)) == ["cats", "fish", "dogs"]


def test_paper_far_from_the_question_does_not_fit_however_far_the_others_are() -> None:
    assert chosen(hit("cats", 1.0, near=0.21), hit("fish", 1.0, near=0.19)) == ["cats"]


def test_paper_without_an_abstract_cannot_be_quoted() -> None:
    assert chosen(hit("bare", 1.0), hit("cats", 0.9)) == ["cats"]
    assert quotation(hit("bare", 1.0)) is None


def test_nothing_found() -> None:
    assert choose([]) == []


def test_nearness_is_between_paper_and_sentence() -> None:
    paper = Paper(id="cats", title="", abstract="Cats purr.")
    passage = Passage(paper=paper, span=Span("abstract", 0, 10), score=0.6)
    assert nearness(Hit(paper=paper, score=1.0, similarity=0.2), passage) == pytest.approx(0.4)
