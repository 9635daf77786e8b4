"""Checking each sentence a model wrote against the words of the papers."""

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from assistant import sentences
from assistant.protocols import Embedder, Vectors
from assistant.swaps import swapped
from assistant.types import Citation, Claim
from assistant.words import has_name, names, numbers, proper, stems

ENOUGH = 0.8
"""Support from which a claim is shown as supported."""

RELEVANT = 0.8
"""Share of the best quotation's cosine to the question that a claim must reach to be about what was asked."""

NEAR = 0.9
"""Share of the best quotation's support at which another is cited beside it."""

NEGATION = re.compile(r"\b(no|not|never|none|neither|nor|without|cannot|fails?|unable|lacks?)\b|n't\b", re.I)
OPPOSITES = tuple(
    (re.compile(rf"\b(?:{one})\b", re.I), re.compile(rf"\b(?:{other})\b", re.I))
    for one, other in (
        (r"increas\w+|rais(?:e|es|ed|ing)|gr[eo]w\w*", r"decreas\w+|reduc\w+|lower(?:s|ed|ing)|cut(?:s|ting)?|drop\w*"),
        (r"higher|larger|greater|faster|better|longer|stronger", r"lower|smaller|slower|worse|shorter|weaker"),
        (r"outperform\w*|surpass\w*|exceed\w*|improv\w+", r"underperform\w*|degrad\w+|worsen\w*|hurts?|harms?"),
        (r"highest|largest|best|fastest|most", r"lowest|smallest|worst|slowest|least"),
        (r"at least|more than|over(?= \W?\d)", r"at most|less than|fewer than|under(?= \W?\d)"),
        (r"before", r"after"),
        (r"supervised", r"unsupervised"),
    )
)
"""Words of which a claim may not have the one where its quotation has the other."""

MARKER = re.compile(r"\s*\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]")
LEAD_IN = re.compile(r"^(the )?answer( to (the|this) question)? is( that)?:?\s+", re.I)
"""What small models put before an answer; it says nothing."""

ENDED = re.compile(r"[.!。！][\"”’')\]]*$")


class Checker:
    """Checks what a model writes about a question, sentence by sentence; each one is looked at once.

    Args:
        question: What was asked.
        citations: The quotations the model was given.
        embedder: Compares claims with quotations.
    """

    def __init__(self, question: str, citations: Sequence[Citation], embedder: Embedder) -> None:
        self._question = question
        self._citations = citations
        self._embedder = embedder
        self._known: dict[str, Claim | None] = {}

    @cached_property
    def _vectors(self) -> tuple[Vectors, Vectors]:
        # Not before a sentence was written: nobody waits for the first word because of this.
        vectors = self._embedder.embed([self._question, *(one.quote for one in self._citations)], "passage")
        return vectors[0], vectors[1:]

    def claims(self, text: str) -> list[Claim]:
        """Check a text.

        A sentence that was cut off, that asks, that only repeats the question or an earlier one, or that has
        less to do with the question than the quotations is left out.
        Citation numbers the model wrote are ignored: a citation is attached because the words support the claim.

        Args:
            text: What the model wrote, or the beginning of it that ends with a sentence.
        """
        drafts = _drafts(text) if self._citations else []
        new = [draft for draft in drafts if draft not in self._known]
        if new:
            self._known |= zip(new, map(self._claim, new, self._embedder.embed(new, "passage")), strict=True)
        return [claim for draft in drafts if (claim := self._known[draft])]

    def _claim(self, draft: str, vector: Vectors) -> Claim | None:
        asked, quoted = self._vectors
        if not set(stems(draft)) - set(stems(self._question)) or vector @ asked < RELEVANT * (quoted @ asked).max():
            return None
        cosines = np.clip(quoted @ vector, 0.0, 1.0)
        supports = [support(draft, one, float(cosine)) for one, cosine in zip(self._citations, cosines, strict=True)]
        best = max(supports)
        cited = tuple(
            citation.number
            for citation, value in zip(self._citations, supports, strict=True)
            if value >= max(ENOUGH, NEAR * best)
        )
        return Claim(text=draft, citations=cited, support=round(best, 3), supported=best >= ENOUGH)


def support(claim: str, citation: Citation, cosine: float) -> float:
    """Say how far a quotation supports a claim, 0 to 1.

    Half is the cosine of the two, half the share of the claim's words found in the quotation or the paper's title.
    A number or a name that the paper does not give leaves nothing, nor does a claim opposed to the quotation, or one
    that says of one thing what the quotation says of another.
    """
    paper = f"{citation.paper.title}. {citation.paper.abstract}"
    if set(numbers(claim)) - set(numbers(paper)) or not _names_given(claim, paper):
        return 0.0
    if opposed(claim, citation.quote) or swapped(claim, citation.quote):
        return 0.0
    wanted = set(stems(claim))
    given = set(stems(f"{citation.paper.title}. {citation.quote}"))
    return 0.5 * cosine + 0.5 * (len(wanted & given) / len(wanted) if wanted else 0.0)


def opposed(claim: str, quote: str) -> bool:
    """Tell whether only one of the two is negated, or one says the opposite of what the other says.

    >>> opposed("It raises the cost.", "It reduces the cost by half.")
    True
    """
    if bool(NEGATION.search(claim)) != bool(NEGATION.search(quote)):
        return True
    sides = ([bool(side.search(text)) for text in (claim, quote) for side in pair] for pair in OPPOSITES)
    return any(seen in ([True, False, False, True], [False, True, True, False]) for seen in sides)


def _names_given(claim: str, paper: str) -> bool:
    known = set(stems(paper))
    return all(has_name(paper, name) for name in names(claim)) and known.issuperset(stems(" ".join(proper(claim))))


def finished(text: str) -> str:
    """Return a text without its last sentence, which may go on.

    >>> finished("The router halves the cost of serving. Its accuracy on MMLU is 0.")
    'The router halves the cost of serving. '
    """
    line = text.rfind("\n") + 1
    spans = list(sentences.split(text[line:]))
    return text[: line + spans[-1][0]] if spans else text


def _drafts(text: str) -> list[str]:
    """Return the sentences that are whole and state something; a model's lists and headings are lines of their own."""
    lines = (MARKER.sub("", line).strip() for line in text.splitlines())
    found = (LEAD_IN.sub("", line[start:end].strip(" -*•\t")) for line in lines for start, end in sentences.split(line))
    return list(dict.fromkeys(draft for draft in found if ENDED.search(draft)))
