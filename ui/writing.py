"""A conversation as a file for other programs: Markdown with references, BibTeX, RIS or JSON."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from assistant import export
from assistant.types import Answer, Citation, Paper
from assistant.ui import words
from assistant.ui.panel import links
from assistant.ui.render import answer_dict
from assistant.ui.talk import Exchange, Talk

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#!|~$&])")
"""What Markdown reads as more than the character itself: an image in an abstract must not come alive elsewhere."""

UNLINKED = re.compile(r"[<>\s]")
"""What ends an address between angle brackets."""


def markdown(talk: Talk) -> str:
    """Write questions and answers, each answer with the papers and quotations that it rests on."""
    parts = [f"# {escaped(talk.title)}"]
    for one in talk.exchanges:
        parts += [f"## {escaped(words.one_line(one.question))}", *_answered(one)]
    return "\n\n".join(parts) + "\n"


def _answered(exchange: Exchange) -> Iterator[str]:
    if exchange.answer:
        yield "\n".join(_line(line) for line in exchange.answer.text.splitlines())
        if exchange.answer.citations:
            yield "\n".join(_references(exchange.answer))
    else:
        yield escaped(exchange.problem or "Stopped.")


def _line(line: str) -> str:
    item = line.startswith("- ")
    return f"- {escaped(line[2:])}" if item else escaped(line)


def _references(answer: Answer) -> Iterator[str]:
    yield "References:\n"
    for citation in answer.citations:
        paper = words.reference(citation.paper).rstrip(".")
        found = escaped(f"[{citation.number}] {paper}. “{words.one_line(citation.quote)}”")
        address = next((address for _, address in links(citation.paper)), "")
        yield f"- {found}" + (f" <{address}>" if address and not UNLINKED.search(address) else "")


def escaped(text: str) -> str:
    r"""Write text so that Markdown reads it as it stands.

    >>> escaped("![i](http://a) costs $5")
    '\\!\\[i\\](http://a) costs \\$5'
    """
    return SPECIAL.sub(r"\\\1", text)


def cited(talk: Talk) -> list[Paper]:
    """Return the papers that the answers cite, each once, in the order in which they were cited first."""
    answers = (one.answer for one in talk.exchanges if one.answer)
    return list({citation.paper.id: citation.paper for answer in answers for citation in _by_number(answer)}.values())


def _by_number(answer: Answer) -> list[Citation]:
    return sorted(answer.citations, key=lambda one: one.number)


def plain(talk: Talk) -> str:
    """Write all there is as one JSON object; the answers are those of `carrel ask --json`."""
    turns = [_turn(one) for one in talk.exchanges]
    return json.dumps({"id": talk.id, "title": talk.title, "turns": turns}, ensure_ascii=False, indent=1) + "\n"


def _turn(exchange: Exchange) -> Mapping[str, Any]:
    told = answer_dict(exchange.answer) if exchange.answer else {"question": exchange.question}
    return told | {"stopped": exchange.stopped, "problem": exchange.problem, "verdict": exchange.verdict}


def _joined(write: Callable[[Iterable[Paper]], Iterator[str]]) -> Callable[[Talk], str]:
    return lambda talk: "".join(write(cited(talk)))


FORMS: Mapping[str, tuple[str, str, Callable[[Talk], str]]] = {
    "md": ("Markdown", "text/markdown", markdown),
    "bib": ("BibTeX", "application/x-bibtex", _joined(export.bibtex)),
    "ris": ("RIS", "application/x-research-info-systems", _joined(export.ris)),
    "json": ("JSON", "application/json", plain),
}
"""By the ending of the file: its name for people, its type, and what writes it."""
