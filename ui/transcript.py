"""A conversation as messages of the chat component."""

from collections.abc import Iterator, Sequence
from typing import Any

from assistant.types import Answer, Evidence
from assistant.ui import markdown, words
from assistant.ui.chat import Exchange


def messages(exchanges: Sequence[Exchange]) -> list[dict[str, Any]]:
    """Return the messages of a conversation, oldest first."""
    last = len(exchanges)
    return [
        message for turn, one in enumerate(exchanges, start=1) for message in _exchange(turn, one, is_last=turn == last)
    ]


def _exchange(turn: int, exchange: Exchange, *, is_last: bool) -> Iterator[dict[str, Any]]:
    yield {"role": "user", "content": markdown.plain(exchange.question)}
    if exchange.evidence:
        # The details come last: the line folds itself after the step, and would show them for a moment.
        details = _details(exchange.evidence, exchange.answer) if exchange.answer else ""
        yield _step(summary(exchange.evidence), details, "done")
        # Only the last question can be asked again, and not while it is being answered.
        removable = is_last and exchange.answer is not None
        if chips := markdown.looked_at(exchange.evidence.scope, removable=removable):
            yield {"role": "assistant", "content": chips}
    if exchange.doing:
        yield _step(exchange.doing, "", "pending")
    if exchange.answer and (larger := words.larger(exchange.answer)):
        yield _step(larger, "", "done")
    if exchange.answer and exchange.answer.thinking:
        yield _step(_thought(exchange.answer), markdown.plain(exchange.answer.thinking), "done")
    if text := _text(turn, exchange):
        yield {"role": "assistant", "content": text}


def _text(turn: int, exchange: Exchange) -> str:
    if exchange.problem:
        return markdown.note(exchange.problem)
    elif exchange.answer:
        return markdown.answer(exchange.answer, turn, stopped=exchange.stopped)
    elif exchange.draft:
        return markdown.draft(exchange.draft)
    return markdown.note("Stopped.") if exchange.stopped else ""


def _step(title: str, content: str, status: str) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "metadata": {"title": title, "status": status}}


def _thought(answer: Answer) -> str:
    return f"Thought, {words.count(answer.timings.tokens_thought, 'token')}: not checked, and no part of the answer"


def summary(evidence: Evidence) -> str:
    """Say in a line what was searched and found."""
    some = f"{evidence.scope.papers:,} of " if evidence.scope.filters else ""
    searched = f"Searched {some}{words.count(evidence.library_size, 'paper')} in {evidence.seconds:.2f} s"
    if not evidence.answerable:
        return f"{searched}, none fits"
    papers = len({citation.paper.id for citation in evidence.citations})
    quotations = words.count(len(evidence.citations), "quotation")
    return f"{searched}, {quotations} from {words.count(papers, 'paper')} fit"


def _details(evidence: Evidence, answer: Answer) -> str:
    lines = [f"Searched for: {evidence.question}"]
    if answer.timings.first_token is not None:
        timings = answer.timings
        read, wrote = words.count(timings.tokens_read, "token"), words.count(timings.tokens_written, "token")
        lines.append(f"{answer.model} read {read} and wrote {wrote}, the first after {timings.first_token:.1f} s")
        lines.append(f"Checked and complete after {timings.total:.1f} s")
    return markdown.plain("\n".join(lines))
