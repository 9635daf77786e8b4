"""A ledger that the first Carrel wrote is brought up to the schema of today."""

import json
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import LedgerError
from assistant.models.fake import FakeEmbedder
from assistant.protocols import EmbedderIdentity
from assistant.types import Filters, Paper, Span
from assistant.vectorstore import migrate, records
from assistant.vectorstore.index import Index
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.lexical import Lexical
from assistant.vectorstore.schema import APPLICATION_ID, VERSION

SCHEMA_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE papers (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    year INTEGER,
    venue TEXT,
    source TEXT NOT NULL,
    record TEXT NOT NULL,
    vector BLOB NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX papers_revision ON papers (revision);

CREATE TABLE fingerprints (
    mark TEXT NOT NULL,
    row INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
    PRIMARY KEY (mark, row)
) WITHOUT ROWID;
CREATE INDEX fingerprints_row ON fingerprints (row);

CREATE TABLE sentences (
    row INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
    field TEXT NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (row, field, start)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE words USING fts5 (
    title, abstract, content='papers', content_rowid='row', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER papers_words_insert AFTER INSERT ON papers BEGIN
    INSERT INTO words (rowid, title, abstract) VALUES (new.row, new.title, new.abstract);
END;
CREATE TRIGGER papers_words_delete AFTER DELETE ON papers BEGIN
    INSERT INTO words (words, rowid, title, abstract) VALUES ('delete', old.row, old.title, old.abstract);
END;
CREATE TRIGGER papers_words_update AFTER UPDATE OF title, abstract ON papers BEGIN
    INSERT INTO words (words, rowid, title, abstract) VALUES ('delete', old.row, old.title, old.abstract);
    INSERT INTO words (rowid, title, abstract) VALUES (new.row, new.title, new.abstract);
END;
"""

IDENTITY = EmbedderIdentity(name="fake", revision="1", dimension=4)

CATS = Paper(
    id="cats",
    title="Why cats purr",
    abstract="Cats purr. It is café music.",
    is_summary=True,
    authors=("Ann Lee", "Bo Søndergård"),
    year=2024,
    venue="Felis",
    doi="10.1000/ABC",
    topics=("cats", "sound"),
    keys=("lee24",),
    source="refs.bib",
    kind="article",
)
FISH = Paper(id="fish", title="How fish sleep", source="zotero.jsonl")

VECTORS = {"cats": [0.6, 0.8, 0.0, 0.0], "fish": [0.0, 0.0, 0.0, 1.0]}
SENTENCES = {
    "cats": [
        ("title", 0, 13, [1.0, 0.0, 0.0, 0.0]),
        ("abstract", 0, 10, [0.6, 0.8, 0.0, 0.0]),
        ("abstract", 11, 28, [0.0, 0.0, 1.0, 0.0]),
    ],
    "fish": [("title", 0, 14, [0.0, 0.0, 0.0, 1.0])],
}

OPEN = """
import sys
from pathlib import Path
from assistant.vectorstore.ledger import Ledger
sys.stdin.readline()
print(Ledger(Path(sys.argv[1])).revision)
"""

STALL = """
import sys, time
from pathlib import Path
from assistant.vectorstore import records
from assistant.vectorstore.ledger import Ledger
store = records.store

def stall(*values):
    store(*values)
    print("stored one of two", flush=True)
    time.sleep(600)

records.store = stall
Ledger(Path(sys.argv[1]))
"""


@pytest.fixture
def former(home: Path) -> Path:
    """A ledger as the first Carrel left it: revision 7, a paper removed before the two, the index of the words."""
    path = home / "library.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA_1)
        meta = {"revision": "7", "origin": "drawn", "embedder": json.dumps(asdict(IDENTITY))}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        for row, paper, revision in ((2, CATS, 7), (5, FISH, 3)):
            _write(connection, row, paper, revision)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
    return path


def _write(connection: sqlite3.Connection, row: int, paper: Paper, revision: int) -> None:
    others = ("is_summary", "authors", "doi", "arxiv_id", "pmid", "url", "code_url", "topics", "keys", "kind")
    record = json.dumps({name: getattr(paper, name) for name in others}, ensure_ascii=False)
    vector = np.array(VECTORS[paper.id], dtype=np.float32).tobytes()
    values = (
        row,
        paper.id,
        paper.title,
        paper.abstract,
        paper.year,
        paper.venue,
        paper.source,
        record,
        vector,
        revision,
    )
    connection.execute("INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    connection.execute("INSERT INTO fingerprints VALUES (?, ?)", (f"text:{paper.id}", row))
    for field, start, stop, numbers in SENTENCES[paper.id]:
        half = np.array(numbers, dtype=np.float16).tobytes()
        connection.execute("INSERT INTO sentences VALUES (?, ?, ?, ?, ?)", (row, field, start, stop, half))


def _assert_is_whole(ledger: Ledger) -> None:
    assert ledger.page() == [CATS, FISH]
    assert (len(ledger), ledger.revision, ledger.origin, ledger.embedder) == (2, 7, "drawn", IDENTITY)
    rows, vectors = next(ledger.vectors.all())
    np.testing.assert_allclose(vectors, list(VECTORS.values()), atol=0.005)
    cats, fish = (ledger.vectors.sentences([row])[row] for row in rows.tolist())
    assert cats[0] == [Span("title", 0, 13), Span("abstract", 0, 10), Span("abstract", 11, 28)]
    assert fish[0] == [Span("title", 0, 14)]
    likeness = cats[1] @ np.array([numbers for *_, numbers in SENTENCES["cats"]], dtype=np.float32).T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2]
    assert ledger.check() == []


def _version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_papers_vectors_and_sentences_are_there_and_nothing_is_embedded(former: Path) -> None:
    with closing(Ledger(former)) as ledger:
        _assert_is_whole(ledger)
    assert _version(former) == VERSION
    with closing(Ledger(former)) as again:
        _assert_is_whole(again)


def test_no_table_of_the_former_schema_is_left(former: Path, tmp_path: Path) -> None:
    tables = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    with closing(Ledger(former)) as ledger, closing(Ledger(tmp_path / "new.sqlite3")) as new:
        assert ledger.database.query(tables) == new.database.query(tables)


def test_filters_and_marks_and_words_are_those_of_the_papers(former: Path) -> None:
    with closing(Ledger(former)) as ledger:
        cats, fish = ledger.rows_of(["cats", "fish"]).values()
        assert ledger.select(Filters(authors=("Søndergård",))).tolist() == [cats]
        assert ledger.select(Filters(venue="felis", years=(2024, 2024))).tolist() == [cats]
        assert ledger.select(Filters(topics=("sound",))).tolist() == [cats]
        assert ledger.select(Filters(source="zotero")).tolist() == [fish]
        assert ledger.find(["doi:10.1000/abc"]) == [CATS]
        assert list(Lexical(former.parent / "index", ledger).best(["cafe"], 5)) == [cats]


def test_papers_can_be_changed_and_removed_afterwards(former: Path) -> None:
    embedding = records.Embedding(
        vector=np.array([0, 1, 0, 0], dtype=np.float32), spans=(), sentence_vectors=np.zeros((0, 4), dtype=np.float32)
    )
    dogs = Paper(id="dogs", title="What dogs hear")
    with closing(Ledger(former)) as ledger:
        assert ledger.write([records.Entry(paper=dogs, embedding=embedding)], IDENTITY)
        assert ledger.remove(["cats"]) == 1
        assert ledger.page() == [FISH, dogs]
        assert (ledger.revision, ledger.check()) == (9, [])


def test_index_of_the_former_carrel_is_not_used(former: Path) -> None:
    home = former.parent / "index"
    (home / "index-0123").mkdir(parents=True)
    old = {"folder": "index-0123", "origin": "drawn", "revision": 7, "count": 2, "sums": {}}
    (home / "current.json").write_text(json.dumps(old))
    with closing(Ledger(former)) as ledger, closing(Index(home, ledger)) as index:
        assert index.is_due
        index.bring_up_to_date()
        query = np.array([0, 0, 0, 1], dtype=np.float32)
        assert [ledger.papers([row])[row].id for row in index.nearest(query, 1)[1]] == ["fish"]
    assert not (home / "index-0123").exists()


def test_empty_ledger_is_brought_up_too(former: Path) -> None:
    with closing(sqlite3.connect(former)) as connection:
        for table in ("papers", "fingerprints", "sentences", "meta"):
            connection.execute(f"DELETE FROM {table}")
        connection.commit()
    with closing(Ledger(former)) as ledger:
        assert (ledger.page(), ledger.revision, ledger.embedder, ledger.check()) == ([], 0, None, [])
        assert ledger.write([], FakeEmbedder().identity)


def test_reader_in_another_process_sees_the_former_whole_until_it_is_done(former: Path) -> None:
    with closing(sqlite3.connect(former, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM sentences").fetchone() == (4,)
        with closing(Ledger(former)) as ledger:
            _assert_is_whole(ledger)
            assert reader.execute("SELECT title FROM papers ORDER BY row").fetchall() == [(CATS.title,), (FISH.title,)]
            reader.execute("COMMIT")
            with pytest.raises(sqlite3.OperationalError, match="no such"):
                reader.execute("SELECT vector FROM papers")
            _assert_is_whole(ledger)


def test_migration_waits_for_a_writer_and_takes_what_it_wrote(former: Path) -> None:
    with closing(sqlite3.connect(former, isolation_level=None, check_same_thread=False)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE meta SET value = '8' WHERE key = 'revision'")
        with ThreadPoolExecutor(1) as pool:
            opening = pool.submit(lambda: Ledger(former))
            writer.execute("UPDATE papers SET title = 'Why all cats purr' WHERE id = 'cats'")
            writer.execute("COMMIT")
            with closing(opening.result()) as ledger:
                assert (ledger.revision, ledger.page()[0].title) == (8, "Why all cats purr")


def test_many_processes_may_migrate_at_once(former: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", OPEN, str(former)]
    pipe = subprocess.PIPE
    children = [subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) for _ in range(4)]
    assert [child.communicate("\n")[0].strip() for child in children] == ["7"] * 4
    with closing(Ledger(former)) as ledger:
        _assert_is_whole(ledger)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_killed_migration_leaves_the_former_whole_and_is_done_by_the_next(former: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", STALL, str(former)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "stored one of two\n"
        child.kill()
    assert _version(former) == 1
    with closing(sqlite3.connect(former)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM papers JOIN sentences USING (row)").fetchone() == (4,)
    with closing(Ledger(former)) as ledger:
        _assert_is_whole(ledger)


def test_migration_that_fails_leaves_the_former_whole(former: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(records, "store", full)
        with pytest.raises(LedgerError, match="disk is full"):
            Ledger(former)
    assert _version(former) == 1
    with closing(Ledger(former)) as ledger:
        _assert_is_whole(ledger)


def test_there_is_no_schema_before_the_first() -> None:
    assert migrate.OLDEST == 1
