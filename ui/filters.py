"""The filters of the page: what a person sets below the question box, and takes away above an answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from assistant import scope
from assistant.errors import UsageError
from assistant.types import Filters
from assistant.ui.markdown import WITHOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """The components, in the order in which `read` takes their values and `values` gives them."""

    year_from: Any
    year_to: Any
    authors: Any
    venue: Any
    topics: Any
    with_abstract: Any
    removers: dict[str, Any]
    """By filter, a button out of sight: the page's script presses it when the filter is taken away."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the components that a person sees."""
        yield from (getattr(self, one.name) for one in fields(self)[:-1])


def controls() -> Controls:
    """Make the components, folded until they are wanted."""
    import gradio as gr

    # Without a value, a component that was never unfolded would hold none at all.
    line: dict[str, Any] = {"value": "", "max_lines": 1, "min_width": 90}
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
        removers=removers,
    )


def read(year_from: str, year_to: str, authors: str, venue: str, topics: str, with_abstract: bool) -> Filters:
    """Make one value of what the components hold.

    Raises:
        UsageError: A year is none, or the years leave nothing.
    """
    first, last = _year(year_from), _year(year_to)
    if first and last and first > last:
        raise UsageError(f"No year is from {first} and to {last}.", remedy="Exchange the years of the filters.")
    return Filters(
        years=(first, last) if first or last else None,
        authors=_parts(authors),
        venue=venue.strip(),
        topics=_parts(topics),
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
    return first, last, ", ".join(filters.authors), filters.venue, ", ".join(filters.topics), filters.with_abstract


def without(held: Sequence[Any], field: str) -> tuple[Any, ...]:
    """Return what the components hold once a filter is taken away."""
    try:
        return values(scope.without(read(*held), field))
    except UsageError:  # a year half typed
        return tuple(held)
