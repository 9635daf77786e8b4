import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from assistant.vectorstore import files, manifest
from assistant.vectorstore.manifest import VECTORS, VERSION, WORDS, Manifest


@pytest.fixture
def held(tmp_path: Path) -> Manifest:
    """What is written down of an index in `tmp_path`."""
    for part, content in ((WORDS, b"words"), (VECTORS, b"vectors")):
        (tmp_path / "index-1" / part / "deep").mkdir(parents=True)
        (tmp_path / "index-1" / part / "deep" / "data.bin").write_bytes(content)
    sums = {part: files.sums(tmp_path / "index-1" / part) for part in (WORDS, VECTORS)}
    one = Manifest(VERSION, "index-1", origin="of the ledger", revision=7, count=3, sums=sums)
    manifest.publish(tmp_path, one)
    return one


def test_what_was_published_is_read(tmp_path: Path, held: Manifest) -> None:
    assert manifest.read(tmp_path) == held
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["current.json"]


def test_later_one_takes_the_place_of_the_former(tmp_path: Path, held: Manifest) -> None:
    later = replace(held, revision=8)
    manifest.publish(tmp_path, later)
    assert manifest.read(tmp_path) == later


def test_none_is_none(tmp_path: Path) -> None:
    assert manifest.read(tmp_path) is None
    assert manifest.read(tmp_path / "nowhere") is None


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1])
def test_one_of_another_version_is_passed_over(tmp_path: Path, held: Manifest, version: int) -> None:
    manifest.publish(tmp_path, replace(held, version=version))
    assert manifest.read(tmp_path) is None


def test_one_of_the_first_version_had_no_number(tmp_path: Path, held: Manifest) -> None:
    values = asdict(held)
    del values["version"]
    (tmp_path / "current.json").write_text(json.dumps(values))
    assert manifest.read(tmp_path) is None


def test_one_whose_folder_is_gone_is_passed_over(tmp_path: Path, held: Manifest) -> None:
    (tmp_path / held.folder).rename(tmp_path / "elsewhere")
    assert manifest.read(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b'{"folder": "index-1"}', b"\xff\xfe"])
def test_garbled_one_is_passed_over(tmp_path: Path, held: Manifest, content: bytes) -> None:
    (tmp_path / "current.json").write_bytes(content)
    assert manifest.read(tmp_path) is None


def test_one_with_a_folder_that_is_no_name_is_passed_over(tmp_path: Path, held: Manifest) -> None:
    (tmp_path / "current.json").write_text(json.dumps(asdict(held) | {"folder": 7}))
    assert manifest.read(tmp_path) is None


def test_parts_are_intact_as_they_were_written(tmp_path: Path, held: Manifest) -> None:
    assert held.is_intact(tmp_path, WORDS)
    assert held.is_intact(tmp_path, VECTORS)
    assert not held.is_intact(tmp_path, "pictures")


@pytest.mark.parametrize("damage", ["changed", "gone", "more", "folder gone"])
def test_damage_of_one_part_is_not_of_the_other(tmp_path: Path, held: Manifest, damage: str) -> None:
    file = tmp_path / held.folder / WORDS / "deep" / "data.bin"
    if damage == "changed":
        file.write_bytes(b"wordz")
    elif damage == "more":
        file.with_name("more.bin").write_bytes(b"")
    else:
        file.unlink()
    if damage == "folder gone":
        file.parent.rmdir()
    assert not held.is_intact(tmp_path, WORDS)
    assert held.is_intact(tmp_path, VECTORS)


def test_files_removed_while_they_are_read_are_not_intact(
    tmp_path: Path, held: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: Path) -> dict[str, int]:
        raise FileNotFoundError("data.bin")

    monkeypatch.setattr(files, "sums", gone)
    assert not held.is_intact(tmp_path, WORDS)
