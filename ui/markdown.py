"""Text to what the chat may render: everything in it is escaped, and only what is put here is markup.

The chat reads Markdown, in which a block of HTML stays as it is up to the next empty line. So each message
is one such block without an empty line: nothing a paper, a model or a person wrote is read as Markdown,
and no image, tag or link of theirs can come alive.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape

from assistant import compose, scope
from assistant.types import Answer, Citation, Scope
from assistant.ui import maths, words
from assistant.ui.talk import Exchange

UNCHECKED = "writing, not yet checked…"
WITHOUT = "without-"
"""Begins the link that takes a filter away; the page's script follows it."""

ACT = "act-"
"""Begins the link of what can be done with a question or an answer; the page's script follows it."""
LEGEND = "Dotted underline, with “unsupported” behind it: no quotation fully supports this sentence."

NEAREST = 3
"""Papers that a refusal names; the panel, which a phone hides, has them all."""

MARKER = re.compile(r"\[(\d+)\]")
COMMAND = re.compile(r"`([^`]+)`")
NEXT_QUOTATION = re.compile(r"(?<=\]) (?=“)")


def plain(text: str) -> str:
    r"""Return text with its line breaks, and nothing else of it alive.

    >>> plain("<b>one</b>\n![two](http://x)")
    '<div class="said">&lt;b&gt;one&lt;/b&gt;<br>![two](http://x)</div>'
    """
    return _block("said", "<br>".join(_safe(line) for line in text.strip().splitlines()))


def question(text: str, turn: int, *, editable: bool) -> str:
    """Return a question; once its answer is complete, it can be put otherwise."""
    return plain(text) + (_acts(turn, {"edit": "Edit"}) if editable else "")


def offered(exchange: Exchange, turn: int, *, is_last: bool) -> str:
    """Return what can be done with what an exchange has come to."""
    acts = {"copy": "Copy"} if exchange.answer else {}
    # What was asked before the last would take along what followed.
    acts |= {"retry": "Ask again"} if is_last else {}
    acts |= {"good": "Helpful", "bad": "Not helpful"} if exchange.answer else {}
    return _acts(turn, acts, exchange.verdict)


def _acts(turn: int, acts: Mapping[str, str], pressed: str = "") -> str:
    """Return links that the page's script makes buttons of."""
    links = (
        f'<a class="{"act pressed" if act == pressed else "act"}" href="#{ACT}{act}-{turn}">{name}</a>'
        for act, name in acts.items()
    )
    return _block("acts", " ".join(links)) if acts else ""


def draft(text: str) -> str:
    """Return what a model wrote so far, with the words that it is not yet checked."""
    return _block("draft", f"<p>{_safe(text)}</p><p><em>{UNCHECKED}</em></p>")


def note(text: str) -> str:
    """Return a word of Carrel itself, such as that something went wrong; commands in it stand in backticks."""
    content = COMMAND.sub(r"<code>\1</code>", _safe(text))
    return _block("note", f"<p>{content}</p>")


def answer(answer: Answer, turn: int, *, stopped: bool = False) -> str:
    """Return an answer whose [n] are links to the quoted words in the panel.

    Args:
        answer: The answer.
        turn: Which of the conversation's answers it is; the panel's anchors carry it too.
        stopped: Say that writing was stopped.
    """
    parts = [_linked(part, answer.citations, turn) for part in _parts(answer.text)]
    weak = [_safe(compose.plain(claim.text)) for claim in answer.claims if not claim.supported]
    for text in weak:
        parts = [part.replace(text, f'<span class="weak">{text}</span> <sup>unsupported</sup>') for part in parts]
    if weak:
        parts.append(f'<p class="legend">{LEGEND}</p>')
    if answer.kind == "refusal" and answer.hits:
        titles = (maths.set_apart(words.title(hit.paper), escape) for hit in answer.hits[:NEAREST])
        parts.append(f"<ul>{''.join(f'<li><cite>{title}</cite></li>' for title in titles)}</ul>")
    if stopped:
        parts.insert(0, "<p><em>Stopped. This is supported by what was found so far:</em></p>")
    return _block("answer" if answer.answered else "answer refusal", "".join(parts))


def looked_at(looked_at: Scope, *, removable: bool) -> str:
    """Return the filters in force, each with a way to take it away; empty where all papers were looked at.

    Args:
        looked_at: What to show.
        removable: The question can be asked again.
    """
    chips = [_chip(name, text, removable) for name, text in scope.described(looked_at.filters).items()]
    parts = [f"Only papers {' '.join(chips)}"] if chips else []
    parts += [_safe(scope.missed(looked_at.dropped))] if looked_at.dropped else []
    parts += [_safe(scope.undated(looked_at.undated))] if looked_at.undated else []
    return _block("scope", f"<p>{'<br>'.join(parts)}</p>") if parts else ""


def _chip(name: str, text: str, removable: bool) -> str:
    title = f"Ask again without: {_safe(text)}"
    cross = f' <a class="remove" href="#{WITHOUT}{name}" title="{title}">×</a>' if removable else ""
    return f'<span class="chip">{_safe(text)}{cross}</span>'


def anchor(turn: int, number: int) -> str:
    """Return the id of a citation's quoted words in the panel."""
    return f"cite-{turn}-{number}"


def _block(kind: str, content: str) -> str:
    return f'<div class="{kind}">{content}</div>'


def _safe(text: str) -> str:
    return escape(words.one_line(text))


def _parts(text: str) -> list[tuple[str, ...]]:
    """Return paragraphs as ("p", text) and lists as ("ul", item, ...)."""
    parts: list[tuple[str, ...]] = []
    for line in text.splitlines():
        if line.startswith("- "):
            items = parts.pop()[1:] if parts and parts[-1][0] == "ul" else ()
            parts.append(("ul", *items, line[2:]))
        elif line.strip():
            parts.append(("p", line))
    return parts


def _linked(part: Sequence[str], citations: Sequence[Citation], turn: int) -> str:
    known = {str(citation.number): citation for citation in citations}
    kind, *texts = part
    if kind == "p":
        return f"<p>{_link(texts[0], known, turn)}</p>"
    return f"<ul>{''.join(f'<li>{_item(text, known, turn)}</li>' for text in texts)}</ul>"


def _item(text: str, known: Mapping[str, Citation], turn: int) -> str:
    """Set the title of a paper apart from the quotations under it, and these from each other."""
    titles = {compose.plain(citation.paper.title) for citation in known.values()}
    title = next((one for one in titles if one and text.startswith(f"{one}: ")), "")
    head = f"<cite>{maths.set_apart(words.one_line(title), escape)}</cite>" if title else ""
    quotations = NEXT_QUOTATION.split(text.removeprefix(f"{title}: "))
    return head + "".join(f"<p>{_link(quotation, known, turn)}</p>" for quotation in quotations)


def _link(text: str, known: Mapping[str, Citation], turn: int) -> str:
    def link(match: re.Match[str]) -> str:
        citation = known.get(match[1])
        if citation is None:
            return match[0]
        title = _safe(f"{citation.paper.title}: “{citation.quote}”")
        return f'<a class="cite" href="#{anchor(turn, citation.number)}" title="{title}">[{citation.number}]</a>'

    return maths.set_apart(words.one_line(text), lambda part: MARKER.sub(link, escape(part)))
