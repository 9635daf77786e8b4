from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.vectorstore import indexing

PAPERS = [
    (1, Counter(cat=1, dog=2)),
    (2, Counter(dog=1)),
    (5, Counter(ant=7, cat=1)),
    (6, Counter()),
    (9, Counter(cat=3)),
]


def test_lists_by_hand() -> None:
    built = indexing.build(PAPERS)
    assert built.rows.tolist() == [1, 2, 5, 6, 9]
    assert built.lengths.tolist() == [3, 1, 8, 0, 3]
    assert built.letters.tobytes() == b"antcatdog"
    assert built.ends.tolist() == [3, 6, 9]
    assert built.starts.tolist() == [0, 1, 4, 6]
    assert built.papers.tolist() == [2, 0, 2, 4, 0, 1]
    assert built.counts.tolist() == [7, 1, 1, 3, 2, 1]


def test_no_papers_make_empty_lists() -> None:
    built = indexing.build([])
    assert (len(built), list(built.stems), built.starts.tolist()) == (0, [], [0])


COUNTS = st.lists(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), st.integers(1, 9)))


@given(COUNTS, st.integers(1, 4))
def test_lists_made_in_pieces_are_those_made_at_once(counts: list[dict[str, int]], size: int) -> None:
    papers = list(enumerate(counts, start=1))
    whole = indexing.build(papers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "SEGMENT", size)
        pieces = indexing.build(papers)
    for name in ("rows", "lengths", "letters", "ends", "starts", "papers", "counts"):
        one, other = getattr(whole, name), getattr(pieces, name)
        assert (one.dtype, one.tolist()) == (other.dtype, other.tolist())


def test_watcher_is_told_and_may_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "SEGMENT", 2)
    done: list[int] = []
    indexing.build(PAPERS, done.append)
    assert done == [2, 4, 5]

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexing.build(PAPERS, stop)


def test_papers_without_end_count_as_the_longest() -> None:
    built = indexing.build([(1, Counter(cat=300, dog=70_000))])
    assert (built.lengths.tolist(), built.counts.tolist()) == ([65535], [255, 255])
    assert built.best({"cat": 1.0}, 1.0, 1, np.ones(1, dtype=np.bool_)).keys() == {1}


def test_title_counts_double() -> None:
    assert indexing.count("Routing models", "A model routes a question.") == Counter(rout=3, model=3, question=1)
    assert indexing.count("", "") == Counter()


def test_forms_accents_and_scripts_are_brought_together() -> None:
    assert indexing.count("Schrödinger's naïve CAFÉ", "").keys() >= {"schroding", "naiv", "cafe"}
    assert indexing.count("文本分类", "") == Counter({"文本": 2, "本分": 2, "分类": 2})
