from assistant.types import Paper
from assistant.ui.examples import examples


def paper(title: str, abstract: str) -> Paper:
    return Paper(id=title, title=title, abstract=abstract)


def test_names_in_titles_become_questions() -> None:
    papers = [
        paper("RouteLLM: Learning to Route", "RouteLLM routes."),
        paper("A Survey", "RouteLLM and others."),
        paper("Banyan: Better Trees", "We grow Banyan."),
    ]
    assert examples(papers) == ["What does RouteLLM propose?", "How does Banyan work?"]


def test_names_that_are_words_too_come_last() -> None:
    titles = ("Banyan: Better Trees", "KADEL: Learning", "Llama-2: Open Models")
    papers = [paper(title, title) for title in titles]
    assert examples(papers) == ["What does KADEL propose?", "How does Llama-2 work?", "What is Banyan for?"]


def test_no_question_that_the_abstract_says_nothing_of() -> None:
    assert examples([paper("Banyan: Better Trees", "We grow trees."), paper("Banyan: Better Trees", "")]) == []


def test_a_word_before_a_colon_is_not_always_a_name() -> None:
    assert examples([paper("Large models: a survey", "Large models."), paper("why: x", "why")]) == []


def test_a_name_is_asked_of_once_and_there_are_four_questions() -> None:
    papers = [paper(f"Name{number // 2}: Title", f"Name{number // 2}") for number in range(20)]
    assert examples(papers) == [
        "What does Name0 propose?",
        "How does Name1 work?",
        "What is Name2 for?",
        "What does Name3 show?",
    ]
