import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.protocols import Vectors
from assistant.vectorstore import chroma, files
from assistant.vectorstore.chroma import Collection, CollectionError, lots

EAST: Vectors = np.array([1, 0, 0], dtype=np.float32)
COMPASS: Vectors = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 1, 0], [-1, 0, 0]], dtype=np.float32)
ROWS = np.array([10, 20, 30, 40], dtype=np.int64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("collection") / "index"
    with closing(Collection(place, lots=lots(4))) as made:
        assert list(made.add(ROWS, COMPASS)) == [4]
    made.shrink()
    return place


@pytest.fixture
def compass(folder: Path) -> Iterator[Collection]:
    with closing(Collection(folder)) as one:
        yield one


def test_nearest_come_first_with_their_cosines(compass: Collection) -> None:
    assert len(compass) == 4
    found = compass.nearest(EAST, 3)
    assert list(found) == [10, 20, 30]
    assert list(found.values()) == pytest.approx([1, 0.6, 0], abs=1e-6)


def test_asking_for_more_than_there_are_returns_all(compass: Collection) -> None:
    assert list(compass.nearest(EAST, 99)) == [10, 20, 30, 40]


def test_text_without_words_is_equally_far_from_all(compass: Collection) -> None:
    assert set(compass.nearest(np.zeros(3, dtype=np.float32), 4).values()) == {0.0}


def test_several_threads_may_ask_at_once(compass: Collection) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: list(compass.nearest(EAST, 2)), range(40)))
    assert answers == [[10, 20]] * 40


def test_each_vector_finds_itself(compass: Collection) -> None:
    assert compass.self_distances(20) == pytest.approx([0, 0, 0, 0], abs=1e-6)


def test_reading_changes_no_file_of_the_graph(folder: Path) -> None:
    before = files.sums(folder)
    with closing(Collection(folder)) as one:
        one.nearest(EAST, 2)
    assert files.sums(folder) == before
    assert len(before) == 5


def test_lots_are_of_one_size_but_the_last() -> None:
    assert lots(7) == [7]
    assert lots(99_999) == [99_999]
    assert lots(100_000) == [50_000, 50_000]
    assert lots(170_002) == [56_667, 56_667, 56_668]


@pytest.mark.parametrize("count", [40, 61, 99, 100])
def test_every_lot_is_in_the_graph_when_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(chroma, "LOT", 20)
    monkeypatch.setattr(chroma, "BATCH", 7)
    vectors = np.random.default_rng(5).normal(size=(count, 8)).astype(np.float32)
    made = Collection(tmp_path, lots=lots(count))
    at = 0
    for size in lots(count):
        done = list(made.add(np.arange(at, at + size), vectors[at : at + size]))
        assert done[-1] == size
        at += size
    made.close()
    made.shrink()
    before = files.sums(tmp_path)
    with closing(Collection(tmp_path)) as one:
        assert len(one) == count
        assert max(map(abs, one.self_distances(count))) < 1e-3
        found = [next(iter(one.nearest(vector / np.linalg.norm(vector), 1))) for vector in vectors]
    assert found == list(range(count))
    assert files.sums(tmp_path) == before
    with closing(sqlite3.connect(tmp_path / "chroma.sqlite3")) as tables:
        # What waited in Chroma's log would be put into the graph whenever a process opens the collection.
        waiting = "SELECT count(*) FROM embeddings_queue WHERE seq_id > (SELECT min(seq_id) FROM max_seq_id)"
        assert tables.execute(waiting).fetchone() == (0,)
    assert not list(tmp_path.glob("*-wal"))


def test_log_gives_back_its_room(tmp_path: Path) -> None:
    vectors = np.random.default_rng(5).normal(size=(400, 64)).astype(np.float32)
    with closing(Collection(tmp_path, lots=[400])) as made:
        list(made.add(np.arange(400), vectors))
    before = (tmp_path / "chroma.sqlite3").stat().st_size
    made.shrink()
    assert (tmp_path / "chroma.sqlite3").stat().st_size <= before
    with closing(Collection(tmp_path)) as one:
        assert len(one) == 400


def test_log_that_cannot_be_shrunk_is_an_error_of_ours(tmp_path: Path) -> None:
    with closing(Collection(tmp_path, lots=[4])) as made:
        list(made.add(ROWS, COMPASS))
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(CollectionError, match="not a database"):
        made.shrink()


def test_missing_collection_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="papers"):
        Collection(tmp_path / "nothing")


def test_vector_of_another_length_is_an_error_of_ours(compass: Collection) -> None:
    with pytest.raises(CollectionError, match="dimension"):
        compass.nearest(np.ones(2, dtype=np.float32), 1)


def test_env_file_in_the_current_folder_is_not_obeyed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CHROMA_SERVER_HTTP_PORT=no number\nIS_PERSISTENT=maybe\n")
    monkeypatch.chdir(tmp_path)
    with closing(Collection(folder)) as one:
        assert len(one) == 4
