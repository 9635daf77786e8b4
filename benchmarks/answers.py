"""How right, how well cited and how honest the answers are.

    python benchmarks/answers.py [--limit N] [--evidence-only] [--json FILE]

Adds the seed's page of 119 papers to a new home, asks all of its questions with the default models, and prints
what share of them is right. The gate is fitted on other collections (calibrate.py); the weights of the search and the
number of quotations were chosen with these questions in view.
"""

import argparse
import json
import re
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import shared

from assistant import Answer, Library, ask
from assistant.models.fake import FakeChat
from assistant.protocols import ChatModel
from assistant.words import numbers

WORDS = 120
"""Words of an answer that count."""

MARKER = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one question."""

    question: str
    answered: bool
    cited: bool
    right: bool
    verbatim: bool
    stray_numbers: tuple[str, ...]
    written: bool
    """True where at least one sentence of the model was kept."""
    words: int
    seconds: float


def judge(question: shared.Question, answer: Answer) -> Row:
    """Compare an answer with what is known of its question."""
    head = " ".join(MARKER.sub("", answer.text).split()[:WORDS]).lower()
    return Row(
        question=question.text,
        answered=answer.answered,
        cited=any(citation.paper.title in question.gold for citation in answer.citations),
        right=answer.answered and all(any(key.lower() in head for key in group) for group in question.keys),
        verbatim=all(
            citation.paper.text(citation.field)[citation.start : citation.end] == citation.quote
            for citation in answer.citations
        ),
        stray_numbers=tuple(stray(answer)),
        written=any(not claim.quoted for claim in answer.claims),
        words=len(answer.text.split()),
        seconds=answer.timings.total,
    )


def stray(answer: Answer) -> Iterator[str]:
    """Return the numbers of the claims that no cited paper gives."""
    papers = {citation.number: citation.paper for citation in answer.citations}
    for claim in answer.claims:
        sources = " ".join(f"{papers[one].title} {papers[one].abstract}" for one in claim.citations)
        yield from set(numbers(claim.text)) - set(numbers(sources))


def share(flags: Sequence[bool]) -> str:
    """Return a share as text, such as `0.83 (99/119)`."""
    return f"{sum(flags) / max(len(flags), 1):.2f} ({sum(flags)}/{len(flags)})"


def table(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Return the lines of the table for answerable questions."""
    yield "gold paper cited", share([row.cited for row in rows])
    yield f"right within {WORDS} words", share([row.right for row in rows])
    yield "quotes verbatim at their offsets", share([row.verbatim for row in rows])
    yield "answers with a number outside their sources", share([bool(row.stray_numbers) for row in rows])
    yield "refused although answerable", share([not row.answered for row in rows])
    yield "with a checked sentence of the model", share([row.written for row in rows])
    yield "words, median", str(statistics.median(row.words for row in rows))
    yield "seconds, median", f"{statistics.median(row.seconds for row in rows):.2f}"


def refusals(library: Library, model: ChatModel | None) -> Iterator[tuple[str, str]]:
    """Return, by kind of unanswerable question, the share not answered from papers."""
    kinds: dict[str, list[bool]] = {}
    for one in shared.records(shared.folder() / "seed" / "unanswerable.jsonl"):
        answer = ask(one["question"], library=library, model=model)
        kinds.setdefault(one["kind"], []).append(not answer.answered and not answer.citations)
    for kind, flags in kinds.items():
        yield f"not answered: {kind}", share(flags)


def measure(library: Library, model: ChatModel | None, limit: int | None = None) -> list[Row]:
    """Ask the seed's questions of a library that holds its papers."""
    asked = shared.questions()[:limit]
    answers = shared.progress((ask(one.text, library=library, model=model) for one in asked), len(asked), "asked")
    return [judge(question, answer) for question, answer in zip(asked, answers, strict=True)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, help="ask only the first N questions")
    parser.add_argument("--evidence-only", action="store_true", help="quotations alone, no language model")
    parser.add_argument("--json", type=Path, help="also write every row to FILE")
    arguments = parser.parse_args()
    model = FakeChat("") if arguments.evidence_only else None
    with tempfile.TemporaryDirectory() as home, Library(home) as library:
        report = library.add(shared.folder() / "seed" / shared.PAGE)
        print(f"{len(report.added)} papers, {len(report.skipped)} skipped, {library.embedder.identity.name}")
        rows = measure(library, model, arguments.limit)
        lines = [*table(rows), *refusals(library, model)]
    for name, value in lines:
        print(f"{name:45} {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))


if __name__ == "__main__":
    main()
