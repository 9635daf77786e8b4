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
