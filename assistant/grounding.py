"""Checking each sentence a model wrote against the words of the papers."""

import re
from collections.abc import Sequence

import numpy as np

from assistant import sentences
from assistant.protocols import Embedder, Vectors
from assistant.types import Citation, Claim
from assistant.words import names, numbers, stems

ENOUGH = 0.8
"""Support from which a claim is shown as supported."""

RELEVANT = 0.8
"""Share of the best quotation's cosine to the question that a claim must reach to be about what was asked."""

NEAR = 0.9
"""Share of the best quotation's support at which another is cited beside it."""

NEGATION = re.compile(r"\b(no|not|never|none|neither|nor|without|cannot|fails?|unable|lacks?)\b|n't\b", re.I)
MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
ENDED = re.compile(r"[.!。！][\"”’')\]]*$")


def claims(text: str, question: str, citations: Sequence[Citation], embedder: Embedder) -> list[Claim]:
    """Check what a model wrote, sentence by sentence.

    A sentence that was cut off, that asks, that only repeats the question or an earlier one, or that has
    less to do with the question than the quotations is left out.
    Citation numbers the model wrote are ignored: a citation is attached because the words support the claim.

    Args:
        text: What the model wrote.
        question: What was asked.
        citations: The quotations the model was given.
        embedder: Compares claims with quotations.
    """
    drafts = [draft for draft in _drafts(text) if set(stems(draft)) - set(stems(question))]
    if not drafts or not citations:
        return []
    quotes = [citation.quote for citation in citations]
    vectors = embedder.embed([question, *quotes, *drafts], "passage")
    asked, quoted, written = vectors[0], vectors[1 : 1 + len(quotes)], vectors[1 + len(quotes) :]
    relevant = RELEVANT * float((quoted @ asked).max())
    return [
        _claim(draft, citations, np.clip(quoted @ vector, 0.0, 1.0))
        for draft, vector in zip(drafts, written, strict=True)
        if float(vector @ asked) >= relevant
    ]


def support(claim: str, citation: Citation, cosine: float) -> float:
    """Say how far a quotation supports a claim, 0 to 1.

    Half is the cosine of the two, half the share of the claim's words found in the quotation or the paper's title.
    A number or a name that the paper does not give, or a negation on one side only, leaves nothing.
    """
    paper = f"{citation.paper.title}. {citation.paper.abstract}"
    if set(numbers(claim)) - set(numbers(paper)) or not _names_given(claim, paper):
        return 0.0
    if bool(NEGATION.search(claim)) != bool(NEGATION.search(citation.quote)):
        return 0.0
    wanted = set(stems(claim))
    given = set(stems(f"{citation.paper.title}. {citation.quote}"))
    return 0.5 * cosine + 0.5 * (len(wanted & given) / len(wanted) if wanted else 0.0)


def _names_given(claim: str, paper: str) -> bool:
    text = paper.lower()
    return all(name.lower() in text for name in names(claim))


def _claim(draft: str, citations: Sequence[Citation], cosines: Vectors) -> Claim:
    supports = [support(draft, citation, float(cosine)) for citation, cosine in zip(citations, cosines, strict=True)]
    best = max(supports)
    cited = tuple(
        citation.number
        for citation, value in zip(citations, supports, strict=True)
        if value >= max(ENOUGH, NEAR * best)
    )
    return Claim(text=draft, citations=cited, support=round(best, 3), supported=best >= ENOUGH)


def _drafts(text: str) -> list[str]:
    """Return the sentences that are whole and state something; a model's lists and headings are lines of their own."""
    lines = (MARKER.sub("", line).strip() for line in text.splitlines())
    found = (line[start:end].strip(" -*•\t") for line in lines for start, end in sentences.split(line))
    return list(dict.fromkeys(draft for draft in found if ENDED.search(draft)))
