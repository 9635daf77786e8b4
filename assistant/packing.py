"""Putting a question and its evidence into a prompt that fits the model."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from assistant import prompts
from assistant.errors import ContextOverflowError
from assistant.protocols import ChatModel, Document, Message
from assistant.types import Citation


def pack(question: str, citations: Sequence[Citation], model: ChatModel, room: int) -> list[Message]:
    """Build the prompt; quotations are dropped from the bottom until it fits, the question never.

    Args:
        question: The question, standing on its own.
        citations: The quotations, best first.
        model: Counts with its own tokenizer.
        room: Tokens to leave for the answer.

    Raises:
        ContextOverflowError: The question and the first quotation do not fit.
    """
    for count in range(len(citations), 0, -1):
        messages = build(question, citations[:count])
        if model.count(messages) + room <= model.context:
            return messages
    raise ContextOverflowError(
        f"The question leaves no room for a quotation in the model's context of {model.context} tokens."
    )


def build(question: str, citations: Sequence[Citation]) -> list[Message]:
    """Lay a prompt out: fixed words first, papers in the order of their ids, the question last.

    Two prompts on the same papers then begin alike, and the model reads that beginning once.
    """
    documents = tuple(_documents(citations))
    papers = "\n\n".join(prompts.PAPER.format(title=one.title, quotations=one.text) for one in documents)
    asked = prompts.QUESTION.format(question=question)
    return [
        Message("system", prompts.SYSTEM),
        Message("user", prompts.QUOTED.format(papers=papers, question=asked), documents=documents, rest=asked),
    ]


def _documents(citations: Sequence[Citation]) -> Iterator[Document]:
    ordered = sorted(citations, key=lambda citation: (citation.paper.id, citation.start))
    for _, group in groupby(ordered, key=lambda citation: citation.paper.id):
        own = list(group)
        quotations = "\n".join(prompts.QUOTATION.format(quote=citation.quote) for citation in own)
        yield Document(title=own[0].paper.title, text=quotations)
