"""The documents say what the code does."""

import re
from dataclasses import fields
from pathlib import Path

from assistant.settings import Settings

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
