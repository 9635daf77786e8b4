from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evidence import alike, choose, coverage, leads, rarity, score
from assistant.protocols import Vectors
from assistant.types import Hit, Paper, Passage, Span

ROUTING = Paper(id="routing", title="Routing", abstract="A router saves cost. Graphs are elsewhere. Routers are small.")
GRAPHS = Paper(id="graphs", title="Graphs", abstract="Graphs have nodes. Edges join nodes of graphs. Trees are graphs.")
SPANS = (Span("abstract", 0, 20), Span("abstract", 21, 42), Span("abstract", 43, 61))
EAST: Vectors = np.array([1, 0], dtype=np.float32)


def _hit(paper: Paper, points: float, *scores: float) -> Hit:
    sentences = [part.strip() + "." for part in paper.abstract.rstrip(".").split(". ")]
    starts = [paper.abstract.index(sentence) for sentence in sentences]
    passages = tuple(
        Passage(paper=paper, span=Span("abstract", start, start + len(sentence)), score=one)
        for start, sentence, one in zip(starts, sentences, scores, strict=True)
    )
    return Hit(paper=paper, score=points, evidence=passages)


def _texts(passages: Sequence[Passage]) -> list[str]:
    return [passage.text for passage in passages]


def test_sentences_come_best_first_word_for_word() -> None:
    vectors: Vectors = np.array([[0.6, 0.8], [0, 1], [1, 0]], dtype=np.float32)
    passages = score(ROUTING, SPANS, vectors, EAST, {})
    assert _texts(passages) == ["Routers are small.", "A router saves cost.", "Graphs are elsewhere."]
    assert [passage.score for passage in passages] == pytest.approx([1 / 1.3, 0.6 / 1.3, 0])


def test_words_of_the_question_raise_a_sentence() -> None:
    vectors: Vectors = np.array([[0.6, 0.8], [0.6, 0.8], [0.6, 0.8]], dtype=np.float32)
    passages = score(ROUTING, SPANS, vectors, EAST, {"cost": 2.0, "graph": 1.0})
    assert _texts(passages) == ["A router saves cost.", "Graphs are elsewhere.", "Routers are small."]
    assert [passage.score for passage in passages] == pytest.approx([0.8 / 1.3, 0.7 / 1.3, 0.6 / 1.3])


def test_paper_without_sentences_has_no_evidence() -> None:
    assert score(ROUTING, (), np.zeros((0, 2), dtype=np.float32), EAST, {"cost": 1.0}) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Routing saves cost.", 0.75), ("Graphs.", 0.25), ("Costly routes on graphs", 1.0), ("Nothing", 0.0)],
)
def test_coverage_is_the_weighted_share_of_words(text: str, expected: float) -> None:
    assert coverage(text, {"rout": 3.0, "graph": 1.0}) == expected


def test_question_without_words_is_covered_by_nothing() -> None:
    assert coverage("Routing saves cost.", {}) == 0.0


def test_rare_words_weigh_more() -> None:
    assert rarity(1, 1000) > rarity(10, 1000) > rarity(1000, 1000) > 0
    assert rarity(0, 0) == pytest.approx(np.log(2))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_rarity_is_never_negative(frequency: int, others: int) -> None:
    assert rarity(frequency, frequency + others) >= 0


def test_best_quotations_of_all_papers_are_chosen() -> None:
    hits = [_hit(ROUTING, 0.9, 0.8, 0.1, 0.72), _hit(GRAPHS, 0.7, 0.8, 0.2, 0.78)]
    assert _texts(choose(hits, 3)) == ["A router saves cost.", "Graphs have nodes.", "Trees are graphs."]


def test_score_of_the_paper_counts_too() -> None:
    hits = [_hit(ROUTING, 0.9, 0.5, 0.0, 0.0), _hit(GRAPHS, 0.61, 0.55, 0.0, 0.0)]
    assert _texts(choose(hits, 1)) == ["A router saves cost."]


def test_paper_that_leads_may_fill_the_list_and_another_may_not() -> None:
    long = Paper(id="long", title="Five", abstract="Ants run. Bees fly. Cats purr. Dogs bark. Eels swim.")
    alone = _hit(long, 0.9, 0.9, 0.89, 0.88, 0.87, 0.86)
    assert len(choose([alone, _hit(GRAPHS, 0.6, 0.95, 0.94, 0.94)], 5)) == 5
    near = choose([alone, _hit(GRAPHS, 0.61, 0.93, 0.92, 0.92)], 5)
    assert _texts(near) == ["Ants run.", "Bees fly.", "Cats purr.", "Graphs have nodes.", "Trees are graphs."]


def test_what_was_said_is_not_quoted_again() -> None:
    twin = Paper(id="twin", title="Twin", abstract="A router saves the cost. Ships sail.")
    hits = [_hit(ROUTING, 0.9, 0.8, 0.1, 0.75), _hit(twin, 0.8, 0.8, 0.75)]
    assert _texts(choose(hits, 3)) == ["A router saves cost.", "Routers are small.", "Ships sail."]


def test_sentence_far_behind_the_best_is_not_quoted() -> None:
    assert _texts(choose([_hit(ROUTING, 0.9, 0.8, 0.7, 0.79)], 5)) == ["A router saves cost.", "Routers are small."]


def test_title_is_not_quoted() -> None:
    title = Passage(paper=ROUTING, span=Span("title", 0, 7), score=1.0)
    assert choose([Hit(paper=ROUTING, score=1.0, evidence=(title,))], 5) == []


def test_nothing_found_gives_no_quotation() -> None:
    assert choose([], 5) == []
    assert not leads([])


def test_one_paper_alone_leads() -> None:
    assert leads([_hit(ROUTING, 0.0, 0.1, 0.1, 0.1)])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("A router saves cost.", "Routers save the cost!", True),
        ("A router saves cost.", "A router saves cost on every benchmark we tried.", True),
        ("A router saves cost.", "A graph has nodes.", False),
        ("", "A graph has nodes.", False),
    ],
)
def test_sentences_that_say_the_same(one: str, other: str, expected: bool) -> None:
    assert alike(one, other) is expected
    assert alike(other, one) is expected
