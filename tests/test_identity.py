import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.identity import fingerprints, is_generic, is_preprint, is_published, normalise, paper_id
from assistant.types import Paper
from assistant.words import fold

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
    "numbers",
    [
        {"doi": "10.48550/arXiv.2406.18665"},
        {"doi": "10.48550/arXiv.2406.18665v2"},
        {"arxiv_id": "2406.18665v3"},
        {"arxiv_id": "arXiv:2406.18665", "doi": "10.48550/ARXIV.2406.18665"},
    ],
)
def test_arxiv_number_is_one_however_it_is_given(numbers: dict[str, str]) -> None:
    assert fingerprints(replace(ROUTING, **numbers))[:-1] == ("arxiv:2406.18665",)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.1000/ABC", "https://doi.org/10.1000/abc"),
        ("10.1000/a(b)", "doi:10.1000/A%28B%29."),
        ("10.1101/2020.03.04.975888v1", "10.1101/2020.03.04.975888"),
        ("10.21203/rs.3.rs-1/v1", "10.21203/rs.3.rs-1/v3"),
    ],
)
def test_doi_is_one_however_it_is_written(one: str, other: str) -> None:
    assert fingerprints(_but(doi=one)) == fingerprints(_but(doi=other))


def test_journals_doi_keeps_what_looks_like_a_version() -> None:
    assert fingerprints(_but(doi="10.1000/a.v1")) != fingerprints(_but(doi="10.1000/a.v2"))


def test_other_numbers() -> None:
    assert fingerprints(_but(pmid="PMID: 0123"))[0] == "pmid:123"
    assert fingerprints(_but(arxiv_id="math.GT/0309136")) == fingerprints(_but(arxiv_id="math/0309136"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("On knots, Part I", "On knots, Part II"),
        ("Handbook of knots", "Handbook of knots, 2nd edition"),
        ("Knots in 3 dimensions", "Knots in 4 dimensions"),
        ("Table 1 1", "Table 11"),
    ],
)
def test_numerals_make_another_title(one: str, other: str) -> None:
    assert fingerprints(_but(title=one)) != fingerprints(_but(title=other))


def test_hyphens_make_no_other_title() -> None:
    assert fingerprints(_but(title="Pre-training of H 2 O")) == fingerprints(_but(title="Pretraining of H2O"))


def test_titles_that_many_papers_have_are_told_apart_by_their_authors() -> None:
    one, other = _but(title="Editorial"), _but(title="Editorial", authors=("Carl Wu",))
    assert fingerprints(one) != fingerprints(other)
    assert fingerprints(one) == fingerprints(_but(title="EDITORIAL", authors=("Lee, A.",)))


@pytest.mark.parametrize(
    "title",
    [
        "Editorial",
        "Introduction",
        "PREFACE",
        "Correction",
        "Erratum to: On knots",
        "Book review: Knots",
        "",
        "!?",
        "Reply",
    ],
)
def test_title_that_many_papers_have(title: str) -> None:
    assert is_generic(title)


@pytest.mark.parametrize(
    "title", ["Reply to Smith et al.", "Authors' reply", "Editor's note", "Comment on “Knots”", "In this issue"]
)
def test_title_of_what_belongs_to_another_paper_or_an_issue(title: str) -> None:
    assert is_generic(title)


@pytest.mark.parametrize(
    "title",
    [
        "Correction of motion in images",
        "Introduction to algorithms",
        "Response surfaces",
        "Review of knots",
        "Panel data",
    ],
)
def test_title_of_its_own(title: str) -> None:
    assert not is_generic(title)


def test_published_and_preprint() -> None:
    assert not is_published(ROUTING)
    assert is_published(_but(venue="ICLR"))
    assert is_published(_but(doi="10.1000/1"))
    assert not is_published(_but(venue="arXiv preprint arXiv:2406.18665", doi="10.48550/arXiv.2406.18665"))
    assert not is_published(_but(venue="CoRR"))
    assert is_preprint(_but(venue="bioRxiv"))
    assert is_preprint(_but(venue="ICLR", arxiv_id="2406.18665"))
    assert not is_preprint(_but(venue="ICLR", doi="10.1101/gr.229102"))


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
