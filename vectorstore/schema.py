"""The ledger's tables."""

VERSION = 2
"""Raised with every change to the tables; kept in the file as `user_version`."""

APPLICATION_ID = 0x4341524C
"""Marks the file as Carrel's: "CARL"."""

PAGE_SIZE = 16384
"""Bytes; in SQLite's usual 4096 an abstract and its neighbours leave much room unused."""

STORED = ("meta", "sources", "papers", "removed", "vectors", "sentences", "drafts", "fingerprints", "parts")
"""All tables but those that triggers fill, each after those it refers to."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE sources (
    source INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE               -- of the file
);

CREATE TABLE papers (
    row INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, so that an old index cannot name a new paper
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    abstract BLOB NOT NULL,                 -- text, or where that is shorter, UTF-8 compressed by zlib
    authors TEXT NOT NULL,                  -- one a line, as are the topics
    year INTEGER,
    venue TEXT,
    topics TEXT NOT NULL,
    source INTEGER NOT NULL REFERENCES sources (source),
    record TEXT NOT NULL,                   -- what else is known, as JSON
    revision INTEGER NOT NULL               -- of the last change to this paper
);
CREATE INDEX papers_revision ON papers (revision);
CREATE INDEX papers_year ON papers (year);
CREATE INDEX papers_source ON papers (source);

CREATE TABLE removed (row INTEGER PRIMARY KEY, revision INTEGER NOT NULL);

CREATE TABLE vectors (
    row INTEGER PRIMARY KEY REFERENCES papers (row) ON DELETE CASCADE,
    vector BLOB NOT NULL                    -- of title and abstract; see codes.py
);

CREATE TABLE sentences (                    -- apart from the vectors, which are often read many at once
    row INTEGER PRIMARY KEY REFERENCES papers (row) ON DELETE CASCADE,
    spans BLOB NOT NULL,                    -- their places; see records.py
    vectors BLOB NOT NULL                   -- each of title and sentence; see codes.py
);

CREATE TABLE drafts (                       -- vectors of another embedder, until every paper has one
    row INTEGER PRIMARY KEY REFERENCES papers (row) ON DELETE CASCADE,
    revision INTEGER NOT NULL,              -- of the paper they were made from
    vector BLOB NOT NULL,
    spans BLOB NOT NULL,
    vectors BLOB NOT NULL                   -- of the sentences
);

CREATE TABLE fingerprints (
    mark INTEGER NOT NULL,                  -- 63 bits of a hash
    row INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
    PRIMARY KEY (mark, row)
) WITHOUT ROWID;
CREATE INDEX fingerprints_row ON fingerprints (row);

CREATE TABLE parts (                        -- the records that a paper was merged of, where there are several
    row INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    record TEXT NOT NULL,                   -- as JSON
    PRIMARY KEY (row, number)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE names USING fts5 (
    authors, venue, topics, content='papers', content_rowid='row', detail=column,
    tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER papers_names_insert AFTER INSERT ON papers BEGIN
    INSERT INTO names (rowid, authors, venue, topics) VALUES (new.row, new.authors, new.venue, new.topics);
END;
CREATE TRIGGER papers_names_delete AFTER DELETE ON papers BEGIN
    INSERT INTO names (names, rowid, authors, venue, topics)
    VALUES ('delete', old.row, old.authors, old.venue, old.topics);
END;
CREATE TRIGGER papers_names_update AFTER UPDATE OF authors, venue, topics ON papers BEGIN
    INSERT INTO names (names, rowid, authors, venue, topics)
    VALUES ('delete', old.row, old.authors, old.venue, old.topics);
    INSERT INTO names (rowid, authors, venue, topics) VALUES (new.row, new.authors, new.venue, new.topics);
END;
"""
