"""Making a follow-up question stand on its own, by rules: no model is needed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.errors import UsageError
from assistant.types import Answer, Paper, Turn
from assistant.words import names, stems, terms

THING = r"(paper|method|approach|model|dataset|code|results?|authors?|work|study|system|technique|one|ones)"
REFERS = re.compile(
    r"\b(it|its|they|them|their|theirs|he|she|this|these|another one"
    r"|those(?! (of|that|which|who|in|with|based|trained|using|without|from|for)\b)"
    rf"|that(?= {THING}\b|\W*$)|(is|was|do|does|did) that"
    rf"|the (same|former|latter|first|second|other)( {THING})?"
    rf"|the {THING}(?! (of|on|by|that|which|called|named|about|behind)\b))\b",
    re.I,
)
"""Words that point back, unless what they point to stands in the question itself. `That` mostly joins clauses."""

CONTINUES = re.compile(r"^\W*(and|but|so|also|or|then|what about|how about|what else|compared)\b", re.I)
CHANGES = re.compile(
    r"^\W*((an?|the) )?((different|new|next|another|other|unrelated|separate) (topic|question|subject)"
    r"|on a different note|changing the (topic|subject))\b\W*",
    re.I,
)
ASKS = re.compile(
    r"^\W*(what|which|who|whose|how|why|when|where|is|are|was|were|does|do|did|can|could|has|have)\b", re.I
)
DEFINES = re.compile(r"^\W*(what|who) (is|are|was|were) (?!the\b)", re.I)
OWN = re.compile(r"\b(do|does|did|can)\s+\w+\s+\w+", re.I)
"""A subject and its verb, as in "How do cats purr?"; an ellipsis has none."""

CLAUSE = re.compile(r"\b(and|but|or|when|if|because|while|so)\b", re.I)
PROPER = re.compile(r"(?<=[\w,] )[A-Z]\w+")

ITS_OWN = frozenset(
    """
    accuracy advantages baselines benchmark benchmarks code conclusion contribution contributions cost data datasets
    detail details difference disadvantages drawbacks efficiency evaluation experiments findings limitation limitations
    metric metrics new novelty parameters performance problem results score scores speed training weaknesses
    """.split()  # noqa: SIM905
)
"""What every paper has: "What are limitations?" asks for those of the paper talked about."""

FEW = 2
"""Words with a meaning, at most, for a question to be an ellipsis ("How many datasets?")."""

SEVERAL = 3
"""Words with a meaning, at least, for the first clause of a question to hold what the second points to."""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question made independent of the conversation."""

    question: str
    paper_ids: tuple[str, ...] = ()
    """Papers of the conversation that it may be about."""
    points_back: bool = False
    """True where a word of it, such as "it", points to what was said before."""


def standalone(question: str, papers: Mapping[str, Paper], turns: Sequence[Turn]) -> Standalone:
    """Make a question stand on its own.

    A question that refers back is completed by the title of the paper last cited first, or by the question before
    where no citation is known; any other is left alone, so that a new topic is not dragged back to the old one.

    Args:
        question: The question as asked.
        papers: The papers that the turns cited, by id.
        turns: The conversation so far, oldest first.
    """
    if CHANGES.search(question):
        return Standalone(CHANGES.sub("", question) or question)
    if not turns or not _refers_back(question):
        return Standalone(question)
    last = next((turn for turn in reversed(turns) if turn.paper_ids), None)
    if last is None:
        earlier = next((turn.question for turn in reversed(turns) if not _refers_back(turn.question)), "")
        return Standalone(f"{question} ({earlier})" if earlier else question)
    paper = next((papers[one] for one in last.paper_ids if one in papers), None)
    points_back = bool(REFERS.search(question))
    if paper is None or not (points_back or CONTINUES.search(question) or _touches(question, paper)):
        return Standalone(question)
    return Standalone(f"{question} ({paper.title})", (paper.id,), points_back)


def _touches(question: str, paper: Paper) -> bool:
    """Tell whether a paper can be what a short question is about: it has one of its words, or what every paper has."""
    told = stems(f"{paper.title} {paper.abstract}")
    return _asks_of_any(terms(question)) or not set(stems(question)).isdisjoint(told)


def _asks_of_any(words: Sequence[str]) -> bool:
    """Tell whether a question of these words can be asked of every paper."""
    return not words or not ITS_OWN.isdisjoint(word.lower() for word in words)


def _refers_back(question: str) -> bool:
    reference, words = REFERS.search(question), terms(question)
    if reference:
        return not _names_something(question[: reference.start()])
    if len(words) > FEW:
        return bool(CONTINUES.search(question)) and len(words) <= 2 * FEW and not names(question)
    return bool(CONTINUES.search(question)) or _is_ellipsis(question, words)


def _names_something(text: str) -> bool:
    """Tell whether the words before a reference hold what it points to."""
    clause = CLAUSE.search(text)
    return bool(names(text) or PROPER.search(text) or (clause and len(terms(text[: clause.start()])) >= SEVERAL))


def _is_ellipsis(question: str, words: Sequence[str]) -> bool:
    if _asks_of_any(words):
        return True
    if names(question) or PROPER.search(question) or DEFINES.search(question) or OWN.search(question):
        return False
    return len(words) == 1 or "?" in question or bool(ASKS.search(question))


def turns(history: Sequence[Any] | None) -> list[Turn]:
    """Read a conversation in any of the forms people keep one in.

    Args:
        history: Answers, turns, pairs of question and text, or chat messages with `role` and `content`.

    Raises:
        UsageError: An item is none of these.
    """
    found: list[Turn] = []
    for item in history or ():
        role = item.get("role") if isinstance(item, Mapping) else None
        if role == "assistant" and found:
            found[-1] = replace(found[-1], text=_content(item))
        elif role not in ("assistant", "system", "developer", "tool"):
            found.append(_turn(item))
    return found


def _turn(item: Any) -> Turn:
    if isinstance(item, Turn):
        return item
    if isinstance(item, Answer):
        cited = tuple(dict.fromkeys(citation.paper.id for citation in item.citations))
        return Turn(question=item.question, text=item.text, paper_ids=cited)
    if isinstance(item, Mapping) and item.get("role") == "user":
        return Turn(question=_content(item), text="")
    if isinstance(item, list | tuple) and len(item) == 2:
        return Turn(question=str(item[0]), text=str(item[1]))
    raise UsageError(
        f"history holds a {type(item).__name__}.",
        remedy="Give the earlier answers of ask(), oldest first.",
    )


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    parts = (part.get("text", "") if isinstance(part, Mapping) else part for part in content)
    return "".join(str(part) for part in parts)
