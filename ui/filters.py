"""The filters of the page: what a person sets below the question box, and takes away above an answer."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import Any

from assistant import scope
from assistant.errors import UsageError
from assistant.types import Filters, Paper
from assistant.ui import inputs, words
from assistant.ui.markdown import WITHOUT

PRESS = """element.addEventListener("click", (event) => {
  const pressed = event.target.closest("button[data-paper]");
  if (!pressed) return;
  const { paper, id } = pressed.dataset;
  trigger("click", { paper, id: id ?? "", wanted: pressed.getAttribute("aria-pressed") === "false" });
});"""
"""Tells the server which paper's button was pressed, and whether the paper is now wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """The components, in the order in which `read` takes their values and `values` gives them."""

    year_from: Any
    year_to: Any
    authors: Any
    venue: Any
    topics: Any
    with_abstract: Any
    ids: Any
    """The chosen papers; out of sight, `chips` shows them."""
    chips: Any
    removers: dict[str, Any]
    """By filter, a button out of sight: the page's script presses it when the filter is taken away."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the components that hold a filter."""
        yield from (getattr(self, one.name) for one in fields(self)[:-2])


def controls() -> Controls:
    """Make the components, folded until they are wanted."""
    import gradio as gr

    # Without a value, a component that was never unfolded would hold none at all.
    line: dict[str, Any] = {"value": "", "max_lines": 1, "min_width": 90}
    ids = gr.State(())
    chips = gr.HTML("", elem_id="chosen", js_on_load=PRESS, apply_default_css=False)
    with gr.Accordion("Filters", open=False, elem_id="filters"):
        with gr.Row():
            year_from = gr.Textbox(label="From year", **line)
            year_to = gr.Textbox(label="To year", **line)
            venue = gr.Textbox(label="Venue", **line)
        with gr.Row():
            authors = gr.Textbox(label="Authors", placeholder="such as Ann Lee, Bo Li", **line)
            topics = gr.Textbox(label="Topics", placeholder="such as routing, graphs", **line)
        with_abstract = gr.Checkbox(label="Only papers with an abstract", container=False)
    removers = {name: gr.Button(elem_id=WITHOUT + name, visible="hidden") for name in scope.FIELDS}
    return Controls(
        year_from=year_from,
        year_to=year_to,
        authors=authors,
        venue=venue,
        topics=topics,
        with_abstract=with_abstract,
        ids=ids,
        chips=chips,
        removers=removers,
    )


def read(
    year_from: str, year_to: str, authors: str, venue: str, topics: str, with_abstract: bool, ids: Sequence[str]
) -> Filters:
    """Make one value of what the components hold.

    Raises:
        UsageError: A year is none, or the years leave nothing.
    """
    # A paper of the year 0 is none.
    first, last = _year(year_from) or None, _year(year_to) or None
    return Filters(
        years=inputs.span(first, last, remedy="Exchange the years of the filters."),
        authors=_parts(authors),
        venue=venue.strip(),
        topics=_parts(topics),
        ids=tuple(ids),
        with_abstract=with_abstract,
    )


def _year(text: str) -> int | None:
    if not (text := text.strip()):
        return None
    if not (text.isdecimal() and len(text) == 4):
        raise UsageError(
            f"“{text}” is no year.", remedy="Write the years of the filters like 2020, or leave them empty."
        )
    return int(text)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def values(filters: Filters) -> tuple[Any, ...]:
    """Return what the components hold for these filters."""
    first, last = (str(year or "") for year in filters.years or (None, None))
    authors, topics = ", ".join(filters.authors), ", ".join(filters.topics)
    return first, last, authors, filters.venue, topics, filters.with_abstract, filters.ids


def without(held: Sequence[Any], field: str) -> tuple[Any, ...]:
    """Return what the components hold once a filter is taken away."""
    try:
        return values(scope.without(read(*held), field))
    except UsageError:  # a year half typed
        return tuple(held)


def handle(paper: str) -> str:
    """Return what stands for a paper's id in the page: an id may hold any character, this is letters and digits.

    >>> handle("lee 2024 <b>")
    'd77aad4124825755b8dfc6da5150b7f2'
    """
    return hashlib.blake2s(paper.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def spelled(paper: str) -> str:
    """Write a paper's id in letters and digits, from which it can be read again.

    >>> spelled("a b"), read_id("612062")
    ('612062', 'a b')
    """
    return paper.encode(errors="surrogatepass").hex()


def read_id(text: str) -> str:
    """Return the id that `spelled` wrote; empty where it is none."""
    try:
        return bytes.fromhex(text).decode(errors="surrogatepass")
    except ValueError:
        return ""


def chosen(ids: Sequence[str], pressed: str, offered: Iterable[Paper]) -> tuple[str, ...]:
    """Return the chosen papers once one more is chosen; each is there once.

    Args:
        ids: Those chosen so far.
        pressed: The handle of the paper.
        offered: The papers it may be.
    """
    return tuple(dict.fromkeys([*ids, *(paper.id for paper in offered if handle(paper.id) == pressed)]))


def lifted(ids: Sequence[str], pressed: str) -> tuple[str, ...]:
    """Return the chosen papers without the one of this handle."""
    return tuple(one for one in ids if handle(one) != pressed)


def chips(ids: Sequence[str], papers: Iterable[Paper]) -> str:
    """Return the chosen papers as HTML, each with a cross that lifts it; empty where none is chosen.

    Args:
        ids: The chosen ones.
        papers: Those of them that the library holds; of another, the id is shown.
    """
    titles = {paper.id: words.title(paper) for paper in papers}
    shown = [_chip(one, titles.get(one) or words.one_line(one)) for one in ids]
    return f"<p>Asking only {' '.join(shown)}</p>" if shown else ""


def _chip(paper: str, title: str) -> str:
    name = escape(title)
    return (
        f'<span class="chip"><span class="name" dir="auto" title="{name}">{name}</span> '
        f'<button type="button" class="remove" data-paper="{handle(paper)}" aria-label="No longer ask only: {name}">'
        "×</button></span>"
    )
