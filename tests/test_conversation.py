"""Making a follow-up stand on its own."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import Standalone, standalone, turns
from assistant.errors import UsageError
from assistant.types import Answer, Citation, Paper, Turn

ROUTE = Paper(id="route", title="RouteLLM: Learning to Route", abstract="Routing halves the cost at all sizes.")
GRAPH = Paper(id="graph", title="Graph Mamba", abstract="Graphs are sequences.")
PAPERS = {"route": ROUTE, "graph": GRAPH}
ABOUT_ROUTE = Turn(question="How does RouteLLM save money?", text="By routing. [1]", paper_ids=("route", "graph"))

FOLLOW_UPS = """\
How much does it save?
And the code?
And on MMLU?
What about GPT-4?
Does it beat GPT-4 on coding tasks?
How does it compare to Llama-3 on long documents?
Where will they put the code?
Is the code out?
Why?
Why is that?
How many datasets?
Where did the experiments run?
Which sizes did they release?
What are its limitations?
What are limitations?
What is the accuracy?
How much faster is that method?
And the best method before that?
Who wrote the paper?
Does the method need labels?
How was it evaluated and how large is it?
Tell me more
more details
What else?
Is there another one that looks at deployment?
What do they see as the crucial thing LMs bring to it?
""".splitlines()

NEW_TOPICS = """\
What is the capital of France?
What is the best pizza?
Which country is largest?
weather tomorrow?
How do I cook pasta?
How do vaccines work?
How does dropout work?
What does Graph Mamba do?
How many images were used?
What is RouteLLM?
How does RouteLLM work?
What is overfitting?
What is federated learning?
Why do cats purr?
How do transformers work?
graph transformers
Why do transformers fail at long sequences?
Why does GPT-4 hallucinate on legal citations?
What is Mamba and why is it faster than transformers?
What is retrieval augmented generation and how does it work?
How do graph neural networks handle heterophily and when do they fail?
Do language models know when they are wrong about medical facts?
Are there methods that reduce hallucination in medical question answering?
Which papers show that pruning hurts accuracy on small models?
Which datasets are larger than those of the GLUE benchmark?
Compared with recurrent networks, how do state space models scale to long inputs?
Which of the surveys covers recommender systems with language models?
OrchestraLLM does something similar, right? What observation is that one based on?
What about LLM4NG, how does that one hook generated nodes into the graph?
And the paper on discreteness in diffusion LLMs, how many properties does it outline?
Is there a method for commit message generation?
""".splitlines()


def made(question: str, *conversation: Turn) -> Standalone:
    return standalone(question, PAPERS, conversation)


@pytest.mark.parametrize("question", FOLLOW_UPS)
def test_follow_up_keeps_the_paper(question: str) -> None:
    asked = made(question, ABOUT_ROUTE)
    assert (asked.question, asked.paper_ids) == (f"{question} (RouteLLM: Learning to Route)", ("route",))


@pytest.mark.parametrize("question", NEW_TOPICS)
def test_new_topic_is_left_alone(question: str) -> None:
    assert made(question, ABOUT_ROUTE) == Standalone(question)


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Different topic: how was it labelled?", "how was it labelled?"),
        ("New question - graph transformers", "graph transformers"),
        ("On a different note, what are they?", "what are they?"),
        ("New topic.", "New topic."),
    ],
)
def test_topic_changed_in_words(question: str, left: str) -> None:
    assert made(question, ABOUT_ROUTE) == Standalone(left)


@pytest.mark.parametrize("question", FOLLOW_UPS + NEW_TOPICS)
def test_first_question_of_a_conversation(question: str) -> None:
    assert made(question) == Standalone(question)


def test_paper_of_the_last_answer_that_cited_any() -> None:
    about_graphs = Turn(question="What is Graph Mamba?", text="", paper_ids=("graph",))
    refused = Turn(question="Is it tasty?", text="Nothing in your library answers this.")
    assert made("And the code?", ABOUT_ROUTE, about_graphs).paper_ids == ("graph",)
    assert made("And the code?", ABOUT_ROUTE, about_graphs, refused).paper_ids == ("graph",)


def test_paper_that_was_removed_since() -> None:
    gone = Turn(question="What is it?", text="", paper_ids=("gone", "graph"))
    assert made("And the code?", gone).paper_ids == ("graph",)
    assert made("And the code?", Turn(question="What?", text="", paper_ids=("gone",))) == Standalone("And the code?")


def test_without_citations_the_question_before_completes() -> None:
    plain = [Turn(question="How does RouteLLM save money?", text="By routing."), Turn(question="And why?", text="So.")]
    assert made("How much is it?", *plain) == Standalone("How much is it? (How does RouteLLM save money?)")
    assert made("How much does it save?", Turn(question="Why?", text="So.")) == Standalone("How much does it save?")


@given(st.text(max_size=80), st.text(max_size=80))
def test_question_is_never_lost(question: str, earlier: str) -> None:
    asked = standalone(question, PAPERS, [Turn(question=earlier, text="", paper_ids=("route",))])
    assert asked.question.startswith(question) or question.endswith(asked.question)


CITED = Answer(
    question="How does RouteLLM save money?",
    answered=True,
    text="It routes. [2]",
    citations=tuple(
        Citation(number=number, paper=paper, quote=paper.abstract, start=0, end=len(paper.abstract))
        for number, paper in enumerate((GRAPH, ROUTE, GRAPH), start=1)
    ),
)


def said(role: str, content: Any) -> Mapping[str, Any]:
    return {"role": role, "content": content}


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (None, []),
        ([], []),
        ([CITED], [Turn(question=CITED.question, text="It routes. [2]", paper_ids=("graph", "route"))]),
        ([ABOUT_ROUTE], [ABOUT_ROUTE]),
        ([("Why?", "So."), ["Why?", "So."]], [Turn(question="Why?", text="So.")] * 2),
        (
            [said("system", "Be brief."), said("user", "Why?"), said("assistant", "So."), said("user", "How?")],
            [Turn(question="Why?", text="So."), Turn(question="How?", text="")],
        ),
        ([said("assistant", "Hello, ask me."), said("user", "Why?")], [Turn(question="Why?", text="")]),
        (
            [said("user", [{"type": "text", "text": "Why"}, {"type": "text", "text": "?"}]), said("assistant", None)],
            [Turn(question="Why?", text="")],
        ),
        ([CITED, said("user", "Why?")], [turns([CITED])[0], Turn(question="Why?", text="")]),
    ],
)
def test_forms_of_a_conversation(history: Any, expected: list[Turn]) -> None:
    assert turns(history) == expected


@pytest.mark.parametrize("item", ["Why?", 3, None, ("one", "two", "three"), {"content": "x"}, said("judge", "x")])
def test_what_is_no_conversation(item: Any) -> None:
    with pytest.raises(UsageError, match=r"history holds a (str|int|NoneType|tuple|dict)") as caught:
        turns([item])
    assert caught.value.remedy == "Give the earlier answers of ask(), oldest first."
