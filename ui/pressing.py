"""What happens in the tab of the library when something is pressed there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import unquote

from assistant.errors import CarrelError
from assistant.ui import filters, words
from assistant.ui.browsing import Browser
from assistant.ui.table import FIRST_DOWN, MOST_REMOVED, ORDERS, View, safe
from assistant.ui.upload import Intake
from assistant.vectorstore.ordering import Order
from assistant.vectorstore.trash import Trash

SHOWN = ("view", "head", "table", "side", "paper", "undo", "trash", "find", "report", "tabs", "ids", "chips")
"""What a press may change, in the order in which the handler returns it."""

Changes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Removed:
    """Papers that were removed, and may be wanted back until the page is closed."""

    text: str
    trash: Trash


@dataclass(frozen=True, slots=True)
class Pressed:
    """What was pressed, with the state of the page."""

    given: dict[str, Any]
    view: View
    trash: tuple[Removed, ...]
    session: str

    def text(self, name: str) -> str:
        """Return what the button says of itself."""
        return unquote(str(self.given.get(name, "")))


class Hand:
    """Does what a button asks for; each method returns what is to be shown.

    Args:
        browser: Shows the library.
        intake: Adds papers.
    """

    def __init__(self, browser: Browser, intake: Intake) -> None:
        self._browser = browser
        self._library = browser.library
        self._intake = intake
        self._does: dict[str, Callable[[Pressed], Changes]] = {
            "sort": self._sort,
            "page": lambda on: self._look(replace(on.view, page=_number(on.text("to")))),
            "theme": self._theme,
            "source": self._source,
            "clear": self._clear,
            "open": self._open,
            "close": lambda on: {**self._look(replace(on.view, paper="")), "paper": ""},
            "only": self._only,
            "remove": lambda on: self._remove(on, [on.text("paper")]),
            "remove-all": lambda on: self._remove(on, self._browser.all_ids(on.view)),
            "undo": self._undo,
            "keep": lambda on: {"undo": "", "trash": ()},
            "dismiss": lambda on: {"report": ""},
            "stop": self._stop,
        }

    def press(self, pressed: Pressed) -> Changes:
        """Do what is asked for."""
        does = self._does.get(pressed.text("do"))
        try:
            return does(pressed) if does else {}
        except CarrelError as error:
            return {"undo": f'<div class="undo" role="alert"><p>{safe(words.of_error(error))}</p>{CLOSE}</div>'}

    def _look(self, view: View) -> Changes:
        view, head, table, side = self._browser.listed(view)
        return {"view": view, "head": head, "table": table, "side": side}

    def _sort(self, on: Pressed) -> Changes:
        by = cast(Order, on.text("by"))
        if by not in ORDERS:
            return {}
        down = not on.view.descending if on.view.order == by else by in FIRST_DOWN
        return self._look(replace(on.view, order=by, descending=down, page=0))

    def _theme(self, on: Pressed) -> Changes:
        name = on.text("value")
        if name == on.view.theme:
            return self._look(replace(on.view, theme="", ids=None, page=0))
        return self._look(replace(on.view, theme=name, ids=self._browser.theme(name), source="", page=0))

    def _source(self, on: Pressed) -> Changes:
        name = on.text("value")
        source = "" if name == on.view.source else name
        return self._look(replace(on.view, source=source, theme="", ids=None, page=0))

    def _clear(self, on: Pressed) -> Changes:
        return {**self._look(replace(on.view, find="", source="", theme="", ids=None, page=0)), "find": ""}

    def _open(self, on: Pressed) -> Changes:
        one = on.text("paper")
        return {**self._look(replace(on.view, paper=one)), "paper": self._browser.paper(one)}

    def _only(self, on: Pressed) -> Changes:
        import gradio as gr

        ids = (on.text("paper"),)
        found = self._library.get(*ids)
        return {"tabs": gr.Tabs(selected="ask"), "ids": ids, "chips": filters.chips(ids, found)} if found else {}

    def _remove(self, on: Pressed, ids: list[str]) -> Changes:
        titles = [words.title(paper) for paper in self._library.get(*ids[:1])]
        trash = self._library.take_out(*ids)
        if not len(trash):
            return self._look(on.view)
        what = f"“{_cut(titles[0])}”" if len(trash) == 1 and titles else words.count(len(trash), "paper")
        kept = _recent((*on.trash, Removed(what, trash)))
        gone = on.view.paper in ids
        shown = self._look(replace(on.view, paper="") if gone else on.view)
        return {**shown, **({"paper": ""} if gone else {}), **_undoing(kept)}

    def _undo(self, on: Pressed) -> Changes:
        if not on.trash:
            return _undoing(())
        *kept, last = on.trash
        self._library.put_back(last.trash)
        return {**self._look(on.view), **_undoing(tuple(kept), f"{last.text} is back.")}

    def _stop(self, on: Pressed) -> Changes:
        self._intake.stop(on.session)
        return {}


LONGEST = 120
"""Characters of a title that what was removed is named by."""

CLOSE = '<button type="button" data-do="keep" aria-label="Close">×</button>'


def _cut(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[:LONGEST].rstrip()}…"


def _recent(trash: tuple[Removed, ...]) -> tuple[Removed, ...]:
    """Leave out what was removed first, so that not more is kept than may be removed at once."""
    while len(trash) > 1 and sum(len(one.trash) for one in trash) > MOST_REMOVED:
        trash = trash[1:]
    return trash


def _undoing(trash: tuple[Removed, ...], before: str = "") -> Changes:
    said = f"<p>{safe(before)}</p>" if before else ""
    if trash:
        said += f'<p>{safe(trash[-1].text)} removed.</p><button type="button" data-do="undo">Undo</button>'
    return {"trash": trash, "undo": f'<div class="undo" role="status">{said}{CLOSE}</div>' if said else ""}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def handler(hand: Hand) -> Callable[..., tuple[Any, ...]]:
    """Return the handler of the buttons."""
    import gradio as gr

    def press(view: View, trash: tuple[Removed, ...], pressed: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        given = pressed._data if isinstance(pressed._data, dict) else {}
        changes = hand.press(Pressed(given, view, trash, request.session_hash or ""))
        return tuple(changes.get(name, gr.skip()) for name in SHOWN)

    return press
