"""Carrel: answers from your own library of papers, with citations, offline.

from assistant import Library, ask

library = Library("~/papers")
library.add("refs.bib")
print(ask("How much does RouteLLM cut cost?", library=library))
"""

from assistant.api import ask, ask_stream
from assistant.errors import CarrelError
from assistant.library import Library
from assistant.types import (
    AddReport,
    Answer,
    Citation,
    Claim,
    Done,
    Event,
    Evidence,
    Filters,
    Hit,
    Larger,
    Merged,
    Noted,
    Paper,
    Passage,
    Scope,
    Skipped,
    Thought,
    Timings,
    Token,
    Topic,
    Turn,
)

__all__ = [
    "AddReport",
    "Answer",
    "CarrelError",
    "Citation",
    "Claim",
    "Done",
    "Event",
    "Evidence",
    "Filters",
    "Hit",
    "Larger",
    "Library",
    "Merged",
    "Noted",
    "Paper",
    "Passage",
    "Scope",
    "Skipped",
    "Thought",
    "Timings",
    "Token",
    "Topic",
    "Turn",
    "ask",
    "ask_stream",
]
