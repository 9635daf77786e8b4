import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.identity import fill, fingerprints, fold, merge, normalise, paper_id, same
from assistant.types import Paper

ROUTING = Paper(
    id="lee24",
    title="Routing questions",
    abstract="A router sends easy questions to a small model.",
    authors=("Ann Lee", "Bo Li"),
    year=2024,
    keys=("lee24",),
    source="refs.bib",
    kind="article",
)


def _but(**changes: object) -> Paper:
    return replace(ROUTING, id="other", keys=("other",), **changes)  # type: ignore[arg-type]


def test_fingerprints_come_strongest_first() -> None:
    marks = fingerprints(replace(ROUTING, doi="10.1000/ABC", arxiv_id="2406.18665v3"))
    assert marks[:2] == ("doi:10.1000/abc", "arxiv:2406.18665")
    assert marks[2:] == fingerprints(ROUTING)


@pytest.mark.parametrize("title", ["ROUTING  QUESTIONS.", "Routing-Questions", "Routing quéstions"])
def test_title_is_recognised_however_it_is_written(title: str) -> None:
    assert fingerprints(_but(title=title)) == fingerprints(ROUTING)


def test_papers_without_a_title_are_told_apart_by_their_abstracts() -> None:
    assert fingerprints(Paper(id="a", title="", abstract="One.")) != fingerprints(
        Paper(id="b", title="", abstract="Two.")
    )


def test_titles_of_signs_only_are_told_apart() -> None:
    assert fingerprints(Paper(id="a", title="???")) != fingerprints(Paper(id="b", title="!!!"))


@pytest.mark.parametrize(
    "other",
    [
        _but(),
        _but(abstract=""),
        _but(year=None, authors=()),
        _but(authors=("A. Lee",)),
        _but(abstract="Nothing in common with the former text, but from the same first author."),
        _but(authors=(), abstract="A router sends all easy questions to one small model."),
        replace(ROUTING, authors=(), abstract="The record of this key was written anew."),
        _but(doi="10.1000/1"),
    ],
)
def test_same_paper(other: Paper) -> None:
    assert same(ROUTING, other)
    assert same(other, ROUTING)


@pytest.mark.parametrize(
    "other",
    [
        _but(year=2019),
        _but(authors=("Carl Öhm",)),
        _but(authors=(), abstract="Lorries carry parcels from the harbour to the town."),
    ],
)
def test_different_papers_of_one_title(other: Paper) -> None:
    assert not same(ROUTING, other)
    assert not same(other, ROUTING)


def test_two_numbers_make_two_papers() -> None:
    assert not same(_but(doi="10.1000/1"), _but(doi="10.1000/2"))


def test_equal_number_decides_whatever_else_differs() -> None:
    one = Paper(id="a", title="Preprint", arxiv_id="2406.18665v1", year=2023)
    other = Paper(id="b", title="Journal version", arxiv_id="2406.18665v2", year=2024, authors=("X",))
    assert same(one, other)


def test_merging_takes_what_the_newer_record_says() -> None:
    newer = Paper(id="x", title="Routing Questions", abstract="New.", venue="ICLR", keys=("x",), source="b.bib")
    merged = merge(ROUTING, newer)
    assert (merged.title, merged.abstract, merged.venue) == ("Routing Questions", "New.", "ICLR")
    assert (merged.id, merged.source, merged.year, merged.authors) == ("lee24", "refs.bib", 2024, ("Ann Lee", "Bo Li"))
    assert merged.keys == ("lee24", "x")


def test_summary_is_no_longer_one_when_the_abstract_comes() -> None:
    summary = replace(ROUTING, is_summary=True)
    assert not merge(summary, ROUTING).is_summary
    assert merge(summary, replace(ROUTING, abstract="")).is_summary


def test_merging_a_record_with_itself_changes_nothing() -> None:
    assert merge(ROUTING, ROUTING) == fill(ROUTING, ROUTING) == ROUTING


def test_filling_takes_only_what_is_missing() -> None:
    other = Paper(id="x", title="Other", abstract="Other.", is_summary=True, venue="ICLR", keys=("x",), kind="misc")
    assert fill(ROUTING, other) == replace(ROUTING, venue="ICLR", keys=("lee24", "x"))
    bare = replace(ROUTING, abstract="")
    assert fill(bare, other) == replace(bare, abstract="Other.", is_summary=True, venue="ICLR", keys=("lee24", "x"))


def test_record_keeps_the_id_it_brings() -> None:
    assert paper_id(ROUTING) == "lee24"


def test_id_made_of_a_record_depends_on_its_strongest_mark() -> None:
    bare = Paper(id="", title="Graph networks")
    assert paper_id(bare) == paper_id(Paper(id="", title="Graph Networks.", year=2020))
    assert len(paper_id(bare)) == 12
    assert paper_id(bare) != paper_id(replace(bare, doi="10.1000/1"))


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text())
def test_normal_form_has_words_with_single_spaces_only(text: str) -> None:
    words = normalise(text).split(" ")
    assert all(word == "" or word.replace("_", "a").isalnum() for word in words)
    assert "" not in words or words == [""]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_composed_and_decomposed_letters_are_one(text: str) -> None:
    assert normalise(unicodedata.normalize("NFC", text)) == normalise(unicodedata.normalize("NFD", text))


@given(st.text(st.characters(codec="latin-1")))
def test_folding_does_not_depend_on_case(text: str) -> None:
    assert fold(text.lower()) == fold(fold(text))
