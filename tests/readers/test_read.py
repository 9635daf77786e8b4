import gzip
import itertools
import json
import os
from pathlib import Path

import pytest
import reading
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ReadError
from assistant.readers import read
from assistant.types import Noted, Paper, Skipped

JSONL = '{"title": "On Cats"}\n{"title": "On Dogs"}\n'
BIBTEX = "@misc{cats, title = {On Cats}}\n@misc{dogs, title = {On Dogs}}\n"
ABSTRACT = "We study them in their homes and find that they sleep most of the day. " * 5
PAGE = f"On the Sleep of Domestic Cats\n{ABSTRACT}\nOn the Sleep of Domestic Dogs\n{ABSTRACT}"


def titles(path: Path) -> list[str]:
    return reading.titles(read(path))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    "text", [JSONL, f"[{JSONL.strip().replace(chr(10), ',')}]", BIBTEX], ids=["lines", "array", "bib"]
)
def test_the_content_decides_and_not_the_name(tmp_path: Path, text: str, encoding: str, pack: type[bytes]) -> None:
    path = tmp_path / "papers.pdf"
    path.write_bytes(pack(text.encode(encoding)))
    assert titles(path) == ["On Cats", "On Dogs"]


def test_a_page_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.bib"
    path.write_text(PAGE)
    assert titles(path) == ["On the Sleep of Domestic Cats", "On the Sleep of Domestic Dogs"]


def test_a_note_says_so_where_there_is_no_paper(tmp_path: Path) -> None:
    path = tmp_path / "strings.bib"
    path.write_text('@string{jc = "Journal of Cats"}')
    assert list(read(path, "strings.bib")) == [Noted("strings.bib", "it holds no papers")]


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "cats.csv"
    path.write_text("Headline;Words\nOn Cats;Cats purr.\nOn Dogs;Dogs bark.\n")
    _, cats, dogs = read(path, "cats.csv", columns={"title": "Headline", "abstract": "Words"})
    assert isinstance(cats, Paper)
    assert (cats.title, cats.abstract) == ("On Cats", "Cats purr.")
    assert isinstance(dogs, Paper)
    path.write_text(BIBTEX)
    assert [record.title for record in read(path, columns={"title": "Headline"}) if isinstance(record, Paper)] == [
        "On Cats",
        "On Dogs",
    ]


def test_a_pdf_is_read_whatever_stands_before_it(tmp_path: Path) -> None:
    path = tmp_path / "cats.txt"
    for before in (b"", b"\xef\xbb\xbf", b"HTTP/1.1 200\r\n\r\n"):
        path.write_bytes(before + b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n")
        (skipped,) = read(path, "cats.txt")
        assert isinstance(skipped, Skipped)


def test_papers_and_skipped_records_carry_the_name_given(tmp_path: Path) -> None:
    path = tmp_path / "upload-7"
    path.write_text('{"title": "On Cats"}\nnonsense\n')
    paper, skipped = read(path, "cats.jsonl")
    assert isinstance(paper, Paper)
    assert isinstance(skipped, Skipped)
    assert (paper.source, skipped.file) == ("cats.jsonl", "cats.jsonl")


def test_lines_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "cats.jsonl"
    path.write_text("".join(json.dumps({"title": f"Cat {number}"}) + "\n" for number in range(100_000)))
    records = read(path)
    assert [record.title for record in itertools.islice(records, 2) if isinstance(record, Paper)] == ["Cat 0", "Cat 1"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x is empty."),
        (b" \n\t\n", "x is empty."),
        (gzip.compress(b""), "x is empty."),
        (b"\x00" * 100, "x is empty."),
        (
            b"Dear cat, you sleep too much.\n" * 50,
            "x looks like text that lists no papers, which Carrel does not read.",
        ),
        (b"<html><p>On Cats</p></html>", "x looks like the HTML of a web page, which Carrel does not read."),
        (os.urandom(5000).replace(b"\x1f\x8b", b""), "x looks like binary data, which Carrel does not read."),
    ],
    ids=["nothing", "blank", "nothing packed", "zeros", "letter", "HTML", "noise"],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(ReadError) as error:
        read(path, "x")
    assert str(error.value) == message
    assert "BibTeX" in error.value.remedy


def test_no_file_no_reading(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "cats.bib", "cats.bib does not exist."),
        (tmp_path, "cats.bib is a folder."),
        (Path("a\x00b"), "cats.bib"),
        (tmp_path / ("x" * 5000), "cats.bib"),
    ):
        with pytest.raises(ReadError, match=message):
            read(path, "cats.bib")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ReadError, match="is not a regular file"):
        read(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "cats.bib"
    path.write_text(BIBTEX)
    path.chmod(0)
    with pytest.raises(ReadError, match="may not be read"):
        read(path)


PIECES = (
    st.sampled_from(["TY  - ", "TI  - ", "ER  - ", "PMID- ", "PT J", "%0 ", "%T ", "<1>", "Title", "@misc{", "title: "])
    | st.sampled_from(["<xml>", "<record>", "<PubmedArticleSet>", "<PubmedArticle>", "<feed>", "<entry>", "</", ">"])
    | st.sampled_from(
        ['{"', "[", "}", '": ', "title,abstract,year", ";", ",", "\t", '"', "\n", "\n\n", "  ", "cats", "\r"]
    )
    | st.sampled_from(
        ["\ufeff", "\x00", "%PDF-", "FN Clarivate", "DB - ", "null", "\u4e2d", "cff-version: 1", "arxiv.org"]
    )
)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-32", "gb18030"])
ANY = (
    st.binary()
    | st.text().map(str.encode)
    | st.builds(str.encode, st.lists(PIECES, max_size=25).map("".join), ENCODINGS)
    | st.sampled_from([JSONL, BIBTEX, PAGE]).map(str.encode)
)


@given(data=ANY)
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    try:
        records = list(read(path))
    except ReadError:
        return
    assert records
    assert all(isinstance(record, Paper | Skipped | Noted) for record in records)
