"""Real PDFs of several publishers, as far as the shared data are there."""

from pathlib import Path

import pytest

from assistant.readers import pdf
from assistant.types import Paper, Skipped


def paper(path: Path) -> Paper:
    *_, last = pdf.read(path, path.name)
    assert isinstance(last, Paper)
    return last


@pytest.fixture
def folder(shared: Path) -> Path:
    return shared / "formats" / "pdf" / "jabref"


@pytest.mark.parametrize(
    ("name", "title", "authors"),
    [
        (
            "2024_SPLC_Becker",
            "Not Quite There Yet: Remaining Challenges in Systems and Software Product Line Engineering as Perceived "
            "by Industry Practitioners",
            ("Martin Becker", "Rick Rabiser", "Goetz Botterweck"),
        ),
        (
            "Baldoni2002",
            "Fundamentals of Distributed Computing: A Practical Tour of Vector Clock Systems",
            ("Roberto Baldoni", "Michel Raynal"),
        ),
        (
            "Bogner2019",
            "On the impact of service-oriented patterns on software evolvability: a controlled experiment and "
            "metric-based analysis",
            ("Justus Bogner", "Stefan Wagner", "Alfred Zimmermann"),
        ),
        (
            "Kriha2018",
            "On How We Can Teach – Exploring New Ways in Professional Software Development for Students",
            ("Walter Kriha", "Tobias Jordine"),
        ),
        ("LNCS-minimal", "Paper Title", ("Firstname Lastname",)),
        ("LNCS-minimal-protected", "Paper Title", ("Firstname Lastname",)),
        (
            "Tucker2007",
            "OPIUM: Optimal Package Install/Uninstall Manager",
            ("Chris Tucker", "David Shuffelton", "Ranjit Jhala", "Sorin Lerner"),
        ),
        ("article_dublinCore", "Stefan's palace", ("Olly", "Johannes")),
        ("ieee-paper", "JabRef Example for Reference Parsing", ("First Author",)),
    ],
)
def test_titles_and_authors(folder: Path, name: str, title: str, authors: tuple[str, ...]) -> None:
    found = paper(folder / f"{name}.pdf")
    assert (found.title, found.authors) == (title, authors)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2024_SPLC_Becker", "Research on system and software product line", "to relevant fields of research."),
        ("Bogner2019", "Background: Design patterns are supposed to", "or with more experienced developers."),
        (
            "Kriha2018",
            "Requirements and approaches for introductory",
            "quantitative results as well in later publications.",
        ),
        ("LNCS-minimal", "Abstract goes here", "Abstract goes here"),
        ("Tucker2007", "Linux distributions often include package", "provide concrete benefits to end users."),
        ("article_dublinCore", "That's an abstract", "That's an abstract"),
        ("ieee-paper", "Lorem ipsum dolor sit amet, consectetuer", "eget orci sit amet orci dignissim rutrum."),
        ("Baldoni2002", "", ""),
    ],
)
def test_abstracts(folder: Path, name: str, start: str, end: str) -> None:
    abstract = paper(folder / f"{name}.pdf").abstract
    assert abstract[: len(start)] == start
    assert abstract[len(abstract) - len(end) :] == end
    assert bool(abstract) == bool(start)


def test_line_ends_leave_no_hyphens_but_real_ones(folder: Path) -> None:
    abstract = paper(folder / "Tucker2007.pdf").abstract
    assert "Using information about package" in abstract
    assert "off-the-shelf SAT solvers" in abstract
    assert "real-world package installations" in abstract


def test_years_dois_and_topics(folder: Path) -> None:
    becker, bogner = paper(folder / "2024_SPLC_Becker.pdf"), paper(folder / "Bogner2019.pdf")
    assert (becker.year, becker.doi) == (2024, "10.1145/3646548.3672587")
    assert (bogner.year, bogner.doi) == (2019, "10.7717/peerj-cs.213")
    assert becker.topics == ("Software product line engineering", "industry challenges")
    # The only years on these are those of the papers they cite.
    assert (paper(folder / "ieee-paper.pdf").year, paper(folder / "Tucker2007.pdf").year) == (None, None)


def test_the_record_of_a_reference_manager_is_believed(folder: Path) -> None:
    found = paper(folder / "article_dublinCore.pdf")
    assert (found.id, found.keys, found.year, found.venue) == ("Olly2018", ("Olly2018",), 2018, "Test Journal")
    assert found.url == "https://www.olly2018.edu"


def test_files_that_cannot_be_read_are_reported(folder: Path) -> None:
    assert list(pdf.read(folder / "empty.pdf", "e")) == [Skipped("e", "", "its first pages hold no text")]
    reason = "it is encrypted; save a copy without its password and add that"
    assert list(pdf.read(folder / "encrypted.pdf", "e")) == [Skipped("e", "", reason)]
