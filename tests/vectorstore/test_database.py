import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import HomeError, LedgerError
from assistant.vectorstore import database
from assistant.vectorstore.database import Database
from assistant.vectorstore.schema import VERSION

SET = "INSERT INTO meta VALUES (?, 'x')"
KEYS = "SELECT key FROM meta ORDER BY key"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite3"


@pytest.fixture
def opened(path: Path) -> Iterator[Database]:
    with closing(Database(path)) as one:
        yield one


def test_new_file_is_made_with_its_tables(opened: Database) -> None:
    tables = {name for (name,) in opened.query("SELECT name FROM sqlite_master")}
    assert {"meta", "papers", "fingerprints", "vectors", "sentences", "names"} <= tables
    assert opened.query("PRAGMA page_size") == [(16384,)]
    assert opened.query("PRAGMA journal_mode") == [("wal",)]
    assert opened.query("PRAGMA synchronous") == [(2,)]  # FULL: what was said to be stored survives a loss of power


def test_what_is_written_is_seen_by_another_process_when_the_block_ends(path: Path, opened: Database) -> None:
    with closing(Database(path)) as other:
        with opened.write() as connection:
            connection.execute(SET, ("a",))
            assert other.query(KEYS) == []
        assert other.query(KEYS) == [("a",)]


def test_block_that_raises_writes_nothing(opened: Database) -> None:
    def interrupted() -> None:
        with opened.write() as connection:
            connection.execute(SET, ("a",))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert opened.query(KEYS) == []


def test_snapshot_stays_at_one_moment(path: Path, opened: Database) -> None:
    with closing(Database(path)) as other:
        with opened.snapshot():
            assert opened.query(KEYS) == []
            with other.write() as connection:
                connection.execute(SET, ("a",))
            assert opened.query(KEYS) == []
        assert opened.query(KEYS) == [("a",)]


def test_writers_wait_for_each_other(path: Path, opened: Database) -> None:
    def write(number: int) -> None:
        with closing(Database(path)) as own:
            for step in range(5):
                with own.write() as connection:
                    connection.execute(SET, (f"{number}-{step}",))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert len(opened.query(KEYS)) == 20


def test_writer_that_waits_too_long_says_so(path: Path, opened: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    with (
        closing(Database(path)) as other,
        opened.write(),
        pytest.raises(LedgerError, match="in use by another process") as caught,
        other.write(),
    ):
        pass
    assert caught.value.remedy == "Wait until it is done, then try again."


def test_connection_of_a_thread_that_ended_is_closed(opened: Database) -> None:
    found: list[sqlite3.Connection] = []
    for _ in range(2):
        thread = threading.Thread(target=lambda: found.append(opened.read()))
        thread.start()
        thread.join()
    first, second = found
    assert second.execute("SELECT 1").fetchall() == [(1,)]
    with pytest.raises(sqlite3.ProgrammingError):
        first.execute("SELECT 1")


def test_full_disk_is_said_in_words_and_damages_nothing(opened: Database) -> None:
    with opened.write() as connection:
        connection.execute(SET, ("before",))
    ((pages,),) = opened.query("PRAGMA page_count")
    opened.query(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="disk is full") as caught, opened.write() as connection:
        connection.executemany(SET, [(f"{number} " * 1000,) for number in range(20)])
    assert caught.value.remedy == "Free some disk space, then try again."
    assert opened.query(KEYS) == [("before",)]
    opened.query(f"PRAGMA max_page_count = {pages + 10}")
    with opened.write() as connection:
        connection.execute(SET, ("after",))
    assert opened.query(KEYS) == [("after",), ("before",)]


def test_newer_schema_is_refused_in_words(path: Path) -> None:
    with closing(Database(path)) as one:
        one.read().execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(LedgerError, match=f"has schema {VERSION + 1}; this Carrel reads 1 to {VERSION}") as caught:
        Database(path)
    assert caught.value.remedy == "Install the Carrel that made it, or the newest."


@pytest.mark.parametrize("version", [0, VERSION])
def test_file_of_another_program_is_refused_and_left_alone(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="is no library of Carrel"):
        Database(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database, but long enough to look like one" * 50, b"\x00" * 8192])
def test_garbage_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="damaged or no library of Carrel") as caught:
        Database(path)
    assert "another home" in caught.value.remedy
    assert path.read_bytes() == content


def test_torn_file_is_refused_when_it_is_read(path: Path) -> None:
    with closing(Database(path)) as one, one.write() as connection:
        connection.executemany(SET, [(f"{number} " * 500,) for number in range(100)])
    path.write_bytes(path.read_bytes()[: 2 * 16384])
    with pytest.raises(LedgerError, match="damaged"), closing(Database(path)) as one:
        one.query(KEYS)


def test_folder_in_its_place_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(HomeError, match="unable to open"):
        Database(path)
