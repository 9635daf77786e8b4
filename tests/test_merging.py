"""What a paper says that is made of several records."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.merging import is_copy, merge, update
from assistant.types import Paper

PREPRINT = Paper(
    id="lee23",
    title="Routing questions",
    abstract="A router sends easy questions to a small model. It halves the cost.",
    authors=("A. Lee", "B. Li"),
    year=2023,
    venue="arXiv",
    doi="10.48550/arXiv.2406.18665",
    arxiv_id="2406.18665",
    url="https://arxiv.org/abs/2406.18665",
    code_url="https://github.com/a/b",
    topics=("Routing",),
    keys=("lee23",),
    source="refs.bib",
    kind="misc",
)
JOURNAL = Paper(
    id="lee24",
    title="Routing Questions: a Study",
    abstract="A router sends easy questions on.",
    authors=("Ann Lee", "Bo Li"),
    year=2024,
    venue="Journal of Routing",
    doi="10.1000/1",
    pmid="17",
    url="https://example.org/1",
    topics=("routing", "cost"),
    keys=("lee24", "17"),
    source="zotero.ris",
    kind="article",
)


def test_fullest_field_is_kept() -> None:
    assert merge([PREPRINT, JOURNAL]) == Paper(
        id="lee23",
        title="Routing Questions: a Study",
        abstract="A router sends easy questions to a small model. It halves the cost.",
        authors=("Ann Lee", "Bo Li"),
        year=2024,
        venue="Journal of Routing",
        doi="10.1000/1",
        arxiv_id="2406.18665",
        pmid="17",
        url="https://example.org/1",
        code_url="https://github.com/a/b",
        topics=("Routing", "cost"),
        keys=("lee23", "lee24", "17"),
        source="refs.bib",
        kind="misc",
    )


def test_first_record_gives_the_name_and_the_order_and_nothing_else() -> None:
    forth, back = merge([PREPRINT, JOURNAL]), merge([JOURNAL, PREPRINT])
    assert (back.id, back.source, back.kind) == ("lee24", "zotero.ris", "article")
    assert (back.keys, back.topics) == (("lee24", "17", "lee23"), ("routing", "cost"))
    own = {"id": "", "source": "", "kind": "", "keys": (), "topics": ()}
    assert replace(forth, **own) == replace(back, **own)  # type: ignore[arg-type]


def test_abstract_goes_before_a_longer_summary() -> None:
    summary = replace(PREPRINT, abstract="Told by another at great length. " * 9, is_summary=True)
    merged = merge([summary, JOURNAL])
    assert (merged.abstract, merged.is_summary) == (JOURNAL.abstract, False)
    assert merge([summary, replace(JOURNAL, abstract="")]).is_summary


@pytest.mark.parametrize("order", [1, -1])
def test_title_in_capitals_gives_way(order: int) -> None:
    loud = replace(JOURNAL, title="ROUTING QUESTIONS: A STUDY")
    assert merge([PREPRINT, loud][::order]).title == "Routing questions"


def test_longer_title_of_two_preprints() -> None:
    assert merge([PREPRINT, replace(PREPRINT, title="Routing questions at last")]).title == "Routing questions at last"


def test_more_authors_go_before_fuller_names() -> None:
    assert merge([replace(JOURNAL, authors=("Ann Lee",)), PREPRINT]).authors == ("A. Lee", "B. Li")


def test_what_the_published_version_leaves_open_is_taken_from_the_preprint() -> None:
    merged = merge([replace(JOURNAL, year=None, url=None), PREPRINT])
    assert (merged.year, merged.venue, merged.url) == (2023, "Journal of Routing", "https://arxiv.org/abs/2406.18665")


def test_single_record_stays_as_it_is() -> None:
    odd = replace(JOURNAL, topics=("a", "A", "a"))
    assert merge([odd]) is odd


def test_newer_state_of_a_record_wins_where_it_says_something() -> None:
    newer = Paper(
        id="x", title="Routing", abstract="Short.", is_summary=True, keys=("17", "n"), source="x", kind="book"
    )
    changed = replace(
        JOURNAL, title="Routing", abstract="Short.", is_summary=True, kind="book", keys=("lee24", "17", "n")
    )
    assert update(JOURNAL, newer) == changed


def test_summary_is_no_longer_one_when_the_abstract_comes() -> None:
    assert not update(replace(JOURNAL, is_summary=True), JOURNAL).is_summary
    assert update(replace(JOURNAL, is_summary=True), replace(JOURNAL, abstract="")).is_summary


def test_copy_says_the_same_under_no_other_key() -> None:
    assert is_copy(JOURNAL, replace(JOURNAL, id="", source="b.bib", kind="book", keys=("17",)))
    assert not is_copy(JOURNAL, replace(JOURNAL, keys=("b",)))
    assert not is_copy(JOURNAL, replace(JOURNAL, year=None))


words = st.sampled_from(["", "Knots", "KNOTS", "Knots and links"])
names = st.lists(st.sampled_from(["Ann Lee", "A. Lee", "Bo Li"]), max_size=3, unique=True).map(tuple)
maybe = st.sampled_from([None, "10.1000/1", "10.48550/arXiv.1", "CoRR", "ICLR"])
papers = st.builds(
    Paper,
    id=st.sampled_from("abc"),
    title=words,
    abstract=words,
    is_summary=st.booleans(),
    authors=names,
    year=st.sampled_from([None, 2020, 2021]),
    **dict.fromkeys(("venue", "doi", "arxiv_id", "pmid", "url", "code_url"), maybe),
    **dict.fromkeys(("topics", "keys"), names),
)


@given(st.lists(papers, min_size=1, max_size=3))
def test_no_field_and_no_key_is_lost(parts: list[Paper]) -> None:
    merged = merge(parts)
    for field in fields(Paper):
        if any(getattr(part, field.name) for part in parts) and field.name != "is_summary":
            assert getattr(merged, field.name)
    for name in ("keys", "topics"):
        assert set(getattr(merged, name)) == {value for part in parts for value in getattr(part, name)}


@given(st.lists(papers, min_size=1, max_size=3))
def test_merging_again_changes_nothing(parts: list[Paper]) -> None:
    merged = merge(parts)
    assert merge([merged, merged]) == merged
    assert merge([merged, *parts]) == merged
    assert update(merged, merged) == merged
