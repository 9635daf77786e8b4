"""The files at the top agree with each other."""

import os
import re
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _constraints() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_newest_entry_of_the_changelog_is_this_version() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings[0] == PROJECT["version"]


def test_every_direct_dependency_is_pinned() -> None:
    pinned = {_name(line) for line in _constraints()}
    wanted = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]
    assert [requirement for requirement in wanted if _name(requirement) not in pinned] == []


def test_constraints_are_exact_and_fit_every_machine() -> None:
    loose = [line for line in _constraints() if "==" not in line]
    local = [line for line in _constraints() if "+" in line]
    assert loose + local == []


def test_scripts_can_be_run() -> None:
    scripts = [ROOT / ".ci" / "run", *(ROOT / "scripts").glob("*.sh")]
    assert [script.name for script in scripts if not os.access(script, os.X_OK)] == []


def test_every_target_of_the_makefile_is_explained() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", text, flags=re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):.*## ", text, flags=re.MULTILINE)
    assert explained == phony.split()
