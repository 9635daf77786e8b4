"""When the larger model is asked, and whose words are shown then."""

from collections.abc import Sequence

from assistant.types import Claim

LEAST = 0.5
"""Share of a model's sentences that the checks must let pass. Where most of them fail, nearly all of the answer is
quotations, which a larger model may put together; and what passed stood amid errors."""


def share(claims: Sequence[Claim]) -> float:
    """Return the share of claims that are supported; 0 where there is none.

    >>> share([])
    0.0
    """
    return sum(claim.supported for claim in claims) / len(claims) if claims else 0.0


def is_weak(claims: Sequence[Claim]) -> bool:
    """Tell whether the checks left too little of what a model wrote."""
    return share(claims) < LEAST
