"""How a paper is written into the ledger's tables and read from them."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.identity import fingerprints, fold
from assistant.protocols import Vectors
from assistant.types import Filters, Paper, Span

Rows = npt.NDArray[np.int64]
"""Row numbers of papers in the ledger, shape (n,)."""

COLUMNS = ("id", "title", "abstract", "year", "venue", "source")
OTHERS = ("is_summary", "authors", "doi", "arxiv_id", "pmid", "url", "code_url", "topics", "keys", "kind")
"""Fields kept together as JSON: nothing is searched by them alone."""

PAGE = 500
"""Rows asked for in one statement; SQLite limits its variables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper with everything that is stored of it."""

    paper: Paper
    vector: Vectors
    """Of title and abstract, shape (dimension,)."""
    spans: tuple[Span, ...]
    sentence_vectors: Vectors
    """One row a span."""


def store(connection: sqlite3.Connection, entry: Entry, revision: int) -> None:
    """Write a paper over the one of the same id, if there is one."""
    paper = entry.paper
    values: dict[str, Any] = {name: getattr(paper, name) for name in COLUMNS}
    values |= {
        "record": json.dumps({name: getattr(paper, name) for name in OTHERS}, ensure_ascii=False),
        "vector": entry.vector.astype(np.float32).tobytes(),
        "revision": revision,
    }
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
    statement = f"INSERT INTO papers ({', '.join(values)}) VALUES ({places(values)}) ON CONFLICT (id) DO UPDATE SET "
    (row,) = connection.execute(statement + changes + " RETURNING row", tuple(values.values())).fetchone()
    for table in ("fingerprints", "sentences"):
        connection.execute(f"DELETE FROM {table} WHERE row = ?", (row,))
    connection.executemany("INSERT INTO fingerprints VALUES (?, ?)", [(mark, row) for mark in fingerprints(paper)])
    sentences = [
        (row, span.field, span.start, span.end, vector.astype(np.float16).tobytes())
        for span, vector in zip(entry.spans, entry.sentence_vectors, strict=True)
    ]
    connection.executemany("INSERT INTO sentences VALUES (?, ?, ?, ?, ?)", sentences)


def paper(values: Sequence[Any]) -> Paper:
    """Make a paper of its columns and its JSON."""
    *columns, record = values
    fields: dict[str, Any] = dict(zip(COLUMNS, columns, strict=True)) | json.loads(record)
    fields |= {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
    return Paper(**fields)


def halves(blobs: Sequence[bytes]) -> Vectors:
    """Make float32 vectors of stored float16 ones, one a row."""
    return np.frombuffer(b"".join(blobs), dtype=np.float16).astype(np.float32).reshape(len(blobs), -1)


def where(filters: Filters) -> tuple[list[str], list[object]]:
    """Turn filters into the clauses of a statement and their values."""
    parts = [*_year_clauses(filters), *_text_clauses(filters)]
    if filters.ids:
        parts.append((f"id IN ({places(filters.ids)})", list(filters.ids)))
    return [clause for clause, _ in parts], [value for _, values in parts for value in values]


def _year_clauses(filters: Filters) -> Iterator[tuple[str, list[object]]]:
    first, last = filters.years or (None, None)
    if first is not None:
        yield "year >= ?", [first]
    if last is not None:
        yield "year <= ?", [last]


def _text_clauses(filters: Filters) -> Iterator[tuple[str, list[object]]]:
    for name in ("authors", "topics"):
        wanted: tuple[str, ...] = getattr(filters, name)
        if wanted:
            one = f"EXISTS (SELECT 1 FROM json_each(record, '$.{name}') WHERE instr(fold(value), ?))"
            yield "(" + " OR ".join([one] * len(wanted)) + ")", [fold(part) for part in wanted]
    for name in ("venue", "source"):
        if getattr(filters, name):
            yield f"instr(fold(coalesce({name}, '')), ?)", [fold(getattr(filters, name))]


def phrase(words: Sequence[str]) -> str:
    """Write words as a full-text query that asks for any of them; quoted, none is read as an operator."""
    plain = (word.translate({ord('"'): None, 0: None}) for word in words)
    return " OR ".join(f'"{word}"' for word in dict.fromkeys(plain))


def places(values: Any) -> str:
    """Return as many placeholders as there are values."""
    return ", ".join("?" * len(values))


def pages(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut values into pieces small enough for one statement."""
    for start in range(0, len(values), PAGE):
        yield values[start : start + PAGE]
