"""Judging one reply: is it right, does it cite what answers, does what it says stand in what it cites."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import checking

from assistant import Answer
from assistant.types import Paper

WORDS = 120
"""Words of an answer that count."""

MARKER = re.compile(r"\[\d+(?:\s*,\s*\d+)*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a system replied, in the one form in which all are judged."""

    text: str
    answered: bool
    """False where it said that it cannot answer, or that nothing was asked."""
    cited: tuple[Paper, ...] = ()
    claims: tuple[tuple[str, tuple[Paper, ...]], ...] = ()
    """What it states as supported, each with the papers cited for it."""
    quotes: tuple[tuple[str, Paper], ...] = ()
    verbatim: bool = True
    """True where every quotation stands at its offsets."""
    written: bool = False
    """True where at least one sentence is the model's."""
    model: str = ""
    """Whose words are shown."""
    asked_larger: bool = False
    """True where the larger model was asked too."""
    evidence_seconds: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of one question."""

    question: str
    answered: bool
    cited: bool
    """A gold paper is among the cited."""
    right: bool
    """Each group of keys is met."""
    groups: tuple[bool, ...] = ()
    fitting: tuple[bool, ...] = ()
    """For each paper cited: it is gold, or what is quoted of it meets every group."""
    found: tuple[bool, ...] = ()
    """For each gold paper: it is cited."""
    faults: tuple[str, ...] = ()
    """One for each claim that the independent check rejects."""
    claims: int = 0
    verbatim: bool = True
    written: bool = False
    model: str = ""
    asked_larger: bool = False
    words: int = 0
    evidence_seconds: float = 0.0
    seconds: float = field(default=0.0, compare=False)


def reply(answer: Answer) -> Reply:
    """Return an answer of the product in the form in which all are judged."""
    papers = {citation.number: citation.paper for citation in answer.citations}
    return Reply(
        text=answer.text,
        answered=answer.answered,
        cited=tuple(dict.fromkeys(papers.values())),
        claims=tuple((one.text, tuple(papers[n] for n in one.citations)) for one in answer.claims if one.supported),
        quotes=tuple((one.quote, one.paper) for one in answer.citations),
        verbatim=all(one.paper.text(one.field)[one.start : one.end] == one.quote for one in answer.citations),
        written=any(not claim.quoted for claim in answer.claims),
        model=answer.model,
        asked_larger=answer.asked_larger,
        evidence_seconds=answer.timings.first_evidence,
        seconds=answer.timings.total,
    )


def judge(question: str, gold: Collection[str], keys: Sequence[Sequence[str]], said: Reply) -> Row:
    """Compare a reply with what is known of its question.

    Args:
        question: What was asked.
        gold: Titles of the papers that answer it.
        keys: Groups of wordings; a right answer has one of each group in its first 120 words.
        said: The reply.
    """
    head = " ".join(MARKER.sub("", said.text).split()[:WORDS]).lower()
    groups = tuple(said.answered and any(key.lower() in head for key in group) for group in keys)
    titles = {paper.title for paper in said.cited}
    return Row(
        question=question,
        answered=said.answered,
        cited=bool(titles & set(gold)),
        right=all(groups) and said.answered,
        groups=groups,
        fitting=tuple(paper.title in gold or _answers(paper, keys, said) for paper in said.cited),
        found=tuple(title in titles for title in gold),
        faults=tuple(_rejected(said)),
        claims=len(said.claims),
        verbatim=said.verbatim,
        written=said.written,
        model=said.model,
        asked_larger=said.asked_larger,
        words=len(said.text.split()),
        evidence_seconds=said.evidence_seconds,
        seconds=said.seconds,
    )


def _answers(paper: Paper, keys: Sequence[Sequence[str]], said: Reply) -> bool:
    quoted = " ".join(quote for quote, source in said.quotes if source == paper).lower()
    return bool(quoted and keys) and all(any(key.lower() in quoted for key in group) for group in keys)


def _rejected(said: Reply) -> Iterator[str]:
    for text, papers in said.claims:
        found = checking.faults(text, [f"{paper.title}. {paper.abstract}" for paper in papers])
        if found:
            yield f"{', '.join(found)}: {text}"
