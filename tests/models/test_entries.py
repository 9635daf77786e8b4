"""Entries of a catalogue, and those that are not what they should be."""

from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.models.entries import OWN, Entry, File, own, parse

HASH = "0" * 64
PULLABLE = f"""\
[chat.mine]
title = "Mine 1B"
repository = "me/mine-GGUF"
revision = "abc"
file = "mine.gguf"
size = 7
sha256 = "{HASH}"
"""


def test_a_file_on_a_hub() -> None:
    entry = parse(PULLABLE, "x")["chat"]["mine"]
    assert entry.parts == (File(path="mine.gguf", size=7, sha256=HASH),)
    assert (entry.total, entry.hash) == (7, HASH)


def test_a_folder_on_a_hub() -> None:
    text = f"""\
        [embedder.mine]
        title = "Mine"
        repository = "me/mine"
        revision = "abc"
        weights = "model.safetensors"
        files = [
            {{ path = "config.json", size = 2, sha256 = "{HASH}" }},
            {{ path = "model.safetensors", size = 5, sha256 = "{"1" * 64}" }},
        ]
    """
    entry = parse(text, "x")["embedder"]["mine"]
    assert (entry.total, entry.hash) == (7, "1" * 64)
    assert [part.path for part in entry.parts] == ["config.json", "model.safetensors"]


def test_a_place_on_this_machine() -> None:
    entry = parse('[chat.mine]\ntitle = "Mine"\npath = "~/mine.gguf"\n', "x")["chat"]["mine"]
    assert entry == Entry(title="Mine", path="~/mine.gguf")


def test_a_withheld_one_needs_no_hash() -> None:
    text = '[chat.mine]\ntitle = "Mine"\nrepository = "me/mine"\nwithheld = "it is secret"\n'
    assert parse(text, "x")["chat"]["mine"].withheld == "it is secret"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[chat", r"models\.toml is not valid TOML"),
        ("version = 2", r"models\.toml: version is 2; this Carrel reads version 1\."),
        ("[talk.mine]", r"models\.toml: \[talk\] is no section; sections are chat, embedder, reranker\."),
        ("chat = 1", r"models\.toml: chat is not a section; write \[chat\.NAME\]\."),
        ("chat.mine = 1", r"\[chat\.mine\] is not a section"),
        ('[chat."My Model"]\ntitle = "x"', r"\[chat\.My Model\]: a name is of lower-case letters"),
        ('[chat."../x"]\ntitle = "x"', "a name is of lower-case letters"),
        ("[chat.mine]", r"\[chat\.mine\]: title is missing\."),
        ('[chat.mine]\ntitle = "x"', r"\[chat\.mine\]: path or repository is missing\."),
        ("[chat.mine]\ntitle = 7", r"\[chat\.mine\]: title is 7, which is not text\."),
        ('[chat.mine]\ntitle = "x"\ncolour = "red"', r"\[chat\.mine\]: 'colour' is no field; fields are title, "),
        (PULLABLE.replace("size = 7", "size = -7"), r"\[chat\.mine\]: size is -7, which is not a whole number\."),
        (PULLABLE.replace("size = 7", "size = true"), "size is True, which is not a whole number"),
        (PULLABLE + 'tier = "huge"', "tier is 'huge', which is not one of embedded, fast, balanced, best"),
        (PULLABLE.replace(HASH, "abc"), "sha256 is 'abc', which is not 64 lower-case hexadecimal digits"),
        (PULLABLE.replace("me/mine-GGUF", "mine"), "repository is 'mine', which is not of the form OWNER/NAME"),
        (PULLABLE.replace("mine.gguf", "../mine.gguf"), "file is '../mine.gguf', which is no path within the model's"),
        (PULLABLE.replace("mine.gguf", "/mine.gguf"), "file is '/mine.gguf', which is no path within the model's"),
        (PULLABLE.replace('revision = "abc"\n', ""), "revision is missing; without it the model cannot be pulled"),
        (PULLABLE.replace("size = 7\n", ""), "size is missing; without it the model cannot be pulled"),
        (PULLABLE + "files = 7", r"files is 7, which is not a list of \{ path, size, sha256 \}"),
        (PULLABLE + "files = [{ path = 'a' }]", r"\[chat\.mine\] files: size is missing"),
        (PULLABLE + f"files = [{{ path = '../a', size = 1, sha256 = '{HASH}' }}]", "path is '../a', which is no path"),
    ],
)
def test_what_is_wrong_is_said_with_entry_and_field(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / OWN).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint) as caught:
        own(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / OWN))
    assert "\n" not in str(caught.value)


def test_no_entries_of_ones_own(tmp_path: Path) -> None:
    assert own(tmp_path) == {"chat": {}, "embedder": {}, "reranker": {}}


def test_entries_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / OWN).write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"models\.toml cannot be read"):
        own(tmp_path)
