import sqlite3
from collections.abc import Iterator
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Filters, Paper, Span
from assistant.vectorstore import records
from assistant.vectorstore.records import COLUMNS, OTHERS, Entry
from assistant.vectorstore.schema import TABLES

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
WORDS = st.lists(TEXT, max_size=3).map(tuple)
PAPERS = st.builds(
    Paper,
    id=TEXT,
    title=TEXT,
    abstract=TEXT,
    is_summary=st.booleans(),
    authors=WORDS,
    year=st.none() | st.integers(1400, 2100),
    venue=st.none() | TEXT,
    doi=st.none() | TEXT,
    topics=WORDS,
    keys=WORDS,
    source=TEXT,
)


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    one = sqlite3.connect(":memory:")
    one.executescript(TABLES)
    yield one
    one.close()


def _entry(paper: Paper) -> Entry:
    return Entry(
        paper=paper,
        vector=np.array([0.6, 0.8], dtype=np.float32),
        spans=(Span("title", 0, 1),),
        sentence_vectors=np.array([[1.0, 0.0]], dtype=np.float32),
    )


def test_every_field_of_a_paper_is_kept_once() -> None:
    assert sorted(COLUMNS + OTHERS) == sorted(field.name for field in fields(Paper))


@given(PAPERS)
def test_any_paper_comes_back_as_it_went_in(connection: sqlite3.Connection, paper: Paper) -> None:
    records.store(connection, _entry(paper), 1)
    query = f"SELECT {', '.join(COLUMNS)}, record FROM papers WHERE id = ?"
    (values,) = connection.execute(query, (paper.id,)).fetchall()
    assert records.paper(values) == paper


def test_vectors_are_kept_whole_and_those_of_sentences_in_half_precision(connection: sqlite3.Connection) -> None:
    records.store(connection, _entry(Paper(id="v", title="Vectors")), 1)
    ((row, blob),) = connection.execute("SELECT row, vector FROM papers WHERE id = 'v'").fetchall()
    assert np.frombuffer(blob, dtype=np.float32).tolist() == [np.float32(0.6), np.float32(0.8)]
    ((half,),) = connection.execute("SELECT vector FROM sentences WHERE row = ?", (row,)).fetchall()
    assert len(half) == 4
    assert records.halves([half]).tolist() == [[1.0, 0.0]]


def test_no_filter_makes_no_clause() -> None:
    assert records.where(Filters()) == ([], [])


def test_words_are_quoted_and_asked_for_once() -> None:
    assert records.phrase(["cost", 'a"b\0', "OR", "cost"]) == '"cost" OR "ab" OR "OR"'


def test_pages_hold_all_values_in_order() -> None:
    sizes = [len(page) for page in records.pages(range(1201))]
    assert sizes == [500, 500, 201]
    assert [one for page in records.pages(range(1201)) for one in page] == list(range(1201))
