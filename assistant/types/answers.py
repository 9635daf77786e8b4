"""Answers, and what happens on the way to them."""

from dataclasses import dataclass, field
from typing import Literal

from assistant.types.papers import Field, Hit, Paper, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A numbered quotation; `quote` is verbatim at `start:end` of the field of the paper."""

    number: int
    paper: Paper
    quote: str
    start: int
    end: int
    field: Field = "abstract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence of an answer, with the citations that carry it."""

    text: str
    citations: tuple[int, ...]
    """Numbers of the `Answer.citations` that carry the claim."""
    support: float
    """How far the cited words support the claim, 0 to 1; a quotation has 1."""
    supported: bool
    quoted: bool = False
    """True where the claim is the quotation itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds from the question to each step, and tokens read and written by the model."""

    retrieve: float = 0.0
    first_evidence: float = 0.0
    first_token: float | None = None
    """None where the model was not asked."""
    total: float = 0.0
    tokens_read: int = 0
    tokens_written: int = 0
    """Those of the answer."""
    tokens_thought: int = 0


AnswerKind = Literal["answer", "refusal", "smalltalk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What `ask()` returns."""

    question: str
    answered: bool
    """False where nothing in the library answers; then `text` says so and `hits` are the nearest papers."""
    text: str
    """The answer, with [1] markers that refer to `citations`."""
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    timings: Timings = field(default_factory=Timings)
    standalone: str = ""
    """The question as it was searched for, made independent of the conversation."""
    kind: AnswerKind = "answer"
    model: str = ""
    thinking: str = ""
    """What the model thought before it wrote, if it did; it is not checked, and no part of the answer."""
    asked_larger: bool = False
    """True where the larger model was asked too; `model` is whose words the claims are."""
    larger_failed: str = ""
    """Why the larger model could not be asked, and what to do about it; empty where it could, or need not."""
    scope: Scope = field(default_factory=Scope)
    """The papers that were looked at."""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and its answer, as an earlier part of a conversation."""

    question: str
    text: str
    paper_ids: tuple[str, ...] = ()
    """Papers the answer cited, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Event: what was found, before the model speaks."""

    question: str
    hits: tuple[Hit, ...]
    citations: tuple[Citation, ...]
    """The quotations chosen; the model's words are checked against these."""
    answerable: bool
    library_size: int
    seconds: float
    scope: Scope = field(default_factory=Scope)
    """The papers that were looked at."""
    is_list: bool = False
    """True where papers are asked for: the quotations are the answer, and no model is asked."""


@dataclass(frozen=True, slots=True)
class Token:
    """Event: a piece of text from the model, not yet checked."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """Event: a piece of what the model thinks before it answers."""

    text: str
    takes_back: bool = False
    """True where the `Token`s so far turn out to be thinking too."""


@dataclass(frozen=True, slots=True)
class Larger:
    """Event: too little of what the model wrote passed the checks. The larger one is asked, from the beginning."""


@dataclass(frozen=True, slots=True)
class Done:
    """Event: the whole answer; always the last."""

    answer: Answer


Event = Evidence | Thought | Token | Larger | Claim | Done
