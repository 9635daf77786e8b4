"""Telling which papers, comparisons and facts apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.forms import Form, form


@pytest.mark.parametrize(
    "question",
    [
        "Which papers propose routing between models?",
        "Which recent or older studies examine sleep in fish?",
        "Which surveys cover knowledge editing?",
        "In which articles is BERT fine-tuned?",
        "Which of my papers use graph networks?",
        "Which graph neural network papers are there?",
        "which paper(s) describe tides",
        "What surveys on caching do I have?",
        "What studies have examined the sleep of fish?",
        "What are some recent papers about tides?",
        "What research exists on soil erosion?",
        "Tell me which publications deal with forgetting.",
        "List the works on quantum error correction",
        "Please show me all papers that mention entropy.",
        "Can you find me preprints about drift?",
        "Recommend three review articles on gene editing.",
        "I am looking for literature on bees.",
        "Where can I find tutorials on Kalman filters?",
        "Are there any studies of kittens?",
        "Is there any research on tides?",
        "Is there any paper on tides?",
        "Do I have papers about cats?",
        "Does my library contain work on caching?",
        "Who has worked on knowledge editing?",
        "Has anyone studied how fish sleep?",
        "What has been written about cats?",
        "How many papers do I have on routing?",
        "papers about cats",
        "Recent surveys of prompting",
        "Any papers on sleep?",
        "And which papers are about dogs?",
        "In my library, which papers are about dogs?",
        "I work on bees. Which articles discuss their dances?",
        "Which papers compare BM25 and dense retrieval?",
    ],
)
def test_papers_are_asked_for(question: str) -> None:
    assert form(question) == Form("list")


@pytest.mark.parametrize(
    "question",
    [
        "Which method does RouteLLM use?",
        "Which paper introduced BERT?",
        "Find a paper on tides.",
        "Is there a paper on tides?",
        "Who proposed BERT?",
        "Who works at night?",
        "What do papers say about the accuracy of BERT?",
        "What do the surveys agree on?",
        "Which papers' code is public?",
        "Which of these papers is the oldest?",
        "Which method works best?",
        "Which works best for long documents?",
        "What works in practice?",
        "What are surveys good for?",
        "What are the papers in dispute over?",
        "What studies the brain?",
        "Which model ranks papers by topic?",
        "Which tool reviews code?",
        "Which product reviews were labelled?",
        "Which Wikipedia articles were read?",
        "Which paper surveys routing?",
        "How many studies does the meta-analysis include?",
        "How does the survey group the papers?",
        "List the three datasets used in the paper.",
        "Name the work that introduced BERT.",
        "Show me how studies are selected.",
        "What research question does RouteLLM ask?",
        "What does “Which papers matter? Papers on cats” say?",
        "Is the new model better than the old one?",
        "",
        "?",
        "papers",
    ],
)
def test_facts_stay_facts(question: str) -> None:
    assert form(question) == Form("fact")


def test_comparison_holds_its_sides() -> None:
    found = form("How does RouteLLM differ from FrugalGPT in cost?")
    assert found.kind == "comparison"
    assert found.contrast is not None
    assert (found.contrast.sides, found.contrast.aspect) == (("RouteLLM", "FrugalGPT"), "in cost")


TOLD = """
which what papers works studies surveys reviews of the my any list find show who has on about compare and versus vs. or
differ from between difference is are there better , ? . : “ ” ' it RouteLLM cats (s)
"""
WORDS = st.sampled_from(TOLD.split())


@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join)))
def test_any_text_has_a_form(text: str) -> None:
    found = form(text)
    assert (found.contrast is not None) == (found.kind == "comparison")
    if found.contrast:
        one, other = found.contrast.sides
        assert one.strip()
        assert other.strip()
        assert one.casefold() != other.casefold()


@given(st.sampled_from(["recent ", "of my ", "which ", "and a ", "a vs ", "compare ", "any "]), st.integers(1, 600))
def test_long_text_is_read_at_once(piece: str, times: int) -> None:
    assert form(f"which {piece * times}")
