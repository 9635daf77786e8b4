"""How right, how well cited and how honest the answers are, beside those of other ways to make them.

    python benchmarks/answers.py [--systems product evidence plain] [--model MODEL] [--larger MODEL] [--limit N]
                                 [--json FILE]

Adds the seed's page of 119 papers to a new home and asks of it: the questions that it answers, those that need several
papers, conversations, questions that it does not answer, and questions of two other fields. `product` is Carrel with
the default models, `evidence` its quotations without a language model, `plain` the pipeline of plain_rag.py with the
same models. With `--larger` there is one more, `two`: as `product`, and where the checks leave too little of what its
model wrote, the larger one is asked; how often, and what that gains, stands below the table. A MODEL is a name of the
catalogue, a path, an address, or `server`: the default model behind llama-cpp-python's server.

The gate is fitted on other collections (calibrate.py); the weights of the search and the number of quotations were
chosen with the first set's questions in view.
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import shared
from judging import WORDS, Reply, Row, judge, reply
from model_server import ModelServer
from plain_rag import PlainRag

from assistant import Answer, Library, ask
from assistant.models import load_chat
from assistant.models.cpu import usable_cores
from assistant.models.fake import FakeChat
from assistant.protocols import ChatModel
from assistant.settings import NONE, override

ELSEWHERE = ("cranfield", "pubmedqa")
"""Collections whose questions the seed's papers do not answer."""

ASKED_OF_EACH = 50

ANSWERABLE = ("questions", "multi", "conversations")
"""The sets whose questions the papers answer."""

SERVER = "server"
"""Stands for the default model behind a server."""
DECLINES = re.compile(r"\b(cannot|can't|unable to|do(es)? not|don't|no) (\w+ ){0,3}(answer|information|mention)", re.I)
"""What the plain pipeline's model says when it sees that it cannot answer."""


class System(Protocol):
    """Something that answers; `history` is what it replied before."""

    def ask(self, question: str, history: Sequence[Any] = ()) -> tuple[Reply, Any]:
        """Reply to a question; the second value is what the next history holds of it."""
        ...


@dataclass(frozen=True, slots=True)
class Carrel:
    """The product."""

    library: Library
    model: ChatModel | None = None
    """None means the default one."""
    larger: str = NONE
    """Asked where the checks leave too little of what the model wrote."""

    def ask(self, question: str, history: Sequence[Answer] = ()) -> tuple[Reply, Answer]:
        """Reply to a question."""
        answer = ask(question, library=self.library, model=self.model, larger_model=self.larger, history=history)
        if answer.larger_failed:
            sys.exit(answer.larger_failed)  # what is measured without it would not be what was asked for
        return reply(answer), answer


@dataclass(frozen=True, slots=True)
class Plain:
    """The plain pipeline; it knows no conversation, and its sources are the papers it read."""

    pipeline: PlainRag

    def ask(self, question: str, history: Sequence[Any] = ()) -> tuple[Reply, None]:
        """Reply to a question."""
        said = self.pipeline.ask(question)
        claims = tuple((one, said.papers) for one in re.split(r"(?<=[.!?])\s+|\n+", said.text) if one.strip())
        answered = not DECLINES.search(said.text)
        return Reply(
            text=said.text,
            answered=answered,
            cited=said.papers if answered else (),
            claims=claims if answered else (),
            written=True,
            evidence_seconds=said.seconds_to_evidence,
            seconds=said.seconds,
        ), None


def share(flags: Sequence[bool]) -> str:
    """Return a share as text, such as `0.83 (99/119)`."""
    return f"{sum(flags) / max(len(flags), 1):.2f} ({sum(flags)}/{len(flags)})"


def measure(system: System, name: str = "questions", limit: int | None = None) -> list[Row]:
    """Ask the questions of one file of the seed."""
    asked = shared.questions(name)[:limit]
    replies = shared.progress((system.ask(one.text)[0] for one in asked), len(asked), name)
    return [judge(one.text, one.gold, one.keys, said) for one, said in zip(asked, replies, strict=True)]


def conversations(system: System, limit: int | None = None) -> list[Row]:
    """Ask the turns of each conversation in their order; a row for each turn."""
    rows = []
    talks = shared.conversations()[:limit]
    for turns in shared.progress(talks, len(talks), "conversations"):
        history: list[Any] = []
        for turn in turns:
            said, kept = system.ask(turn.text, history)
            history.append(kept)
            rows.append(judge(turn.text, turn.gold, turn.keys, said))
    return rows


def refusals(system: System, limit: int | None = None) -> dict[str, list[Row]]:
    """Ask what the papers do not answer; rows by kind of question."""
    asked: dict[str, list[str]] = {}
    for one in shared.records(shared.folder() / "seed" / "unanswerable.jsonl"):
        asked.setdefault(one["kind"], []).append(one["question"])
    for name in ELSEWHERE:
        questions = list(shared.records(shared.folder() / "eval" / name / "queries.jsonl"))
        asked[name] = [one["text"] for one in questions[:: len(questions) // ASKED_OF_EACH][:ASKED_OF_EACH]]
    return {kind: [_refused(system, one) for one in texts[:limit]] for kind, texts in asked.items()}


def _refused(system: System, question: str) -> Row:
    return judge(question, (), (), system.ask(question)[0])


def table(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Return the lines of the table for answerable questions."""
    fitting = list(chain.from_iterable(row.fitting for row in rows))
    groups = list(chain.from_iterable(row.groups for row in rows))
    claims = sum(row.claims for row in rows)
    rejected = sum(len(row.faults) for row in rows)
    yield f"right within {WORDS} words", share([row.right for row in rows])
    yield "groups of keys met", share(groups)
    yield "gold paper cited", share([row.cited for row in rows])
    yield "gold papers cited, of all", share(list(chain.from_iterable(row.found for row in rows)))
    yield "cited papers that are gold or answer", share(fitting)
    yield "quotes verbatim at their offsets", share([row.verbatim for row in rows])
    yield "claims the independent check rejects", f"{rejected / max(claims, 1):.3f} ({rejected}/{claims})"
    yield "not answered although answerable", share([not row.answered for row in rows])
    yield "with a sentence of the model", share([row.written for row in rows])
    yield "words, median", str(median(row.words for row in rows))
    yield "seconds to evidence, median", f"{median(row.evidence_seconds for row in rows):.2f}"
    yield "seconds, median", f"{median(row.seconds for row in rows):.2f}"


def whole(system: System, limit: int | None = None) -> dict[str, list[Row]]:
    """Ask everything of a system; rows by set of questions."""
    asked = {name: measure(system, name, limit) for name in ("questions", "multi")}
    return {**asked, "conversations": conversations(system, limit), **refusals(system, limit)}


def lines(found: dict[str, list[Row]]) -> Iterator[tuple[str, str]]:
    """Return all lines of the report on one system."""
    for name, rows in found.items():
        if name in ANSWERABLE:
            yield from ((f"{name}: {line}", value) for line, value in table(rows))
        else:
            yield f"not answered: {name}", share([not row.answered for row in rows])
            stated = [any("number" in fault for fault in row.faults) for row in rows]
            yield f"a number its papers do not give: {name}", share(stated)


def routing(alone: Sequence[Row], two: Sequence[Row], small: str) -> Iterator[tuple[str, str]]:
    """Return the lines on what the larger model does.

    Args:
        alone: What came of questions without it.
        two: What came of the same questions with it.
        small: Name of the other model.
    """
    pairs = list(zip(alone, two, strict=True))
    yield "asked of the larger model too", share([row.asked_larger for row in two])
    yield "shown in its words", share([row.asked_larger and row.model != small for row in two])
    for what in ("right", "written"):
        gained = sum(getattr(after, what) and not getattr(before, what) for before, after in pairs)
        lost = sum(getattr(before, what) and not getattr(after, what) for before, after in pairs)
        name = {"right": "right", "written": "with a sentence of a model"}[what]
        yield f"gain: {name}", f"{(gained - lost) / max(len(pairs), 1):+.2f} ({gained} more, {lost} fewer)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", nargs="+", default=["product"], choices=["product", "evidence", "plain"])
    parser.add_argument("--model", default="", help="instead of the default one")
    parser.add_argument("--larger", default="", metavar="MODEL", help="measure two models, this being the larger one")
    parser.add_argument("--limit", type=int, help="ask only the first N questions of each set")
    parser.add_argument("--json", type=Path, help="also write every row to FILE")
    given = parser.parse_args()
    with ExitStack() as stack:
        library = stack.enter_context(Library(stack.enter_context(tempfile.TemporaryDirectory())))
        if SERVER in (given.model, given.larger):
            server = stack.enter_context(ModelServer(usable_cores()))
            given.model, given.larger = (
                server.address if one == SERVER else one for one in (given.model, given.larger)
            )
        report = library.add(shared.folder() / "seed" / shared.PAGE)
        model = load_chat(override(library.settings, model=given.model or library.settings.model))
        stack.callback(model.close)
        print(
            f"{len(report.added)} papers, {len(report.skipped)} skipped, {library.embedder.identity.name}, {model.name}"
        )
        systems = {name: _system(name, library, model) for name in given.systems}
        if given.larger:
            systems["two"] = Carrel(library, model, given.larger)
        found = {name: whole(system, given.limit) for name, system in systems.items()}
    columns = [dict(lines(rows)) for rows in found.values()]
    print(f"{'':58}" + "".join(f"{name:18}" for name in found))
    for name in columns[0]:
        print(f"{name:58}" + "".join(f"{column[name]:18}" for column in columns))
    if {"product", "two"} <= set(found):
        for name in ANSWERABLE:
            for line, value in routing(found["product"][name], found["two"][name], model.name):
                print(f"{f'{name}: {line}':58}{value}")
    if given.json:
        given.json.write_text(json.dumps(_plain(found), indent=1), encoding="utf-8")


def _system(name: str, library: Library, model: ChatModel) -> System:
    if name == "plain":
        return Plain(PlainRag(list(library.papers())))
    return Carrel(library, FakeChat("") if name == "evidence" else model)


def _plain(found: dict[str, dict[str, list[Row]]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    return {
        system: {name: [asdict(row) for row in rows] for name, rows in sets.items()} for system, sets in found.items()
    }


if __name__ == "__main__":
    main()
