"""States of a model on the disk: bounded, for one way of computing only, and never damaged."""

import os
from pathlib import Path

import pytest

from assistant.models import states
from assistant.models.states import States, file_identity

TOKENS = [1, 2, 3]


def test_kept_for_the_next_process(tmp_path: Path) -> None:
    States(tmp_path / "states", ["model"]).save(TOKENS, b"numbers")
    assert States(tmp_path / "states", ["model"]).load(TOKENS) == b"numbers"


def test_other_tokens_or_another_way_of_computing(tmp_path: Path) -> None:
    States(tmp_path, ["model", 2]).save(TOKENS, b"numbers")
    assert States(tmp_path, ["model", 2]).load([1, 2]) is None
    assert States(tmp_path, ["model", 4]).load(TOKENS) is None


@pytest.mark.parametrize("damage", [b"", b"x" * 20, b"x" * 200])
def test_damaged_one_is_not_used(tmp_path: Path, damage: bytes) -> None:
    kept = States(tmp_path, ["model"])
    kept.save(TOKENS, b"numbers")
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage)
    assert kept.load(TOKENS) is None


def test_those_not_wanted_for_longest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "MOST", 2)
    kept = States(tmp_path, ["model"])
    for number in (1, 2):
        kept.save([number], b"numbers")
        os.utime(kept._path([number]), (number, number))
    assert kept.load([1]) == b"numbers"
    kept.save([3], b"numbers")
    assert [kept.load([number]) is not None for number in (1, 2, 3)] == [True, False, True]


def test_too_large_ones_and_none_at_all_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "LARGEST", 3)
    kept = States(tmp_path, ["model"])
    kept.save(TOKENS, b"numbers")
    kept.save(TOKENS, b"")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    kept = States(tmp_path / "file" / "states", ["model"])
    kept.save(TOKENS, b"numbers")
    assert kept.load(TOKENS) is None


def test_file_written_anew_is_another(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF one")
    os.utime(path, (1, 1))
    before = file_identity(path)
    path.write_bytes(b"GGUF two")
    os.utime(path, (1, 1))
    assert file_identity(path) != before
