"""Questions to go on with, made from the papers at hand without a model, each tried before it is shown.

A sentence that was not quoted hints at a question; the question is searched for as if it were asked, and is offered
only where the library answers it with words that the conversation has not shown yet.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import escape
from itertools import chain, islice, zip_longest

from assistant import sentences
from assistant.errors import CarrelError
from assistant.types import Answer, Evidence, Paper
from assistant.ui import words
from assistant.ui.chat import Desk
from assistant.ui.examples import NAMED
from assistant.ui.talk import Exchange, Talk

MOST = 3
"""Suggestions shown."""
TRIED = 8
"""Questions tried at most: each takes a search, and nobody waits long for what to ask next."""
PAPERS = 3
"""Papers that questions are made from, of those cited and of the others each."""
LONGEST = 80
"""Characters of a title that a question is made with."""

HINTS = tuple(
    (re.compile(hint, re.I), form)
    for hint, form in (
        (r"\b(?:data ?sets?|corpus|corpora|benchmarks?)\b", "Which datasets does {} use?"),
        (
            r"\d+(?:\.\d+)? ?%|\b(?:outperform|surpass|exceed|state[- ]of[- ]the[- ]art|times)\w*",
            "How well does {} do?",
        ),
        (r"\b(?:train(?:s|ed|ing)?|fine-?tun\w+)\b", "How is {} trained?"),
        (r"\b(?:propos|introduc|consist|combin|us)(?:e|es|ed|ing|s)\b", "How does {} work?"),
    )
)
"""What a sentence speaks of, and a question that it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question, and the papers whose words must be among those that answer it."""

    question: str
    papers: tuple[str, ...]
    start: int | None = None
    """Where the sentence that hinted at it begins, which must be quoted; None where any may."""


def suggest(desk: Desk) -> Callable[[Talk], str]:
    """Return the handler that shows what could be asked next."""

    def suggest(talk: Talk) -> str:
        try:
            found = list(islice(_answerable(desk, talk), MOST))
        except CarrelError:
            return ""  # such as a library that was emptied meanwhile: the next question will say so
        return shown(found, len(talk.exchanges))

    return suggest


def shown(questions: Sequence[str], turn: int) -> str:
    """Return the questions as a list of buttons; empty where there are none.

    Args:
        questions: What could be asked next.
        turn: How many questions were asked before; the page's script shows them only there.
    """
    items = "".join(f'<li><button type="button" dir="auto">{escape(one)}</button></li>' for one in questions)
    return f'<ul data-turn="{turn}">{items}</ul>' if items else ""


def _answerable(desk: Desk, talk: Talk) -> Iterator[str]:
    if not talk.exchanges:
        return
    last, asked = talk.exchanges[-1], {one.question.lower() for one in talk.exchanges}
    # A greeting found nothing.
    if last.answer is None or last.evidence is None or last.stopped:
        return
    answers = [exchange.answer for exchange in talk.exchanges if exchange.answer]
    seen = {(one.paper.id, one.start) for answer in answers for one in answer.citations}
    fresh = (one for one in candidates(last.answer) if one.question.lower() not in asked)
    told: set[tuple[str, ...]] = set()
    for one in islice(fresh, TRIED):
        # One question a paper, so that they lead to different places.
        if one.papers not in told and _passes(desk, answers, last, one, seen):
            told.add(one.papers)
            yield one.question


def _passes(desk: Desk, history: Sequence[Answer], last: Exchange, one: Candidate, seen: set[tuple[str, int]]) -> bool:
    """Search for a question as if it were asked now; no model is."""
    with closing(desk.assistant.stream(one.question, history, last.filters)) as events:
        found = next((event for event in events if isinstance(event, Evidence)), None)
    if found is None or not found.answerable:
        return False
    quoted = {(citation.paper.id, citation.start) for citation in found.citations}
    told = all(any(paper == name for name, _ in quoted - seen) for paper in one.papers)
    return told and (one.start is None or (one.papers[0], one.start) in quoted)


def candidates(answer: Answer) -> Iterator[Candidate]:
    """Return questions near to an answer: more of the papers it cites, how they differ from others, and these."""
    cited = list({one.paper.id: one.paper for one in answer.citations}.values())
    others = [hit.paper for hit in answer.hits if hit.paper not in cited]
    kinds = (
        chain.from_iterable(_more(paper, answer) for paper in cited[:PAPERS]),
        _differences(cited[:1], others[:PAPERS]),
        chain.from_iterable(_other(paper, answer) for paper in others[:PAPERS]),
    )
    known: set[str] = set()
    for one in chain.from_iterable(zip_longest(*kinds)):
        if one and one.question not in known:
            known.add(one.question)
            yield one


def _more(paper: Paper, answer: Answer, most: int = 2) -> Iterator[Candidate]:
    """Return questions that sentences of a paper answer which are not quoted."""
    quoted = {one.start for one in answer.citations if one.paper == paper and one.field == "abstract"}
    unquoted = [span for span in sentences.split(paper.abstract) if span[0] not in quoted]
    hinted = (
        Candidate(question=form.format(name), papers=(paper.id,), start=start)
        for name in _name(paper)
        for hint, form in HINTS
        for start, end in unquoted
        if hint.search(paper.abstract[start:end])
    )
    yield from islice({one.question: one for one in hinted}.values(), most)


def _other(paper: Paper, answer: Answer) -> Iterator[Candidate]:
    """Return a question about a paper that was found and not cited; its title stands for what has no name."""
    hinted = list(_more(paper, answer, most=1))
    yield from hinted
    title = words.one_line(paper.title)
    if not hinted and paper.abstract and len(title) <= LONGEST:
        name = next(_name(paper), f"“{title}”")
        for form in ("What does {} propose?", "How does {} work?"):
            yield Candidate(question=form.format(name), papers=(paper.id,))


def _differences(cited: Sequence[Paper], others: Sequence[Paper]) -> Iterator[Candidate]:
    for paper in cited:
        for other in others:
            for one, two in zip(_name(paper), _name(other), strict=False):
                yield Candidate(question=f"How does {one} differ from {two}?", papers=(paper.id, other.id))


def _name(paper: Paper) -> Iterator[str]:
    """Return what a paper calls its own work, if anything."""
    found = NAMED.match(words.one_line(paper.title))
    if found and found["name"] in paper.abstract:
        yield found["name"]
