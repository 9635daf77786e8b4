"""Where a setting comes from, and what is refused."""

import os
from dataclasses import fields, replace
from pathlib import Path

import pytest

from assistant.errors import HomeError, SettingsError
from assistant.settings import Settings, default_home, load, override, prepare_home, save


def _config(home: Path, text: str) -> None:
    (home / "config.toml").write_text(text, encoding="utf-8")


def test_defaults(home: Path) -> None:
    assert load() == Settings(home=home)


def test_argument_over_environment_over_file_over_default(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().papers == 8
    _config(home, "papers = 3\nquotes = 2")
    assert load().papers == 3
    monkeypatch.setenv("CARREL_PAPERS", "4")
    assert load().papers == 4
    assert load(papers=6).papers == 6
    assert load(papers=6).quotes == 2
    assert load(papers=None).papers == 4


def test_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_MODEL", "")
    assert load().model == "smollm2-135m"


def test_home_given_over_home_of_the_environment(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().home == home
    assert load(tmp_path).home == tmp_path
    assert load(str(tmp_path)).home == tmp_path
    monkeypatch.delenv("CARREL_HOME")
    assert load().home == default_home()


def test_home_of_the_environment_has_its_own_file(home: Path, tmp_path: Path) -> None:
    _config(home, "papers = 3")
    _config(tmp_path, "papers = 4")
    assert (load().papers, load(tmp_path).papers) == (3, 4)


def test_home_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load("papers").home == tmp_path / "papers"
    assert load("~/papers").home == tmp_path / "papers"


def test_home_of_nobody() -> None:
    with pytest.raises(HomeError, match="There is no folder '~nobody-of-this-name/papers'"):
        load("~nobody-of-this-name/papers")


def test_paths_are_taken_as_text() -> None:
    assert load(model=Path("a/model.gguf")).model == os.path.join("a", "model.gguf")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("paper = 3", "Unknown setting 'paper' in .*config.toml; known are answer_tokens, checks, context"),
        ("home = '/tmp'", "Unknown setting 'home'"),
        ("[carrel]\npapers = 3", "Unknown setting 'carrel'"),
        ("papers = 'three'", "Setting 'papers' in .*config.toml is 'three', which is not a whole number of at least 1"),
        ("papers = 2.5", "is 2.5, which is not a whole number"),
        ("papers = true", "is True, which is not a whole number"),
        ("papers = [1]", r"is \[1\], which is not a whole number"),
        ("papers = 0", "is 0, which is not a whole number of at least 1"),
        ("context = 511", "is 511, which is not a whole number of at least 512"),
        ("gpu_layers = -2", "is -2, which is not a whole number of at least -1"),
        ("threads = 513", "is 513, which is not a whole number of at least 0 and at most 512"),
        ("model = 3", "Setting 'model' in .*config.toml is 3, which is not text"),
        ("precision = 'fp16'", "is 'fp16', which is not one of auto, fp32, bf16"),
        ("precision = ['fp32']", "which is not one of auto, fp32, bf16"),
        ("papers = ", "config.toml is not valid TOML"),
    ],
)
def test_wrong_files(home: Path, text: str, complaint: str) -> None:
    _config(home, text)
    with pytest.raises(SettingsError, match=complaint) as caught:
        load()
    assert caught.value.exit_code == 2


def test_file_that_is_no_text(home: Path) -> None:
    (home / "config.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="is not valid TOML"):
        load()


def test_folder_in_place_of_the_file(home: Path) -> None:
    (home / "config.toml").mkdir()
    with pytest.raises(HomeError, match=r"config\.toml cannot be read"):
        load()


@pytest.mark.parametrize(
    ("name", "value"), [("CARREL_PAPER", "3"), ("CARREL_PAPERS", "many"), ("CARREL_PAPERS", "3.0")]
)
def test_wrong_variables(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="in the environment"):
        load()


def test_folder_of_the_benchmarks_is_no_setting(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("CARREL_SHARED", "/data")
    assert load() == Settings(home=home)


def test_unknown_argument() -> None:
    with pytest.raises(SettingsError, match="Unknown setting 'modle' in the arguments"):
        load(modle="x")


def test_override() -> None:
    settings = Settings(home=Path("/home"), papers=3)
    assert override(settings, quotes=2, model=None) == replace(settings, quotes=2)
    with pytest.raises(SettingsError, match="'quotes' in the arguments is 0"):
        override(settings, quotes=0)


def test_every_setting_has_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in fields(Settings):
        if field.name != "home":
            monkeypatch.setenv(f"CARREL_{field.name.upper()}", str(field.default))
    assert load() == Settings(home=load().home)


def test_home_is_made(tmp_path: Path) -> None:
    prepare_home(tmp_path / "a" / "b")
    prepare_home(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(HomeError, match="is not a folder"):
            prepare_home(place)


def test_home_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(HomeError, match="is not writable") as caught:
        prepare_home(tmp_path)
    assert "--home" in caught.value.remedy


def test_home_whose_name_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="cannot be made"):
        prepare_home(tmp_path / ("x" * 300))


def test_saving_keeps_comments_and_all_else(home: Path) -> None:
    _config(home, "# mine\npapers = 3  # few\nmodel = '/m.gguf'\n")
    save(home, papers=12, checks="marked")
    assert (home / "config.toml").read_text(encoding="utf-8") == (
        "# mine\npapers = 12  # few\nmodel = '/m.gguf'\nchecks = \"marked\"\n"
    )
    assert load() == Settings(home=home, papers=12, model="/m.gguf", checks="marked")
    assert [file.name for file in home.iterdir()] == ["config.toml"]


def test_the_first_setting_makes_the_file(home: Path) -> None:
    save(home, model='a "strange" name\\')
    assert load().model == 'a "strange" name\\'


def test_what_is_wrong_is_not_saved(home: Path) -> None:
    for wrong in ({"papers": 0}, {"papers": "many"}, {"checks": "none"}, {"unknown": 1}):
        with pytest.raises(SettingsError):
            save(home, **wrong)
    _config(home, "papers = [")
    with pytest.raises(SettingsError, match="not valid TOML"):
        save(home, papers=3)
    assert (home / "config.toml").read_text(encoding="utf-8") == "papers = ["


def test_saving_where_nothing_can_be_written(home: Path) -> None:
    (home / "config.toml").mkdir()
    with pytest.raises(HomeError, match="cannot be written"):
        save(home, papers=3)
