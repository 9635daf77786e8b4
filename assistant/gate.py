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
    passage: float
    """Highest score of a quotation chosen for the question."""


def signals(hits: Sequence[Hit], quotations: Sequence[Passage]) -> Signals:
    """Gather the signals for a question from the papers found and the sentences chosen."""
    return Signals(
        paper=max((hit.similarity for hit in hits), default=0.0),
        passage=max((passage.score for passage in quotations), default=0.0),
    )


@dataclass(frozen=True, slots=True)
class Calibration:
    """A line through the plane of the signals: above it the library holds an answer.

    Belongs to one embedder: how near two related texts are differs from one to the next.
    """

    intercept: float
    paper: float
    passage: float

    def score(self, seen: Signals) -> float:
        """Return how far above the line the signals are; below it is negative."""
        return self.intercept + self.paper * seen.paper + self.passage * seen.passage


MINILM = Calibration(intercept=-5.96, paper=10.82, passage=6.35)
"""Printed by `benchmarks/calibrate.py`: 95 % of another field's questions are refused."""

CALIBRATIONS = {"all-MiniLM-L6-v2": MINILM, "fake": Calibration(-2.0, 4.0, 4.0)}
"""By the embedder's name."""


def is_calibrated(embedder: str) -> bool:
    """Tell whether the line was fitted for an embedder of this name."""
    return embedder in CALIBRATIONS


def is_open(seen: Signals, embedder: EmbedderIdentity) -> bool:
    """Tell whether a question is worth answering; an embedder without a calibration of its own uses MiniLM's."""
    return CALIBRATIONS.get(embedder.name, MINILM).score(seen) >= 0
