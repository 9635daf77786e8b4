from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from assistant.protocols import Scores
from assistant.rereading import OPENING, PAPERS, PASSAGES, closeness, reread, weakest
from assistant.types import Hit, Paper, Passage, Span


class Reader:
    """Finds close what holds a certain word, and remembers what it was given."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.texts: list[str] = []

    def compare(self, question: str, texts: Sequence[str]) -> Scores:
        self.texts += texts
        return np.array([[0.9 if self.word in text else 0.1] for text in texts], dtype=np.float32)


def _hit(name: str, score: float, *sentences: str, title: str = "") -> Hit:
    paper = Paper(id=name, title=title or name, abstract=" ".join(sentences))
    starts = [paper.abstract.index(sentence) for sentence in sentences]
    passages = tuple(
        Passage(paper=paper, span=Span("abstract", start, start + len(sentence)), score=0.5 - 0.1 * number)
        for number, (start, sentence) in enumerate(zip(starts, sentences, strict=True))
    )
    return Hit(paper=paper, score=score, evidence=passages)


CATS = _hit("cats", 1.0, "Cats sleep.", "Cats purr at 25 hertz.")
DOGS = _hit("dogs", 0.95, "Dogs bark.", "Dogs hear 45,000 hertz.")


def test_sentence_that_holds_what_is_asked_for_comes_first() -> None:
    (hit,) = reread("At how many hertz?", [CATS], Reader("hertz"))
    assert [passage.text for passage in hit.evidence] == ["Cats purr at 25 hertz.", "Cats sleep."]
    assert [passage.score for passage in hit.evidence] == pytest.approx([0.9, 0.1 - OPENING])


def test_a_paper_with_a_sentence_that_answers_goes_before_one_that_scored_little_more() -> None:
    hits = reread("Who barks?", [CATS, DOGS], Reader("bark"))
    assert [(hit.paper.id, hit.score) for hit in hits] == [("dogs", 0.95), ("cats", 1.0)]
    assert [hit.closeness for hit in hits] == pytest.approx([0.9, 0.1])


def test_a_paper_that_scored_far_more_stays_first() -> None:
    far = replace(DOGS, score=0.5)
    assert [hit.paper.id for hit in reread("Who barks?", [CATS, far], Reader("bark"))] == ["cats", "dogs"]


def test_sentences_are_read_with_their_title() -> None:
    reader = Reader("hertz")
    reread("At how many hertz?", [_hit("cats", 1.0, "They purr.", title="Cats at home")], reader)
    assert reader.texts == ["Cats at home. They purr."]


def test_only_the_first_sentences_of_the_first_papers_are_read() -> None:
    hits = [_hit(f"p{number}", 1 - number / 100, *(f"S{place}x." for place in range(4))) for number in range(20)]
    reader = Reader("x")
    found = reread("x?", hits, reader)
    assert len(reader.texts) == PASSAGES
    assert {text.split(".")[0] for text in reader.texts} <= {f"p{number}" for number in range(PAPERS)}
    assert [hit.paper.id for hit in found[PAPERS:]] == [f"p{number}" for number in range(PAPERS, 20)]
    assert all(hit.closeness is None for hit in found[PAPERS:])


def test_papers_without_sentences_stay_as_they_are() -> None:
    bare = Hit(paper=Paper(id="bare", title="Bare"), score=1.0)
    assert reread("x?", [bare], Reader("x")) == [bare]
    assert reread("x?", [], Reader("x")) == []


def test_title_is_read_where_there_is_no_abstract() -> None:
    paper = Paper(id="title", title="Why cats purr")
    hit = Hit(paper=paper, score=1.0, evidence=(Passage(paper=paper, span=Span("title", 0, 13), score=0.4),))
    reader = Reader("purr")
    (found,) = reread("Why?", [hit], reader)
    assert reader.texts == ["Why cats purr"]
    assert found.closeness == pytest.approx(0.9)


def test_hit_says_why_it_was_found() -> None:
    (hit,) = reread("At how many hertz?", [CATS], Reader("hertz"))
    assert hit.why.closeness == pytest.approx(0.9)
    assert hit.why.passage is not None
    assert hit.why.passage.text == "Cats purr at 25 hertz."


def test_text_that_leaves_out_a_word_is_less_close_than_one_that_holds_all_of_them_fairly() -> None:
    fair, lacking = np.full(8, 0.7, np.float32), np.array([0.9] * 7 + [0.1], np.float32)
    assert lacking.mean() > fair.mean()
    assert closeness(lacking) < closeness(fair) == pytest.approx(0.7)
    assert weakest(lacking) == pytest.approx((0.1 + 0.9) / 2)


def test_question_without_words_is_close_to_nothing() -> None:
    assert closeness(np.zeros(0, np.float32)) == 0.0


def test_sentences_of_a_paper_hold_a_question_together() -> None:
    class Halves:
        def compare(self, question: str, texts: Sequence[str]) -> Scores:
            return np.array([[0.9, 0.1], [0.1, 0.9]], dtype=np.float32)

        def legible(self, question: str) -> float:
            return 1.0

    (hit,) = reread("Who sleeps and purrs?", [CATS], Halves())
    assert hit.completeness == pytest.approx(0.9)
    assert hit.closeness == pytest.approx(0.3)
