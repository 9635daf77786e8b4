"""Choosing the sentences that answer a question, before any model is asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.protocols import Vectors
from assistant.types import Hit, Paper, Passage, Span
from assistant.words import numbers, stems

LEXICAL = 0.3
"""Weight of the question's words found in a sentence, against its cosine."""

PAPER = 0.2
"""Weight of the paper's own score when sentences of several papers compete."""

SIMILAR = 0.3
"""Weight of the paper's cosine there: a score tells the best of a search, not whether it is good."""

NUMBER = 0.05
"""What a sentence with a number gains where a number is asked for."""

EACH = 3
"""Quotations taken from one paper at most, where it does not lead."""

LEAD = 0.3
"""Distance in score at which the first paper leads the second."""

WEAK = 0.9
"""Share of the best sentence's score below which a sentence is no longer quoted."""

SAME = 0.75
"""Share of words at which two quotations say the same, and the second is left out."""


def score(
    paper: Paper, spans: Sequence[Span], vectors: Vectors, query: Vectors, weights: Mapping[str, float]
) -> list[Passage]:
    """Score a paper's sentences for a question.

    Args:
        paper: The paper.
        spans: Its sentences.
        vectors: Their vectors, shape (len(spans), dimension).
        query: The question's unit vector, shape (dimension,).
        weights: Stems of the question's words, each with its weight; rare ones weigh more.

    Returns:
        The sentences, best first.
    """
    cosines = vectors @ query
    passages = [
        Passage(paper=paper, span=span, score=float(cosine)) for span, cosine in zip(spans, cosines, strict=True)
    ]
    scored = [
        replace(passage, score=(passage.score + LEXICAL * coverage(passage.text, weights)) / (1.0 + LEXICAL))
        for passage in passages
    ]
    return sorted(scored, key=lambda passage: -passage.score)


def coverage(text: str, weights: Mapping[str, float]) -> float:
    """Return the weighted share of the stems that occur in a text, 0 to 1.

    >>> coverage("Routing saves cost.", {"rout": 3.0, "graph": 1.0})
    0.75
    """
    found = set(stems(text))
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in found) / total if total else 0.0


def rarity(frequency: int, papers: int) -> float:
    """Weigh a word by how few papers have it: BM25's idf (Robertson and Zaragoza 2009, eq. 3.3), never negative."""
    return float(np.log1p((papers - frequency + 0.5) / (frequency + 0.5)))


def choose(hits: Sequence[Hit], most: int, *, number: bool = False) -> list[Passage]:
    """Choose quotations over all hits, best first, none saying what another says already.

    A paper that does not lead the next one clearly does not fill the list alone.

    Args:
        hits: Papers with their evidence, best first.
        most: The most quotations to choose.
        number: Prefer sentences that give a number: one is asked for.
    """
    each = most if leads(hits) else EACH
    ranked = sorted(
        ((_rank(hit, passage, number), passage) for hit in hits for passage in hit.evidence),
        key=lambda pair: -pair[0],
    )
    chosen: list[Passage] = []
    taken: Counter[str] = Counter()
    for rank, passage in ranked:
        if len(chosen) == most or rank < WEAK * ranked[0][0]:
            break
        fits = passage.span.field == "abstract" and taken[passage.paper.id] < each
        if fits and is_new(passage, chosen):
            chosen.append(passage)
            taken[passage.paper.id] += 1
    return chosen


def _rank(hit: Hit, passage: Passage, number: bool) -> float:
    given = NUMBER if number and numbers(passage.text) else 0.0
    return passage.score + PAPER * hit.score + SIMILAR * hit.similarity + given


def leads(hits: Sequence[Hit]) -> bool:
    """Tell whether the first paper is clearly better than the second."""
    return len(hits) == 1 or (len(hits) > 1 and hits[0].score - hits[1].score >= LEAD)


def is_new(passage: Passage, chosen: Sequence[Passage]) -> bool:
    """Tell whether a quotation says what none of those chosen says already."""
    return not any(alike(passage.text, other.text) for other in chosen)


def alike(one: str, other: str) -> bool:
    """Tell whether two sentences say nearly the same in the same words."""
    left, right = set(stems(one)), set(stems(other))
    return len(left & right) >= SAME * max(min(len(left), len(right)), 1)
