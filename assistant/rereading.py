"""Reading the most promising sentences again, more closely than by one vector each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.embedding import titled
from assistant.protocols import Comparer, Scores
from assistant.types import Hit, Passage

PAPERS = 10
"""Papers whose sentences are read again: the first ones of a search."""

PASSAGES = 12
"""Sentences read again, over all these papers. With twenty no more are found, and reading takes longer."""

RANK = 0.5
"""Weight of the paper's score where sentences of several papers compete to be read."""

ORDER = 0.5
"""Weight of the best sentence read, by all words, where papers are put in order. With more, questions of natural
language gain, and collections of keywords lose."""

OPENING = 0.02
"""What the first sentence of an abstract loses: it mostly tells what is known to all."""


def reread(question: str, hits: Sequence[Hit], comparer: Comparer) -> list[Hit]:
    """Compare a question with the best sentences of the first papers, and order these papers and sentences anew.

    A paper's score stays that of the search.

    Args:
        question: What was asked.
        hits: Papers with their evidence, best first.
        comparer: Compares a question with sentences.

    Returns:
        The same papers; those that were not looked at keep their places behind the others.
    """
    passages = _promising(hits[:PAPERS])
    if not passages:
        return list(hits)
    held = comparer.compare(question, [titled(passage.paper, passage.span) for passage in passages])
    read = dict(zip(passages, held, strict=True))
    least = min(map(closeness, held))
    means: dict[Passage, float] = dict(zip(passages, held.mean(axis=1).tolist(), strict=True))
    lowest = min(means.values())

    def place(hit: Hit) -> float:
        return hit.score + ORDER * max((means[one] for one in hit.evidence if one in means), default=lowest)

    first = sorted(hits[:PAPERS], key=lambda hit: -place(hit))
    return [_read(hit, read, least) for hit in (*first, *hits[PAPERS:])]


def closeness(held: Scores) -> float:
    """Say how well a text holds what is asked for, given how well it holds each word: shape (words,).

    By all words, and as much by those it holds least: a text that leaves out what is asked for can be near in the rest.
    """
    return (float(held.mean()) + weakest(held)) / 2 if len(held) else 0.0


def weakest(held: Scores) -> float:
    """Say how well a text holds the quarter of the words that it holds least."""
    return float(np.sort(held)[: max(len(held) // 4, 1)].mean()) if len(held) else 0.0


def _promising(hits: Sequence[Hit]) -> list[Passage]:
    passages = [
        (passage.score + RANK * hit.score, passage)
        for hit in hits
        for passage in hit.evidence
        if passage.span.field == "abstract" or not hit.paper.abstract
    ]
    return [passage for _, passage in sorted(passages, key=lambda pair: -pair[0])[:PASSAGES]]


def _read(hit: Hit, read: Mapping[Passage, Scores], least: float) -> Hit:
    """Score a paper's sentences anew; one that was not read is taken to be as far off as the farthest that was."""
    own = [one for one in hit.evidence if one in read]
    near = {one: closeness(read[one]) for one in own}
    scored = [replace(one, score=near.get(one, least) - _penalty(hit, one)) for one in hit.evidence]
    return replace(
        hit,
        evidence=tuple(sorted(scored, key=lambda passage: -passage.score)),
        closeness=max(near.values(), default=None),
        completeness=weakest(np.max([read[one] for one in own], axis=0)) if own else None,
    )


def _penalty(hit: Hit, passage: Passage) -> float:
    opens = passage.span.field == "abstract" and passage.span.start == 0 and passage.span.end < len(hit.paper.abstract)
    return OPENING if opens else 0.0
