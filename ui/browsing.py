"""What the tab of the library shows."""

from contextlib import suppress
from dataclasses import replace

from assistant.errors import CarrelError
from assistant.library import Library
from assistant.types import Slice, Topic
from assistant.ui import table, words
from assistant.ui.paper_view import paper_view
from assistant.ui.table import MOST_REMOVED, PAGE, View

SIMILAR = 5
"""Papers like the one that is open that are named."""

Listed = tuple[View, str, str, str]
"""View, heading, table, and themes with files."""


class Browser:
    """Shows a library.

    Args:
        library: The papers.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self._themes: list[tuple[Topic, tuple[str, ...]]] = []

    def listed(self, view: View) -> Listed:
        """Return what is shown of the papers."""
        try:
            found = self._found(view)
        except CarrelError as error:  # such as a library on a server, which has no table
            return view, self.head(), f'<p class="none" role="alert">{table.safe(words.of_error(error))}</p>', ""
        if view.page > view.last(found.total):
            # Papers were removed.
            view = replace(view, page=view.last(found.total))
            found = self._found(view)
        return view, self.head(), table.table(view, found), self.side(view)

    def _found(self, view: View) -> Slice:
        return self.library.browse(
            view.find,
            source=view.source,
            ids=view.ids,
            order=view.order,
            descending=view.descending,
            offset=view.page * PAGE,
            limit=PAGE,
        )

    def head(self) -> str:
        """Return the heading."""
        papers = len(self.library)
        save = '<button type="button" data-do="backup" data-event="submit">Back up</button>' if papers else ""
        return f"<h2>{words.count(papers, 'paper')}</h2>{save}"

    def side(self, view: View) -> str:
        """Return themes and files, the themes as they were last found."""
        return table.themes(view, self._themes) + table.sources(view, self.library.sources())

    def refresh(self, view: View) -> Listed:
        """Look again; papers may have been added or removed elsewhere."""
        return self.listed(view)

    def find(self, text: str, view: View) -> Listed:
        """Show the papers with these words."""
        return self.listed(replace(view, find=text, page=0))

    def themes(self, view: View) -> str:
        """Find the themes, and show them; takes seconds in a large library."""
        with suppress(CarrelError):
            self._themes = self.library.themes() if len(self.library) else []
            return self.side(view)
        return ""

    def theme(self, name: str) -> tuple[str, ...]:
        """Return the papers of a theme."""
        return next((ids for topic, ids in self._themes if table.label(topic) == name), ())

    def paper(self, one: str) -> str:
        """Return a paper as it is shown beside the table; nothing where it is gone."""
        found = self.library.get(one)
        if not found:
            return ""
        return paper_view(found[0], self.library.parts(one), self.library.similar(one, SIMILAR))

    def all_ids(self, view: View) -> list[str]:
        """Return the ids of all papers that are looked at, however many pages they fill."""
        found = self.library.browse(view.find, source=view.source, ids=view.ids, limit=MOST_REMOVED)
        return [paper.id for paper in found.papers] if found.total <= MOST_REMOVED else []
