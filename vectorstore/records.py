"""How a paper is written into the ledger's tables and read from them."""

import dataclasses
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import LedgerError
from assistant.identity import fingerprints
from assistant.protocols import Vectors
from assistant.types import Paper, Span
from assistant.vectorstore import codes

Rows = npt.NDArray[np.int64]
"""Row numbers of papers in the ledger, shape (n,)."""

COLUMNS = ("id", "title", "abstract", "authors", "year", "venue", "topics")
"""Fields with a column of their own, in the order in which they are read."""
OTHERS = ("is_summary", "doi", "arxiv_id", "pmid", "url", "code_url", "keys", "kind")
"""Fields kept together as JSON: nothing is searched by them alone."""

SELECT = f"SELECT row, {', '.join(COLUMNS)}, name, record FROM papers JOIN sources USING (source)"
"""Reads what `paper` takes, after the row."""

PAGE = 500
"""Rows asked for in one statement; SQLite limits its variables."""

LEVEL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """What is stored of a paper's vectors."""

    vector: Vectors
    """Of title and abstract, shape (dimension,)."""
    spans: tuple[Span, ...]
    sentence_vectors: Vectors
    """One row a span."""


@dataclass(frozen=True, slots=True)
class Packed:
    """An embedding in the bytes that are stored."""

    vector: bytes
    spans: bytes
    sentences: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper as it is to be stored."""

    paper: Paper
    embedding: Embedding | Packed | None = None
    """None where title and abstract are those that are stored already."""
    parts: tuple[Paper, ...] = ()
    """The records it was merged of, if there are several."""


def store(connection: sqlite3.Connection, entry: Entry, revision: int) -> None:
    """Write a paper over the one of the same id, if there is one."""
    paper = entry.paper
    values = {
        "id": paper.id,
        "title": paper.title,
        "abstract": pressed(paper.abstract),
        "authors": "\n".join(paper.authors),
        "year": paper.year,
        "venue": paper.venue,
        "topics": "\n".join(paper.topics),
        "source": _source(connection, paper.source),
        "record": json.dumps({name: getattr(paper, name) for name in OTHERS if getattr(paper, name)}),
        "revision": revision,
    }
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
    statement = (
        f"INSERT INTO papers ({', '.join(values)}) VALUES ({placeholders(values)}) ON CONFLICT (id) DO UPDATE SET "
    )
    (row,) = connection.execute(statement + changes + " RETURNING row", tuple(values.values())).fetchone()
    for table in ("fingerprints", "parts"):
        connection.execute(f"DELETE FROM {table} WHERE row = ?", (row,))
    keys = {key for one in (paper, *entry.parts) for key in marks(one)}
    connection.executemany("INSERT INTO fingerprints VALUES (?, ?)", [(key, row) for key in sorted(keys)])
    parts = [(row, number, _dumped(part)) for number, part in enumerate(entry.parts)]
    connection.executemany("INSERT INTO parts VALUES (?, ?, ?)", parts)
    if entry.embedding is not None:
        vector, places, vectors = packed(entry.embedding)
        connection.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (row, vector))
        connection.execute("INSERT OR REPLACE INTO sentences VALUES (?, ?, ?)", (row, places, vectors))


def packed(embedding: Embedding | Packed) -> tuple[bytes, bytes, bytes]:
    """Return the vector of a paper, and the spans and vectors of its sentences, as they are stored."""
    if isinstance(embedding, Packed):
        return embedding.vector, embedding.spans, embedding.sentences
    vector = codes.pack(embedding.vector)
    # Coded against the vector as it will be read.
    sentences = codes.encode(codes.unpack([vector])[0], embedding.sentence_vectors) if embedding.spans else None
    return vector, _places(embedding.spans), b"" if sentences is None else sentences.tobytes()


def _places(spans: Sequence[Span]) -> bytes:
    """Write spans, those of the title first: how many these are, the bytes of a number, then starts and ends."""
    titles = [span for span in spans if span.field == "title"]
    numbers = [place for span in spans for place in (span.start, span.end)]
    kind = np.uint16 if max(numbers, default=0) <= 0xFFFF else np.uint32
    return bytes([len(titles), np.dtype(kind).itemsize]) + np.array(numbers, dtype=kind).tobytes()


def spans(blob: bytes) -> list[Span]:
    """Read the column `spans`."""
    titles, width = blob[:2]
    places = np.frombuffer(blob, dtype=f"u{width}", offset=2).reshape(-1, 2).tolist()
    return [Span("title" if at < titles else "abstract", *place) for at, place in enumerate(places)]


def paper(values: Sequence[Any]) -> Paper:
    """Make a paper of what `SELECT` reads, without the row."""
    one, title, abstract, authors, year, venue, topics, source, record = values
    others: dict[str, Any] = json.loads(record)
    others["keys"] = tuple(others.get("keys", ()))
    return Paper(
        id=one,
        title=title,
        abstract=_abstract(one, abstract),
        authors=_lines(authors),
        year=year,
        venue=venue,
        topics=_lines(topics),
        source=source,
        **others,
    )


def _abstract(one: str, stored: str | bytes) -> str:
    try:
        return plain(stored)
    except ValueError as error:
        raise LedgerError(
            f"The abstract of {one} is damaged in the library.",
            remedy="Restore a backup with `carrel restore FILE`; `carrel doctor` names what is damaged.",
        ) from error


def plain(stored: str | bytes) -> str:
    """Return an abstract as text.

    Raises:
        ValueError: It is not what `pressed` made.
    """
    try:
        return stored if isinstance(stored, str) else zlib.decompress(stored).decode()
    except zlib.error as error:
        raise ValueError(str(error)) from error


def part(record: str) -> Paper:
    """Read a record that a paper was merged of."""
    fields: dict[str, Any] = json.loads(record)
    fields |= {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Paper(**fields)


def marks(paper: Paper) -> list[int]:
    """Return the fingerprints of a paper as numbers; equal numbers are a hint only."""
    return list(dict.fromkeys(mark(one) for one in fingerprints(paper)))


def mark(fingerprint: str) -> int:
    """Hash a fingerprint to 63 bits."""
    digest = hashlib.blake2b(fingerprint.encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def pressed(abstract: str) -> str | bytes:
    """Return an abstract compressed, or as it is where that is shorter."""
    plain = abstract.encode()
    small = zlib.compress(plain, LEVEL)
    return small if len(small) < len(plain) else abstract


def _dumped(paper: Paper) -> str:
    given = {field.name: getattr(paper, field.name) for field in dataclasses.fields(paper)}
    return json.dumps({name: value for name, value in given.items() if value or name in ("id", "title")})


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()


def _source(connection: sqlite3.Connection, name: str) -> int:
    connection.execute("INSERT OR IGNORE INTO sources (name) VALUES (?)", (name,))
    return int(connection.execute("SELECT source FROM sources WHERE name = ?", (name,)).fetchone()[0])


def among(rows: Rows, others: Rows) -> npt.NDArray[np.bool_]:
    """Tell which rows are among others; both in ascending order."""
    if len(others) == 0:
        return np.zeros(len(rows), dtype=np.bool_)
    at = np.searchsorted(others, rows)
    found: npt.NDArray[np.bool_] = others[np.minimum(at, len(others) - 1)] == rows
    return found


def placeholders(values: Any) -> str:
    """Return as many placeholders as there are values."""
    return ", ".join("?" * len(values))


def pages(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut values into pieces small enough for one statement."""
    for start in range(0, len(values), PAGE):
        yield values[start : start + PAGE]
