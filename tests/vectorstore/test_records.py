import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.types import Paper, Span
from assistant.vectorstore import records
from assistant.vectorstore.records import COLUMNS, OTHERS, Embedding, Entry
from assistant.vectorstore.schema import TABLES

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAMES = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9), max_size=3).map(tuple)
PAPERS = st.builds(
    Paper,
    id=TEXT,
    title=TEXT,
    abstract=TEXT | TEXT.map(lambda text: 20 * text),
    is_summary=st.booleans(),
    authors=NAMES,
    year=st.none() | st.integers(1400, 2100),
    venue=st.none() | TEXT.filter(bool),
    doi=st.none() | TEXT.filter(bool),
    pmid=st.none() | TEXT.filter(bool),
    topics=NAMES,
    keys=NAMES,
    source=TEXT,
    kind=TEXT,
)


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as one:
        one.executescript(TABLES)
        yield one


def _embedding(*spans: Span) -> Embedding:
    return Embedding(
        vector=np.array([0.6, 0.8], dtype=np.float32),
        spans=spans,
        sentence_vectors=np.array([[0.6, 0.8]] * len(spans), dtype=np.float32).reshape(-1, 2),
    )


def _stored(connection: sqlite3.Connection, one: str) -> Paper:
    ((_, *values),) = connection.execute(f"{records.SELECT} WHERE id = ?", (one,)).fetchall()
    return records.paper(values)


def test_every_field_of_a_paper_is_kept_once() -> None:
    assert sorted((*COLUMNS, "source", *OTHERS)) == sorted(field.name for field in fields(Paper))


@settings(deadline=None)
@given(PAPERS)
def test_any_paper_comes_back_as_it_went_in(connection: sqlite3.Connection, paper: Paper) -> None:
    records.store(connection, Entry(paper=paper, embedding=_embedding()), 1)
    assert _stored(connection, paper.id) == paper


@settings(deadline=None)
@given(st.lists(PAPERS, max_size=3).map(tuple))
def test_the_records_of_a_paper_come_back_in_their_order(
    connection: sqlite3.Connection, parts: tuple[Paper, ...]
) -> None:
    records.store(connection, Entry(paper=Paper(id="merged", title="Merged"), parts=parts), 1)
    query = "SELECT parts.record FROM parts JOIN papers USING (row) WHERE id = 'merged' ORDER BY number"
    assert tuple(records.part(record) for (record,) in connection.execute(query)) == parts


def test_long_abstract_is_compressed_and_a_short_one_is_not() -> None:
    assert records.pressed("Cats purr.") == "Cats purr."
    pressed = records.pressed("Cats purr. " * 20)
    assert isinstance(pressed, bytes)
    assert zlib.decompress(pressed).decode() == "Cats purr. " * 20
    assert len(pressed) < 40


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [Span("title", 0, 7)],
        [Span("abstract", 0, 7), Span("abstract", 8, 65_535)],
        [Span("title", 0, 7), Span("abstract", 0, 9), Span("abstract", 10, 65_536)],
    ],
)
def test_spans_come_back_as_they_went_in(spans: list[Span]) -> None:
    _, blob, _ = records.packed(_embedding(*spans))
    assert records.spans(blob) == spans


def test_spans_take_four_bytes_where_they_can() -> None:
    sizes = [len(records.packed(_embedding(Span("abstract", 0, end)))[1]) for end in (65_535, 65_536)]
    assert sizes == [2 + 4, 2 + 8]


def test_same_source_is_kept_once(connection: sqlite3.Connection) -> None:
    for one in ("a", "b"):
        records.store(connection, Entry(paper=Paper(id=one, title=one, source="once.bib")), 1)
    assert connection.execute("SELECT count(*) FROM sources WHERE name = 'once.bib'").fetchall() == [(1,)]


def test_fingerprint_is_a_number_that_sqlite_can_hold() -> None:
    assert records.mark("doi:10.1000/abc") == records.mark("doi:10.1000/abc")
    assert records.mark("doi:10.1000/abc") != records.mark("doi:10.1000/abd")
    assert all(0 <= records.mark(f"text:{number}") < 2**63 for number in range(200))
    assert records.mark("a half of a character: \ud800") > 0


def test_pages_hold_all_values_in_order() -> None:
    sizes = [len(page) for page in records.pages(range(1201))]
    assert sizes == [500, 500, 201]
    assert [one for page in records.pages(range(1201)) for one in page] == list(range(1201))
