"""The ledger's tables."""

VERSION = 1
"""Raised with every change to the tables; kept in the file as `user_version`."""

APPLICATION_ID = 0x4341524C
"""Marks the file as Carrel's: "CARL"."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE papers (
    row INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, so that an old index cannot name a new paper
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    year INTEGER,
    venue TEXT,
    source TEXT NOT NULL,
    record TEXT NOT NULL,                   -- the other fields, as JSON
    vector BLOB NOT NULL,                   -- float32, of title and abstract
    revision INTEGER NOT NULL               -- of the last change to this paper
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
    vector BLOB NOT NULL,                   -- float16, of title and sentence
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
