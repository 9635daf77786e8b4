"""Bringing a ledger of an earlier schema up to this one, in the transaction of whoever opens it."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy as np

from assistant.types import Paper, Span
from assistant.vectorstore import records
from assistant.vectorstore.records import Embedding, Entry

OLDEST = 1
"""The earliest schema that can be brought up."""

ASIDE = """
DROP TRIGGER papers_words_insert;
DROP TRIGGER papers_words_delete;
DROP TRIGGER papers_words_update;
DROP TABLE words;
DROP TABLE fingerprints;
DROP INDEX papers_revision;
ALTER TABLE papers RENAME TO former_papers;
ALTER TABLE sentences RENAME TO former_sentences;
ALTER TABLE meta RENAME TO former_meta;
"""

AWAY = """
INSERT INTO meta SELECT * FROM former_meta;
DROP TABLE former_meta;
DROP TABLE former_sentences;
DROP TABLE former_papers;
"""


def copy(connection: sqlite3.Connection) -> None:
    """Copy the papers of schema 1, set aside, into the tables of today; vectors are coded, nothing is embedded."""
    papers = connection.execute("SELECT * FROM former_papers ORDER BY row")
    names = [column[0] for column in papers.description]
    for values in papers:
        former = dict(zip(names, values, strict=True))
        sentences = list(_sentences(connection, former["row"]))
        dimension = len(former["vector"]) // 4
        embedding = Embedding(
            vector=np.frombuffer(former["vector"], dtype=np.float32),
            spans=tuple(span for span, _ in sentences),
            sentence_vectors=np.array([vector for _, vector in sentences], dtype=np.float32).reshape(-1, dimension),
        )
        records.store(connection, Entry(paper=_paper(former), embedding=embedding), former["revision"])


def _paper(former: dict[str, Any]) -> Paper:
    fields: dict[str, Any] = {name: former[name] for name in ("id", "title", "abstract", "year", "venue", "source")}
    fields |= {name: tuple(v) if isinstance(v, list) else v for name, v in json.loads(former["record"]).items()}
    return Paper(**fields)


def _sentences(connection: sqlite3.Connection, row: int) -> Iterator[tuple[Span, np.ndarray[Any, Any]]]:
    query = "SELECT field, start, stop, vector FROM former_sentences WHERE row = ? ORDER BY field DESC, start"
    for field, start, stop, vector in connection.execute(query, (row,)):
        yield Span(field, start, stop), np.frombuffer(vector, dtype=np.float16)
