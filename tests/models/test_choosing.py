"""Choosing models, and remembering the choice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import HomeError, ModelError, ModelNotFoundError, SettingsError
from assistant.models.choosing import NO_TEMPLATE, UNCALIBRATED, Choice, examine, remember
from assistant.settings import load

Tiny = Callable[..., Path]
TEMPLATE = "{{ messages }}"


def test_name_of_the_catalogue() -> None:
    choice = examine("smollm2-135m", load())
    assert (choice.setting, choice.value, choice.remarks) == ("model", "smollm2-135m", ())


def test_embedder() -> None:
    choice = examine("minilm", load())
    assert (choice.setting, choice.value, choice.remarks) == ("embedder", "minilm", ())


def test_file_is_remembered_by_its_whole_path(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny(template=TEMPLATE)
    monkeypatch.chdir(tmp_path)
    assert examine("tiny.gguf", load()).value == str(tmp_path / "tiny.gguf")


def test_file_without_a_template(tiny: Tiny) -> None:
    assert examine(str(tiny()), load()).remarks == (NO_TEMPLATE,)


def test_file_that_reads_less_than_is_asked_for(tiny: Tiny) -> None:
    (remark,) = examine(str(tiny(template=TEMPLATE, context=512)), load()).remarks
    assert remark == "It reads at most 512 tokens; the settings ask for 4096."


def test_file_of_an_architecture_that_is_not_known(tiny: Tiny) -> None:
    (remark,) = examine(str(tiny(template=TEMPLATE, architecture="unheard-of")), load()).remarks
    assert remark == "The installed llama.cpp seems not to know its architecture, unheard-of."


def test_folder_is_an_embedder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"it has no config\.json"):
        examine(str(tmp_path), load())
    (tmp_path / "config.json").touch()
    choice = examine(str(tmp_path), load())
    assert (choice.setting, choice.remarks) == ("embedder", (UNCALIBRATED,))


def test_reranker_is_used_by_nothing() -> None:
    with pytest.raises(ModelError, match="ettin-17m is a reranker, and Carrel uses none yet"):
        examine("ettin-17m", load())


def test_empty_name_is_not_the_folder_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelNotFoundError, match="There is no chat model ''"):
        examine("", load())


def test_address_of_a_server() -> None:
    choice = examine("http://127.0.0.1:8000/v1", load())
    assert (choice.setting, choice.value, choice.remarks) == ("model", "http://127.0.0.1:8000/v1", ())
    with pytest.raises(ModelError):
        examine("http://", load())


def test_what_is_not_here() -> None:
    with pytest.raises(ModelNotFoundError, match="qwen3-8b is not on this machine yet"):
        examine("qwen3-8b", load())
    with pytest.raises(ModelNotFoundError, match="neither a file nor a known name"):
        examine("nothing", load())


def test_embedding_model_as_language_model(tiny: Tiny) -> None:
    with pytest.raises(ModelError, match="cannot write"):
        examine(str(tiny(pooling=2)), load())


def test_environment_that_overrules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_MODEL", "/other.gguf")
    (remark,) = examine("smollm2-135m", load()).remarks
    assert remark == "CARREL_MODEL is set to /other.gguf, and holds as long as it is."


class TestRemember:
    @pytest.fixture
    def choice(self) -> Choice:
        return examine("smollm2-135m", load())

    def test_new_file(self, home: Path, choice: Choice) -> None:
        remember(home, choice)
        assert (home / "config.toml").read_text() == 'model = "smollm2-135m"\n'
        assert load().model == "smollm2-135m"

    def test_everything_else_stays(self, home: Path, choice: Choice) -> None:
        before = '# my settings\nmodel = "/old.gguf"  # too large\n\n\n  papers=8 # as ever\n'
        (home / "config.toml").write_text(before)
        remember(home, choice)
        assert (home / "config.toml").read_text() == before.replace("/old.gguf", "smollm2-135m")
        assert sorted(home.iterdir()) == [home / "config.toml"]

    def test_odd_path(self, home: Path, tmp_path: Path, tiny: Tiny) -> None:
        path = tiny('a "b" \\ ü.gguf', template=TEMPLATE)
        remember(home, examine(str(path), load()))
        assert load().model == str(path)

    def test_file_that_is_not_toml(self, home: Path, choice: Choice) -> None:
        (home / "config.toml").write_text("model = ")
        with pytest.raises(SettingsError, match=r"config\.toml is not valid TOML"):
            remember(home, choice)
        assert (home / "config.toml").read_text() == "model = "

    def test_file_that_cannot_be_written(self, home: Path, choice: Choice) -> None:
        (home / "config.toml").mkdir()
        with pytest.raises(HomeError, match=r"config\.toml cannot be written: Is a directory"):
            remember(home, choice)
