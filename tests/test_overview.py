import pytest

from assistant.overview import THEMES, fill, is_asked
from assistant.types import Answer, Paper, Topic

CATS = Paper(id="cats", title="Why cats purr [2]", abstract="Cats purr.")
SHIPS = Paper(id="ships", title="Ships at sea")
EMPTY = Answer(question="What is in my library?", answered=True, text="")


@pytest.mark.parametrize(
    "question",
    [
        "What is in my library?",
        "what's in my collection",
        "What topics does my library cover?",
        "Which main themes are there in this library?",
        "Give me an overview of my library.",
        "Summarise my papers",
        "What are my papers about?",
        "What does the library contain?",
    ],
)
def test_question_about_the_whole_library(question: str) -> None:
    assert is_asked(question)


@pytest.mark.parametrize(
    "question",
    [
        "What is in my library about graphs?",
        "What topics do surveys of transformers cover?",
        "Summarise my papers on routing",
        "What is the overview of the method?",
        "Which themes are there in the abstract?",
        "",
    ],
)
def test_question_that_papers_answer(question: str) -> None:
    assert not is_asked(question)


def test_each_theme_is_told_with_its_size_and_papers() -> None:
    topics = [
        Topic(label=("cats", "purring"), count=7, share=0.7, papers=("cats", "gone")),
        Topic(label=("ships",), count=3, share=0.3, papers=("ships",)),
    ]
    answer = fill(EMPTY, topics, {"cats": CATS, "ships": SHIPS})
    assert answer.text.splitlines()[2:] == [
        "- cats, purring (7): Why cats purr (2) [1]",
        "- ships (3): Ships at sea [2]",
    ]
    assert [(one.number, one.quote, one.field) for one in answer.citations] == [
        (1, "Why cats purr [2]", "title"),
        (2, "Ships at sea", "title"),
    ]
    assert [claim.citations for claim in answer.claims] == [(1,), (2,)]


def test_themes_that_are_not_told_are_counted() -> None:
    topics = [Topic(label=(f"t{number}",), count=9, share=0.1, papers=()) for number in range(THEMES + 2)]
    assert fill(EMPTY, topics, {}).text.endswith("and 2 smaller themes.")
