"""The flow of a question: understand, retrieve, choose evidence, decide, write, check, answer."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from assistant import compose, conversation, evidence, gate, grounding, intent, limits, packing, prompts, scope
from assistant.limits import Limits
from assistant.protocols import ChatModel, Holdings, Retriever
from assistant.settings import Settings
from assistant.types import (
    Answer,
    Citation,
    Claim,
    Done,
    Event,
    Evidence,
    Filters,
    Hit,
    Paper,
    Scope,
    Timings,
    Token,
    Turn,
)
from assistant.words import asks_for_number

NONE = Filters()


@dataclass(slots=True)
class Clock:
    """Measures the steps of one answer."""

    start: float = field(default_factory=time.perf_counter)
    timings: Timings = field(default_factory=Timings)

    def mark(self, *steps: str) -> float:
        """Note that steps have just ended."""
        seconds = time.perf_counter() - self.start
        values: dict[str, Any] = dict.fromkeys(steps, seconds)
        self.timings = replace(self.timings, **values)
        return seconds

    def count(self, **tokens: int) -> None:
        """Note tokens read or written."""
        self.timings = replace(self.timings, **tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What retrieval and selection made of a question."""

    question: str
    """Standing on its own."""
    hits: tuple[Hit, ...]
    citations: tuple[Citation, ...]
    answerable: bool
    scope: Scope = field(default_factory=Scope)
    refusal: str = ""
    """What to say where nothing answers."""


class Engine:
    """Answers questions from a library with a language model.

    Args:
        library: Where the papers are.
        model: Gives what writes, once the evidence is found; None from it answers with quotations alone.
        settings: How many papers, quotations and tokens.
        holdings: Of the library; without it, no years, authors and venues are read from the words of a question.
        today: Tells the date, for `the last five years`.
    """

    def __init__(
        self,
        library: Retriever,
        model: Callable[[], ChatModel | None],
        settings: Settings,
        *,
        holdings: Holdings | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._library = library
        self._model = model
        self._settings = settings
        self._holdings = holdings
        self._today = today

    def stream(
        self,
        message: str,
        turns: Sequence[Turn] = (),
        filters: Filters | None = None,
        stop: threading.Event | None = None,
        *,
        literal: bool = False,
    ) -> Generator[Event, None, None]:
        """Answer a message, event by event; `Done` is always the last.

        Args:
            message: What the person wrote.
            turns: The conversation so far, oldest first.
            filters: What retrieval is limited to.
            stop: When set, the model stops and what it wrote so far is the answer.
            literal: Search for the words as they stand; take no filter from them.

        Raises:
            QuestionError: The message is empty or far too long.
            ModelError: The model failed.
        """
        clock, stop = Clock(), stop or threading.Event()
        wanted = intent.read(message)
        size = len(self._library)
        if wanted.kind != "question":
            clock.mark("total")
            text = wanted.reply.format(count=size)
            yield Done(
                Answer(
                    question=message,
                    answered=False,
                    text=text,
                    kind="refusal" if wanted.kind == "order" else "smalltalk",
                    timings=clock.timings,
                )
            )
            return
        found = self._find(wanted.question, turns, filters or NONE, literal=literal)
        seconds = clock.mark("retrieve", "first_evidence")
        yield Evidence(
            question=found.question,
            hits=found.hits,
            citations=found.citations,
            answerable=found.answerable,
            library_size=size,
            seconds=seconds,
            scope=found.scope,
        )
        if not found.answerable:
            yield Done(self._answer(message, found, clock, self._refusal(found)))
            return
        model = self._model()
        claims = (yield from self._write(model, found, clock, stop)) if model is not None else []
        answer = self._answer(message, found, clock, model=model.name if model else "")
        yield Done(compose.complete(answer, claims, found.citations))

    def _find(self, question: str, turns: Sequence[Turn], given: Filters, *, literal: bool) -> Found:
        """Search within the filters given and those understood; if nothing answers, without the latter."""
        limited, before = Limits(question), turns
        if self._holdings and not literal:
            limited, before = limits.continued(question, turns, self._holdings, self._today())
        understood = scope.added(limited.filters, given)
        if not understood:
            return self._within(question, turns, given)
        asked = question if limited.is_all else limited.question
        first: Found | None = None
        for kept in scope.loosened(understood):
            found = self._within(asked, before, given, kept, dropped=scope.added(understood, kept))
            if limited.is_all and found.hits:
                return replace(found, answerable=False, refusal=prompts.ONLY_LIMITS)
            if found.answerable:
                return found
            first = first or (found if found.hits else None)
        whole = self._within(question, turns, given, dropped=understood)
        if whole.answerable or first is None:
            return whole
        return replace(first, refusal=prompts.REFUSAL_WITHIN if given else prompts.REFUSAL_BEYOND)

    def _within(
        self, question: str, turns: Sequence[Turn], given: Filters, understood: Filters = NONE, dropped: Filters = NONE
    ) -> Found:
        filters = scope.merged(given, understood)
        found = self._follow(question, turns, filters)
        looked_at = Scope(filters=filters, understood=understood, dropped=dropped)
        if not filters:
            return replace(found, scope=looked_at)
        refusal = prompts.REFUSAL_WITHIN if found.hits else prompts.NO_PAPERS
        return replace(found, scope=scope.counted(looked_at, self._holdings), refusal=refusal)

    def _refusal(self, found: Found) -> str:
        filters = found.scope.filters
        return (found.refusal or prompts.REFUSAL).format(
            question=compose.plain(found.question),
            count=len(self._library),
            limits=compose.plain(scope.phrase(filters)),
            papers=found.scope.papers,
        )

    def _follow(self, question: str, turns: Sequence[Turn], filters: Filters) -> Found:
        """Search for a question as it continues the conversation."""
        asked = conversation.standalone(question, self._papers(turns), turns)
        found = self._look(asked.question, filters)
        if asked.paper_ids and not asked.points_back:
            alone = self._look(question, filters)
            # What only sounds like a follow-up, and by itself leads to another paper, is a new question.
            if alone.answerable and alone.hits[0].paper.id not in asked.paper_ids and evidence.leads(alone.hits):
                return alone
        return found

    def _look(self, question: str, filters: Filters) -> Found:
        question = question[: intent.LONGEST]  # a title may have made it longer
        hits = self._library.retrieve(question, self._settings.papers, filters or None)
        chosen = evidence.choose(hits, self._settings.quotes, number=asks_for_number(question))
        seen = gate.signals(hits, chosen)
        return Found(
            question=question,
            hits=tuple(hits),
            citations=tuple(compose.number(chosen)),
            answerable=bool(chosen) and gate.is_open(seen, self._library.embedder.identity),
        )

    def _papers(self, turns: Sequence[Turn]) -> dict[str, Paper]:
        ids = [paper for turn in turns for paper in turn.paper_ids]
        return {paper.id: paper for paper in self._library.get(*ids)}

    def _write(
        self, model: ChatModel, found: Found, clock: Clock, stop: threading.Event
    ) -> Generator[Event, None, list[Claim]]:
        """Let the model write, and check what it wrote. Closing the generator stops the model."""
        most = min(self._settings.answer_tokens, model.context // 2)
        messages = packing.pack(found.question, found.citations, model, most)
        text, tokens = "", 0
        with closing(model.stream(messages, max_tokens=most, stop=stop)) as pieces:
            for piece in pieces:
                if tokens == 0:
                    clock.mark("first_token")
                text, tokens = text + piece.text, tokens + piece.tokens
                yield Token(piece.text)
        clock.count(tokens_read=model.count(messages), tokens_written=tokens)
        claims = grounding.claims(text, found.question, found.citations, self._library.embedder)
        yield from claims
        return claims

    def _answer(self, message: str, found: Found, clock: Clock, text: str = "", model: str = "") -> Answer:
        clock.mark("total")
        return Answer(
            question=message,
            answered=found.answerable,
            text=text,
            hits=found.hits,
            standalone=found.question,
            timings=clock.timings,
            kind="answer" if found.answerable else "refusal",
            model=model,
            scope=found.scope,
        )
