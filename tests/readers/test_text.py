import codecs
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.text import clean, clean_title, decode, is_wide, open_bytes, squeeze

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
        WORDS.encode("utf-32-le"),
        WORDS.encode("utf-32-be"),
        codecs.BOM_UTF8 + WORDS.encode("cp1252"),
    ],
    ids=[
        *("utf-8", "utf-8 mark", "utf-16 le mark", "utf-16 be mark", "utf-32 mark", "utf-16 le", "utf-16 be", "cp1252"),
        *("utf-32 le", "utf-32 be", "wrong mark"),
    ],
)
def test_the_encoding_is_found_out(data: bytes) -> None:
    assert decode(data) == WORDS


def test_a_character_cut_at_the_end_spoils_only_itself() -> None:
    assert decode("Søren, Åsa, Özge".encode()[:-4]) == "Søren, Åsa, \ufffd"


def test_a_stray_byte_in_utf8_is_taken_for_windows_1252() -> None:
    assert decode("Søren, Åsa, ".encode() + "Özge – Éva".encode("cp1252")) == "Søren, Åsa, Özge – Éva"


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("基于深度学习的图像识别方法研究", "gb18030"),
        ("以深度學習為基礎之影像辨識方法研究", "big5"),
        ("深層学習に基づく画像認識の研究", "shift_jis"),
        ("딥러닝 기반 영상 인식 방법에 관한 연구", "euc-kr"),
        ("Метод распознавания изображений", "cp1251"),
        ("基于深度学习的图像识别方法研究", "utf-16-le"),
        ("딥러닝 기반 영상 인식 방법에 관한 연구", "utf-16-be"),
    ],
)
def test_encodings_of_the_east_are_told_from_windows_1252(words: str, encoding: str) -> None:
    entry = f"@article{{lee,\n  title = {{{words}}},\n  journal = {{Journal of Images}},\n}}\n"
    assert decode(entry.encode(encoding)) == entry


@pytest.mark.parametrize("words", ["Größe", "25° C", "Köln", "été", "naïveté", "São João", "© 2019", "Müller – Weiß"])
def test_a_few_accents_are_no_encoding_of_the_east(words: str) -> None:
    assert decode(f"title = {{A study: {words}}}".encode("cp1252")) == f"title = {{A study: {words}}}"


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
