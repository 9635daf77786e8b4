"""A conversation, and the exchanges it is made of."""

import uuid
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.types import Answer, Evidence, Filters
from assistant.ui import words

Verdict = Literal["", "good", "bad"]

TITLE = 80
"""Characters of a title that is made of the first question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question of a conversation, and how far its answer is."""

    question: str
    filters: Filters = field(default_factory=Filters)
    """Those the person has set."""
    literal: bool = False
    """Take no filter from the words of the question."""
    doing: str = ""
    """The step under way, in words; empty once it is over."""
    evidence: Evidence | None = None
    draft: str = ""
    """What the model wrote so far, not yet checked."""
    left_out: tuple[str, ...] = ()
    """Sentences of the model that no quotation supports."""
    answer: Answer | None = None
    problem: str = ""
    """What went wrong, with its remedy."""
    stopped: bool = False
    verdict: Verdict = ""
    """What the person said of the answer."""
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Tells the exchange from all others, also of other conversations."""

    @property
    def is_open(self) -> bool:
        """True while neither an answer nor anything else has ended it."""
        return self.answer is None and not self.problem and not self.stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation: its id, empty while nothing was asked, and its exchanges, oldest first."""

    id: str = ""
    title: str = ""
    exchanges: tuple[Exchange, ...] = ()

    def until(self, turn: int) -> "Talk":
        """Return the conversation before one of its exchanges, which count from 1."""
        return replace(self, exchanges=self.exchanges[: turn - 1])

    def grown(self, exchange: Exchange) -> "Talk":
        """Return the conversation with one more exchange; the first gives it an id and a title."""
        exchanges = (*self.exchanges, exchange)
        if self.id:
            return replace(self, exchanges=exchanges)
        return Talk(id=uuid.uuid4().hex, title=words.one_line(exchange.question)[:TITLE], exchanges=exchanges)
