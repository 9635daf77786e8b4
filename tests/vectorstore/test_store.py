from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.adding import embed
from assistant.models.fake import FakeEmbedder
from assistant.protocols import Vectors
from assistant.types import Filters, Paper
from assistant.vectorstore import exact
from assistant.vectorstore import store as module
from assistant.vectorstore.store import Store

EMBEDDER = FakeEmbedder(dimension=512)


def _write(store: Store, *papers: Paper) -> None:
    store.ledger.write(list(embed(papers, EMBEDDER)), EMBEDDER.identity)


def _query(text: str) -> Vectors:
    vector: Vectors = EMBEDDER.embed([text], "query")[0]
    return vector


def _exact(store: Store, text: str, k: int) -> dict[int, float]:
    return exact.nearest(_query(text), *store.ledger.vectors(), k)


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """A store of twenty numbered papers, all of them in the index."""
    with closing(Store(home)) as one:
        _write(one, *[Paper(id=str(number), title=f"graph number {number}") for number in range(1, 21)])
        one.settle()
        assert one.index.manifest is not None
        yield one


def _same(found: dict[int, float], expected: dict[int, float]) -> bool:
    return sorted(found) == sorted(expected) and np.allclose(
        sorted(found.values()), sorted(expected.values()), atol=1e-5
    )


def test_index_alone_finds_the_same_as_exact_search(store: Store) -> None:
    assert list(store.nearest(_query("graph number 7"), 1)) == [7]
    assert _same(store.nearest(_query("graph number 7"), 20), _exact(store, "graph number 7", 20))


def test_paper_added_since_is_found_beside_those_of_the_index(store: Store) -> None:
    _write(store, Paper(id="new", title="graph number seventy"))
    assert list(store.nearest(_query("graph number seventy"), 1)) == [21]
    assert _same(store.nearest(_query("graph number seventy"), 21), _exact(store, "graph number seventy", 21))
    assert store.index.manifest is not None
    assert store.index.manifest.count == 20


def test_changed_paper_is_found_by_its_new_words_and_not_by_its_old_ones(store: Store) -> None:
    _write(store, Paper(id="7", title="tree without any digit"))
    assert list(store.nearest(_query("tree without any digit"), 1)) == [7]
    assert _same(store.nearest(_query("graph number 7"), 20), _exact(store, "graph number 7", 20))


def test_removed_paper_is_not_found(store: Store) -> None:
    store.ledger.remove(["7"])
    found = store.nearest(_query("graph number 7"), 20)
    assert 7 not in found
    assert len(found) == 19


def test_removed_papers_do_not_crowd_out_those_that_stay(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLACK", 2)
    _write(store, *[Paper(id=f"far{number}", title=f"sea ship {number}") for number in range(5)])
    store.ledger.remove([str(number) for number in range(1, 19)])
    assert _same(store.nearest(_query("graph number"), 2), _exact(store, "graph number", 2))
    assert sorted(store.nearest(_query("graph number"), 2)) == [19, 20]


def test_emptied_store_finds_nothing(store: Store) -> None:
    store.ledger.remove([str(number) for number in range(1, 21)])
    assert store.nearest(_query("graph number 7"), 5) == {}


def test_embedder_of_another_length_may_follow_when_all_papers_are_gone(store: Store) -> None:
    store.ledger.remove([str(number) for number in range(1, 21)])
    other = FakeEmbedder(dimension=8, name="other")
    paper = Paper(id="1", title="graph")
    store.ledger.write(list(embed([paper], other)), other.identity)
    assert list(store.nearest(other.embed(["graph"], "query")[0], 5)) == [21]


def test_filtered_search_looks_at_the_admitted_only(store: Store) -> None:
    rows = store.select(Filters(ids=("3", "5")))
    assert rows is not None
    assert sorted(store.nearest(_query("graph number 7"), 20, rows)) == [3, 5]
    assert sorted(store.lexical(["graph"], 20, rows)) == [3, 5]
    assert store.select(Filters()) is None


def test_cosines_of_given_papers(store: Store) -> None:
    assert store.cosines(_query("graph number 7"), [7, 99]) == {7: pytest.approx(1, abs=1e-6)}
    assert store.cosines(_query("graph number 7"), []) == {}


def test_search_within_a_snapshot_does_not_see_a_newer_index(home: Path, store: Store) -> None:
    query = _query("graph number 7")
    with closing(Store(home)) as other, store.ledger.snapshot():
        assert list(store.nearest(query, 1)) == [7]
        _write(other, replace(Paper(id="7", title="sea"), abstract="ships"))
        (other.index._home / "current.json").unlink()
        other.settle()
        store.index.refresh(patience=60)
        assert list(store.nearest(query, 1)) == [7]
    assert list(store.nearest(query, 1)) != [7]


def test_small_library_does_not_wait_for_its_index(home: Path) -> None:
    with closing(Store(home)) as one:
        _write(one, Paper(id="a", title="graph"))
        one.refresh()
        assert list(one.nearest(_query("graph"), 1)) == [1]


def test_large_library_waits_for_its_index(home: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLENTY", 20)
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    with closing(Store(home)) as one:
        one.refresh()
        assert one.index.manifest is not None
