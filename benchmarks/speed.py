"""How long a person waits, beside the plain pipeline with the same models (plain_rag.py), in one run.

    python benchmarks/speed.py [--questions 30] [--conversations 10] [--no-cold] [--no-busy] [--json FILE]

Both answer the same questions in turn on this machine: medians, 95th percentiles, and the ratio pair by pair. Then
what a cold start takes, what llama.cpp and the embedder take alone, and what a second busy process costs. Run it
alone: it says when the machine was not quiet.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import ceiling
import cold
import shared
from plain_rag import PlainRag
from quiet import Watch

from assistant.api import Assistant
from assistant.library import Library
from assistant.models import tuning
from assistant.settings import load
from assistant.types import Answer, Done, Turn

BUSY_QUESTIONS = 5
"""Questions asked again beside a second busy process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Seconds one pipeline let a person wait for one question."""

    evidence: float
    token: float | None
    """Until the first token; None where no model was asked."""
    end: float
    read: int
    written: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question, answered by both."""

    question: str
    follows: bool
    """True where it continues a conversation."""
    same: bool
    """True where the answer is from the papers of the one before."""
    carrel: Wait
    plain: Wait


def waited(answer: Answer) -> Wait:
    """Return what Carrel itself noted of an answer."""
    times = answer.timings
    return Wait(
        evidence=times.first_evidence,
        token=times.first_token,
        end=times.total,
        read=times.tokens_read,
        written=times.tokens_written,
    )


def pairs(assistant: Assistant, plain: PlainRag, conversations: Sequence[Sequence[str]]) -> Iterator[Pair]:
    """Let both answer in turn; which goes first alternates."""
    carrel_first = True
    for asked in conversations:
        turns: list[Turn] = []
        for question in asked:
            if carrel_first:
                answer, other = _ask(assistant, question, turns), plain.ask(question)
            else:
                other, answer = plain.ask(question), _ask(assistant, question, turns)
            carrel_first = not carrel_first
            papers = tuple(citation.paper.id for citation in answer.citations)
            yield Pair(
                question=question,
                follows=bool(turns),
                same=bool(turns) and bool(papers) and set(papers) <= set(turns[-1].paper_ids),
                carrel=waited(answer),
                plain=Wait(
                    evidence=other.seconds_to_evidence,
                    token=other.seconds_to_first_token,
                    end=other.seconds,
                    read=other.tokens_read,
                    written=other.tokens_written,
                ),
            )
            turns.append(Turn(question=question, text=answer.text, paper_ids=papers))


def _ask(assistant: Assistant, question: str, turns: Sequence[Turn] = ()) -> Answer:
    events = assistant.stream(question, turns)
    return next(event.answer for event in events if isinstance(event, Done))


def table(found: Sequence[Pair]) -> Iterator[str]:
    """Return the lines that compare both."""
    measures: dict[str, Callable[[Wait], float | None]] = {
        "to evidence, s": lambda wait: wait.evidence,
        "to first token, s": lambda wait: wait.token,
        "to the end, s": lambda wait: wait.end,
        "tokens read": lambda wait: wait.read,
        "tokens written": lambda wait: wait.written,
    }
    yield f"{'':20} {'Carrel p50':>10} {'p95':>8} {'plain p50':>10} {'p95':>8} {'ratio p50':>10} {'pairs':>6}"
    for name, of in measures.items():
        both = [(one, other) for pair in found if (one := of(pair.carrel)) and (other := of(pair.plain))]
        if not both:
            continue
        own, plain = [one for one, _ in both], [other for _, other in both]
        ratio = statistics.median(other / one for one, other in both)
        yield (
            f"{name:20} {_shown(statistics.median(own)):>10} {_shown(_p95(own)):>8} "
            f"{_shown(statistics.median(plain)):>10} {_shown(_p95(plain)):>8} {ratio:>10.2f} {len(both):>6}"
        )


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[min(int(len(values) * 0.95), len(values) - 1)]


def _shown(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.3f}"


def sections(found: Sequence[Pair]) -> Iterator[str]:
    """Return the tables: new questions, follow-ups, follow-ups on the same papers."""
    parts = {
        "new questions": [pair for pair in found if not pair.follows],
        "follow-up questions": [pair for pair in found if pair.follows],
        "follow-up questions on the same papers": [pair for pair in found if pair.same],
    }
    for name, some in parts.items():
        if some:
            yield f"\n{name} ({len(some)})"
            yield from table(some)


def asked(questions: int, conversations: int) -> list[list[str]]:
    """Return what is asked: single questions, spread over all of the seed's, then conversations."""
    singles = [one.text for one in shared.questions()]
    step = max(len(singles) // max(questions, 1), 1)
    talks = list(shared.records(shared.folder() / "seed" / "conversations.jsonl"))[:conversations]
    return [[one] for one in singles[::step][:questions]] + [[one["question"] for one in t["turns"]] for t in talks]


@contextmanager
def opened(home: str) -> Iterator[Assistant]:
    """Open an assistant whose library holds the seed's papers."""
    library = Library(settings=load(home))
    with closing(Assistant(library)) as assistant:
        library.add(shared.folder() / "seed" / shared.PAGE)
        assistant.warm_up()
        yield assistant


def _heading(name: str) -> None:
    print(f"\n== {name}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--conversations", type=int, default=10)
    parser.add_argument("--no-cold", action="store_true", help="leave out the cold starts")
    parser.add_argument("--no-busy", action="store_true", help="leave out the second busy process")
    parser.add_argument("--json", type=Path, help="also write every pair to FILE")
    arguments = parser.parse_args()
    watch = Watch()
    with tempfile.TemporaryDirectory() as home:
        with opened(home) as assistant:
            talks = asked(arguments.questions, arguments.conversations)
            _heading(f"Carrel beside the plain pipeline, {len(assistant.library)} papers, warm")
            with closing(PlainRag(assistant.library.papers())) as plain:
                total = sum(map(len, talks))
                found = list(shared.progress(pairs(assistant, plain, talks), total, "asked"))
            for line in sections(found):
                print(line)
            _heading("what is not the language model, and the models alone")
            singles = [talk[0] for talk in talks]
            for line in ceiling.lines(assistant, singles):
                print(line)
        if not arguments.no_cold:
            _heading("cold starts, s, least of three")
            for line in cold.lines(Path(home)):
                print(line)
        print(f"\n{watch.told()}")
        if not arguments.no_busy:
            _heading("beside a second busy process")
            with opened(home) as assistant:
                for line in beside(assistant, singles[:BUSY_QUESTIONS]):
                    print(line)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(pair) for pair in found], indent=1))


def beside(assistant: Assistant, questions: Sequence[str]) -> Iterator[str]:
    """Ask the same questions alone and beside a process that keeps a core busy."""
    _ask(assistant, questions[0])
    alone = [_timed(assistant, one) for one in questions]
    with tuning.busy():
        busy = [_timed(assistant, one) for one in questions]
    ratios = [slow / quick for slow, quick in zip(busy, alone, strict=True)]
    yield f"whole answer: {statistics.median(ratios):.2f} times slower (worst {max(ratios):.2f})"


def _timed(assistant: Assistant, question: str) -> float:
    start = time.perf_counter()
    _ask(assistant, question)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
