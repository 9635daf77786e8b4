import json
import threading
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.models.fake import FakeChat
from assistant.settings import Settings, load
from assistant.ui import models_page
from assistant.ui.chat import Desk
from assistant.ui.switching import Step, Switch
from tests.ui.conftest import Make


@pytest.fixture
def desk(make: Make) -> Desk:
    desk = Desk(make())
    desk.load()
    return desk


def test_models_in_use_and_known(desk: Desk) -> None:
    shown = models_page.shown(desk)
    assert "fake, a context of 4,096 tokens" in shown
    assert "fake, 64 dimensions" in shown
    assert "SmolLM2-135M-Instruct Q4_1" in shown
    assert "98 MB" in shown
    assert "In use" in shown


def test_speed_is_told_where_it_was_measured(desk: Desk) -> None:
    file = desk.assistant.library.home / "tuning.json"
    file.write_text(json.dumps({"read_tokens_per_second": 210.4, "write_tokens_per_second": 31}))
    assert "reads 210 and writes 31 tokens a second" in models_page.shown(desk)
    file.write_text('{"read_tokens_per_second": null}')
    assert "tokens a second" not in models_page.shown(desk)


def test_a_model_of_ones_own_is_listed(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "mine<b>.gguf"
    file.write_bytes(b"GGUF")
    desk.assistant.settings = Settings(home=desk.assistant.settings.home, model=str(file))
    shown = models_page.shown(desk)
    assert "mine&lt;b&gt;" in shown
    assert 'data-value="smollm2-135m"' in shown


def test_what_does_not_fit_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    row = models_page.Row(
        name="big", title="Big", size=4_000_000_000, licence="", memory=5_000_000_000, installed=True, in_use=False
    )
    assert "too much for this machine" in models_page._fit(row, 4_000_000_000)
    assert models_page._fit(row, 8_000_000_000) == "about 5.0 GB; fits"
    assert models_page._fit(row, 0) == "about 5.0 GB"


def switched(desk: Desk, name: str) -> Step:
    *_, last = Switch(desk).to(name)
    return last


def test_another_model_takes_over_and_is_remembered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = FakeChat("Yes.")
    monkeypatch.setattr("assistant.models.load_chat", lambda settings: other)
    last = switched(desk, "/models/other.gguf")
    assert (last.text, last.is_problem) == ("fake answers from the next question on.", False)
    assert desk.assistant.model is other
    assert load(desk.assistant.library.home).model == "/models/other.gguf"


def test_another_model_is_loaded_as_the_page_loads_its_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = FakeChat("Yes.")
    monkeypatch.setattr(desk.assistant, "loaded", lambda settings: other)
    switched(desk, "/models/other.gguf")
    assert desk.assistant.model is other


@pytest.mark.parametrize(
    ("name", "said"), [("/etc/hostname", "is not a GGUF file"), ("nowhere", "There is no chat model 'nowhere'")]
)
def test_a_model_that_cannot_be_loaded_changes_nothing(desk: Desk, name: str, said: str) -> None:
    before = desk.assistant.model
    last = switched(desk, name)
    assert last.is_problem
    assert said in last.text
    assert last.text.endswith("The model stays as it was.")
    assert desk.assistant.model is before
    assert not (desk.assistant.library.home / "config.toml").exists()


def test_one_switch_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def slow(settings: Settings) -> FakeChat:
        assert go.wait(30)
        raise ModelError("It is damaged.", remedy="")

    monkeypatch.setattr("assistant.models.load_chat", slow)
    switch = Switch(desk)
    first = switch.to("a.gguf")
    assert "Loading a.gguf" in next(first).text
    (refused,) = switch.to("b.gguf")
    assert "Another model is being loaded" in refused.text
    go.set()
    *_, last = first
    assert "It is damaged." in last.text
