from collections import Counter
from collections.abc import Mapping
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.vectorstore import indexing
from assistant.vectorstore.postings import K1, B, Mask, Postings

PETS = indexing.build([(10, Counter(cat=2, dog=1)), (20, Counter(dog=3)), (40, Counter(cat=1, ünïcörn=1))])
ALL = np.ones(3, dtype=np.bool_)

WORDS = ["a", "ab", "b", "é", "文本"]
PAPERS = st.lists(st.dictionaries(st.sampled_from(WORDS), st.integers(1, 5)), max_size=12)


def _built(papers: list[dict[str, int]]) -> Postings:
    """The papers at rows 3, 6, 9 and so on."""
    return indexing.build((3 * place, paper) for place, paper in enumerate(papers, start=1))


def _bm25(papers: list[dict[str, int]], weights: Mapping[str, float], mean: float) -> dict[int, float]:
    """Score all papers the plain way, best first."""
    scores = {}
    for place, paper in enumerate(papers, start=1):
        norm = K1 * (1 - B + B * sum(paper.values()) / max(mean, 1))
        scores[3 * place] = sum(
            weight * (K1 + 1) * paper[w] / (paper[w] + norm) for w, weight in weights.items() if w in paper
        )
    return {row: score for row, score in sorted(scores.items(), key=lambda item: (-item[1], item[0])) if score}


def test_lists_know_their_papers_and_stems() -> None:
    assert (len(PETS), PETS.words(ALL), list(PETS.stems)) == (3, 8, ["cat", "dog", "ünïcörn"])
    assert [PETS.frequency(stem, ALL) for stem in ("cat", "dog", "ünïcörn", "ca", "cats", "", "~")] == [
        2,
        2,
        1,
        0,
        0,
        0,
        0,
    ]


def test_papers_that_do_not_count_are_not_counted() -> None:
    mask = np.array([False, True, True])
    assert [PETS.frequency(stem, mask) for stem in ("cat", "dog", "ünïcörn")] == [1, 1, 1]
    assert PETS.words(mask) == 5


def test_best_by_hand() -> None:
    # One word of three that is mentioned twice among words as many as usual: 2 * 1.9 / (2 + 0.9).
    found = PETS.best({"cat": 1.0}, 3.0, 5, ALL)
    assert list(found) == [10, 40]
    assert found[10] == pytest.approx(2 * 1.9 / 2.9)
    assert found[40] == pytest.approx(1.9 / (1 + 0.9 * (0.6 + 0.4 * 2 / 3)))


def test_weights_are_of_each_stem() -> None:
    assert list(PETS.best({"cat": 1.0, "dog": 9.0}, 3.0, 5, ALL)) == [20, 10, 40]
    assert list(PETS.best({"cat": 9.0, "dog": 1.0}, 3.0, 5, ALL)) == [10, 40, 20]


def test_only_the_admitted_are_found() -> None:
    assert list(PETS.best({"cat": 1.0, "dog": 1.0}, 3.0, 5, np.array([False, True, True]))) == [20, 40]
    assert PETS.best({"cat": 1.0}, 3.0, 5, ~ALL) == {}


def test_unknown_stems_find_nothing() -> None:
    assert PETS.best({"unicorn": 1.0}, 3.0, 5, ALL) == {}
    assert PETS.best({}, 3.0, 5, ALL) == {}


def test_of_equal_papers_the_earlier_rows_are_taken() -> None:
    same = indexing.build((row, Counter(cat=1)) for row in range(1, 51))
    assert list(same.best({"cat": 1.0}, 1.0, 7, np.ones(50, dtype=np.bool_))) == [1, 2, 3, 4, 5, 6, 7]


@given(PAPERS, st.sets(st.sampled_from([*WORDS, "unknown"])), st.integers(1, 14), st.data())
def test_best_is_plain_bm25(papers: list[dict[str, int]], stems: set[str], k: int, data: st.DataObject) -> None:
    built = _built(papers)
    admitted: Mask = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(papers), max_size=len(papers))), dtype=bool
    )
    mean = sum(sum(paper.values()) for paper in papers) / max(len(papers), 1)
    weights = {stem: log(1 + len(papers) / (1 + built.frequency(stem, admitted))) for stem in stems}
    expected = {row: score for row, score in _bm25(papers, weights, mean).items() if admitted[row // 3 - 1]}
    found = built.best(weights, mean, k, admitted)
    assert list(found.values()) == pytest.approx(list(expected.values())[:k], rel=1e-5)
    assert all(score == pytest.approx(expected[row], rel=1e-5) for row, score in found.items())


@given(PAPERS)
def test_frequency_is_the_number_of_papers_with_a_stem(papers: list[dict[str, int]]) -> None:
    built = _built(papers)
    everything = np.ones(len(papers), dtype=np.bool_)
    assert list(built.stems) == sorted({stem for paper in papers for stem in paper})
    assert {w: built.frequency(w, everything) for w in WORDS} == {w: sum(w in paper for paper in papers) for w in WORDS}


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 70)))
def test_places_are_those_of_the_rows_that_are_there(there: set[int], asked: set[int]) -> None:
    built = indexing.build((row, Counter(cat=1)) for row in sorted(there))
    rows = np.array(sorted(asked), dtype=np.int64)
    assert built.places(rows).tolist() == np.isin(built.rows, rows).tolist()


@settings(deadline=None)
@given(PAPERS)
def test_lists_in_a_folder_are_those_in_memory(
    tmp_path_factory: pytest.TempPathFactory, papers: list[dict[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("postings")
    built = _built(papers)
    built.save(folder)
    loaded = Postings.load(folder)
    everything = np.ones(len(papers), dtype=np.bool_)
    weights = dict.fromkeys(WORDS, 1.0)
    assert loaded.rows.tolist() == built.rows.tolist()
    assert list(loaded.stems) == list(built.stems)
    assert loaded.best(weights, 3.0, 9, everything) == built.best(weights, 3.0, 9, everything)


def test_no_pickled_object_is_ever_read(tmp_path: Path) -> None:
    PETS.save(tmp_path)
    np.save(tmp_path / "rows.npy", np.array([print, 1], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="object"):
        Postings.load(tmp_path)


def test_folder_with_a_file_missing_is_an_error(tmp_path: Path) -> None:
    PETS.save(tmp_path)
    (tmp_path / "letters.npy").unlink()
    with pytest.raises(FileNotFoundError):
        Postings.load(tmp_path)
