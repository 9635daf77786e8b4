"""What the tabs behind the first have in common."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""For events of the page itself: no program is offered them."""

AT_ONCE: dict[str, Any] = {"queue": False, "trigger_mode": "multiple", **QUIET}
"""For events that are answered in a moment."""

PRESS = """element.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-do]");
  if (pressed && element.contains(pressed)) trigger(pressed.dataset.event || "click", { ...pressed.dataset });
});"""
"""Tells the server what was pressed: a button says in `data-do` what it does, in `data-event` what listens to it."""

PLAIN: dict[str, Any] = {"apply_default_css": False, "js_on_load": None}
PRESSED: dict[str, Any] = {"apply_default_css": False, "js_on_load": PRESS}


@dataclass(slots=True)
class Bridge:
    """Leads from the tabs behind to the first."""

    tabs: Any
    """The component that holds them."""
    chosen: list[Any] = field(default_factory=list)
    """The components of the papers that the next question is limited to: their ids, and how they are shown."""
    header: dict[str, Any] = field(default_factory=dict)
    """An event that renews the line on library and model."""
    welcome: dict[str, Any] = field(default_factory=dict)
    """An event that renews what an empty conversation shows of the library."""


def script(name: str) -> str:
    """Return a script that lies beside this file."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
