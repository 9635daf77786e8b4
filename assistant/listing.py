"""Choosing for a question that asks which papers fit: every paper that does, each with one quotation."""

from collections.abc import Sequence

from assistant.types import Hit, Passage

POOL = 30
"""Papers looked at, and so the most that a list can name."""

FLOOR = 0.2
"""Nearness below which a paper does not fit, however near the others are."""

SHARE = 0.6
"""Share of the best paper's score below which a paper no longer fits.

`python benchmarks/listing.py` fits the two, and says how good the lists are: a lower share finds some more of the right
papers, and names many more that are not."""


def choose(hits: Sequence[Hit], floor: float = FLOOR, share: float = SHARE) -> list[Passage]:
    """Choose the papers that fit.

    Args:
        hits: Papers with their evidence.
        floor: Least nearness of a paper.
        share: Least share of the best paper's score.

    Returns:
        The best sentence of each paper's abstract, best paper first.
    """
    ranked = sorted(hits, key=lambda hit: -hit.score)
    least = share * ranked[0].score if ranked else 0.0
    return [
        passage
        for hit in ranked
        if hit.score >= least and (passage := quotation(hit)) is not None and nearness(hit, passage) >= floor
    ]


def quotation(hit: Hit) -> Passage | None:
    """Return the sentence of a paper's abstract that is nearest to the question."""
    own = (passage for passage in hit.evidence if passage.span.field == "abstract")
    return max(own, key=lambda passage: passage.score, default=None)


def nearness(hit: Hit, passage: Passage) -> float:
    """Tell how near a paper and its best sentence are to the question; unlike the fused score, in any company."""
    return (hit.similarity + passage.score) / 2
