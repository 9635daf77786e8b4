"""Filters in words, and put together."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import scope
from assistant.types import Filters, Scope


class Shelf:
    """A library of ten papers, three of them without a year."""

    def count(self, filters: Filters | None = None) -> int:
        years = filters.years if filters else None
        return 10 if years is None else 7 if years == (None, None) else 4

    def authors(self, part: str) -> list[str]:
        return []

    def venues(self, part: str) -> list[str]:
        return []


@pytest.mark.parametrize(
    ("filters", "phrase"),
    [
        (Filters(), ""),
        (Filters(years=(2022, None)), "since 2022"),
        (Filters(years=(None, 2019)), "until 2019"),
        (Filters(years=(2021, 2021)), "of 2021"),
        (Filters(years=(2018, 2020)), "from 2018 to 2020"),
        (Filters(years=(None, None)), "with a year"),
        (Filters(authors=("Ann Lee", "Bo Li")), "by Ann Lee or Bo Li"),
        (Filters(venue="Nature", topics=("cats", "dogs")), "in Nature, on cats or dogs"),
        (Filters(source="refs.bib", with_abstract=True), "from the file refs.bib, with an abstract"),
        (Filters(ids=("a",)), "that you chose"),
        (Filters(ids=("a", "b"), years=(2020, None)), "among the 2 that you chose, since 2020"),
    ],
)
def test_words(filters: Filters, phrase: str) -> None:
    assert scope.phrase(filters) == phrase


def test_only_what_was_not_asked_for_is_told() -> None:
    given = Filters(venue="Nature")
    assert scope.told(Scope(filters=given)) == []
    assert scope.told(Scope(filters=given, understood=Filters(years=(2022, None)), undated=3)) == [
        "Only papers since 2022.",
        "3 papers without a year were left out.",
    ]
    assert scope.told(Scope(dropped=Filters(authors=("Lee",)))) == [
        "No paper by Lee fits, so the others were looked at too."
    ]
    assert scope.undated(1) == "1 paper without a year was left out."


def test_papers_are_counted_with_those_that_have_no_year() -> None:
    looked_at = scope.counted(Scope(filters=Filters(years=(2022, None))), Shelf())
    assert (looked_at.papers, looked_at.undated) == (4, 3)
    looked_at = scope.counted(Scope(filters=Filters(venue="Nature")), Shelf())
    assert (looked_at.papers, looked_at.undated) == (10, 0)
    assert scope.counted(Scope(), Shelf()) == Scope()


def test_what_is_given_counts_more_than_what_was_understood() -> None:
    given, understood = Filters(years=(2020, None)), Filters(years=(2022, None), authors=("Lee",))
    assert scope.merged(given, understood) == Filters(years=(2020, None), authors=("Lee",))
    assert scope.added(understood, given) == Filters(authors=("Lee",))


def test_years_are_the_first_to_go() -> None:
    years, lee = Filters(years=(2022, None)), Filters(authors=("Lee",))
    assert list(scope.loosened(scope.merged(years, lee))) == [scope.merged(years, lee), lee]
    assert list(scope.loosened(years)) == [years]
    assert list(scope.loosened(lee)) == [lee]


ANY = st.builds(
    Filters,
    years=st.none() | st.just((2020, None)),
    authors=st.just(()) | st.just(("Lee",)),
    venue=st.sampled_from(("", "Nature")),
    topics=st.just(()) | st.just(("cats",)),
    source=st.sampled_from(("", "refs.bib")),
    ids=st.just(()) | st.just(("a",)),
    with_abstract=st.booleans(),
)


@given(ANY, ANY)
def test_whatever_is_put_together(one: Filters, other: Filters) -> None:
    both = scope.merged(one, other)
    assert set(scope.described(both)) == set(scope.described(one)) | set(scope.described(other))
    assert scope.merged(one, scope.added(other, one)) == both
    for name in scope.described(one):
        assert name not in scope.described(scope.without(one, name))
    assert scope.without(one, "colour") == one
    assert json.loads(json.dumps(scope.plain(one))).keys() == scope.described(one).keys()
