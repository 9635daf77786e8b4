import codecs
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ReadError
from assistant.readers import text
from assistant.readers.text import clean, clean_title, decode, is_wide, open_bytes, read_bytes, squeeze

WORDS = "Über Katzen: 25° im Schatten"


@pytest.mark.parametrize(
    "data",
    [
        WORDS.encode(),
        codecs.BOM_UTF8 + WORDS.encode(),
        codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + WORDS.encode("utf-32-le"),
        WORDS.encode("utf-16-le"),
        WORDS.encode("utf-16-be"),
        WORDS.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16 le mark", "utf-16 be mark", "utf-32 mark", "utf-16 le", "utf-16 be", "cp1252"],
)
def test_the_encoding_is_found_out(data: bytes) -> None:
    assert decode(data) == WORDS


def test_a_character_cut_at_the_end_spoils_only_itself() -> None:
    assert decode("Søren, Åsa, Özge".encode()[:-4]) == "Søren, Åsa, \ufffd"


def test_line_ends_become_newlines() -> None:
    assert decode(b"one\r\ntwo\rthree\n") == "one\ntwo\nthree\n"


def test_utf16_is_told_from_bytes_that_can_be_split_at_newlines() -> None:
    assert is_wide("papers".encode("utf-16"))
    assert is_wide("papers".encode("utf-16-le"))
    assert not is_wide(codecs.BOM_UTF8 + b"papers")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  kept \t as\n it is ", "kept \t as\n it is"),
        ("a\x00b\x18c\x7fd", "abcd"),
        ("function1\x964", "function1–4"),
        ("one\x0ctwo\r\nthree\rfour", "one two\nthree\nfour"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("no-break\u00a0space, \u2028 and emoji 🐈 stay", "no-break\u00a0space, \u2028 and emoji 🐈 stay"),
    ],
)
def test_clean_removes_controls_only(raw: str, expected: str) -> None:
    assert clean(raw) == expected


def test_a_title_has_one_line() -> None:
    assert clean_title(" Memory \n\t Networks  II ") == "Memory Networks  II"
    assert squeeze(" Memory \n\t Networks  II ") == "Memory Networks II"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once
    assert not any(
        (ord(character) < 32 and character not in "\n\t") or 127 <= ord(character) < 160 for character in once
    )
    once.encode()


@given(st.binary())
def test_any_bytes_can_be_decoded(data: bytes) -> None:
    assert "\r" not in decode(data)


@given(st.text(st.characters(exclude_characters="\x00\r\ufeff\ufffe", exclude_categories=["Cs"])))
def test_utf8_comes_back_as_it_went(written: str) -> None:
    assert decode(written.encode()) == written


def test_gzip_is_unpacked_whatever_the_name(tmp_path: Path) -> None:
    packed = tmp_path / "papers.bib"
    packed.write_bytes(gzip.compress(b"cats"))
    with open_bytes(packed) as file:
        assert file.read() == b"cats"


def test_a_file_too_large_for_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_MOST_BYTES", 10)
    path = tmp_path / "papers.bib"
    path.write_bytes(b"@misc{a,title={A}}")
    with pytest.raises(ReadError, match=r"^papers\.bib is too large"):
        read_bytes(path, "papers.bib")
