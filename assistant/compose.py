"""Putting an answer together from checked claims and quotations."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace

from assistant.evidence import SAME
from assistant.types import Answer, Citation, Claim, Paper, Passage
from assistant.words import stems

WORDS = 120
"""Words an answer has at most, unless its first quotation alone is longer."""


def number(passages: Iterable[Passage]) -> Iterator[Citation]:
    """Number the chosen sentences from 1; each number is one quotation."""
    for count, passage in enumerate(passages, start=1):
        span = passage.span
        yield Citation(
            number=count, paper=passage.paper, quote=passage.text, start=span.start, end=span.end, field=span.field
        )


def headline(paper: Paper, number: int) -> Citation:
    """Return the citation that is a paper's title."""
    return Citation(number=number, paper=paper, quote=paper.title, start=0, end=len(paper.title), field="title")


def complete(answer: Answer, claims: Sequence[Claim], citations: Sequence[Citation], *, strict: bool = True) -> Answer:
    """Fill in the text, the claims and the citations of an answer.

    The model's supported sentences come first. Quotations follow as far as there is room: what the model left out,
    or the whole answer where nothing it wrote is supported. Unsupported sentences are not shown,
    unless the checks are not strict: then they stand among the others, without a citation.
    """
    quotes = {citation.number: citation.quote for citation in citations}
    # A claim that copies its quotation adds nothing to it: the quotation is shown instead.
    written = [
        claim
        for claim in claims
        if (claim.supported or not strict) and not any(copies(claim.text, quotes[one]) for one in claim.citations)
    ]
    quoting = list(quotations(citations, [claim for claim in written if claim.supported]))
    text = "\n\n".join(part for part in (_paragraph(written), _list(quoting, citations)) if part)
    shown = (*written, *quoting)
    cited = {one for claim in shown for one in claim.citations}
    return replace(
        answer,
        text=text,
        claims=shown,
        citations=tuple(citation for citation in citations if citation.number in cited),
    )


def listing(answer: Answer, citations: Sequence[Citation]) -> Answer:
    """Fill in an answer that lists papers, one quotation each: all titles in the first line, then the quotations.

    However many they are, none is left out: a list that ends early would say that no other paper fits.
    """
    claims = tuple(quoted(citation) for citation in citations)
    text = f"{_titles(citations)}\n\n{_list(claims, citations)}"
    return replace(answer, text=text, claims=claims, citations=tuple(citations))


def _titles(citations: Sequence[Citation]) -> str:
    count = len(citations)
    titles = (marked(plain(one.paper.title or one.paper.id).rstrip("."), (one.number,)) for one in citations)
    return f"{count} {'paper fits' if count == 1 else 'papers fit'}: {'; '.join(titles)}."


def quoted(citation: Citation) -> Claim:
    """Return the claim that is a quotation itself."""
    return Claim(text=citation.quote, citations=(citation.number,), support=1.0, supported=True, quoted=True)


def copies(claim: str, quote: str) -> bool:
    """Tell whether a claim is a stretch of the quotation, word for word."""
    return claim.strip(' .“”"').lower() in quote.lower()


def quotations(citations: Sequence[Citation], written: Sequence[Claim]) -> Iterator[Claim]:
    """Return the quotations that add to what was written, as far as the answer has room."""
    room = WORDS - sum(len(claim.text.split()) for claim in written)
    told = {stem for claim in written for stem in stems(claim.text)}
    titled: set[str] = set()
    for citation in citations:
        if told and repeats(citation.quote, told):
            continue
        title = [] if citation.paper.id in titled else citation.paper.title.split()
        room -= len(citation.quote.split()) + len(title)
        if room < 0 and (written or titled):
            return
        titled.add(citation.paper.id)
        yield quoted(citation)


def repeats(quote: str, told: Set[str]) -> bool:
    """Tell whether nearly all a quotation says was told already; a short sentence does not tell a long one."""
    words = set(stems(quote))
    return len(words & told) >= SAME * len(words)


def plain(text: str) -> str:
    """Return text in one line, in which nothing looks like a marker of ours.

    >>> plain("As shown in [5],  it is faster.")
    'As shown in (5), it is faster.'
    """
    return re.sub(r"\[(\d+)\]", r"(\1)", " ".join(text.split()))


def _paragraph(claims: Iterable[Claim]) -> str:
    return " ".join(marked(claim.text, claim.citations) for claim in claims)


def marked(text: str, citations: Sequence[int]) -> str:
    """Put citation markers behind a sentence.

    >>> marked("It is faster.", (1, 3))
    'It is faster. [1][3]'
    """
    return f"{plain(text)} {''.join(f'[{one}]' for one in citations)}".strip()


def _list(claims: Sequence[Claim], citations: Sequence[Citation]) -> str:
    papers = {citation.number: citation.paper for citation in citations}
    own: dict[Paper, list[str]] = {}
    for claim in claims:
        own.setdefault(papers[claim.citations[0]], []).append(marked(f"“{claim.text}”", claim.citations))
    return "\n".join(" ".join(_item(paper.title, quotes)) for paper, quotes in own.items())


def _item(title: str, quotes: Sequence[str]) -> Iterator[str]:
    yield f"- {plain(title)}:" if title else "-"
    yield from quotes
