"""The evidence panel beside the chat, as HTML. Everything from papers and questions is escaped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

from assistant.types import Citation, Evidence, Field, Hit, Paper
from assistant.ui import maths, words
from assistant.ui.filters import handle, spelled
from assistant.ui.markdown import anchor
from assistant.ui.talk import Exchange

EMPTY = (
    '<h2>Sources</h2><p class="hint">The papers behind an answer stand here, with the words it rests on highlighted '
    "and numbered. A number in the answer leads to them.</p>"
)
LEGEND = "Underlined: the sentence nearest to the question."
SCALE = (
    "Why a paper was found: how near its meaning and its best sentence are to the question, at most 1, and how much "
    "the words weigh that they have in common."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A stretch of a paper's text to be marked."""

    field: Field
    start: int
    end: int
    number: int = 0
    """Of the citation; 0 for a sentence that is near the question but not cited."""


def panel(exchanges: Sequence[Exchange]) -> str:
    """Return the panel of a conversation: the last question's sources open, those before it folded."""
    turns = [
        (_safe(one.question), _sources(turn, one, one.evidence))
        for turn, one in enumerate(exchanges, start=1)
        if one.evidence
    ]
    if not turns:
        return EMPTY
    *earlier, (question, sources) = turns
    folded = "".join(
        f'<details class="turn"><summary dir="auto">{asked}</summary>{found}</details>'
        for asked, found in reversed(earlier)
    )
    return f'<p class="asked" dir="auto">{question}</p>{sources}' + (f"<h2>Earlier</h2>{folded}" if folded else "")


def offered(exchanges: Sequence[Exchange]) -> Iterator[Paper]:
    """Return the papers that the panel of a conversation shows."""
    for one in exchanges:
        if one.evidence:
            yield from (hit.paper for hit in one.evidence.hits)
            yield from (citation.paper for citation in one.evidence.citations)


def _sources(turn: int, exchange: Exchange, evidence: Evidence) -> str:
    """Return the cited papers, then those found beside them; of a refusal, all of them as the nearest."""
    if not evidence.answerable:
        return "".join(_nearest_papers(turn, evidence.hits))
    answer = exchange.answer
    cited = list(_by_paper(answer.citations if answer else evidence.citations))
    ids = {paper.id for paper, _ in cited}
    others = [hit for hit in evidence.hits if hit.paper.id not in ids]
    return "".join(
        [
            *_cited(turn, cited, "Cited" if answer else "Quotations that fit"),
            *_others(turn, others, len(cited), "Found, not cited" if answer else "Also found"),
        ]
    )


def _by_paper(citations: Iterable[Citation]) -> Iterator[tuple[Paper, list[Citation]]]:
    """Group citations by paper, the paper with the lowest number first."""
    groups: dict[str, list[Citation]] = {}
    for citation in sorted(citations, key=lambda one: one.number):
        groups.setdefault(citation.paper.id, []).append(citation)
    for group in groups.values():
        yield group[0].paper, group


def _cited(turn: int, cited: Sequence[tuple[Paper, list[Citation]]], name: str) -> Iterator[str]:
    if cited:
        yield f"<h2>{name}</h2>"
    for place, (paper, citations) in enumerate(cited, start=1):
        marks = [Highlight(field=one.field, start=one.start, end=one.end, number=one.number) for one in citations]
        yield _source(turn, place, paper, marks, is_open=True)


def _others(turn: int, hits: Sequence[Hit], before: int, name: str) -> Iterator[str]:
    if hits:
        yield f'<details class="others"><summary>{name} ({len(hits)})</summary><p class="hint">{LEGEND} {SCALE}</p>'
        yield from _uncited(turn, hits, before)
        yield "</details>"


def _nearest_papers(turn: int, hits: Sequence[Hit]) -> Iterator[str]:
    if not hits:
        yield '<p class="hint">No paper was looked at.</p>'
    else:
        yield f'<h2>Nearest papers</h2><p class="hint">They do not answer the question. {LEGEND} {SCALE}</p>'
        yield from _uncited(turn, hits, 0)


def _uncited(turn: int, hits: Sequence[Hit], before: int) -> Iterator[str]:
    for place, hit in enumerate(hits, start=before + 1):
        yield _source(turn, place, hit.paper, _nearest(hit), words.why(hit), is_open=False)


def _nearest(hit: Hit) -> list[Highlight]:
    return [
        Highlight(field=passage.span.field, start=passage.span.start, end=passage.span.end)
        for passage in hit.evidence[:1]
    ]


def _source(turn: int, place: int, paper: Paper, marks: Sequence[Highlight], why: str = "", *, is_open: bool) -> str:
    numbers = "".join(f"[{mark.number}]" for mark in sorted(marks, key=lambda one: one.number) if mark.number)
    label = f'<span class="numbers">{numbers}</span> ' if numbers else ""
    title = _marked(paper.title, [mark for mark in marks if mark.field == "title"], turn) or _safe(words.title(paper))
    found = f'<p class="why">{_safe(why)}</p>' if why else ""
    name = f' id="src-{turn}-{place}"' if turn else ""
    return (
        f'<details class="source"{name}{" open" if is_open else ""}>'
        f'<summary>{label}<span class="title" dir="auto">{title}</span></summary>'
        f"{_about(paper)}{found}{_choices(paper)}{_abstract(paper, marks, turn)}</details>"
    )


def _about(paper: Paper) -> str:
    facts = [words.authors(paper), str(paper.year or ""), paper.venue or ""]
    text = " · ".join(_safe(fact) for fact in facts if fact)
    found = " ".join(
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{name}</a>'
        for name, address in links(paper)
    )
    return "".join(f'<p class="about" dir="auto">{line}</p>' for line in (text, found) if line)


def _choices(paper: Paper) -> str:
    """Return the buttons: limiting the next question to a paper, papers like it, its entry for a bibliography.

    The page's script keeps the first pressed while it holds, and fetches what the others name.
    """
    title = _safe(words.title(paper))
    key = spelled(paper.id)
    only = (
        f'<button type="button" class="only" data-paper="{handle(paper.id)}" data-id="{key}" '
        f'aria-pressed="false" aria-label="Ask only this paper: {title}">Ask only this paper</button>'
    )
    others = "".join(
        f' <button type="button" class="{kind}" data-fetch="{kind}?paper={key}" aria-label="{name}: {title}">'
        f"{name}</button>"
        for kind, name in (("similar", "Similar papers"), ("bibtex", "Copy BibTeX"))
    )
    return f'<p class="choice">{only}{others}</p>'


def similar(hits: Sequence[Hit]) -> str:
    """Return the papers most like one, to stand under it."""
    if not hits:
        return '<p class="hint">There is no other paper.</p>'
    found = (
        _source(0, place, hit.paper, _nearest(hit), f"Meaning {hit.similarity:.2f}", is_open=False)
        for place, hit in enumerate(hits, start=1)
    )
    return f"<h3>Similar papers</h3>{''.join(found)}"


def _abstract(paper: Paper, marks: Sequence[Highlight], turn: int) -> str:
    if not paper.abstract:
        return '<p class="hint">There is no abstract.</p>'
    name = "Summary" if paper.is_summary else "Abstract"
    text = _marked(paper.abstract, [mark for mark in marks if mark.field == "abstract"], turn)
    return f'<h3>{name}</h3><p class="abstract" dir="auto">{text}</p>'


def _marked(text: str, marks: Sequence[Highlight], turn: int) -> str:
    """Escape text and mark stretches of it; of two that overlap the later begins where the earlier ends."""
    parts, place = [], 0
    for mark in sorted(marks, key=lambda one: one.start):
        start = max(mark.start, place)
        if start >= mark.end:
            continue
        parts += [_set(text[place:start]), _mark(text[start : mark.end], mark.number, turn)]
        place = mark.end
    return "".join([*parts, _set(text[place:])])


def _mark(text: str, number: int, turn: int) -> str:
    if not number:
        return f'<mark class="near">{_set(text)}</mark>'
    return f'<mark id="{anchor(turn, number)}" tabindex="-1"><sup>[{number}]</sup>{_set(text)}</mark>'


def _set(text: str) -> str:
    return maths.set_apart(words.printable(text), escape)


def _safe(text: str) -> str:
    return escape(words.printable(text))


def links(paper: Paper) -> Iterator[tuple[str, str]]:
    """Return names and addresses of what a paper links to; only http and https are let through."""
    if paper.doi:
        yield "DOI", f"https://doi.org/{quote(paper.doi)}"
    if paper.arxiv_id:
        yield "arXiv", f"https://arxiv.org/abs/{quote(paper.arxiv_id)}"
    if is_web(paper.url):
        yield "Page", str(paper.url)
    if is_web(paper.code_url):
        yield "Code", str(paper.code_url)


def is_web(address: str | None) -> bool:
    """Say whether an address is one of the web.

    >>> is_web("https://a.org/b"), is_web("javascript:alert(1)"), is_web(None)
    (True, False, False)
    """
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
