"""Two records of one paper, and papers that only look alike."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sameness import contradict, first_authors_agree, likeness, revises, same
from assistant.types import Paper

ROUTING = Paper(
    id="lee24",
    title="Routing questions to cheap models",
    abstract="A router sends easy questions to a small model and hard ones to a large one.",
    authors=("Ann Lee", "Bo Li"),
    year=2024,
    keys=("lee24",),
    source="refs.bib",
)
PARCELS = "Lorries carry parcels from the harbour to the town, where bicycles take over."


def _but(**changes: Any) -> Paper:
    return replace(ROUTING, id="other", keys=("other",), **changes)


def _bare(title: str, **fields: Any) -> Paper:
    return Paper(id="", title=title, **fields)


@pytest.mark.parametrize(
    "other",
    [
        _but(),
        _but(abstract=""),
        _but(year=None, authors=()),
        _but(authors=("A. Lee",)),
        _but(title="ROUTING QUESTIONS to cheap models."),
        _but(abstract="Rewritten for the journal from the first word to the last."),
        _but(authors=(), abstract="A router sends all easy questions to one small model."),
        _but(abstract="A router sends easy questions", year=2025),
        _but(abstract="What someone else wrote of it.", is_summary=True, year=2025),
        _but(year=2025),
        _but(year=2021, arxiv_id="2406.18665"),
        _but(year=2021, venue="CoRR"),
        _but(year=2021, abstract=""),
        _but(doi="10.1000/1"),
    ],
)
def test_one_paper_in_two_records(other: Paper) -> None:
    assert same(ROUTING, other)
    assert same(other, ROUTING)


@pytest.mark.parametrize(
    "other",
    [
        _but(year=2022),
        _but(year=2020, arxiv_id="2406.18665"),
        _but(authors=("Carl Öhm",)),
        _but(authors=("Bo Li", "Ann Lee")),
        _but(authors=(), abstract=PARCELS),
        _but(year=2025, abstract=PARCELS),
        _but(title="Routing questions to cheap models, part 2"),
        _but(title="Routing"),
    ],
)
def test_two_papers_that_look_alike(other: Paper) -> None:
    assert not same(ROUTING, other)
    assert not same(other, ROUTING)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ({"doi": "10.1000/ABC"}, "same DOI 10.1000/abc"),
        ({"arxiv_id": "2406.18665v1"}, "same arXiv number 2406.18665"),
        ({"pmid": "17"}, "same PMID 17"),
    ],
)
def test_equal_number_decides_whatever_else_differs(number: dict[str, str], reason: str) -> None:
    journal = _bare("Cheap answers by routing of questions", year=2029, authors=("A. Lee",), **number)
    assert likeness(replace(ROUTING, **number), journal) == reason  # type: ignore[arg-type]


def test_reason_tells_what_of_the_title_agreed() -> None:
    assert likeness(ROUTING, _but()) == "same title and abstract"
    assert likeness(ROUTING, _but(abstract="")) == "same title and first author"
    assert likeness(ROUTING, _but(abstract="", authors=())) == "same title"


def test_doi_of_a_book_does_not_make_its_chapters_one() -> None:
    one = _bare("Knots and links", doi="10.1000/book", authors=("Ann Lee",))
    assert not same(one, _bare("Braids of four strands", doi="10.1000/book", authors=("Carl Wu",)))
    own = _bare("Braids of four strands", doi="10.1000/book", authors=("Ann Lee",), abstract=PARCELS)
    assert not same(replace(one, abstract="A knot is a closed curve in space."), own)
    assert same(one, _bare("Knots", doi="10.1000/book", authors=("Carl Wu",)))


def test_paper_with_another_title_in_its_preprint() -> None:
    one = _bare("Knots and links", arxiv_id="1", authors=("Ann Lee",), abstract="A knot is a closed curve.")
    assert same(one, _bare("Braids of four strands", arxiv_id="1", authors=("A. Lee",), abstract=PARCELS))
    assert same(one, _bare("Braids of four strands", arxiv_id="1"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"doi": "10.1000/1"}, {"doi": "10.1000/2"}),
        ({"pmid": "1"}, {"pmid": "2"}),
        ({"arxiv_id": "2406.18665"}, {"arxiv_id": "2406.18666"}),
        ({"doi": "10.48550/arXiv.2406.18665"}, {"arxiv_id": "2406.18666"}),
    ],
)
def test_two_numbers_make_two_papers(one: dict[str, str], other: dict[str, str]) -> None:
    assert not same(_but(**one), _but(**other))
    assert contradict(_but(**one), _but(**other))


def test_preprints_number_does_not_contradict_the_journals() -> None:
    journal = _but(doi="10.1000/1")
    assert same(_but(doi="10.1101/2020.03.04.975888"), journal)
    assert same(_but(doi="10.48550/arXiv.2406.18665"), journal)
    assert same(_but(doi="10.1000/2", arxiv_id="2406.18665"), replace(journal, arxiv_id="2406.18665"))


@pytest.mark.parametrize("title", ["Editorial", "Introduction", "Correction", "Reply to Wu"])
def test_title_that_many_papers_have_needs_more(title: str) -> None:
    bare = _but(title=title, abstract="")
    assert not same(bare, bare)
    assert not same(_but(title=title), _but(title=title, abstract=PARCELS))
    assert same(_but(title=title), _but(title=title))
    assert same(replace(bare, pmid="1"), replace(bare, pmid="1"))


def test_short_title_needs_author_and_year() -> None:
    deep = _bare("Deep learning", authors=("Yann LeCun",), year=2015)
    assert same(deep, _bare("Deep learning", authors=("LeCun, Y.",), year=2015))
    assert not same(deep, _bare("Deep learning"))
    assert not same(deep, _bare("Deep learning", year=2015))
    abstract = "Layers learn to represent data."
    assert not same(replace(deep, abstract=abstract), replace(deep, abstract=PARCELS))


def test_titles_without_spaces_are_not_short() -> None:
    assert same(_bare("深度学习方法综述"), _bare("深度学习方法综述"))


def test_papers_without_a_title_are_one_if_their_abstracts_are() -> None:
    assert same(_bare("", abstract=PARCELS), _bare("", abstract=PARCELS))
    assert not same(_bare("", abstract=PARCELS), _bare("", abstract="A knot is a closed curve."))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ashish Vaswani", "Vaswani, A."),
        ("Ashish N. Vaswani", "Vaswani AN"),
        ("ASHISH VASWANI", "A. Vaswani"),
        ("Ann Lee et al.", "Lee, A."),
        ("van der Berg, J.", "Jan van der Berg"),
        ("J. van den Berg Jr.", "Berg, Jan"),
        ("García Márquez, Gabriel", "G. García Márquez"),
        ("Gabriel García-Márquez", "Marquez G"),
        ("Müller, K.", "Klaus Mueller"),
        ("Bo Søndergård", "Sondergard B"),
        ("Y. Le Cun", "LeCun, Yann"),
        ("OBrien T", "Tim O'Brien"),
        ("J.-P. Serre", "Serre JP"),
        ("Simon Du", "Du S"),
        ("Wei Li", "Li Wei"),
        ("王伟", "王伟"),
        ("Lee", "Ann Lee"),
    ],
)
def test_one_name_in_two_forms(one: str, other: str) -> None:
    assert first_authors_agree(_but(authors=(one,)), _but(authors=(other,))) is True
    assert first_authors_agree(_but(authors=(other,)), _but(authors=(one,))) is True


@pytest.mark.parametrize(("one", "other"), [("Ann Lee", "Bo Li"), ("Wei Zhang", "Bo Zhang"), ("Ann Lee", "Lee Wu")])
def test_two_names(one: str, other: str) -> None:
    assert first_authors_agree(_but(authors=(one,)), _but(authors=(other,))) is False


def test_names_that_cannot_be_compared() -> None:
    assert first_authors_agree(_but(authors=("王伟",)), _but(authors=("Wang Wei",))) is None
    assert first_authors_agree(_but(authors=()), ROUTING) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"abstract": PARCELS},
        {"title": "Routing of questions to cheap models"},
        {"title": "Cheap answers"},
        {"doi": "10.1000/2"},
        {"authors": ("Bo Li", "Ann Lee")},
        {"year": 2019},
    ],
)
def test_record_written_anew(changes: dict[str, Any]) -> None:
    before = replace(ROUTING, doi="10.1000/1")
    assert revises(before, replace(before, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Knots", "abstract": PARCELS},
        {"title": "Knots", "abstract": "", "authors": ()},
        {"abstract": PARCELS, "authors": ("Carl Wu",), "year": 2019},
    ],
)
def test_key_that_another_paper_has_taken_over(changes: dict[str, Any]) -> None:
    assert not revises(ROUTING, replace(ROUTING, **changes))


texts = st.sampled_from(["", "Editorial", "On knots and links", "On braids of strands", "A knot is a closed curve."])
papers = st.builds(
    Paper,
    id=st.just(""),
    title=texts,
    abstract=texts,
    authors=st.lists(st.sampled_from(["Ann Lee", "Lee, A.", "Li Wei", "王伟", "-"]), max_size=2).map(tuple),
    year=st.sampled_from([None, 2019, 2020, 2024]),
    doi=st.sampled_from([None, "10.1000/1", "10.1000/2", "10.48550/arXiv.1"]),
    arxiv_id=st.sampled_from([None, "1", "2"]),
    venue=st.sampled_from([None, "CoRR", "ICLR"]),
)


@given(papers, papers)
def test_being_the_same_does_not_depend_on_the_order(one: Paper, other: Paper) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert contradict(one, other) == contradict(other, one)


@given(st.text(), st.text())
def test_any_two_names_can_be_compared(one: str, other: str) -> None:
    left, right = _but(authors=(one,)), _but(authors=(other,))
    assert first_authors_agree(left, right) == first_authors_agree(right, left)
    assert first_authors_agree(left, left) in (True, None)
