import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.models.fake import FakeEmbedder
from assistant.protocols import Vectors
from assistant.types import Filters, Paper
from assistant.vectorstore import exact, lexical, manifest
from assistant.vectorstore import store as module
from assistant.vectorstore.records import Rows
from assistant.vectorstore.store import Store

EMBEDDER = FakeEmbedder(dimension=512)
PARITY = ("even", "odd")

Write = Callable[..., None]

CHILD = """
import json, sys
from pathlib import Path
import numpy as np
from assistant.vectorstore.store import Store
store = Store(Path(sys.argv[1]))
for line in sys.stdin:
    vector = np.array(json.loads(line), dtype=np.float32)
    print(list(store.nearest(vector, 1)), flush=True)
store.close()
"""


@pytest.fixture(scope="session")
def write(put: Callable[..., bool]) -> Write:
    """Store papers in a store."""

    def store(into: Store, *papers: Paper, embedder: FakeEmbedder = EMBEDDER) -> None:
        assert put(into.ledger, *papers, embedder=embedder)

    return store


def _query(text: str) -> Vectors:
    vector: Vectors = EMBEDDER.embed([text], "query")[0]
    return vector


def _exact(store: Store, text: str, k: int, rows: Rows | None = None) -> dict[int, float]:
    found, vectors = next(
        store.ledger.vectors.all(), (np.zeros(0, dtype=np.int64), np.zeros((0, 512), dtype=np.float32))
    )
    among = np.ones(len(found), dtype=bool) if rows is None else np.isin(found, rows)
    return exact.nearest(_query(text), found[among], vectors[among], k)


def _assert_same(found: dict[int, float], expected: dict[int, float]) -> None:
    """Compare by cosines: of equally near papers either may be found."""
    assert list(found.values()) == pytest.approx(list(expected.values()), abs=1e-5)
    assert len(found) == len(expected)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, write: Write) -> Path:
    """A home of sixty numbered papers, all of them in the index, to be copied."""
    home = tmp_path_factory.mktemp("made")
    with closing(Store(home)) as one:
        write(one, *[Paper(id=str(n), title=f"graph number {n} {PARITY[n % 2]}") for n in range(1, 61)])
        one.settle()
        assert one.index.manifest is not None
    return home


@pytest.fixture
def store(home: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The sixty papers; filters are applied to what the index finds, and it is asked for no more than it must."""
    monkeypatch.setattr(module, "FEW", 0)
    monkeypatch.setattr(module, "LEAST", 1)
    shutil.copytree(made, home, dirs_exist_ok=True)
    with closing(Store(home)) as one:
        one.settle()
        assert one.index.manifest is not None
        yield one


def test_index_alone_finds_the_same_as_exact_search(store: Store) -> None:
    assert list(store.nearest(_query("graph number 7 odd"), 1)) == [7]
    _assert_same(store.nearest(_query("graph number 7 odd"), 20), _exact(store, "graph number 7 odd", 20))


def test_paper_added_since_is_found_beside_those_of_the_index(store: Store, write: Write) -> None:
    write(store, Paper(id="new", title="graph number seventy"))
    assert list(store.nearest(_query("graph number seventy"), 1)) == [61]
    _assert_same(store.nearest(_query("graph number seventy"), 61), _exact(store, "graph number seventy", 61))
    assert store.index.manifest is not None
    assert store.index.manifest.count == 60


def test_changed_paper_is_found_by_its_new_words_and_not_by_its_old_ones(store: Store, write: Write) -> None:
    write(store, Paper(id="7", title="tree without any digit"))
    assert list(store.nearest(_query("tree without any digit"), 1)) == [7]
    assert list(store.lexical(["tree"], 5)) == [7]
    assert 7 not in store.lexical(["graph"], 99)
    _assert_same(store.nearest(_query("graph number 7 odd"), 20), _exact(store, "graph number 7 odd", 20))


def test_removed_paper_is_not_found(store: Store) -> None:
    store.ledger.remove(["7"])
    found = store.nearest(_query("graph number 7 odd"), 60)
    assert 7 not in found
    assert len(found) == 59
    assert 7 not in store.lexical(["graph"], 99)


def test_second_process_finds_what_this_one_changes(home: Path, store: Store, write: Write) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHILD, str(home)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as child:
        asked, said = child.stdin, child.stdout
        assert asked is not None
        assert said is not None
        answers = []
        for change in (
            lambda: None,
            lambda: write(store, Paper(id="new", title="sea ship 7")),
            lambda: write(store, Paper(id="7", title="sea ship 7 odd")),
            lambda: store.ledger.remove(["7"]),
        ):
            change()
            print(json.dumps(_query("sea ship 7 odd").tolist()), file=asked, flush=True)
            answers.append(said.readline().strip())
        asked.close()
    assert answers == ["[7]", "[61]", "[7]", "[61]"]


def test_removed_papers_do_not_crowd_out_those_that_stay(store: Store, write: Write) -> None:
    write(store, *[Paper(id=f"far{number}", title=f"sea ship {number}") for number in range(5)])
    store.ledger.remove([str(number) for number in range(1, 59)])
    _assert_same(store.nearest(_query("graph number"), 2), _exact(store, "graph number", 2))
    assert sorted(store.nearest(_query("graph number"), 2)) == [59, 60]


def test_five_thousand_removed_papers_do_not_crowd_out_those_that_stay(home: Path, write: Write) -> None:
    small = FakeEmbedder(dimension=16)
    with closing(Store(home)) as one:
        entries = [Paper(id=f"near{number}", title="a graph") for number in range(5000)]
        entries += [Paper(id=f"far{number}", title=f"graph of ships {number}") for number in range(20)]
        write(one, *entries, embedder=small)
        one.settle()
        one.ledger.remove([paper.id for paper in entries[:5000]])
        write(one, *[Paper(id=f"new{number}", title="sea") for number in range(20)], embedder=small)
        assert one.index.manifest is not None
        vector = small.embed(["a graph"], "query")[0]
        found = one.nearest(vector, 10)
        expected = exact.nearest(vector, *next(one.ledger.vectors.all()), 10)
        _assert_same(found, expected)
        assert all(5000 < row <= 5020 for row in found)
        assert len(one.lexical(["graph"], 50)) == 20


def test_emptied_store_finds_nothing(store: Store) -> None:
    store.ledger.remove([str(number) for number in range(1, 61)])
    assert store.nearest(_query("graph number 7"), 5) == {}
    assert store.lexical(["graph"], 5) == {}
    store.refresh()
    store.settle()
    assert store.nearest(_query("graph number 7"), 5) == {}


def test_embedder_of_another_length_may_follow_when_all_papers_are_gone(store: Store, put: Callable[..., bool]) -> None:
    store.ledger.remove([str(number) for number in range(1, 61)])
    other = FakeEmbedder(dimension=8, name="other")
    assert put(store.ledger, Paper(id="1", title="graph"), embedder=other)
    assert list(store.nearest(other.embed(["graph"], "query")[0], 5)) == [61]
    assert list(store.lexical(["graph"], 5)) == [61]


@pytest.mark.parametrize("few", [0, 10**6])
def test_filtered_search_looks_at_the_admitted_only(
    store: Store, write: Write, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(module, "FEW", few)  # after the index, and before the search
    write(store, Paper(id="new", title="graph number 7 odd"), Paper(id="5", title="graph number 5 odd again"))
    rows = store.select(Filters(ids=("3", "5", "new", "unknown")))
    assert rows is not None
    assert list(store.nearest(_query("graph number 7 odd"), 20, rows)) == [61, 3, 5]
    assert sorted(store.lexical(["graph"], 20, rows)) == [3, 5, 61]
    assert store.select(Filters()) is None


def test_filter_that_admits_none_of_what_the_index_answers(store: Store, write: Write) -> None:
    # The index is asked for six or so; its answer is of odd numbers alone.
    write(store, *[Paper(id=f"far{number}", title="sea ship") for number in range(3)])
    even = np.array([*range(2, 60, 2), 61, 62, 63])
    found = store.nearest(_query("graph number odd"), 3, even)
    _assert_same(found, _exact(store, "graph number odd", 3, even))
    assert all(row < 61 for row in found)


OPERATIONS = st.lists(
    st.tuples(st.integers(1, 64), st.sampled_from(["", "graph number 3", "sea ship", "graph odd"])), max_size=8
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    OPERATIONS, st.none() | st.sets(st.integers(1, 70)), st.integers(1, 70), st.sampled_from(["odd", "number 7", "sea"])
)
def test_search_is_exact_after_any_changes_and_for_any_filter(
    store: Store, write: Write, operations: list[tuple[int, str]], admitted: set[int] | None, k: int, text: str
) -> None:
    for number, title in operations:
        if title:
            write(store, Paper(id=str(number), title=title))
        else:
            store.ledger.remove([str(number)])
    rows = store.select(Filters(ids=tuple(map(str, admitted)))) if admitted else None
    _assert_same(store.nearest(_query(text), k, rows), _exact(store, text, k, rows))
    assert store.index.manifest is not None


def test_cosines_of_given_papers(store: Store) -> None:
    assert store.cosines(_query("graph number 7 odd"), [7, 99]) == {7: pytest.approx(1, abs=0.01)}
    assert store.cosines(_query("graph number 7 odd"), []) == {}


def test_search_within_a_snapshot_does_not_see_a_newer_index(home: Path, store: Store, write: Write) -> None:
    query = _query("graph number 7 odd")
    with closing(Store(home)) as other, store.ledger.snapshot():
        assert list(store.nearest(query, 1)) == [7]
        write(other, Paper(id="7", title="sea", abstract="ships"))
        (home / "index" / "current.json").unlink()
        other.settle()
        store.index.refresh(patience=60)
        assert list(store.nearest(query, 1)) == [7]
    assert list(store.nearest(query, 1)) != [7]


def test_small_library_does_not_wait_for_its_index(home: Path, write: Write) -> None:
    with closing(Store(home)) as one:
        write(one, Paper(id="a", title="graph"))
        one.refresh()
        assert list(one.nearest(_query("graph"), 1)) == [1]


def test_small_library_just_opened_is_searched_without_its_index(
    home: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Store(home)) as one:
        asked: list[float] = []
        monkeypatch.setattr(one.index, "refresh", asked.append)
        one.refresh()
        assert asked == []
        assert list(one.nearest(_query("graph number 7 odd"), 1)) == [7]
        monkeypatch.setattr(module, "GRACE", 0.0)
        one.refresh()
        assert asked == [0.0]


def test_small_library_just_opened_gets_the_index_it_lacks(
    home: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(home / "index")
    with closing(Store(home)) as one:
        asked: list[float] = []
        monkeypatch.setattr(one.index, "refresh", asked.append)
        one.refresh()
        assert asked == [0.0]


def test_large_library_waits_for_its_index(home: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLENTY", 60)
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    with closing(Store(home)) as one:
        one.refresh()
        assert one.index.manifest is not None


def test_large_library_whose_index_is_lost_is_searched_exactly_until_there_is_one(
    home: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    shutil.rmtree(home / "index")
    monkeypatch.setattr(module, "PLENTY", 60)
    monkeypatch.setattr(lexical, "MOST", 10)
    with closing(Store(home)) as one:
        _assert_same(one.nearest(_query("graph number 7 odd"), 9), _exact(one, "graph number 7 odd", 9))
        assert sorted(one.lexical(["graph"], 99)) == list(range(51, 61))  # of equally old ones the later rows
        one.settle()
        assert one.index.manifest is not None
        assert len(one.lexical(["graph"], 99)) == 60
        _assert_same(one.nearest(_query("graph number 7 odd"), 9), _exact(one, "graph number 7 odd", 9))


@pytest.mark.parametrize("part", [manifest.WORDS, manifest.VECTORS])
def test_deleted_part_of_the_index_is_done_without_and_made_anew(home: Path, made: Path, part: str) -> None:
    shutil.copytree(made, home, dirs_exist_ok=True)
    (folder,) = (home / "index").glob(f"index-*/{part}")
    shutil.rmtree(folder)
    with closing(Store(home)) as one:
        _assert_same(one.nearest(_query("graph number 7 odd"), 9), _exact(one, "graph number 7 odd", 9))
        assert len(one.lexical(["graph"], 99)) == 60
        one.settle()
        assert one.index.manifest is not None
        assert one.index.manifest.folder != folder.parent.name
        assert len(one.lexical(["graph"], 99)) == 60
