"""The disk is full, or the home may not be written."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import wholeness

from assistant.errors import HomeError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.vectorstore.store import Store

CHILD = """
import os, resource, sys
from pathlib import Path
from assistant.errors import CarrelError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.vectorstore.store import Store

task, home, file, limit = sys.argv[1:]
# No file may grow beyond it: writing fails as on a full disk.
fill = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
try:
    if task == "index":
        store = Store(Path(home))
        fill()
        store.settle()
        print("manifest", store.index.manifest is not None)
        print("found", len(store.nearest(FakeEmbedder().embed(["ships"], "query")[0], 9)))
    else:
        fill()
        library = Library(home, embedder=FakeEmbedder())
        library.add(file)
except CarrelError as error:
    print(type(error).__name__, error)
    print(error.remedy)
"""

posix = pytest.mark.skipif(os.name == "nt", reason="no limits on files")


def _file(path: Path, count: int) -> Path:
    """Papers whose abstracts have little in common, so that they take room."""
    texts = [" ".join(f"w{(word * 7919 + one * 104729) % 10**6}" for word in range(80)) for one in range(count)]
    records = [{"id": f"p{n}", "title": f"On ships {n}", "abstract": f"{text}."} for n, text in enumerate(texts)]
    path.write_text("\n".join(map(json.dumps, records)))
    return path


def _limited(task: str, home: Path, limit: int, file: Path = Path()) -> list[str]:
    """Do something in a process that may write no file beyond a size; returns what it said."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHILD, task, str(home), str(file), str(limit)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


def _assert_whole(home: Path) -> None:
    store = Store(home)
    try:
        wholeness.look_into(store)
        store.settle()
        wholeness.search(store)
        assert store.index.manifest is not None
    finally:
        store.close()


@posix
@pytest.mark.parametrize("limit", [0, 20_000])
def test_new_library_on_a_full_disk(home: Path, tmp_path: Path, limit: int) -> None:
    error, remedy = _limited("add", home, limit, _file(tmp_path / "few.jsonl", 3))
    assert "Error " in error
    assert "library.sqlite3" in error
    assert remedy == "Free some disk space, then try again."
    with Library(home, embedder=FakeEmbedder()) as library:
        assert (len(library), library.check()) == (0, [])


@posix
def test_adding_to_a_full_disk_stores_whole_batches_and_says_so(home: Path, tmp_path: Path) -> None:
    with Library(home, embedder=FakeEmbedder()) as library:
        library.add(_file(tmp_path / "few.jsonl", 10))
    file = _file(tmp_path / "many.jsonl", 160)
    error, remedy = _limited("add", home, 250_000, file)
    assert error.startswith("LedgerError")
    assert "cannot be written" in error
    assert remedy == "Free some disk space, then try again."
    _assert_whole(home)
    with Library(home, embedder=FakeEmbedder()) as library:
        stored = len(library)
        assert 10 <= stored < 160
        report = library.add(file)
        assert (len(report.unchanged), len(report.added)) == (stored, 160 - stored)
    _assert_whole(home)


@posix
@pytest.mark.parametrize("limit", [0, 20_000, 190_000])
def test_index_that_finds_no_room_is_done_without(home: Path, tmp_path: Path, limit: int) -> None:
    with Library(home, embedder=FakeEmbedder(dimension=64)) as library:
        library.add(_file(tmp_path / "some.jsonl", 100))
    (home / "index" / "current.json").unlink()
    assert _limited("index", home, limit) == ["manifest False", "found 9"]
    _assert_whole(home)


@contextmanager
def _read_only(home: Path) -> Iterator[None]:
    paths = [home, *home.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in reversed(paths):
        path.chmod(modes[path] & ~0o222)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(modes[path])


@pytest.mark.parametrize("is_new", [True, False])
def test_home_that_may_not_be_written_is_said_and_left_as_it_is(home: Path, tmp_path: Path, is_new: bool) -> None:
    if not is_new:
        with Library(home, embedder=FakeEmbedder()) as library:
            library.add(_file(tmp_path / "few.jsonl", 3))
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with _read_only(home):
        if os.access(home, os.W_OK):
            pytest.skip("this user may write anywhere")
        with pytest.raises(HomeError, match=r"not writable|cannot be written"):
            Library(home, embedder=FakeEmbedder())
        with pytest.raises(HomeError, match="cannot be written"):
            Store(home)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    with Library(home, embedder=FakeEmbedder()) as library:
        assert len(library) == (0 if is_new else 3)
