"""Reading the sides of a comparison."""

import pytest

from assistant.contrasts import Contrast, points_back, read, tells_of


@pytest.mark.parametrize(
    ("sentence", "one", "other", "aspect"),
    [
        ("How does RouteLLM differ from FrugalGPT?", "RouteLLM", "FrugalGPT", ""),
        ("How is dropout different from label smoothing?", "dropout", "label smoothing", ""),
        ("How does it compare to GPT-4 in terms of cost?", "it", "GPT-4", "in terms of cost"),
        ("How do BERT and GPT-2 differ in training data?", "BERT", "GPT-2", "in training data"),
        ("Compare BM25 and dense retrieval", "BM25", "dense retrieval", ""),
        ("Please compare mitosis with meiosis.", "mitosis", "meiosis", ""),
        ("Compare BERT and GPT-2 on MMLU", "BERT", "GPT-2", "on MMLU"),
        ("BM25 versus dense retrieval", "BM25", "dense retrieval", ""),
        ("BM25 vs. dense retrieval: which is faster?", "BM25", "dense retrieval", "which is faster"),
        ("Which is faster, RouteLLM or FrugalGPT?", "RouteLLM", "FrugalGPT", "Which is faster"),
        ("Is BERT or GPT-2 better at parsing?", "BERT", "GPT-2", "better at parsing"),
        ("What is the main difference between BERT and GPT-2?", "BERT", "GPT-2", ""),
        ("difference between mitosis and meiosis", "mitosis", "meiosis", ""),
        ("What distinguishes mitosis from meiosis?", "mitosis", "meiosis", ""),
        ("Compare the cost of BERT and GPT-2", "the cost of BERT", "the cost of GPT-2", ""),
        ("How does the loss compare to that of GPT-2?", "the loss", "GPT-2", ""),
    ],
)
def test_sides(sentence: str, one: str, other: str, aspect: str) -> None:
    assert read(sentence) == Contrast((one, other), aspect)


@pytest.mark.parametrize(
    "sentence",
    [
        "How does RouteLLM differ from previous methods?",
        "How do they differ?",
        "What are the differences between the two?",
        "Compare A with B and C",
        "Compare the results.",
        "Which is better: rock, paper or scissors?",
        "How does BERT differ from bert?",
        "Which model is larger, or is it unknown?",
        "What does RouteLLM compare with BERT?",
        "How does the model learn to compare two papers and two authors of one field with each other and others?",
    ],
)
def test_sides_that_cannot_be_told(sentence: str) -> None:
    assert read(sentence) is None


def test_query_of_a_side() -> None:
    assert Contrast(("BERT", "GPT-2"), "in cost").query("BERT") == "BERT in cost"
    assert Contrast(("BERT", "GPT-2")).query("GPT-2") == "GPT-2"


def test_pointing_back() -> None:
    assert points_back("this method")
    assert not points_back("this old method of Lee")


@pytest.mark.parametrize(
    ("text", "side", "expected"),
    [
        ("RouteLLM: Learning to Route", "routellm", False),
        ("RouteLLM: Learning to Route", "the cost of RouteLLM", True),
        ("RouteLLMs are many", "RouteLLM", False),
        ("BERT and GPT-2", "BERT with GPT-4", False),
    ],
)
def test_text_with_the_names_of_a_side(text: str, side: str, expected: bool) -> None:
    assert tells_of(text, side) is expected
