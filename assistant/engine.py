"""The flow of a question: understand, retrieve, choose evidence, decide, write, check, answer."""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date

from assistant import compose, escalation, facts, grounding, intent, overview, packing, prompts, scope
from assistant.clock import Clock
from assistant.draft import Draft
from assistant.errors import ModelError
from assistant.protocols import ChatModel, Holdings, Retriever
from assistant.seeking import NONE, Found, Seeker
from assistant.settings import Settings
from assistant.types import Answer, Done, Event, Evidence, Filters, Larger, Turn


class Engine:
    """Answers questions from a library with a language model.

    Args:
        library: Where the papers are.
        model: Gives what writes, once the evidence is found; None from it answers with quotations alone.
        settings: How many papers, quotations and tokens.
        larger: Gives the larger model, once it is needed; None where there is none.
        holdings: Of the library; without it, no years, authors and venues are read from the words of a question.
        today: Tells the date, for `the last five years`.
    """

    def __init__(
        self,
        library: Retriever,
        model: Callable[[], ChatModel | None],
        settings: Settings,
        *,
        larger: Callable[[], ChatModel] | None = None,
        holdings: Holdings | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._library = library
        self._model = model
        self._larger = larger
        self._settings = settings
        self._holdings = holdings
        self._seeker = Seeker(library, settings, holdings=holdings, today=today)

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
        if self._holdings and not filters and overview.is_asked(wanted.question):
            yield from self._overview(message, self._holdings, clock)
            return
        found = self._seeker.find(wanted.question, turns, filters or NONE, literal=literal)
        told = self._fact(wanted.question, found, turns)
        found = told[0] if told else found
        seconds = clock.mark("retrieve", "first_evidence")
        yield Evidence(
            question=found.question,
            hits=found.hits,
            citations=found.citations,
            answerable=found.answerable,
            library_size=size,
            seconds=seconds,
            scope=found.scope,
            is_list=found.is_list,
        )
        if told:
            yield Done(facts.fill(self._answer(message, found, clock), told[1], found.citations))
            return
        if not found.answerable:
            yield Done(self._answer(message, found, clock, self._refusal(found)))
            return
        if found.is_list:
            # No model is asked: what it leaves out would look as if it did not fit, and each paper's own words are
            # the reason why it does.
            yield Done(compose.listing(self._answer(message, found, clock), found.citations))
            return
        draft = yield from self._draft(found, clock, stop)
        answer = self._answer(message, found, clock, draft=draft)
        yield Done(compose.complete(answer, draft.claims, found.citations, strict=self._is_strict))

    @property
    def _is_strict(self) -> bool:
        return self._settings.checks == "strict"

    def _overview(self, message: str, holdings: Holdings, clock: Clock) -> Iterator[Event]:
        """Tell what the library is about; no model is asked."""
        topics = holdings.topics()
        papers = {paper.id: paper for paper in self._library.get(*(one for topic in topics for one in topic.papers))}
        seconds = clock.mark("retrieve", "first_evidence", "total")
        answer = Answer(question=message, answered=True, text="", standalone=message, timings=clock.timings)
        answer = overview.fill(answer, topics, papers)
        yield Evidence(
            question=message,
            hits=(),
            citations=answer.citations,
            answerable=True,
            library_size=len(self._library),
            seconds=seconds,
            is_list=True,
        )
        yield Done(answer)

    def _fact(self, question: str, found: Found, turns: Sequence[Turn]) -> tuple[Found, str] | None:
        """Look whether a paper's record answers; return the evidence for it, and the sentence."""
        wanted = facts.asked(question)
        if wanted is None:
            return None
        paper = facts.paper(wanted, found.hits, self._library.get(*turns[-1].paper_ids) if turns else [])
        if paper is None:
            return None
        text, is_known = facts.tell(wanted.fact, paper)
        return replace(found, citations=(compose.headline(paper, 1),), answerable=is_known, is_list=False), text

    def _refusal(self, found: Found) -> str:
        filters = found.scope.filters
        return (found.refusal or prompts.REFUSAL).format(
            question=compose.plain(found.question),
            count=len(self._library),
            limits=compose.plain(scope.phrase(filters)),
            papers=found.scope.papers,
            names=compose.plain(", ".join(found.absent)),
        )

    def _draft(self, found: Found, clock: Clock, stop: threading.Event) -> Generator[Event, None, Draft]:
        """Let the model write, and the larger one too where the checks leave too little of it."""
        model = self._model()
        draft = (yield from self._write(model, found, clock, stop)) if model is not None else Draft()
        if self._larger is not None and escalation.is_weak(draft.claims) and not stop.is_set():
            draft = yield from self._ask_larger(self._larger, draft, found, clock, stop)
        yield from draft.claims
        return draft

    def _ask_larger(
        self, larger: Callable[[], ChatModel], first: Draft, found: Found, clock: Clock, stop: threading.Event
    ) -> Generator[Event, None, Draft]:
        yield Larger()
        try:
            second = yield from self._write(larger(), found, clock, stop)
        except ModelError as error:
            # The first one's words, or the quotations alone, are an answer still.
            return replace(first, larger_failed=f"{error} {error.remedy}")
        best = first if escalation.share(first.claims) > escalation.share(second.claims) else second
        return replace(best, asked_larger=True)

    def _write(
        self, model: ChatModel, found: Found, clock: Clock, stop: threading.Event
    ) -> Generator[Event, None, Draft]:
        """Let the model write, and check what it wrote. Closing the generator stops the model.

        A sentence that the checks reject is the last, unless such are shown: what follows refers to it, and the
        quotations say it better.
        """
        most = min(self._settings.answer_tokens, model.context // 2)
        messages = packing.pack(found.question, found.citations, model, most)
        draft = Draft(model=model.name)
        checker = grounding.Checker(found.question, found.citations, self._library.embedder)
        checked = ""
        with closing(model.stream(messages, max_tokens=most, stop=stop)) as pieces:
            for piece in pieces:
                if clock.timings.first_token is None:
                    clock.mark("first_token")
                yield draft.add(piece)
                if not self._is_strict or (finished := grounding.finished(draft.text)) == checked:
                    continue
                checked = finished
                if not all(claim.supported for claim in checker.claims(finished)):
                    break
        clock.count(tokens_read=model.count(messages), tokens_written=draft.tokens, tokens_thought=draft.tokens_thought)
        draft.claims = checker.claims(draft.text)
        return draft

    def _answer(self, message: str, found: Found, clock: Clock, text: str = "", draft: Draft | None = None) -> Answer:
        clock.mark("total")
        draft = draft or Draft()
        return Answer(
            question=message,
            answered=found.answerable,
            text=text,
            hits=found.hits,
            standalone=found.question,
            timings=clock.timings,
            kind="answer" if found.answerable else "refusal",
            model=draft.model,
            thinking=draft.thinking,
            asked_larger=draft.asked_larger,
            larger_failed=draft.larger_failed,
            scope=found.scope,
        )
