"""The documents say what the code does."""

import re
from dataclasses import fields
from pathlib import Path

from assistant.models.catalogue import known
from assistant.models.entries import own
from assistant.settings import Settings
from assistant.ui.model_commands import app

ROOT = Path(__file__).parents[1]


def test_the_guide_lists_every_setting_with_its_default() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `?([^`|]+?)`? \|", guide, re.MULTILINE)
    expected = {(one.name, f"CARREL_{one.name.upper()}", str(one.default)) for one in fields(Settings)[1:]}
    assert set(rows) == expected


def test_every_local_link_of_the_documents_leads_somewhere() -> None:
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_model_command_of_the_documents_is_there_and_names_what_the_catalogue_has() -> None:
    text = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line.partition("#")[0].split() for block in blocks for line in block.splitlines() if line]
    commands = [line[2:] for line in lines if line[:2] == ["carrel", "models"]]
    assert {name for name, *_ in commands} == {command.name for command in app.registered_commands}
    names = [rest[0] for name, *rest in commands if name in ("pull", "use", "remove")]
    assert [name for name in names if known(name) is None] == []


def test_own_entries_of_the_documents_are_right(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "models.toml").write_text(example, encoding="utf-8")
    assert list(own(tmp_path)["chat"]) == ["lab-model", "lab-model-pulled"]
