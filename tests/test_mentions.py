import pytest

from assistant.mentions import absent, is_named, mentions
from assistant.types import Paper

TAPE = Paper(
    id="tape",
    title="Explanations as features",
    abstract="TAPE asks a language model for reasons. A graph neural network reads them. Markovian noise is removed.",
    authors=("Ann Lee",),
    venue="ICLR",
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How accurate is TAPE on Cora?", ["Cora"]),
        ("Which MT-Bench score does TAPE get on a Raspberry Pi?", ["MT-Bench", "Raspberry", "Pi"]),
        ("How does TAPE use GNNs and LMs?", []),
        ("What did Lee show at ICLR?", []),
        ("Is there Markov noise?", []),
        ("Why should one NOT remove noise?", []),
        ("Does a 7B model do?", []),
        ("What is the SOTA? TLDR please.", []),
        ("How Do Language Models Explain Their Guesses To Graphs?", []),
        ("Cora?", []),
        ("", []),
    ],
)
def test_what_is_named_and_not_mentioned(question: str, expected: list[str]) -> None:
    assert absent(question, [TAPE]) == expected


def test_one_paper_that_mentions_it_is_enough() -> None:
    cora = Paper(id="cora", title="Cora", abstract="A graph of papers.")
    assert absent("How accurate is TAPE on Cora?", [TAPE, cora]) == []


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Retrieval-augmented generation", "RAG", True),
        ("large language models", "LLMs", True),
        ("Roberta is larger.", "BERT", False),
        ("Random games", "RAG", False),
    ],
)
def test_acronym_is_spelled_out(text: str, name: str, expected: bool) -> None:
    assert mentions(text, name) is expected


def test_name_that_only_the_first_paper_has() -> None:
    other = Paper(id="other", title="Language models", abstract="GPT-4 writes.")
    assert is_named("What does TAPE ask GPT-4?", [TAPE, other])
    assert not is_named("What does TAPE ask?", [other, TAPE])
    assert not is_named("What does GPT-4 write?", [other, Paper(id="gpt", title="GPT-4")])
    assert not is_named("What is asked?", [TAPE])
    assert not is_named("What is TAPE?", [])


BANYAN = Paper(
    id="banyan", title="Banyan: Learning with Structure", abstract="Banyan is a tree of words with 14 parameters."
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does Banyan show?", True),
        ("What is banyan?", True),
        ("How many parameters does Banyan have?", True),
        ("What problem does Banyan solve?", True),
        ("How do I plant a banyan tree?", False),
        ("How do I cook rice with Banyan?", False),
        ("Is there structure in words?", False),
    ],
)
def test_what_a_paper_calls_its_own_work(question: str, expected: bool) -> None:
    assert is_named(question, [BANYAN, TAPE]) is expected


def test_a_word_before_a_colon_is_no_name() -> None:
    trees = Paper(id="trees", title="Trees: a survey", abstract="Trees are old. Of all trees, oaks are the tallest.")
    assert not is_named("Where are trees?", [trees, TAPE])
    assert not is_named("What is Banyan?", [BANYAN, Paper(id="other", title="On Banyan")])
