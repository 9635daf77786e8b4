import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.vectorstore.chroma import Collection
from assistant.vectorstore.probe import is_whole, probe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vectors = np.random.default_rng(7).normal(size=(200, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with closing(Collection(tmp_path / "index", lots=[200])) as made:
        list(made.add(np.arange(200), vectors))
    return tmp_path / "index"


def test_whole_collection(folder: Path) -> None:
    assert is_whole(folder, 200)


@pytest.mark.parametrize(("missed", "whole"), [(0, True), (1, True), (5, True), (6, False), (20, False)])
def test_few_vectors_may_miss_themselves_as_among_a_million_one_or_another_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch, missed: int, whole: bool
) -> None:
    distances = [0.4] * missed + [0.0] * (20 - missed)
    monkeypatch.setattr(Collection, "self_distances", lambda _, samples: distances)
    assert probe(folder, 200) is whole


def test_collection_of_another_size_is_not_whole(folder: Path) -> None:
    assert not is_whole(folder, 201)


def test_missing_folder_is_not_whole_and_not_made(tmp_path: Path) -> None:
    assert not is_whole(tmp_path / "nothing", 0)
    assert not (tmp_path / "nothing").exists()


def test_damage_that_crashes_the_interpreter_is_survived(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (graph,) = folder.glob("*/data_level0.bin")
    graph.write_bytes(np.random.default_rng(1).bytes(graph.stat().st_size))
    assert not is_whole(folder, 200)
    assert capfd.readouterr() == ("", "")


def test_damaged_tables_are_not_whole(folder: Path) -> None:
    tables = folder / "chroma.sqlite3"
    content = bytearray(tables.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    tables.write_bytes(content)
    assert not is_whole(folder, 200)


def test_probe_is_given_up_when_it_is_told_to_stop(folder: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert not is_whole(folder, 200, stop)
