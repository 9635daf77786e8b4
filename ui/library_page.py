"""The tab of the library: its parts, and what happens between them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from assistant.ui import pressing, upload, upload_view, words
from assistant.ui.behind import AT_ONCE, PLAIN, PRESSED, QUIET, Bridge, script
from assistant.ui.browsing import Browser
from assistant.ui.chat import Desk
from assistant.ui.pressing import Hand
from assistant.ui.saving import back_up
from assistant.ui.table import View

FIND = "Find by title, author, venue, year or DOI"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The components that something happens to."""

    view: Any
    trash: Any
    head: Any
    find: Any
    intake: Any
    report: Any
    undo: Any
    side: Any
    table: Any
    paper: Any


def build(desk: Desk, tab: Any, bridge: Bridge) -> None:
    """Make the tab's parts, and what happens between them."""
    parts = _parts()
    browser = Browser(desk.assistant.library)
    listed = [parts.view, parts.head, parts.table, parts.side]
    themed: dict[str, Any] = {"fn": browser.themes, "inputs": parts.view, "outputs": parts.side, **QUIET}
    tab.select(browser.refresh, parts.view, listed, **AT_ONCE).then(**themed)
    always_last: dict[str, Any] = {**AT_ONCE, "trigger_mode": "always_last"}
    parts.find.change(browser.find, [parts.find, parts.view], listed, **always_last)
    press = pressing.handler(Hand(browser, desk.intake))
    beside = [parts.paper, parts.undo, parts.trash, parts.find, parts.report]
    changed = [*listed, *beside, bridge.tabs, *bridge.chosen]
    for pressed in (parts.head, parts.table, parts.side, parts.paper, parts.undo, parts.report):
        pressed.click(press, [parts.view, parts.trash], changed, **AT_ONCE).then(**bridge.header)
    slow: dict[str, Any] = {"outputs": parts.report, "concurrency_limit": None, **QUIET}
    for added in (
        parts.intake.submit(_take(desk.intake), **slow),
        parts.table.submit(_sample(desk.intake), **slow),
    ):
        renewed = added.then(**bridge.header).then(**bridge.welcome)
        renewed.then(browser.refresh, parts.view, listed, **AT_ONCE).then(**themed)
    parts.head.submit(back_up(desk), **slow)


def _parts() -> Parts:
    import gradio as gr

    view, trash = gr.State(View()), gr.State(())
    with gr.Row(elem_id="lib-top"):
        head = gr.HTML("<h2>Library</h2>", elem_id="lib-head", **PRESSED)
        find = gr.Textbox(
            elem_id="lib-find", label=FIND, show_label=False, container=False, placeholder=FIND, max_lines=1
        )
    intake = gr.HTML(_drop(), elem_id="lib-intake", **{**PLAIN, "js_on_load": script("upload.js")})
    report = gr.HTML("", elem_id="lib-report", **PRESSED)
    undo = gr.HTML("", elem_id="lib-undo", **PRESSED)
    with gr.Row(elem_id="lib"):
        side = gr.HTML("", elem_id="lib-side", **PRESSED)
        table = gr.HTML("", elem_id="lib-table", **PRESSED)
        paper = gr.HTML("", elem_id="lib-paper", **PRESSED)
    return Parts(
        view=view,
        trash=trash,
        head=head,
        find=find,
        intake=intake,
        report=report,
        undo=undo,
        side=side,
        table=table,
        paper=paper,
    )


def _drop() -> str:
    most = words.size(upload.LARGEST)
    return (
        f'<div id="drop" data-most="{upload.LARGEST}" data-size="{most}">'
        '<input type="file" id="files" multiple aria-describedby="drop-hint"><label for="files">Drop files here to '
        'add their papers, or <span class="choose">choose files</span></label>'
        f'<p id="drop-hint">BibTeX, RIS, EndNote, CSL JSON, PubMed, tables, PDF and more; at most {most} each.</p>'
        '<div class="sending" role="status"></div></div>'
    )


def _take(intake: upload.Intake) -> Callable[..., Iterator[str]]:
    import gradio as gr

    def take(pressed: gr.EventData, request: gr.Request) -> Iterator[str]:
        yield from upload_view.told(intake, pressed.files, request.session_hash or "")

    return take


def _sample(intake: upload.Intake) -> Callable[..., Iterator[str]]:
    import gradio as gr

    def sample(request: gr.Request) -> Iterator[str]:
        yield from upload_view.sample(intake, request.session_hash or "")

    return sample
