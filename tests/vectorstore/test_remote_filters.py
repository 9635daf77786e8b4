"""Filters as conditions for a server, and as a look at each paper."""

from collections.abc import Callable

import pytest

from assistant.types import Filters, Paper
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.remote_filters import admits, condition

PAPERS = (
    Paper(id="a", title="A", abstract="Text.", authors=("Ann Lee", "Bo Søndergård"), year=2024, venue="ICLR 2024"),
    Paper(id="b", title="B", authors=("Lee, Ann",), venue="Journal of Cats", topics=("Cats",), source="cats.bib"),
    Paper(id="c", title="C", abstract="Text.", authors=("王芳",), year=2019, topics=("dogs", "fish"), source="d.ris"),
)

FILTERS = (
    Filters(years=(2020, None)),
    Filters(years=(None, 2020)),
    Filters(years=(None, None)),
    Filters(authors=("Lee",)),
    Filters(authors=("Ann Lee",)),
    Filters(authors=("ee",)),
    Filters(authors=("Sønder", "王")),
    Filters(venue="iclr"),
    Filters(venue="of cat"),
    Filters(topics=("cats", "fish")),
    Filters(source="cats"),
    Filters(source=".ris"),
    Filters(ids=("a", "c")),
    Filters(with_abstract=True),
    Filters(with_abstract=True, years=(2000, 2022), topics=("dogs",)),
)


@pytest.mark.parametrize("filters", FILTERS)
def test_admits_what_a_local_library_admits(filters: Filters, ledger: Ledger, write: Callable[..., None]) -> None:
    write(*PAPERS)
    rows = ledger.rows_of([paper.id for paper in PAPERS])
    admitted = set(ledger.select(filters).tolist())
    assert [paper.id for paper in PAPERS if admits(filters, paper)] == [one for one in rows if rows[one] in admitted]


def test_what_a_server_is_asked_for() -> None:
    assert condition(Filters(with_abstract=True)) == {"has_abstract": {"$eq": True}}
    bo = {"words": {"$contains": "a:bo"}}
    assert condition(Filters(years=(2020, 2021), authors=("Ann Lee", "Bo"))) == {
        "$and": [
            {"year": {"$gte": 2020}},
            {"year": {"$lte": 2021}},
            {"$or": [{"$and": [{"words": {"$contains": "a:ann"}}, {"words": {"$contains": "a:lee"}}]}, bo]},
        ]
    }
    assert condition(Filters(years=(None, 2020), venue="ICLR"), named=False) == {
        "$and": [{"year": {"$gte": -10_000}}, {"year": {"$lte": 2020}}]
    }


def test_names_without_spaces_are_looked_for_among_what_is_returned() -> None:
    assert condition(Filters(authors=("王", "Lee"))) is None
