"""The prompt."""

import pytest

from assistant import prompts
from assistant.errors import ContextOverflowError
from assistant.models.fake import FakeChat
from assistant.packing import build, pack
from assistant.types import Citation, Paper

CATS = Paper(id="b-cats", title="Why cats purr", abstract="Cats purr. They purr when content.")
FISH = Paper(id="a-fish", title="How fish sleep", abstract="Fish rest with open eyes.")


def cite(number: int, paper: Paper, quote: str) -> Citation:
    start = paper.abstract.index(quote)
    return Citation(number=number, paper=paper, quote=quote, start=start, end=start + len(quote))


CITATIONS = [
    cite(1, CATS, "They purr when content."),
    cite(2, FISH, "Fish rest with open eyes."),
    cite(3, CATS, "Cats purr."),
]

WHOLE = """\
How fish sleep
“Fish rest with open eyes.”

Why cats purr
“Cats purr.”
“They purr when content.”

Question: Why do cats purr?"""


def test_papers_by_id_quotations_by_place_the_question_last() -> None:
    system, user = build("Why do cats purr?", CITATIONS)
    assert (system.role, system.content) == ("system", prompts.SYSTEM)
    assert (user.role, user.content) == ("user", WHOLE)


def test_order_of_the_citations_does_not_matter() -> None:
    assert build("Why?", CITATIONS) == build("Why?", CITATIONS[::-1])


def test_two_questions_on_the_same_papers_begin_alike() -> None:
    one, other = (build(question, CITATIONS)[1].content for question in ("Why do cats purr?", "How do fish rest?"))
    assert one.partition("Question:")[0] == other.partition("Question:")[0]


def test_braces_are_left_as_they_are() -> None:
    odd = Paper(id="odd", title="{title}", abstract="Sets {x} and {0} of {question}.")
    content = build("What is {papers}?", [cite(1, odd, odd.abstract)])[1].content
    assert content == "{title}\n“Sets {x} and {0} of {question}.”\n\nQuestion: What is {papers}?"


def test_everything_where_there_is_room() -> None:
    messages = build("Why do cats purr?", CITATIONS)
    model = FakeChat(context=FakeChat().count(messages) + 10)
    assert pack("Why do cats purr?", CITATIONS, model, 10) == messages


@pytest.mark.parametrize("kept", [1, 2])
def test_worst_quotations_are_dropped_first(kept: int) -> None:
    messages = build("Why do cats purr?", CITATIONS[:kept])
    model = FakeChat(context=FakeChat().count(messages) + 10)
    assert pack("Why do cats purr?", CITATIONS, model, 10) == messages
    assert pack("Why do cats purr?", CITATIONS, FakeChat(context=model.context + 1), 10) == messages


def test_without_room_for_a_quotation_the_model_is_not_asked() -> None:
    model = FakeChat(context=FakeChat().count(build("Why do cats purr?", CITATIONS[:1])) + 9)
    with pytest.raises(ContextOverflowError, match=r"no room for a quotation in the model's context of \d+ tokens"):
        pack("Why do cats purr?", CITATIONS, model, 10)


SAID = [prompts.REFUSAL, prompts.GREETING, prompts.THANKS, prompts.ABILITIES, prompts.NO_ORDERS]


@pytest.mark.parametrize("text", SAID)
def test_what_carrel_says_can_be_filled_in(text: str) -> None:
    filled = text.format(question="{x}", count=119)
    assert filled.endswith(".")
    assert "119" in filled or text == prompts.NO_ORDERS
