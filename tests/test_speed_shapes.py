"""How the work of each step grows: with the evidence, evenly, and not with the library.

Function calls are counted, not seconds: they are the same on every machine.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from assistant import Answer, Evidence, Library, compose, evidence, grounding, packing
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.retrieval import Legs, fuse
from assistant.types import Citation, Hit, Paper, Passage, Span
from assistant.ui.chat import Exchange
from assistant.ui.panel import panel
from assistant.ui.render import answer_dict
from assistant.wiring import Assistant

WORDS = ("routers", "graphs", "cats", "ships", "lenses", "cells", "rivers", "stars", "proteins", "markets", "tides")


def calls(work: Callable[[], object]) -> int:
    """Count the functions that some work calls, those written in C included."""
    work()  # what is made once, such as compiled patterns, does not count
    count = 0

    def note(frame: FrameType, event: str, _: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def paper(number: int) -> Paper:
    one, other = WORDS[number % len(WORDS)], WORDS[(number * 5 + 1) % len(WORDS)]
    return Paper(
        id=f"p{number}",
        title=f"Study {number} of {one}",
        abstract=f"We watched {one} for {number} days. Most {one} like {other}. Then {other} left number {number}.",
    )


def hits(count: int) -> list[Hit]:
    found = []
    for number in range(count):
        one = paper(number)
        end = one.abstract.index(".") + 1
        passage = Passage(paper=one, span=Span("abstract", 0, end), score=1 - number / 1000)
        found.append(Hit(paper=one, score=1 - number / 1000, evidence=(passage,)))
    return found


def citations(count: int) -> list[Citation]:
    return list(compose.number(passage for hit in hits(count) for passage in hit.evidence))


def fusing(size: int) -> object:
    return fuse(Legs(*({row: 1 / (row + leg) for row in range(size)} for leg in (1, 2, 3))))


def scoring(size: int) -> object:
    one = paper(1)
    vectors = FakeEmbedder().embed(["graphs"] * size, "passage")
    spans = [Span("abstract", 0, 20)] * size
    return evidence.score(one, spans, vectors, vectors[0], {"graph": 1.0})


def packing_the_prompt(size: int) -> object:
    return packing.pack("Which days?", citations(size), FakeChat(context=100_000), 64)


def checking(size: int) -> object:
    text = " ".join(f"We watched {WORDS[number % len(WORDS)]} for {number} days." for number in range(3))
    return grounding.Checker("How many days?", citations(size), FakeEmbedder()).claims(text)


def answering(size: int) -> Answer:
    blank = Answer(question="How many days?", answered=True, text="", hits=tuple(hits(size)))
    return compose.listing(blank, citations(size))


def rendering(size: int) -> object:
    return answer_dict(answering(size))


def showing(size: int) -> object:
    found = Evidence(
        question="How many days?",
        hits=tuple(hits(size)),
        citations=tuple(citations(size)),
        answerable=True,
        library_size=size,
        seconds=0.1,
    )
    return panel([Exchange(question="How many days?", evidence=found, answer=answering(size))])


STEPS = (fusing, scoring, packing_the_prompt, checking, answering, rendering, showing)


@pytest.mark.parametrize("work", STEPS, ids=lambda work: work.__name__)
def test_twice_the_evidence_is_at_most_twice_the_work(work: Callable[[int], object]) -> None:
    once, twice, four_times = (calls(partial(work, size)) for size in (16, 32, 64))
    assert twice < 2.2 * once
    assert four_times < 2.2 * twice


def test_choosing_quotations_from_four_times_as_many_papers_is_at_most_four_times_the_work() -> None:
    few, many = (calls(partial(evidence.choose, hits(size), 5)) for size in (16, 64))
    assert many < 4.4 * few


def _answered(asked: Assistant) -> object:
    return list(asked.stream("How long did they watch cats?"))


def test_a_question_costs_the_same_among_ten_times_as_many_papers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Chroma would start amid the second question, and be counted.
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)
    counts = []
    for size in (60, 600):
        with Library(tmp_path / str(size), embedder=FakeEmbedder(dimension=256)) as library:
            lines = (f'{{"title": "{one.title}", "abstract": "{one.abstract}"}}\n' for one in map(paper, range(size)))
            (tmp_path / f"{size}.jsonl").write_text("".join(lines))
            assert len(library.add(tmp_path / f"{size}.jsonl").added) == size
            counts.append(calls(partial(_answered, Assistant(library, model=FakeChat()))))
    few, many = counts
    assert many < 1.5 * few, counts
