import pytest

from assistant.settings import Settings, load
from assistant.ui import settings_page
from assistant.ui.chat import Desk
from tests.ui.conftest import Make


def change(desk: Desk, name: str, value: str) -> str:
    import gradio as gr

    return settings_page._change(desk)(gr.EventData(None, {"name": name, "value": value}))


def test_a_setting_holds_at_once_and_after_a_restart(make: Make) -> None:
    desk = Desk(make())
    assert "Saved." in change(desk, "papers", "12")
    assert "Saved." in change(desk, "checks", "marked")
    assert (desk.assistant.settings.papers, desk.assistant.settings.checks) == (12, "marked")
    again = load(desk.assistant.library.home)
    assert (again.papers, again.checks) == (12, "marked")


@pytest.mark.parametrize(("name", "value"), [("papers", "0"), ("papers", ""), ("checks", "none"), ("home", "/tmp")])
def test_what_is_no_setting_is_refused_in_words(make: Make, name: str, value: str) -> None:
    desk = Desk(make())
    before = desk.assistant.settings
    assert 'role="alert"' in change(desk, name, value)
    assert desk.assistant.settings == before
    assert not (desk.assistant.library.home / "config.toml").exists()


def test_what_holds_now_is_shown(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=make().library.home, papers=70, answer_tokens=100, checks="marked")
    shown = settings_page.shown(settings)
    assert 'max="70" step="1" value="70"' in shown
    assert 'value="100" checked> 100 tokens' in shown
    assert 'value="marked" checked' in shown
    assert "CARREL_" not in shown
    monkeypatch.setenv("CARREL_PAPERS", "3")
    assert "CARREL_PAPERS is set where Carrel was started" in settings_page.shown(settings)
