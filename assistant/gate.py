"""Deciding, before any model is asked, whether the library holds an answer at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.protocols import EmbedderIdentity
from assistant.types import Hit, Passage


@dataclass(frozen=True, slots=True)
class Signals:
    """What the gate looks at."""

    paper: float
    """Highest cosine between the question and a paper."""
    detail: float
    """How well the paper quoted first holds the words of the question that it holds least; of an embedder that cannot
    read closely, the highest score of a quotation."""


def signals(hits: Sequence[Hit], quotations: Sequence[Passage]) -> Signals:
    """Gather the signals for a question from the papers found and the sentences chosen."""
    first = next((hit for hit in hits for one in quotations[:1] if hit.paper.id == one.paper.id), None)
    detail = first.completeness if first else 0.0
    return Signals(
        paper=max((hit.similarity for hit in hits), default=0.0),
        detail=max((one.score for one in quotations), default=0.0) if detail is None else detail,
    )


@dataclass(frozen=True, slots=True)
class Calibration:
    """A line through the plane of the signals: above it the library holds an answer.

    Belongs to one embedder: how near two related texts are differs from one to the next.
    """

    intercept: float
    paper: float
    detail: float

    def score(self, seen: Signals) -> float:
        """Return how far above the line the signals are; below it is negative."""
        return self.intercept + self.paper * seen.paper + self.detail * seen.detail


MINILM = Calibration(intercept=-4.32, paper=12.99, detail=1.44)
"""Printed by `benchmarks/calibrate.py`: 95 % of another field's questions are refused."""

CALIBRATIONS = {"all-MiniLM-L6-v2": MINILM, "fake": Calibration(-2.0, 4.0, 4.0)}
"""By the embedder's name."""


def is_calibrated(embedder: str) -> bool:
    """Tell whether the line was fitted for an embedder of this name."""
    return embedder in CALIBRATIONS


NAMED = 2.5
"""What it counts for that the question has a name which only the first paper has: an embedder knows nothing of names
that were coined, and finds such a question far from everything."""


def is_open(seen: Signals, embedder: EmbedderIdentity, *, named: bool = False) -> bool:
    """Tell whether a question is worth answering; an embedder without a calibration of its own uses MiniLM's."""
    return CALIBRATIONS.get(embedder.name, MINILM).score(seen) + (NAMED if named else 0.0) >= 0
