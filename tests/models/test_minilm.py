"""The packaged embedder compares a question with sentences word by word."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from assistant.models import load_embedder
from assistant.models.minilm import MiniLM
from assistant.protocols import Comparer
from assistant.settings import load

pytestmark = pytest.mark.model

QUESTION = "By how much does the router lower the cost?"
TEXTS = [
    "A router for language models. We train on preference data.",
    "A router for language models. It cuts expenses by a factor of two.",
    "Ships at sea. The harbour was quiet.",
]


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    embedder = load_embedder(load())
    assert isinstance(embedder, MiniLM)
    return embedder


def test_can_compare(minilm: MiniLM) -> None:
    assert isinstance(minilm, Comparer)


def test_sentence_that_answers_is_closest(minilm: MiniLM) -> None:
    scores = minilm.compare(QUESTION, TEXTS).mean(axis=1)
    assert scores.shape == (3,)
    assert np.argsort(-scores).tolist() == [1, 0, 2]


def test_text_is_closest_to_itself(minilm: MiniLM) -> None:
    held = minilm.compare("Cats purr.", ["Cats purr."])
    assert held.min() == pytest.approx(1.0, abs=0.02)


def test_scores_do_not_depend_on_the_other_texts(minilm: MiniLM) -> None:
    alone = np.vstack([minilm.compare(QUESTION, [text]) for text in TEXTS])
    assert minilm.compare(QUESTION, TEXTS) == pytest.approx(alone, abs=0.02)


@pytest.mark.parametrize("question", ["", "?", "猫", "word " * 2000])
def test_any_question_can_be_compared(minilm: MiniLM, question: str) -> None:
    scores = minilm.compare(question, ["Cats purr.", "", "word " * 2000])
    assert np.isfinite(scores).all()


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("Does β-carotene help?", 1.0),
        ("Où est l'Ångström?", 1.0),
        ("", 1.0),
        ("2022?", 1.0),
        ("猫在叫", 0.0),
        ("BERT 做什么", 4 / 7),
    ],
)
def test_only_scripts_it_was_trained_on_can_be_read(minilm: MiniLM, question: str, share: float) -> None:
    assert minilm.legible(question) == pytest.approx(share)


def test_nothing_to_compare_with(minilm: MiniLM) -> None:
    assert len(minilm.compare(QUESTION, [])) == 0


def test_embeds_as_before_beside_comparing(minilm: MiniLM) -> None:
    before = minilm.embed(TEXTS, "passage")
    with ThreadPoolExecutor(4) as pool:
        compared = list(pool.map(lambda _: minilm.compare(QUESTION, TEXTS).tolist(), range(8)))
        embedded = list(pool.map(lambda _: minilm.embed(TEXTS, "passage"), range(8)))
    assert all(scores == compared[0] for scores in compared)
    assert all(np.array_equal(vectors, before) for vectors in embedded)
