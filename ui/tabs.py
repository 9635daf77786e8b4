"""The tabs of the page: asking first, and behind it what a person does less often."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.ui import library_page, models_page, settings_page
from assistant.ui.chat import Desk

if TYPE_CHECKING:
    import gradio as gr

Build = Callable[[Desk, "gr.Tab"], None]

BEHIND: dict[str, Build] = {
    "Library": library_page.build,
    "Models": models_page.build,
    "Settings": settings_page.build,
}


@contextmanager
def first(desk: Desk) -> Iterator[None]:
    """Put what is made within into the first tab, and the others behind it.

    Args:
        desk: Has the library, the models and the settings.
    """
    import gradio as gr

    with gr.Tabs(elem_id="tabs"):
        with gr.Tab("Ask", id="ask", elem_id="tab-ask"):
            yield
        for name, build in BEHIND.items():
            with gr.Tab(name, id=name.lower(), elem_id=f"tab-{name.lower()}") as tab:
                build(desk, tab)
