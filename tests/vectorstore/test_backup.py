"""A library saved in one file, and put back: whole, or not at all."""

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import wholeness

from assistant.errors import CarrelError, LedgerError, LibraryError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.types import Paper, Progress
from assistant.vectorstore import backup, schema, takeover
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.records import Entry
from assistant.vectorstore.store import Store

Put = Callable[..., bool]

SETTINGS = 'papers = 5  # "größer" is slower\n'

SEARCH = """
import sys
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
library = Library(sys.argv[1], embedder=FakeEmbedder())
for query in sys.stdin:
    print(*[hit.paper.id for hit in library.search(query, 2)], flush=True)
library.close()
"""

RESTRAINED = """
import resource, sys
from assistant.errors import CarrelError
from assistant.library import Library
task, home, file, limit = sys.argv[1:]
# No file may grow beyond it: writing fails as on a full disk.
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
try:
    getattr(Library(home), task)(file)
except CarrelError as error:
    print(error)
    print(error.remedy)
"""

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

posix = pytest.mark.skipif(os.name == "nt", reason="no limits on files, nor links without rights")


def _ignore(_: Progress) -> None:
    pass


def _save(ledger: Ledger, path: Path) -> int:
    return backup.save(ledger, ledger.database.path.with_name("config.toml"), path, _ignore)


def _load(path: Path, ledger: Ledger) -> int:
    return backup.load(path, ledger, ledger.database.path.with_name("config.toml"), _ignore)


def _ships(first: int, count: int) -> list[Paper]:
    return [Paper(id=f"ship{n}", title=f"On ships of kind {n}", abstract="They float.") for n in range(first, count)]


@pytest.fixture
def saved(ledger: Ledger, put: Put, routing: Paper, graphs: Paper, trees: Paper, tmp_path: Path) -> Path:
    """A backup of three papers, the second of them merged of two records, with settings."""
    put(ledger, routing, graphs, trees)
    merged = Entry(paper=graphs, parts=(graphs, replace(graphs, id="other", source="other.ris")))
    assert ledger.write([merged], FakeEmbedder().identity)
    ledger.database.path.with_name("config.toml").write_text(SETTINGS, encoding="utf-8")
    path = tmp_path / "papers.carrel"
    assert _save(ledger, path) == 3
    return path


@pytest.fixture
def target(tmp_path: Path, put: Put, routing: Paper) -> Iterator[Ledger]:
    """Another library, of two papers."""
    home = tmp_path / "target"
    home.mkdir()
    with closing(Ledger(home / "library.sqlite3")) as other:
        put(other, Paper(id="mine", title="Mine"), replace(routing, title="Mine as well"))
        yield other


def _contents(ledger: Ledger) -> dict[str, list[object]]:
    """All that is stored but the count of changes and the mark of the vectors' origin."""
    query = "SELECT * FROM {} ORDER BY 1, 2"
    stored = {table: ledger.database.query(query.format(table)) for table in schema.STORED}
    return stored | {"meta": [one for one in stored["meta"] if one[0] not in ("revision", "origin")]}


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Unpack a backup, change what is in it, and pack it again with checksums that agree."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return path


class TestRoundTrip:
    def test_everything_is_there_again(self, saved: Path, ledger: Ledger, target: Ledger) -> None:
        assert _load(saved, target) == 3
        assert _contents(target) == _contents(ledger)
        assert [part.source for part in target.parts("graphs")] == ["zotero.jsonl", "other.ris"]
        assert target.check() == []

    def test_more_papers_than_are_taken_over_at_once(
        self, ledger: Ledger, target: Ledger, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(takeover, "TAKEN", 3)
        put(ledger, *_ships(0, 10))
        ledger.remove(["ship0", "ship4", "ship5", "ship9"])
        _save(ledger, tmp_path / "b")
        told: list[tuple[str, int, int | None]] = []
        backup.load(tmp_path / "b", target, Path("none"), lambda step: told.append((step.stage, step.done, step.total)))
        assert _contents(target) == _contents(ledger)
        assert [step for step in told if step[0] == "restore"] == [
            ("restore", 3, 6), ("restore", 6, 6), ("restore", 6, 6),
        ]  # fmt: skip

    def test_row_of_a_removed_paper_is_never_used_again(
        self, ledger: Ledger, target: Ledger, put: Put, tmp_path: Path
    ) -> None:
        put(ledger, *_ships(0, 10))
        ledger.remove(["ship9"])
        _save(ledger, tmp_path / "b")
        _load(tmp_path / "b", target)
        put(target, Paper(id="new", title="New"))
        assert target.rows_of(["new"])["new"] not in [
            row for (row,) in target.database.query("SELECT row FROM removed")
        ]

    def test_progress(self, ledger: Ledger, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(backup, "PAGES", 1)
        put(ledger, *_ships(0, 50))
        told: list[Progress] = []
        backup.save(ledger, Path("none"), tmp_path / "b", told.append)
        backup.load(tmp_path / "b", ledger, Path("none"), told.append)
        assert list(dict.fromkeys(step.stage for step in told)) == ["backup", "packing", "unpacking", "restore"]
        ends = {step.stage: (step.done, step.total) for step in told}
        assert all(done == total for done, total in ends.values())
        assert sum(step.stage == "backup" for step in told) > 3

    def test_revision_only_grows(self, saved: Path, ledger: Ledger, target: Ledger) -> None:
        for number in range(5):
            target.remove([f"nothing{number}", "mine"])
        before = max(target.revision, ledger.revision)
        _load(saved, target)
        assert target.revision == before + 1
        assert target.origin not in ("", ledger.origin)

    def test_settings_are_restored_where_there_are_none(self, saved: Path, target: Ledger) -> None:
        settings = target.database.path.with_name("config.toml")
        _load(saved, target)
        assert settings.read_text(encoding="utf-8") == SETTINGS
        settings.write_text("papers = 7\n")
        _load(saved, target)
        assert settings.read_text() == "papers = 7\n"

    def test_library_without_settings(self, ledger: Ledger, target: Ledger, put: Put, tmp_path: Path) -> None:
        put(ledger, Paper(id="one", title="One"))
        _save(ledger, tmp_path / "b")
        _load(tmp_path / "b", target)
        assert not target.database.path.with_name("config.toml").exists()

    def test_empty_library(self, ledger: Ledger, target: Ledger, tmp_path: Path) -> None:
        assert _save(ledger, tmp_path / "b") == 0
        assert _load(tmp_path / "b", target) == 0
        assert (len(target), target.embedder, target.check()) == (0, None, [])

    def test_nothing_else_is_left_in_the_folders(self, saved: Path, ledger: Ledger, target: Ledger) -> None:
        _load(saved, target)
        assert _files(saved.parent) == ["papers.carrel", "target"]
        assert [name for name in _files(target.database.path.parent) if name.startswith(".")] == []

    def test_any_tool_can_read_it(self, saved: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(saved) as packed:
            assert packed.namelist() == ["library.sqlite3", "config.toml", "contents.json"]
            packed.extractall(tmp_path / "unpacked")
            contents = json.loads(packed.read("contents.json"))
        assert contents["papers"] == 3
        with closing(sqlite3.connect(tmp_path / "unpacked" / "library.sqlite3")) as connection:
            assert connection.execute("SELECT count(*) FROM papers").fetchone() == (3,)

    def test_vectors_find_what_they_found(self, saved: Path, target: Ledger, ledger: Ledger) -> None:
        rows, vectors = next(ledger.vectors.all())
        _load(saved, target)
        found, same = next(target.vectors.all())
        assert np.array_equal(rows, found)
        assert np.array_equal(vectors, same)


class TestWhileOthersWrite:
    def test_backup_is_of_one_moment_and_is_not_begun_anew(
        self, ledger: Ledger, target: Ledger, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backup, "PAGES", 1)
        put(ledger, *_ships(0, 100))
        seen: list[int] = []

        def write(step: Progress) -> None:
            if step.stage == "backup":
                seen.append(step.done)
                writer = threading.Thread(target=put, args=(ledger, Paper(id=f"new{len(seen)}", title="New")))
                writer.start()
                writer.join()

        assert backup.save(ledger, Path("none"), tmp_path / "b", write) == 100
        assert seen == list(range(1, len(seen) + 1))
        assert len(ledger) == 100 + len(seen)
        assert _load(tmp_path / "b", target) == 100
        assert target.check() == []

    def test_process_that_has_the_library_open_searches_the_restored_papers(
        self, saved: Path, home: Path, tmp_path: Path
    ) -> None:
        other = tmp_path / "open"
        with Library(other, embedder=FakeEmbedder()) as library:
            library.add(_jsonl(tmp_path / "ships.jsonl", _ships(0, 60)))
            pipe = subprocess.PIPE
            command = [sys.executable, "-c", SEARCH, str(other)]
            with subprocess.Popen(command, env=ENVIRONMENT, stdin=pipe, stdout=pipe, text=True) as child:
                assert child.stdin is not None
                assert child.stdout is not None
                print("ships of kind 7", file=child.stdin, flush=True)
                assert child.stdout.readline().split()[0] == "ship7"
                library.restore(saved)
                print("graphs of molecules", file=child.stdin, flush=True)
                assert child.stdout.readline().split()[0] == "graphs"
                print("ships of kind 7", file=child.stdin, flush=True)
                assert "ship" not in child.stdout.readline()
                child.stdin.close()
            assert child.returncode == 0


def _jsonl(path: Path, papers: list[Paper]) -> Path:
    lines = (json.dumps({"id": one.id, "title": one.title, "abstract": one.abstract}) for one in papers)
    path.write_text("\n".join(lines))
    return path


class TestIndex:
    def test_that_of_the_former_papers_is_not_used(self, home: Path, put: Put, tmp_path: Path) -> None:
        with closing(Store(home)) as store:
            put(store.ledger, *_ships(0, 80))
            _save(store.ledger, tmp_path / "b")
            # The same rows are other papers now, and the revision is the same as in the backup or higher.
            store.ledger.remove([f"ship{n}" for n in range(80)])
            put(store.ledger, *[Paper(id=f"g{n}", title=f"On graphs of kind {n}") for n in range(80)])
            store.settle()
            assert store.index.manifest is not None
            wholeness.search(store)
            _load(tmp_path / "b", store.ledger)
            assert store.index.manifest is None
            wholeness.search(store)
            wholeness.look_into(store)
            store.settle()
            assert store.index.manifest is not None
            wholeness.search(store)
            assert list(store.lexical(["graph"], 5)) == []


class TestWhatIsNoBackup:
    @pytest.fixture(autouse=True)
    def _unharmed(self, target: Ledger) -> Iterator[None]:
        """Whatever is wrong with the backup, the library stays as it is."""
        before, files = _contents(target), _files(target.database.path.parent)
        yield
        assert _contents(target) == before
        assert _files(target.database.path.parent) == files

    def _refused(self, path: Path, target: Ledger) -> str:
        with pytest.raises(LibraryError) as caught:
            _load(path, target)
        assert caught.value.remedy
        return str(caught.value)

    def test_missing(self, target: Ledger, tmp_path: Path) -> None:
        assert self._refused(tmp_path / "none", target) == f"{tmp_path / 'none'} does not exist."

    def test_folder(self, target: Ledger, tmp_path: Path) -> None:
        assert self._refused(tmp_path, target).startswith(f"{tmp_path} cannot be unpacked: ")

    @pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
    def test_something_else(self, target: Ledger, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "else"
        path.write_bytes(content)
        assert "is no backup of Carrel, or is damaged" in self._refused(path, target)

    @pytest.mark.parametrize("contents", [None, "[]", "7", "no JSON", "{}", '{"kind": "comic"}', '{"kind": 7}'])
    def test_archive_of_something_else(self, target: Ledger, tmp_path: Path, contents: str | None) -> None:
        path = tmp_path / "else.zip"
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("readme.txt", "hello")
            if contents is not None:
                packed.writestr("contents.json", contents)
        assert "is no backup of Carrel, or is damaged" in self._refused(path, target)

    @pytest.mark.parametrize("sums", [{}, [], None, {"config.toml": "0"}, {"library.sqlite3": "0"}])
    def test_contents_that_lack_the_ledger_or_its_checksum(self, saved: Path, target: Ledger, sums: object) -> None:
        def change(parts: dict[str, bytes]) -> None:
            parts["contents.json"] = json.dumps(json.loads(parts["contents.json"]) | {"sha256": sums}).encode()

        assert "damaged" in self._refused(_rewritten(saved, change), target)

    @pytest.mark.parametrize("part", ["library.sqlite3", "config.toml"])
    def test_part_that_was_changed(self, saved: Path, target: Ledger, part: str) -> None:
        def change(parts: dict[str, bytes]) -> None:
            parts[part] += b"\n"

        message = self._refused(_rewritten(saved, change), target)
        assert message == f"{saved} is damaged: {part} is not what was saved."

    @pytest.mark.parametrize("key", ["version", "schema"])
    def test_newer_version(self, saved: Path, target: Ledger, key: str) -> None:
        def change(parts: dict[str, bytes]) -> None:
            parts["contents.json"] = json.dumps(json.loads(parts["contents.json"]) | {key: 99}).encode()

        assert self._refused(_rewritten(saved, change), target) == f"{saved} was written by a newer Carrel."

    @pytest.mark.parametrize("kept", [0, 1, 30, 1000, -1, -22, -200])
    def test_truncated_file(self, saved: Path, target: Ledger, kept: int) -> None:
        saved.write_bytes(saved.read_bytes()[:kept])
        self._refused(saved, target)

    def test_interrupted(self, saved: Path, target: Ledger) -> None:
        for stage in ("unpacking", "restore"):

            def interrupt(step: Progress, stage: str = stage) -> None:
                if step.stage == stage:
                    raise KeyboardInterrupt

            with pytest.raises(KeyboardInterrupt):
                backup.load(saved, target, Path("none"), interrupt)
        # The connection is as good as before.
        assert target.check() == []


def test_flipped_byte_is_noticed_or_changes_nothing(saved: Path, ledger: Ledger, target: Ledger) -> None:
    whole, expected = saved.read_bytes(), _contents(ledger)
    with zipfile.ZipFile(saved) as packed:
        headers = [one.header_offset + place for one in packed.infolist() for place in range(30 + len(one.filename))]
        directory = range(packed.start_dir, len(whole))
    chance = random.Random(7)
    places = [*chance.sample([*headers, *directory], 150), *chance.sample(range(len(whole)), 100)]
    refused = 0
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= chance.randrange(1, 256)
        saved.write_bytes(flipped)
        try:
            _load(saved, target)
            assert _contents(target) == expected
        except LibraryError:
            refused += 1
    assert refused >= 150


def test_ledger_of_an_earlier_schema_inside(saved: Path, target: Ledger, tmp_path: Path) -> None:
    former = tmp_path / "former.sqlite3"
    with closing(sqlite3.connect(former)) as connection:
        connection.executescript(FORMER)
    content = former.read_bytes()

    def change(parts: dict[str, bytes]) -> None:
        parts["library.sqlite3"] = content
        contents = json.loads(parts["contents.json"])
        sums = contents["sha256"] | {"library.sqlite3": _sha256(content)}
        parts["contents.json"] = json.dumps(contents | {"schema": 1, "sha256": sums}).encode()

    assert _load(_rewritten(saved, change), target) == 1
    (paper,) = target.page()
    assert (paper.id, paper.title, paper.source) == ("cats", "Why cats purr", "refs.bib")
    assert target.check() == []


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class TestPlace:
    def test_relative_path_and_home_of_the_person(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        with Library(home, embedder=FakeEmbedder()) as library:
            library.add(_jsonl(tmp_path / "ships.jsonl", _ships(0, 2)))
            assert library.backup("relative.carrel") == 2
            assert library.backup("~/own.carrel") == 2
            assert library.restore("relative.carrel") == 2
            assert library.restore("~/own.carrel") == 2
        assert _files(tmp_path) == ["own.carrel", "relative.carrel", "ships.jsonl"]

    def test_missing_folder(self, ledger: Ledger, tmp_path: Path) -> None:
        with pytest.raises(LibraryError, match=r"^There is no folder .*usb\.$"):
            _save(ledger, tmp_path / "usb" / "papers.carrel")
        assert _files(tmp_path) == []

    def test_folder(self, ledger: Ledger, tmp_path: Path) -> None:
        with pytest.raises(LibraryError, match=r"is a folder\.$"):
            _save(ledger, tmp_path)

    def test_the_library_itself_is_not_written_over(self, ledger: Ledger) -> None:
        settings = ledger.database.path.with_name("config.toml")
        settings.write_text(SETTINGS, encoding="utf-8")
        for own in (ledger.database.path, settings):
            with pytest.raises(LibraryError, match="is no file to be written over"):
                _save(ledger, own)
        assert ledger.check() == []

    @posix
    def test_device(self, ledger: Ledger) -> None:
        with pytest.raises(LibraryError, match="/dev/null is no file to be written over"):
            _save(ledger, Path("/dev/null"))

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_folder_that_may_not_be_written(self, ledger: Ledger, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with pytest.raises(LibraryError, match=r"cannot be written: Permission denied\.$"):
            _save(ledger, tmp_path / "b")


class TestFailedBackup:
    """The one that was there before stays."""

    @pytest.mark.parametrize("stage", ["backup", "packing"])
    def test_interrupted(self, ledger: Ledger, saved: Path, stage: str) -> None:
        def interrupt(step: Progress) -> None:
            if step.stage == stage:
                raise KeyboardInterrupt

        before, names = saved.read_bytes(), _files(saved.parent)
        with pytest.raises(KeyboardInterrupt):
            backup.save(ledger, Path("none"), saved, interrupt)
        assert _files(saved.parent) == names
        assert saved.read_bytes() == before
        assert _save(ledger, saved) == 3

    def test_damaged_ledger_is_not_saved(self, ledger: Ledger, saved: Path, put: Put) -> None:
        before = saved.read_bytes()
        put(ledger, *_ships(0, 300))
        path = ledger.database.path
        ledger.close()
        with path.open("r+b") as file:
            file.seek(16384 * 8)
            file.write(b"\xff" * 16384 * 4)
        with closing(Ledger(path)) as damaged, pytest.raises(LedgerError, match="is damaged"):
            _save(damaged, saved)
        assert saved.read_bytes() == before

    @posix
    @pytest.mark.parametrize("limit", [0, 50_000, 200_000])
    def test_full_disk(self, ledger: Ledger, saved: Path, put: Put, home: Path, limit: int) -> None:
        put(ledger, *_ships(0, 300))
        before, names = saved.read_bytes(), _files(saved.parent)
        error, remedy = _restrained("backup", home, saved, limit)
        assert "cannot be written" in error
        assert remedy in ("Choose another place with enough room.", "Free some disk space, then try again.")
        assert _files(saved.parent) == names
        assert saved.read_bytes() == before


@posix
@pytest.mark.parametrize(
    ("share", "place"), [(0.2, "b cannot be unpacked"), (1.0, "library.sqlite3 cannot be written")]
)
def test_restoring_on_a_full_disk_leaves_the_library_as_it_was(
    home: Path, put: Put, tmp_path: Path, share: float, place: str
) -> None:
    with closing(Ledger(home / "library.sqlite3")) as big:
        put(big, *_ships(0, 1000))
        _save(big, tmp_path / "b")
    target_home = tmp_path / "target"
    target_home.mkdir()
    with closing(Ledger(target_home / "library.sqlite3")) as target:
        for number in range(5):
            put(target, *_ships(number, number + 1))
        before = _contents(target)
        # As it is open, SQLite's log of the changes is there, and grows from what it has.
        error, remedy = _restrained(
            "restore", target_home, tmp_path / "b", int(big.database.path.stat().st_size * share)
        )
        assert place in error
        assert "disk space" in remedy or "has room" in remedy
    with closing(Ledger(target_home / "library.sqlite3")) as target:
        assert _contents(target) == before
        assert target.check() == []
        assert _load(tmp_path / "b", target) == 1000
    assert [name for name in _files(target_home) if name.startswith(".")] == []


def _restrained(task: str, home: Path, file: Path, limit: int) -> list[str]:
    command = [sys.executable, "-c", RESTRAINED, task, str(home), str(file), str(limit)]
    ran = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


def test_damaged_ledger_moved_away_is_replaced_by_its_backup(saved: Path, ledger: Ledger, home: Path) -> None:
    expected = _contents(ledger)
    ledger.close()
    (home / "library.sqlite3").write_bytes(b"no database " * 1000)
    with pytest.raises(CarrelError):
        Library(home)
    (home / "library.sqlite3").unlink()
    with Library(home, embedder=FakeEmbedder()) as library:
        assert library.restore(saved) == 3
        assert _contents(library._store.ledger) == expected


FORMER = """
PRAGMA application_id = 0x4341524C;
PRAGMA user_version = 1;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE papers (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, abstract TEXT NOT NULL,
    year INTEGER, venue TEXT, source TEXT NOT NULL, record TEXT NOT NULL, vector BLOB NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX papers_revision ON papers (revision);
CREATE TABLE fingerprints (
    mark TEXT NOT NULL, row INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE, PRIMARY KEY (mark, row)
) WITHOUT ROWID;
CREATE TABLE sentences (
    row INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE, field TEXT NOT NULL, start INTEGER NOT NULL,
    stop INTEGER NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (row, field, start)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (title, abstract, content='papers', content_rowid='row');
CREATE TRIGGER papers_words_insert AFTER INSERT ON papers BEGIN
    INSERT INTO words (rowid, title, abstract) VALUES (new.row, new.title, new.abstract);
END;
CREATE TRIGGER papers_words_delete AFTER DELETE ON papers BEGIN SELECT 1; END;
CREATE TRIGGER papers_words_update AFTER UPDATE OF title, abstract ON papers BEGIN SELECT 1; END;
INSERT INTO meta VALUES ('revision', '4'), ('origin', 'former'),
    ('embedder', '{"name": "fake", "revision": "1", "dimension": 2, "query_prompt": "", "passage_prompt": ""}');
INSERT INTO papers VALUES (3, 'cats', 'Why cats purr', '', 2024, 'Felis', 'refs.bib', '{}', x'0000803f00000000', 4);
INSERT INTO sentences VALUES (3, 'title', 0, 13, x'003c0000');
"""
