"""The wheel holds the whole house, and lives beside a caller's own `models.py` and `ui.py`."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
FOLDERS = {name: ROOT / folder for name, folder in SETUP["package-dir"].items()}

PAPERS = """\
{"id": "cats", "title": "Why cats purr", "abstract": "We recorded forty cats. Cats purr at 25 hertz when content."}
{"id": "fish", "title": "How fish sleep", "abstract": "Fish rest with open eyes. They have no eyelids to close."}
"""

SCRIPT = """\
import json, sys
import models, ui
import assistant, assistant.models, assistant.ui
from assistant import Library, ask
from assistant.models.fake import FakeChat, FakeEmbedder

library = Library("library", embedder=FakeEmbedder())
library.add("papers.jsonl")
answer = ask("At how many hertz do cats purr?", library=library, model=FakeChat())
print(json.dumps({
    "ours": [assistant.__file__, assistant.models.__file__, assistant.ui.__file__],
    "callers": [models.MINE, ui.MINE],
    "question": answer.question,
    "first": answer.hits[0].paper.id,
}))
"""


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command and return what it printed; fail with what it complained of."""
    done = subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the tree, without the network."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for folder in ("assistant", "models", "vectorstore", "ui"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tree / folder, symlinks=True, ignore=ignore)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, tree)
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, tree, cwd=tree)
    return next(out.glob("*.whl"))


def test_every_package_is_listed() -> None:
    found = {
        ".".join((name, *init.relative_to(folder).parent.parts))
        for name, folder in FOLDERS.items()
        for init in folder.rglob("__init__.py")
    }
    assert sorted(found) == sorted(SETUP["packages"])


@pytest.mark.parametrize("name", ["models", "vectorstore", "ui"])
def test_links_show_tools_the_installed_tree(name: str) -> None:
    assert (ROOT / "assistant" / name).samefile(ROOT / name)


def test_wheel_holds_every_file(wheel: Path) -> None:
    expected = {
        f"{name.replace('.', '/')}/{file.relative_to(folder).as_posix()}"
        for name, folder in FOLDERS.items()
        for file in folder.rglob("*")
        if file.is_file() and file.suffix in {".py", ".typed", ".jsonl", ".toml", ".css", ".js"}
    }
    assert {"assistant/py.typed", "assistant/models/__init__.py", "assistant/ui/cli.py"} <= expected
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert sorted(packed) == sorted(expected)


def test_wheel_brings_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "carrel = assistant.ui.cli:main" in archive.read(entry).decode()


def test_script_beside_its_own_models_and_ui_can_ask(wheel: Path, tmp_path: Path) -> None:
    target, desk = tmp_path / "installed", tmp_path / "desk"
    desk.mkdir()
    _run(sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--target", target, wheel, cwd=tmp_path)
    (desk / "models.py").write_text("MINE = 'models'\n", encoding="utf-8")
    (desk / "ui.py").write_text("MINE = 'ui'\n", encoding="utf-8")
    (desk / "papers.jsonl").write_text(PAPERS, encoding="utf-8")
    (desk / "script.py").write_text(SCRIPT, encoding="utf-8")
    # The script's own folder comes first, then the wheel; an editable install in site-packages comes after both.
    told = json.loads(_run(sys.executable, "script.py", cwd=desk, PYTHONPATH=str(target)).splitlines()[-1])
    assert [Path(file).is_relative_to(target) for file in told["ours"]] == [True, True, True]
    assert told["callers"] == ["models", "ui"]
    assert told["question"] == "At how many hertz do cats purr?"
    assert told["first"] == "cats"
