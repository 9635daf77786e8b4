import json
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from assistant.models.fake import FakeEmbedder
from assistant.protocols import Vectors
from assistant.types import Paper, Progress
from assistant.vectorstore import chroma, indexing
from assistant.vectorstore import index as module
from assistant.vectorstore.chroma import Collection, CollectionError
from assistant.vectorstore.index import Index
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.postings import Postings

ANIMALS = ("cat", "dog", "fish", "bird", "ant", "bee", "cow", "owl")
EMBEDDER = FakeEmbedder()

Write = Callable[..., None]


def _query(text: str) -> Vectors:
    vector: Vectors = EMBEDDER.embed([text], "query")[0]
    return vector


@pytest.fixture(scope="session")
def write(put: Callable[..., bool]) -> Write:
    """Store papers in any ledger."""

    def store(ledger: Ledger, *papers: Paper) -> None:
        assert put(ledger, *papers, embedder=EMBEDDER)

    return store


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory, write: Write) -> Path:
    """A home with eight papers and their index, to be copied."""
    home = tmp_path_factory.mktemp("zoo")
    with closing(Ledger(home / "library.sqlite3")) as ledger, closing(Index(home / "index", ledger)) as index:
        write(ledger, *[Paper(id=animal, title=f"The {animal}") for animal in ANIMALS])
        index.bring_up_to_date()
        assert index.manifest is not None
    return home


@pytest.fixture
def place(zoo: Path, home: Path) -> Path:
    shutil.copytree(zoo, home, dirs_exist_ok=True)
    return home / "index"


@pytest.fixture
def ledger(place: Path) -> Iterator[Ledger]:
    with closing(Ledger(place.parent / "library.sqlite3")) as one:
        yield one


@pytest.fixture
def index(place: Path, ledger: Ledger) -> Iterator[Index]:
    with closing(Index(place, ledger)) as one:
        yield one


def _folder(place: Path) -> Path:
    return place / str(json.loads((place / "current.json").read_text())["folder"])


def _behind(index: Index) -> int:
    assert index.manifest is not None
    return index.behind(index.manifest)


def test_index_finds_what_it_holds(index: Index) -> None:
    index.bring_up_to_date()
    revision, found = index.nearest(_query("the bird"), 1)
    assert (revision, list(found)) == (1, [4])
    assert found[4] == pytest.approx(1, abs=1e-6)
    assert not index.is_due


def test_index_that_is_there_is_opened_and_not_built(place: Path, index: Index) -> None:
    built: list[Progress] = []
    before = _folder(place)
    index.bring_up_to_date(built.append)
    assert built == []
    assert _folder(place) == before


def test_index_is_opened_in_the_background(index: Index) -> None:
    assert index.nearest(_query("the bird"), 1) == (0, {})
    index.refresh(patience=60)
    assert list(index.nearest(_query("the bird"), 1)[1]) == [4]


def test_no_papers_need_no_index(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "library.sqlite3")) as ledger, closing(Index(tmp_path / "index", ledger)) as index:
        index.refresh(patience=60)
        index.bring_up_to_date()
        assert (index.manifest, index.is_due, (tmp_path / "index").exists()) == (None, False, False)


def test_index_is_built_again_when_many_papers_changed(
    place: Path, ledger: Ledger, index: Index, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    monkeypatch.setattr(module, "SLACK", 2)
    index.bring_up_to_date()
    first = _folder(place)
    ledger.remove(["cat"])
    write(ledger, Paper(id="dog", title="The wolf"))
    assert (_behind(index), index.is_due) == (2, False)  # one gone, one changed
    write(ledger, Paper(id="eel", title="The eel"))
    assert (_behind(index), index.is_due) == (3, True)
    built: list[Progress] = []
    index.bring_up_to_date(built.append)
    assert built == [Progress(stage="words", done=8, total=8), Progress(stage="index", done=8, total=8)]
    assert (_behind(index), index.is_due) == (0, False)
    assert list(index.nearest(_query("the wolf"), 1)[1]) == [2]
    index.bring_up_to_date()
    assert _folder(place) != first


def test_few_changes_are_not_worth_a_new_index(place: Path, ledger: Ledger, index: Index, write: Write) -> None:
    index.bring_up_to_date()
    before = _folder(place)
    write(ledger, Paper(id="eel", title="The eel"))
    index.bring_up_to_date()
    assert _folder(place) == before
    assert list(index.nearest(_query("the eel"), 8)[1].keys() - range(1, 9)) == []


def test_index_built_by_another_process_is_taken_up(place: Path, ledger: Ledger, index: Index) -> None:
    index.bring_up_to_date()
    (place / "current.json").unlink()
    with closing(Index(place, ledger)) as other:
        other.bring_up_to_date()
        index.refresh(patience=60)
        assert index.manifest == other.manifest


def _damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "torn":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(np.random.default_rng(3).bytes(max(len(content), 100)))


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("current.json", "gone"),
        ("current.json", "garbled"),
        ("chroma.sqlite3", "gone"),
        ("chroma.sqlite3", "torn"),
        ("data_level0.bin", "torn"),  # Chroma itself would not notice this one, and answer wrongly
        ("data_level0.bin", "garbled"),  # and die of this one
        ("index_metadata.pickle", "gone"),
        ("header.bin", "empty"),
        ("papers.npy", "gone"),
        ("letters.npy", "torn"),
        ("counts.npy", "garbled"),
    ],
)
def test_damaged_index_is_built_anew_without_embedding(place: Path, index: Index, name: str, how: str) -> None:
    (path,) = place.rglob(name)
    _damage(path, how)
    embedded = len(EMBEDDER.embedded)
    index.bring_up_to_date()
    assert len(EMBEDDER.embedded) == embedded
    assert list(index.nearest(_query("the bird"), 1)[1]) == [4]
    assert not index.is_due


def test_folder_that_is_gone_is_built_anew(place: Path, index: Index) -> None:
    shutil.rmtree(_folder(place))
    index.bring_up_to_date()
    assert list(index.nearest(_query("the bird"), 1)[1]) == [4]


@pytest.mark.parametrize("content", ["null", '{"folder": 7, "origin": "", "revision": 0, "count": 1, "sums": {}}'])
def test_manifest_that_says_something_else_is_written_anew(place: Path, index: Index, content: str) -> None:
    (place / "current.json").write_text(content)
    index.bring_up_to_date()
    assert list(index.nearest(_query("the bird"), 1)[1]) == [4]


def test_damage_while_the_index_is_in_use_is_noticed_and_mended(
    place: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> dict[int, float]:
        raise CollectionError("Error reading from the segment.")

    index.bring_up_to_date()
    with monkeypatch.context() as patch:
        patch.setattr(Collection, "nearest", fail)
        assert index.nearest(_query("the bird"), 1) == (0, {})
    assert index.manifest is None
    index.refresh(patience=60)
    assert list(index.nearest(_query("the bird"), 1)[1]) == [4]


def test_what_a_killed_build_left_is_cleared_away(place: Path, index: Index) -> None:
    (place / "index-left" / "segment").mkdir(parents=True)
    (place / "current.json.draft").write_text("{")
    (place / "current.json").unlink()
    index.bring_up_to_date()
    assert {path.name for path in place.iterdir()} == {"current.json", "lock", _folder(place).name}


def test_index_of_another_ledger_is_not_used(place: Path, tmp_path: Path, write: Write) -> None:
    with closing(Ledger(tmp_path / "other.sqlite3")) as other, closing(Index(place, other)) as index:
        write(other, *[Paper(id=animal, title=f"The {animal} again") for animal in reversed(ANIMALS)])
        assert index.is_due
        index.bring_up_to_date()
        assert list(index.nearest(_query("the cat again"), 1)[1]) == [8]


def test_index_newer_than_the_ledger_is_not_used(
    place: Path, ledger: Ledger, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    monkeypatch.setattr(module, "SLACK", 0)
    ledger.database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = shutil.copy(ledger.database.path, tmp_path / "backup.sqlite3")
    write(ledger, Paper(id="cat", title="The tiger"))
    index.bring_up_to_date()
    with closing(Ledger(Path(backup))) as older, closing(Index(place, older)) as restored:
        assert restored.is_due
        restored.bring_up_to_date()
        assert list(restored.nearest(_query("the cat"), 1)[1]) == [1]


def test_only_one_process_builds(place: Path, index: Index) -> None:
    (place / "current.json").unlink()
    with FileLock(place / "lock"):
        index.bring_up_to_date()
        assert index.manifest is None
    index.bring_up_to_date()
    assert index.manifest is not None


def test_build_that_is_not_whole_is_not_published_nor_tried_again_at_once(
    place: Path, ledger: Ledger, index: Index, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    tried: list[int] = []

    def refuse(_: Path, count: int, __: threading.Event) -> bool:
        tried.append(count)
        return False

    monkeypatch.setattr(module, "is_whole", refuse)
    (place / "current.json").unlink()
    for _ in range(3):
        index.refresh(patience=60)
    assert (tried, index.manifest, (place / "current.json").exists()) == ([8], None, False)
    write(ledger, Paper(id="eel", title="The eel"))
    index.refresh(patience=60)
    assert tried == [8, 9]


def test_index_that_cannot_be_written_leaves_search_without_it(place: Path, index: Index) -> None:
    shutil.rmtree(place)
    place.write_text("a file where the folder should be")
    index.refresh(patience=60)
    index.bring_up_to_date()
    assert index.nearest(_query("the bird"), 1) == (0, {})


@pytest.mark.parametrize(("after", "expected"), [(0, ["words 8"]), (1, ["words 8", "index 1"])])
def test_closing_stops_a_build(
    place: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, after: int, expected: list[str]
) -> None:
    monkeypatch.setattr(chroma, "BATCH", 1)
    (place / "current.json").unlink()
    index = Index(place, ledger)
    built: list[str] = []

    def close(progress: Progress) -> None:
        built.append(f"{progress.stage} {progress.done}")
        if len(built) > after:
            index.close()

    index.bring_up_to_date(close)
    assert built == expected
    assert not (place / "current.json").exists()


def test_closing_does_not_wait_for_all_words_to_be_counted(
    place: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    (place / "current.json").unlink()
    index = Index(place, ledger)
    counted: list[str] = []
    count = indexing.count

    def close(title: str, abstract: str) -> Counter[str]:
        counted.append(title)
        index.close()
        return count(title, abstract)

    monkeypatch.setattr(indexing, "count", close)
    index.bring_up_to_date()
    assert counted == ["The cat", "The dog"]


def test_emptied_ledger_needs_no_other_index(ledger: Ledger, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLACK", 2)
    index.bring_up_to_date()
    held = index.manifest
    ledger.remove(ANIMALS)
    assert not index.is_due
    index.bring_up_to_date()
    assert index.manifest == held


def test_more_changes_than_the_slack_make_an_index_due(ledger: Ledger, index: Index, write: Write) -> None:
    write(ledger, *[Paper(id=f"eel{number}", title=f"The eel {number}") for number in range(100)])
    assert not index.is_due
    write(ledger, Paper(id="ox", title="The ox"))
    assert index.is_due


def test_index_of_another_version_is_not_used(place: Path, index: Index) -> None:
    held = json.loads((place / "current.json").read_text())
    (place / "current.json").write_text(json.dumps(held | {"version": held["version"] + 1}))
    assert index.is_due
    index.bring_up_to_date()
    assert list(index.nearest(_query("the bird"), 1)[1]) == [4]
    assert _folder(place).name != held["folder"]


def test_full_disk_leaves_the_index_that_is_there(
    place: Path, ledger: Ledger, index: Index, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "SLACK", 0)
    index.bring_up_to_date()
    before = _folder(place)
    write(ledger, Paper(id="eel", title="The eel"))
    with monkeypatch.context() as patch:
        patch.setattr(Postings, "save", full)
        index.bring_up_to_date()
        assert list(index.nearest(_query("the bird"), 1)[1]) == [4]
        assert _folder(place) == before
    index.bring_up_to_date()
    assert _behind(index) == 0
    assert _folder(place) != before


def test_index_is_swapped_under_searches(
    ledger: Ledger, index: Index, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    monkeypatch.setattr(module, "SLACK", 0)
    index.bring_up_to_date()
    found: set[tuple[int, ...]] = set()
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            found.add(tuple(index.nearest(_query("the bird"), 1)[1]))

    searching = [threading.Thread(target=search) for _ in range(3)]
    for thread in searching:
        thread.start()
    for number in range(2):
        write(ledger, Paper(id=f"eel{number}", title=f"The eel {number}"))
        index.bring_up_to_date()
    done.set()
    for thread in searching:
        thread.join()
    assert found == {(4,)}


def test_search_after_closing_finds_nothing_and_starts_nothing(place: Path, ledger: Ledger) -> None:
    one = Index(place, ledger)
    one.bring_up_to_date()
    one.close()
    one.close()
    one.refresh(patience=1)
    assert one.nearest(_query("the bird"), 1) == (0, {})
