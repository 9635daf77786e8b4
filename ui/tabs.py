"""The tabs of the page: asking first, and behind it what a person does less often."""

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.ui import library_page, models_page, settings_page
from assistant.ui.behind import Bridge
from assistant.ui.chat import Desk

BEHIND = {"Library": library_page.build, "Models": models_page.build, "Settings": settings_page.build}


@contextmanager
def first(desk: Desk) -> Iterator[Bridge]:
    """Put what is made within into the first tab, and the others behind it.

    Args:
        desk: Has the library, the models and the settings.

    Yields:
        To be given what the tabs behind change in the first.
    """
    import gradio as gr

    with gr.Tabs(elem_id="tabs") as tabs:
        bridge = Bridge(tabs)
        with gr.Tab("Ask", id="ask", elem_id="tab-ask"):
            yield bridge
        for name, build in BEHIND.items():
            with gr.Tab(name, id=name.lower(), elem_id=f"tab-{name.lower()}", elem_classes="behind") as tab:
                build(desk, tab, bridge)
