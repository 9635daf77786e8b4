"""One paper of the library as HTML: all that is known of it. Everything that comes from papers is escaped."""

from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import quote

from assistant import export
from assistant.types import Hit, Paper
from assistant.ui import words
from assistant.ui.panel import links
from assistant.ui.table import safe

NAMED = 12
"""Authors named before the rest is folded."""


def paper_view(paper: Paper, parts: Sequence[Paper], similar: Sequence[Hit]) -> str:
    """Return a paper with its fields, the records it was merged of, and papers like it.

    Args:
        paper: The paper.
        parts: The records it was merged of.
        similar: Papers near it.
    """
    return (
        '<article><p class="close"><button type="button" data-do="close" aria-label="Close this paper">×</button></p>'
        f'<h2 dir="auto" tabindex="-1">{safe(words.title(paper))}</h2>{_authors(paper)}{_about(paper)}'
        f"{_actions(paper)}{_abstract(paper)}{_fields(paper)}{_merged(parts)}{_similar(similar)}</article>"
    )


def _authors(paper: Paper) -> str:
    names = [safe(name) for name in paper.authors]
    if not names:
        return ""
    first, rest = ", ".join(names[:NAMED]), ", ".join(names[NAMED:])
    more = f"<details><summary>{words.count(len(names) - NAMED, 'more author')}</summary>{rest}</details>"
    return f'<div class="authors" dir="auto">{first}{more if rest else ""}</div>'


def _about(paper: Paper) -> str:
    facts = [safe(paper.venue or ""), str(paper.year or "")]
    web = [
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{name}</a>'
        for name, address in links(paper)
    ]
    text = " · ".join(one for one in (*facts, *web) if one)
    return f'<p class="about" dir="auto">{text}</p>' if text else ""


def _actions(paper: Paper) -> str:
    own = f'data-paper="{quote(paper.id)}"'
    bibtex = escape("".join(export.bibtex([paper])).strip())
    return (
        f'<p class="actions"><button type="button" data-do="only" {own}>Ask only this paper</button>'
        f'<button type="button" data-copy="{bibtex}">Copy BibTeX</button>'
        f'<button type="button" data-do="remove" {own}>Remove</button></p>'
    )


def _abstract(paper: Paper) -> str:
    if not paper.abstract:
        return '<p class="none">There is no abstract.</p>'
    text = "".join(f"<p>{safe(line)}</p>" for line in paper.abstract.splitlines() if line.strip())
    return f'<h3>{"Summary" if paper.is_summary else "Abstract"}</h3><div class="abstract" dir="auto">{text}</div>'


def _fields(paper: Paper) -> str:
    rows = "".join(f'<dt>{name}</dt><dd dir="auto">{safe(value)}</dd>' for name, value in _known(paper) if value)
    return f"<h3>Details</h3><dl>{rows}</dl>"


def _known(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "Id", paper.id
    yield "Type", paper.kind
    yield "DOI", paper.doi or ""
    yield "arXiv", paper.arxiv_id or ""
    yield "PubMed", paper.pmid or ""
    yield "Topics", ", ".join(paper.topics)
    yield "Keys", ", ".join(key for key in paper.keys if key != paper.id)
    yield "File", paper.source


def _merged(parts: Sequence[Paper]) -> str:
    if not parts:
        return ""
    items = "".join(f'<li dir="auto">{safe(_record(part))}</li>' for part in parts)
    return f'<h3>Merged of {words.count(len(parts), "record")}</h3><ul class="records">{items}</ul>'


def _record(part: Paper) -> str:
    facts = [words.title(part), str(part.year or ""), part.doi or "", ", ".join(part.keys[:1]), part.source]
    return " · ".join(fact for fact in facts if fact)


def _similar(hits: Sequence[Hit]) -> str:
    if not hits:
        return ""
    items = "".join(
        f'<li><button type="button" data-do="open" data-paper="{quote(hit.paper.id)}" dir="auto">'
        f'{safe(words.title(hit.paper))}</button> <span class="year">{hit.paper.year or ""}</span></li>'
        for hit in hits
    )
    return f'<h3>Similar papers</h3><ul class="similar">{items}</ul>'
