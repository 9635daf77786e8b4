"""The list of models, on a machine of a certain size."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.models import tuning
from assistant.models.catalogue import locate
from assistant.models.gguf import look
from assistant.models.importing import import_model
from assistant.models.machine import Machine
from assistant.models.overview import Row, overview
from assistant.models.tuning import Tuning
from assistant.settings import load

Tiny = Callable[..., Path]


def _rows(memory: float = 8e9) -> dict[str, Row]:
    return {row.name: row for row in overview(load(), Machine(memory=int(memory), free=0, cores=2))}


def _measured(home: Path, model: str = "smollm2-135m") -> None:
    """Note that a model was measured on this machine, at 50 tokens a second."""
    found = Tuning(
        machine=tuning.machine(),
        model=tuning._name(locate(model, "chat").path),
        reading_threads=2,
        writing_threads=1,
        flash=True,
        precision="fp32",
        read_tokens_per_second=200.0,
        write_tokens_per_second=50.0,
    )
    tuning.save(home, found)


def test_what_is_installed_and_in_use() -> None:
    rows = _rows()
    assert [name for name, row in rows.items() if row.installed] == ["smollm2-135m", "minilm"]
    assert [name for name, row in rows.items() if row.in_use] == ["smollm2-135m", "minilm"]
    assert rows["gemma-3-4b"].withheld


def test_what_fits() -> None:
    rows = _rows(4.2e9)
    assert (rows["granite-4.0-micro"].fits, rows["qwen3-4b-2507"].fits, rows["gemma-3-4b"].fits) == (True, False, None)
    assert all(row.fits is None for row in _rows(0).values())


def test_imported_own_and_in_a_path(home: Path, tmp_path: Path, tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    import_model(home, tiny(), "imported", lambda _: None)
    (home / "models.toml").write_text('[chat.own]\ntitle = "Own"\npath = "/nowhere.gguf"\n')
    monkeypatch.setenv("CARREL_MODEL", str(tmp_path / "tiny.gguf"))
    rows = _rows()
    states = {
        name: (rows[name].installed, rows[name].in_use) for name in ("imported", "own", str(tmp_path / "tiny.gguf"))
    }
    assert list(states.values()) == [(True, False), (False, False), (True, True)]
    assert rows["imported"].size == rows[str(tmp_path / "tiny.gguf")].size == (tmp_path / "tiny.gguf").stat().st_size


def test_larger_model_is_in_use_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_LARGER_MODEL", "qwen3-8b")
    assert [name for name, row in _rows().items() if row.in_use] == ["smollm2-135m", "qwen3-8b", "minilm"]


class TestSpeed:
    def test_nothing_measured(self) -> None:
        assert all(row.tokens_a_second is None for row in _rows().values())

    def test_measured_and_estimated_by_size(self, home: Path) -> None:
        _measured(home)
        rows = _rows()
        assert rows["smollm2-135m"].tokens_a_second == 50
        assert rows["qwen2.5-0.5b"].tokens_a_second == 10
        assert rows["gemma-3-4b"].tokens_a_second is None
        assert rows["bge-small"].tokens_a_second is None

    def test_measured_with_another_model(
        self, home: Path, tmp_path: Path, tiny: Tiny, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _measured(home)
        monkeypatch.setenv("CARREL_MODEL", str(tiny()))
        assert all(row.tokens_a_second is None for row in _rows().values())

    @pytest.mark.parametrize("content", ["", "[]", "{}"])
    def test_measured_in_another_form(self, home: Path, content: str) -> None:
        (home / tuning.FILE).write_text(content)
        assert all(row.tokens_a_second is None for row in _rows().values())

    def test_model_on_a_server(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        _measured(home)
        monkeypatch.setenv("CARREL_MODEL", "http://127.0.0.1:8000/v1")
        rows = _rows()
        assert rows["http://127.0.0.1:8000/v1"].in_use
        assert rows["smollm2-135m"].tokens_a_second is None


def test_memory_of_a_model_of_no_catalogue_is_told_by_its_file(home: Path, tmp_path: Path, tiny: Tiny) -> None:
    import_model(home, tiny(), "imported", lambda _: None)
    assert _rows()["imported"].memory == look(tmp_path / "tiny.gguf").memory(4096)
    assert _rows()["imported"].fits is True


@pytest.mark.parametrize(
    ("used", "title"),
    [
        ("http://lab:8000/v1#big", "big at lab:8000"),
        ("http://lab:8000", "the model at lab:8000"),
        ("http://", "http://"),
    ],
)
def test_model_on_a_server(used: str, title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_MODEL", used)
    row = _rows()[used]
    assert (row.title, row.in_use, row.installed, row.memory) == (title, True, False, None)
