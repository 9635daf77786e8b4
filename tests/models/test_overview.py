"""The list of models, on a machine of a certain size."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.models.importing import import_model
from assistant.models.machine import Machine
from assistant.models.overview import TUNING, Row, overview
from assistant.settings import load

Tiny = Callable[..., Path]


def _rows(memory: float = 8e9) -> dict[str, Row]:
    return {row.name: row for row in overview(load(), Machine(memory=int(memory), free=0, cores=2))}


def _measured(home: Path, **speeds: object) -> None:
    (home / TUNING).write_text(json.dumps({"models": speeds}))


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


class TestSpeed:
    def test_nothing_measured(self) -> None:
        assert all(row.tokens_a_second is None for row in _rows().values())

    def test_measured_and_estimated_by_size(self, home: Path) -> None:
        _measured(home, **{"smollm2-135m": {"size": 98362432, "write": 50.0}})
        rows = _rows()
        assert rows["smollm2-135m"].tokens_a_second == 50
        assert rows["qwen2.5-0.5b"].tokens_a_second == 10
        assert rows["gemma-3-4b"].tokens_a_second is None
        assert rows["bge-small"].tokens_a_second is None

    def test_nearest_in_size_counts(self, home: Path) -> None:
        _measured(home, small={"size": 98362432, "write": 50.0}, large={"size": 491400032, "write": 30.0})
        assert _rows()["qwen2.5-0.5b"].tokens_a_second == 30

    @pytest.mark.parametrize(
        "content", ["", "[]", "{}", '{"models": []}', '{"models": {"a": {"size": 0, "write": 1}}}']
    )
    def test_measured_in_another_form(self, home: Path, content: str) -> None:
        (home / TUNING).write_text(content)
        assert all(row.tokens_a_second is None for row in _rows().values())
