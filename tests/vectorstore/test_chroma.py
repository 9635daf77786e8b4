from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.protocols import Vectors
from assistant.vectorstore import files
from assistant.vectorstore.chroma import Collection, CollectionError

EAST: Vectors = np.array([1, 0, 0], dtype=np.float32)
COMPASS: Vectors = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 1, 0], [-1, 0, 0]], dtype=np.float32)
ROWS = np.array([10, 20, 30, 40], dtype=np.int64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("collection") / "index"
    with closing(Collection(place, create=True)) as made:
        made.add(ROWS, COMPASS)
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


def test_empty_collection_finds_nothing(tmp_path: Path) -> None:
    with closing(Collection(tmp_path / "empty", create=True)) as empty:
        assert (len(empty), empty.nearest(EAST, 3), empty.self_distances(20)) == (0, {}, [])


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
