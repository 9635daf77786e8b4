from assistant.types import Hit, Paper
from assistant.ui.paper_view import paper_view

PAPER = Paper(
    id="lee24",
    title="How cats purr",
    abstract="Cats purr.",
    authors=("Ann Lee", "Bo Li"),
    year=2024,
    venue="ICLR",
    doi="10.1000/1",
    url="javascript:alert(1)",
    topics=("cats", "sound"),
    keys=("lee24", "L1"),
    source="refs.bib",
    kind="article",
)


def test_all_that_is_known_is_shown() -> None:
    shown = paper_view(PAPER, [], [])
    for text in (
        "How cats purr",
        "Ann Lee, Bo Li",
        "ICLR · 2024",
        "<p>Cats purr.</p>",
        "cats, sound",
        "L1",
        "refs.bib",
    ):
        assert text in shown
    assert 'href="https://doi.org/10.1000/1"' in shown
    assert "javascript:" not in shown.replace("url = {javascript:alert(1)}", "")
    assert "@article{lee24," in shown


def test_records_and_similar_papers() -> None:
    part = Paper(id="x", title="Purring", doi="10.1000/1", keys=("K",), source="old.ris")
    shown = paper_view(PAPER, [PAPER, part], [Hit(paper=Paper(id="a b", title="Dogs", year=2020), score=1.0)])
    assert "Merged of 2 records" in shown
    assert "Purring · 10.1000/1 · K · old.ris" in shown
    assert 'data-paper="a%20b" dir="auto">Dogs</button>' in shown


def test_two_hundred_authors_are_folded() -> None:
    shown = paper_view(Paper(id="a", title="A", authors=tuple(f"Author {n}" for n in range(200))), [], [])
    assert "188 more authors" in shown
    assert "Author 199" in shown


def test_a_paper_with_nothing_but_an_abstract() -> None:
    shown = paper_view(Paper(id="p1", title="", abstract="", is_summary=True), [], [])
    assert ">p1</h2>" in shown
    assert "There is no abstract." in shown
