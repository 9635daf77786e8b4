"""The tab of settings: what holds for every answer is kept in the home, how the page looks in the browser."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from assistant.errors import CarrelError
from assistant.settings import Settings, override, save
from assistant.ui import words
from assistant.ui.behind import AT_ONCE, PLAIN, Bridge
from assistant.ui.chat import Desk
from assistant.ui.table import safe

CHANGED = """element.addEventListener("change", ({ target }) => {
  if (target.dataset.setting) trigger("change", { name: target.dataset.setting, value: target.value });
});"""
"""Tells the server what was set; how the page looks is the script's own matter."""

LENGTHS = {"64": "Short", "192": "Medium", "512": "Long"}
"""Tokens at most, and what a person calls such an answer."""

CHECKS = {"strict": "Leave them out", "marked": "Show them, marked"}
THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
SIZES = {"small": "Small", "normal": "Normal", "large": "Large", "largest": "Largest"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A setting that is a number."""

    name: str
    label: str
    hint: str
    most: int


AMOUNTS = (
    Amount(
        name="papers",
        label="Papers looked at for a question",
        hint="More find what lies far down; fewer are quicker to read through.",
        most=50,
    ),
    Amount(
        name="quotes",
        label="Quotations an answer rests on",
        hint="All that the model is given. More make it slower.",
        most=20,
    ),
)


def build(desk: Desk, tab: Any, bridge: Bridge) -> None:
    """Make the tab's parts, and what happens between them."""
    import gradio as gr

    form = gr.HTML(shown(desk.assistant.settings), elem_id="settings", **{**PLAIN, "js_on_load": CHANGED})
    told = gr.HTML("", elem_id="settings-told", **PLAIN)
    tab.select(lambda: (shown(desk.assistant.settings), ""), None, [form, told], **AT_ONCE)
    form.change(_change(desk), None, told, **AT_ONCE)


def _change(desk: Desk) -> Callable[..., str]:
    import gradio as gr

    def change(changed: gr.EventData) -> str:
        given = {str(changed.name): str(changed.value)}
        try:
            # Whoever asks next is answered with it.
            desk.assistant.settings = override(desk.assistant.settings, **given)
            save(desk.assistant.library.home, **{name: getattr(desk.assistant.settings, name) for name in given})
        except CarrelError as error:
            return f'<p class="problem" role="alert">{safe(words.of_error(error))}</p>'
        return '<p role="status">Saved. It holds from the next question on.</p>'

    return change


def shown(settings: Settings) -> str:
    """Return the form."""
    return "".join(
        [
            "<h2>Settings</h2><h3>Answers</h3>",
            *(_amount(one, getattr(settings, one.name)) for one in AMOUNTS),
            _choice("answer_tokens", "Length of an answer", _lengths(settings), str(settings.answer_tokens)),
            _choice("checks", "Sentences the papers do not support", CHECKS, settings.checks),
            f'<p class="kept">Kept in {safe(words.short(settings.home))}, for everyone who uses this library.</p>',
            *_environment(),
            "<h3>Page</h3>",
            _choice("theme", "Colours", THEMES, "system", kind="look"),
            _choice("size", "Size of the text", SIZES, "normal", kind="look"),
            '<p class="kept">Kept in this browser.</p>',
        ]
    )


def _amount(one: Amount, value: int) -> str:
    most = max(one.most, value)
    return (
        f'<div class="setting"><label for="set-{one.name}">{one.label}</label><input type="number" '
        f'id="set-{one.name}" data-setting="{one.name}" min="1" max="{most}" step="1" value="{value}" '
        f'aria-describedby="hint-{one.name}"><p id="hint-{one.name}">{one.hint}</p></div>'
    )


def _lengths(settings: Settings) -> dict[str, str]:
    own = str(settings.answer_tokens)
    return LENGTHS if own in LENGTHS else LENGTHS | {own: f"{own} tokens"}


def _choice(name: str, label: str, choices: dict[str, str], value: str, *, kind: str = "setting") -> str:
    options = "".join(
        f'<label><input type="radio" name="set-{name}" data-{kind}="{name}" value="{one}"'
        f"{' checked' if one == value else ''}> {text}</label>"
        for one, text in choices.items()
    )
    return f'<fieldset class="setting"><legend>{label}</legend><div>{options}</div></fieldset>'


def _environment() -> Iterator[str]:
    names = [one.name for one in AMOUNTS] + ["answer_tokens", "checks"]
    held = [f"CARREL_{name.upper()}" for name in names if os.environ.get(f"CARREL_{name.upper()}")]
    if held:
        verb = "is" if len(held) == 1 else "are"
        yield f'<p class="kept">{", ".join(held)} {verb} set where Carrel was started, and will hold there again.</p>'
