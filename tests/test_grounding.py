"""Checking what a model wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.grounding import ENOUGH, Checker, finished, opposed, support
from assistant.models.fake import FakeEmbedder
from assistant.types import Citation, Claim, Paper
from assistant.words import numbers

ROUTE = Paper(
    id="route",
    title="RouteLLM: Learning to Route with Preference Data",
    abstract=(
        "RouteLLM reduces the cost of serving by over 2 times without a loss of quality. "
        "The routers keep 95% of the quality of GPT-4o on MMLU. "
        "They were trained on 1,500 comparisons of large language models."
    ),
)
CATS = Paper(
    id="cats",
    title="Why cats purr",
    abstract="Cats purr at 25.0 hertz when they are content. RoBERTa was not used. Half of the cats slept.",
)


def cited(number: int, paper: Paper, sentence: int) -> Citation:
    text = paper.abstract.split(". ")[sentence].rstrip(".") + "."
    start = paper.abstract.index(text)
    return Citation(number=number, paper=paper, quote=text, start=start, end=start + len(text))


COST, QUALITY, TRAINED = (cited(number, ROUTE, number - 1) for number in (1, 2, 3))
PURR, ROBERTA, SLEPT = (cited(number, CATS, number - 4) for number in (4, 5, 6))
EVERY = (COST, QUALITY, TRAINED, PURR, ROBERTA, SLEPT)
QUESTION = "What does RouteLLM do?"


def checked(text: str, question: str = QUESTION, citations: tuple[Citation, ...] = EVERY) -> list[Claim]:
    return Checker(question, citations, FakeEmbedder(dimension=512)).claims(text)


def test_copy_is_supported_by_its_quotation() -> None:
    (claim,) = checked(COST.quote)
    assert (claim.text, claim.citations, claim.supported, claim.quoted) == (COST.quote, (1,), True, False)
    assert claim.support == 1.0


def test_other_words_are_supported_where_they_are_the_quotations_words() -> None:
    (claim,) = checked("RouteLLM reduces the serving cost by over two times, without loss of quality.")
    assert claim.citations == (1,)
    assert ENOUGH <= claim.support <= 1.0


def test_invention_is_not_supported() -> None:
    found = checked("RouteLLM composes music for a string quartet and sells it.")
    assert [(claim.citations, claim.supported) for claim in found] in ([], [((), False)])


def test_numbers_the_model_wrote_as_citations_are_ignored() -> None:
    for written in ("[4]", "[4, 5]", "[ 4 ]", "[4-6]", "[4; 5]", "[4–6]"):
        (claim,) = checked(f"{COST.quote[:-1]} {written}.")
        assert claim.text == COST.quote
        assert claim.citations == (1,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "What does RouteLLM do?",
        "RouteLLM does.",
        "RouteLLM reduces the cost of serving by over 2",
        "...",
        "[1] [2]",
    ],
)
def test_left_out(text: str) -> None:
    assert checked(text) == []


def test_said_twice_counts_once() -> None:
    assert [claim.text for claim in checked(f"{COST.quote} {COST.quote}")] == [COST.quote]


def test_nothing_to_check_against() -> None:
    assert checked(COST.quote, citations=()) == []


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        # A number of another kind or size.
        ("The routers keep 95 of the quality of GPT-4o on MMLU.", QUALITY),
        ("The routers keep 96% of the quality of GPT-4o on MMLU.", QUALITY),
        ("The routers keep .96 of the quality of GPT-4o on MMLU.", QUALITY),
        ("The routers keep ninety-six percent of the quality of GPT-4o on MMLU.", QUALITY),
        ("RouteLLM reduces the cost of serving by over 2% without a loss of quality.", COST),
        ("RouteLLM reduces the cost of serving by over three times without a loss of quality.", COST),
        ("RouteLLM reduces the cost of serving threefold without a loss of quality.", COST),
        ("They were trained on 1.5 comparisons of large language models.", TRAINED),
        ("They were trained on 500 comparisons of large language models.", TRAINED),
        ("They were trained on 1,500k comparisons of large language models.", TRAINED),
        ("They were trained on 1,500 comparisons of large language models in 2023.", TRAINED),
        ("Cats purr at 25% hertz when they are content.", PURR),
        # A name that the paper does not have, or has as part of another.
        ("The routers keep 95% of the quality of GPT-4 on MMLU.", QUALITY),
        ("The routers keep 95% of the quality of GPT-4o on BBH.", QUALITY),
        ("The routers keep 95% of the quality of Claude on MMLU.", QUALITY),
        ("BERT was not used.", ROBERTA),
        # The opposite.
        ("RouteLLM increases the cost of serving by over 2 times without a loss of quality.", COST),
        ("RouteLLM does not reduce the cost of serving by 2 times.", QUALITY),
        ("The routers never keep 95% of the quality of GPT-4o on MMLU.", QUALITY),
        ("RoBERTa was used.", ROBERTA),
    ],
)
def test_near_but_wrong(claim: str, quote: Citation) -> None:
    assert support(claim, quote, cosine=1.0) == 0.0
    assert not any(found.supported for found in checked(claim, citations=(quote,)))


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The routers keep 95 % of the quality of GPT-4o on MMLU.", QUALITY),
        ("The routers keep 95 percent of the quality of GPT-4o on MMLU.", QUALITY),
        ("The routers keep 95.0% of the quality of GPT 4o on MMLU.", QUALITY),
        ("RouteLLM reduces the cost of serving twofold without a loss of quality.", COST),
        ("RouteLLM cuts the cost of serving by over two times without a loss of quality.", COST),
        ("They were trained on 1500 comparisons of large language models.", TRAINED),
        ("They were trained on 1.5k comparisons of large language models.", TRAINED),
        ("Cats purr at 25 hertz when they are content.", PURR),
        ("50% of the cats slept.", SLEPT),
    ],
)
def test_same_in_another_form(claim: str, quote: Citation) -> None:
    assert support(claim, quote, cosine=1.0) >= ENOUGH


@pytest.mark.parametrize(
    ("claim", "quote", "expected"),
    [
        ("It raises the cost.", "It reduces the cost.", True),
        ("It is slower than BERT.", "It is faster than BERT.", True),
        ("It needs at most 5 layers.", "It needs at least 5 layers.", True),
        ("It outperforms BERT.", "It underperforms BERT.", True),
        ("It is unsupervised.", "It is supervised.", True),
        ("It works.", "It does not work.", True),
        ("It can't scale.", "It scales.", True),
        ("It raises quality and reduces cost.", "It reduces cost.", False),
        ("It reduces cost.", "Quality increases and cost decreases.", False),
        ("It is faster.", "It is quick.", False),
        ("It does not scale.", "It cannot scale.", False),
    ],
)
def test_opposites(claim: str, quote: str, expected: bool) -> None:
    assert opposed(claim, quote) is expected
    assert opposed(quote, claim) is expected


def test_plural_of_a_name_is_the_name() -> None:
    paper = Paper(id="x", title="Serving", abstract="An LLM answers. GPUs are costly.")
    for sentence, claim in {0: "LLMs answer.", 1: "A GPU is costly."}.items():
        assert support(claim, cited(1, paper, sentence), cosine=1.0) > 0.5


def test_every_near_quotation_is_cited() -> None:
    twin = Paper(id="twin", title=CATS.title, abstract=CATS.abstract)
    (claim,) = checked(PURR.quote, "How do cats purr?", (PURR, cited(9, twin, 0), SLEPT))
    assert claim.citations == (4, 9)


SAID = [*ROUTE.abstract.split(), *CATS.abstract.split(), "96%", "not", "[3]", "Zed", "X1", "."]


@given(st.lists(st.sampled_from(SAID)))
def test_any_words(words: list[str]) -> None:
    for claim in checked(" ".join(words)):
        assert 0.0 <= claim.support <= 1.0
        assert claim.supported == bool(claim.citations)
        assert "[3]" not in claim.text
        for one in EVERY:
            if one.number in claim.citations:
                assert set(numbers(claim.text)) <= set(numbers(f"{one.paper.title}. {one.paper.abstract}"))


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    assert all(claim.supported == bool(claim.citations) for claim in checked(text))


def test_each_sentence_is_looked_at_once() -> None:
    embedder = FakeEmbedder(dimension=512)
    checker = Checker(QUESTION, (COST, QUALITY), embedder)
    assert embedder.embedded == []
    (first,) = checker.claims(COST.quote)
    again = checker.claims(f"{COST.quote} {QUALITY.quote}")
    assert again[0] is first
    assert sorted(embedder.embedded) == sorted([QUESTION, *(COST.quote, QUALITY.quote) * 2])


def test_what_the_paper_says_of_another_is_not_supported() -> None:
    quote = "RouteLLM keeps 95% of the quality, while the random router keeps 60%."
    paper = Paper(id="two", title="RouteLLM", abstract=quote)
    citation = Citation(number=1, paper=paper, quote=quote, start=0, end=len(quote))
    assert support("RouteLLM keeps 95% of the quality.", citation, 1.0) >= ENOUGH
    assert support("The random router keeps 95% of the quality.", citation, 1.0) == 0.0


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ""),
        ("It is", ""),
        ("It is fast.", ""),
        ("The router halves the cost. Its accuracy on MMLU is 0.", "The router halves the cost. "),
        ("The router, e.g. the one of Table 2, halves the cost of all", ""),
        ("It is fast.\n", "It is fast.\n"),
        ("It is fast.\n- It has 0.", "It is fast.\n"),
    ],
)
def test_a_sentence_that_may_go_on_is_not_finished(text: str, left: str) -> None:
    assert finished(text) == left
