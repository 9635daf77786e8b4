"""Making a follow-up question stand on its own, by rules: no model is needed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import UsageError
from assistant.types import Answer, Turn
from assistant.words import names, terms

REFERS = re.compile(
    r"\b(it|its|they|them|their|theirs|this|that|these|those|he|she"
    r"|the (same|former|latter|first|second|other) (one|paper)?"
    r"|the (authors?|method|approach|model|paper|dataset|code|results?))\b",
    re.I,
)
CONTINUES = re.compile(r"^\W*(and|but|so|also|or|then|what about|how about|why|how come|what else|compared)\b", re.I)
ACRONYM = re.compile(r"[A-Z]{2,5}s?")
"""Names of whole fields (LLMs, GNN): they do not tell which paper is meant."""

ELLIPSIS = 3
FEW = 2
"""Words, and among them words with a meaning, that a question has at most if it is an ellipsis ("How many datasets?").
"""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question made independent of the conversation."""

    question: str
    paper_ids: tuple[str, ...] = ()
    """Papers of the conversation that it may be about."""


def standalone(question: str, titles: Mapping[str, str], turns: Sequence[Turn]) -> Standalone:
    """Make a question stand on its own.

    A question that refers back is completed by the title of the paper last cited first; any other is left alone,
    so that a new topic is not dragged back to the old one.

    Args:
        question: The question as asked.
        titles: Titles of the papers the turns cited, by id.
        turns: The conversation so far, oldest first.
    """
    last = next((turn for turn in reversed(turns) if turn.paper_ids), None)
    if last is None or not _refers_back(question):
        return Standalone(question)
    known = [paper for paper in last.paper_ids if paper in titles]
    if not known:
        return Standalone(question)
    return Standalone(f"{question} ({titles[known[0]]})", tuple(known[:1]))


def _refers_back(question: str) -> bool:
    """Tell whether a question is about what was said before; one that brings a name of its own stands alone."""
    if any(not ACRONYM.fullmatch(name) for name in names(question)):
        return False
    if REFERS.search(question) or CONTINUES.search(question):
        return True
    return len(question.split()) <= ELLIPSIS and len(terms(question)) <= FEW


def turns(history: Sequence[Any] | None) -> list[Turn]:
    """Read a conversation in any of the forms people keep one in.

    Args:
        history: Answers, turns, pairs of question and text, or chat messages with `role` and `content`.

    Raises:
        UsageError: An item is none of these.
    """
    found: list[Turn] = []
    for item in history or ():
        if isinstance(item, Mapping) and item.get("role") == "assistant" and found:
            found[-1] = Turn(question=found[-1].question, text=str(item.get("content", "")))
        elif not (isinstance(item, Mapping) and item.get("role") == "system"):
            found.append(_turn(item))
    return found


def _turn(item: Any) -> Turn:
    if isinstance(item, Turn):
        return item
    if isinstance(item, Answer):
        cited = tuple(dict.fromkeys(citation.paper.id for citation in item.citations))
        return Turn(question=item.question, text=item.text, paper_ids=cited)
    if isinstance(item, Mapping) and item.get("role") == "user":
        return Turn(question=str(item.get("content", "")), text="")
    if isinstance(item, list | tuple) and len(item) == 2:
        return Turn(question=str(item[0]), text=str(item[1]))
    raise UsageError(
        f"history holds a {type(item).__name__}.",
        remedy="Give the earlier answers of ask(), oldest first.",
    )
