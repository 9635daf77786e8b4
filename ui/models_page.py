"""The tab Models."""

from typing import Any

from assistant.ui.behind import Bridge
from assistant.ui.chat import Desk


def build(desk: Desk, tab: Any, bridge: Bridge) -> None:
    """Make the tab's parts, and what happens between them."""
    import gradio as gr

    gr.HTML("<h2>Models</h2>", elem_id="models")
