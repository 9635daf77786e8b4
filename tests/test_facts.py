"""Questions that a paper's record answers."""

import pytest

from assistant.facts import MOST, asked, paper, tell
from assistant.types import Hit, Paper

ROUTE = Paper(
    id="route",
    title="RouteLLM: Learning to Route",
    abstract="RouteLLM routes.",
    authors=("Ann Lee", "Bo Li", "Cy Wu"),
    year=2024,
    venue="ICLR",
    doi="10.1/route",
)
BANYAN = Paper(id="banyan", title="Banyan: Learning with Structure", abstract="Banyan has 14 parameters.")
HITS = [Hit(paper=ROUTE, score=1.0), Hit(paper=BANYAN, score=0.5)]


@pytest.mark.parametrize(
    ("question", "fact", "subject"),
    [
        ("Who wrote RouteLLM?", "authors", "RouteLLM"),
        ("who are the authors of the paper on Banyan", "authors", "Banyan"),
        ("And who is the author of “Learning to Route”?", "authors", "Learning to Route"),
        ("Please list the authors of the RouteLLM paper.", "authors", "RouteLLM"),
        ("By whom was RouteLLM written?", "authors", "RouteLLM"),
        ("When was RouteLLM published?", "year", "RouteLLM"),
        ("What year is it from?", "year", "it"),
        ("In which year did RouteLLM come out?", "year", "RouteLLM"),
        ("Where did RouteLLM appear?", "venue", "RouteLLM"),
        ("Which journal was it published in?", "venue", "it"),
        ("What is the DOI of RouteLLM?", "doi", "RouteLLM"),
    ],
)
def test_asked_for(question: str, fact: str, subject: str) -> None:
    found = asked(question)
    assert found is not None
    assert (found.fact, found.subject) == (fact, subject)


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote about routing?",
        "Who benefits from RouteLLM?",
        "When was the first router trained?",
        "When does RouteLLM fail?",
        "Where is RouteLLM used?",
        "How did the authors of RouteLLM train it?",
        "What do the authors of RouteLLM conclude?",
        "",
    ],
)
def test_not_of_a_record(question: str) -> None:
    assert asked(question) is None


@pytest.mark.parametrize(
    ("question", "known", "meant"),
    [
        ("Who wrote RouteLLM?", [], ROUTE),
        ("Who wrote banyan?", [], BANYAN),
        ("Who wrote Learning with Structure?", [], BANYAN),
        ("Who wrote it?", [BANYAN], BANYAN),
        ("Who wrote that paper?", [ROUTE], ROUTE),
        ("Who wrote it?", [], None),
        ("Who wrote it?", [ROUTE, BANYAN], None),
        ("Who wrote learning?", [], None),
        ("Who wrote War and Peace?", [], None),
    ],
)
def test_which_paper_is_meant(question: str, known: list[Paper], meant: Paper | None) -> None:
    wanted = asked(question)
    assert wanted is not None
    assert paper(wanted, HITS, known) is meant


def test_what_the_record_says() -> None:
    assert tell("authors", ROUTE) == ("“RouteLLM: Learning to Route” was written by Ann Lee, Bo Li and Cy Wu.", True)
    assert tell("year", ROUTE) == ("“RouteLLM: Learning to Route” is from 2024.", True)
    assert tell("venue", ROUTE) == ("“RouteLLM: Learning to Route” appeared in ICLR (2024).", True)
    assert tell("doi", ROUTE) == ("The DOI of “RouteLLM: Learning to Route” is 10.1/route.", True)


def test_what_it_does_not_say() -> None:
    assert tell("authors", BANYAN) == (
        "Your library's record of “Banyan: Learning with Structure” names no authors.",
        False,
    )


def test_a_collaboration_is_cut() -> None:
    crowd = Paper(id="many", title="Many", authors=tuple(f"A{number}" for number in range(200)))
    text, _ = tell("authors", crowd)
    assert text.endswith(f"A{MOST - 1} and {200 - MOST} others.")
    assert f"A{MOST}," not in text
