"""The library as HTML: a page of the table, and beside it themes and files. All that comes from papers is escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePath
from typing import get_args
from urllib.parse import quote

from assistant.types import Paper, Slice, Topic
from assistant.ui import words
from assistant.vectorstore.ordering import Order

PAGE = 50
"""Papers of a page."""

FILES = 12
"""Files named before the rest is folded."""

MOST_REMOVED = 10_000
"""Papers removed at once at most: until it is sure that they are not wanted back they are kept in memory."""

ORDERS: tuple[Order, ...] = get_args(Order)
COLUMNS: dict[Order, str] = {"title": "Title", "authors": "Authors", "year": "Year", "venue": "Venue"}
FIRST_DOWN = ("added", "year")
"""What is looked for among the newest."""

NOTHING = (
    '<div class="empty"><p>This library holds no papers yet.</p><p>Add an export of your reference manager (BibTeX, '
    "RIS, EndNote, CSL JSON), of a database (PubMed, Scopus, Web of Science), a table or PDF files; or look around in "
    'the sample first.</p><p><button type="button" data-do="sample" data-event="submit">Add the sample library'
    "</button></p></div>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a person looks at."""

    find: str = ""
    source: str = ""
    theme: str = ""
    """The name of the theme looked at."""
    ids: tuple[str, ...] | None = None
    """The papers of the theme."""
    order: Order = "added"
    descending: bool = True
    page: int = 0
    paper: str = ""
    """The id of the paper that is open."""

    @property
    def is_narrowed(self) -> bool:
        """True where not all papers are looked at."""
        return bool(self.find.strip() or self.source or self.ids is not None)

    def last(self, total: int) -> int:
        """Return the number of the last page."""
        return max(0, (total - 1) // PAGE)


def table(view: View, found: Slice) -> str:
    """Return a page of the table, with its heading and the way to other pages."""
    if not found.total:
        return f'<p class="none">No paper has this. {_clear()}</p>' if view.is_narrowed else NOTHING
    rows = "".join(_row(paper, is_open=paper.id == view.paper) for paper in found.papers)
    bare = " ".join(f"no-{by}" for by in COLUMNS if by != view.order and not any(getattr(p, by) for p in found.papers))
    return (
        f'{_caption(view, found)}<table class="{bare}"><caption class="unseen">Papers</caption>'
        f"<thead><tr>{_heads(view)}</tr></thead><tbody>{rows}</tbody></table>{_pages(view, found.total)}"
    )


def _caption(view: View, found: Slice) -> str:
    first = view.page * PAGE + 1
    shown = f"{first:,}–{first + len(found.papers) - 1:,} of {words.count(found.total, 'paper')}"
    parts = [f"<span>{shown}{_narrowed(view)}</span>"]
    if view.is_narrowed:
        parts.append(_clear())
        if found.total <= MOST_REMOVED:
            named = "this paper" if found.total == 1 else f"these {found.total:,} papers"
            parts.append(f'<button type="button" data-do="remove-all">Remove {named}</button>')
    if view.order != "added":
        parts.append('<button type="button" data-do="sort" data-by="added">Last added first</button>')
    return f'<p class="caption">{" ".join(parts)}</p>'


def _narrowed(view: View) -> str:
    parts = [f"in “{safe(view.theme)}”"] if view.ids is not None else []
    parts += [f"from {safe(name(view.source))}"] if view.source else []
    parts += [f"with “{safe(view.find.strip())}”"] if view.find.strip() else []
    return f" {', '.join(parts)}" if parts else ""


def _clear() -> str:
    return '<button type="button" data-do="clear">Show all papers</button>'


def _heads(view: View) -> str:
    return "".join(_head(view, by, text) for by, text in COLUMNS.items())


def _head(view: View, by: Order, text: str) -> str:
    button = f'<button type="button" data-do="sort" data-by="{by}">{text}</button>'
    way = "descending" if view.descending else "ascending"
    return f'<th scope="col" class="{by}"{f" aria-sort={way}" if view.order == by else ""}>{button}</th>'


def _row(paper: Paper, *, is_open: bool) -> str:
    authors, year = safe(words.authors(paper)), str(paper.year or "")
    venue = safe(words.one_line(paper.venue or ""))
    about = " · ".join(part for part in (authors, year) if part)
    return (
        f'<tr{" class=open" if is_open else ""} data-do="open" data-paper="{quote(paper.id)}">'
        f'<td class="title"><button type="button" dir="auto" aria-expanded="{str(is_open).lower()}">'
        f'{safe(words.title(paper))}</button><span class="about" dir="auto" aria-hidden="true">{about}</span></td>'
        f'<td class="authors" dir="auto"><span>{authors}</span></td><td class="year">{year}</td>'
        f'<td class="venue" dir="auto" title="{venue}"><span>{venue}</span></td></tr>'
    )


def _pages(view: View, total: int) -> str:
    last = view.last(total)
    if not last:
        return ""
    here = view.page
    back = _turn("First", 0, here > 0) + _turn("Previous", here - 1, here > 0)
    ahead = _turn("Next", here + 1, here < last) + _turn("Last", last, here < last)
    return f'<nav class="pages" aria-label="Pages">{back}<span>Page {here + 1:,} of {last + 1:,}</span>{ahead}</nav>'


def _turn(text: str, to: int, able: bool) -> str:
    off = "" if able else " disabled"
    return f'<button type="button" data-do="page" data-to="{max(to, 0)}" data-name="{text}"{off}>{text}</button>'


def themes(view: View, found: Sequence[tuple[Topic, tuple[str, ...]]]) -> str:
    """Return the themes, each a button that shows its papers."""
    items = [_choice("theme", label(topic), label(topic), topic.count, view.theme) for topic, _ in found]
    return f"<h3>Themes</h3><ul>{''.join(items)}</ul>" if items else ""


def label(topic: Topic) -> str:
    """Name a topic."""
    return words.one_line(", ".join(topic.label)) or "other papers"


def sources(view: View, found: Sequence[tuple[str, int]]) -> str:
    """Return the files that papers came from, each a button that shows its papers."""
    items = [_choice("source", source, name(source), count, view.source) for source, count in found]
    if not items:
        return ""
    more = len(items) - FILES
    rest = f"<details><summary>{words.count(more, 'more file')}</summary><ul>{''.join(items[FILES:])}</ul></details>"
    return f"<h3>Files</h3><ul>{''.join(items[:FILES])}</ul>{rest if more > 0 else ''}"


def _choice(kind: str, value: str, text: str, count: int, chosen: str) -> str:
    pressed = str(value == chosen).lower()
    return (
        f'<li><button type="button" data-do="{kind}" data-value="{quote(value)}" aria-pressed="{pressed}" '
        f'title="{safe(value)}"><span dir="auto">{safe(text)}</span> <span class="count">{count:,}</span></button></li>'
    )


def name(source: str) -> str:
    """Return the name of a file without its folders.

    >>> name("/home/ann/refs.bib"), name("old.zip/refs.bib"), name("")
    ('refs.bib', 'refs.bib', 'by hand')
    """
    return PurePath(source.replace("\\", "/")).name or "by hand"


def safe(text: str) -> str:
    """Return text that may stand in HTML."""
    return escape(words.one_line(text))
