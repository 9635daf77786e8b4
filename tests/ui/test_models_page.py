import json
import threading
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.models.fake import FakeChat
from assistant.models.machine import Machine
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


def _row(shown: str, name: str) -> str:
    (row,) = [row for row in shown.split("<tr") if f"<code>{name}</code>" in row]
    return row


def test_what_fits_and_its_tier_are_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models_page, "machine", lambda: Machine(memory=4_200_000_000, free=0, cores=2))
    shown = models_page.shown(desk)
    assert "<td>balanced</td><td>2.1 GB</td><td>about 2.7 GB; fits</td>" in _row(shown, "granite-4.0-micro")
    assert "<td>best</td><td>5.0 GB</td><td>about 6.0 GB; too much for this machine</td>" in _row(shown, "qwen3-8b")
    assert _row(shown, "gemma-3-4b").count("<td></td>") == 3  # neither size nor memory nor speed are known
    assert "By hand" in _row(shown, "gemma-3-4b")
    assert "This machine has 4.2 GB of memory and 2 cores." in shown


def test_speed_of_each_is_estimated_from_what_was_measured(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "<code>carrel doctor --tune</code>" in models_page.shown(desk)
    monkeypatch.setattr("assistant.models.overview._measured", lambda settings: (98_362_432, 50.0))
    shown = models_page.shown(desk)
    assert "<td>about 50</td>" in _row(shown, "smollm2-135m")
    assert "<td>about 4</td>" in _row(shown, "qwen3-1.7b")
    assert "carrel doctor --tune" not in shown


def test_the_larger_of_two_models_is_said_to_be_that(desk: Desk, tmp_path: Path) -> None:
    settings = desk.assistant.settings
    desk.assistant.settings = Settings(home=settings.home, model="http://lab:8000#big", larger_model="smollm2-135m")
    shown = models_page.shown(desk)
    assert "Asked where the other fails" in _row(shown, "smollm2-135m")
    assert 'data-value="smollm2-135m"' in _row(shown, "smollm2-135m")
    assert "<p>big at lab:8000</p>" in _row(shown, "http://lab:8000#big")
    assert "In use" in _row(shown, "http://lab:8000#big")


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
