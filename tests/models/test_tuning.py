"""What was measured once is used on the same machine with the same model, and settings go before it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.models import llama, load_chat, minilm, tuning
from assistant.models.tuning import Tuning
from assistant.settings import load

Tiny = Callable[..., Path]


@pytest.fixture
def tuned(tiny: Tiny, home: Path) -> Tuning:
    """What was measured with the tiny model, kept in the home."""
    found = Tuning(
        machine=tuning.machine(),
        model=tuning._name(tiny()),
        reading_threads=3,
        writing_threads=1,
        flash=False,
        precision="fp32",
        read_tokens_per_second=250.0,
        write_tokens_per_second=80.0,
    )
    tuning.save(home, found)
    return found


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """How chat models are loaded."""
    seen: list[dict[str, object]] = []
    monkeypatch.setattr(llama, "LlamaChat", lambda path, **wishes: seen.append(wishes))
    return seen


def test_kept_for_the_same_machine_and_model(tuned: Tuning, home: Path, tiny: Tiny) -> None:
    assert tuning.load(home) == tuned
    assert tuning.load(home, tiny()) == tuned
    assert tuning.load(home, tiny("other.gguf", says=[b"A"])) is None


def test_another_machine(tuned: Tuning, home: Path) -> None:
    tuning.save(home, replace(tuned, machine="another"))
    assert tuning.load(home) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"machine": "x"}', '{"unknown": 1}'])
def test_damaged_file_is_none(home: Path, content: str) -> None:
    (home / tuning.FILE).write_text(content)
    assert tuning.load(home) is None


def test_chat_model_is_loaded_as_measured(tuned: Tuning, tiny: Tiny, loaded: list[dict[str, object]]) -> None:
    load_chat(load(model=tiny()))
    assert (loaded[0]["threads"], loaded[0]["writing"], loaded[0]["flash"]) == (3, 1, False)


def test_threads_of_the_settings_go_before(tuned: Tuning, tiny: Tiny, loaded: list[dict[str, object]]) -> None:
    load_chat(load(model=tiny(), threads=2))
    assert (loaded[0]["threads"], loaded[0]["writing"], loaded[0]["flash"]) == (2, None, None)


@pytest.mark.parametrize(("given", "used"), [("auto", "fp32"), ("bf16", "bf16")])
def test_precision_as_measured_unless_given(
    tuned: Tuning, given: str, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.models import load_embedder

    seen: list[str] = []
    monkeypatch.setattr(minilm, "MiniLM", lambda name, precision: seen.append(precision))
    load_embedder(load(precision=given))
    assert seen == [used]


def test_threads_that_collapse_beside_a_busy_process_are_not_chosen() -> None:
    assert tuning._best({1: (70, 60), 2: (80, 8)}) == 1
    assert tuning._best({1: (130, 125), 2: (250, 130)}) == 2


def test_measuring_tries_every_number_of_threads(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "usable_cores", lambda: 4)
    monkeypatch.setattr(tuning, "has_fast_bf16", lambda: False)
    told: list[str] = []
    found = tuning.measure(tiny(), told.append)
    assert [one for one in told if "busy" in one] == [
        f"Trying {count} of 4 threads beside a busy process…" for count in (1, 2, 4)
    ]
    assert found.read_tokens_per_second > 0
    assert found.write_tokens_per_second > 0
    assert found.precision == "fp32"
