"""Every real export is read or refused in words, quickly, alone and packed."""

import gzip
import re
import time
import zipfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from assistant.errors import ReadError
from assistant.readers import read
from assistant.readers.fields import Record
from assistant.types import Noted, Paper, Skipped
from tests.conftest import SHARED

LONGEST = 10.0
"""Seconds that a file may take."""
FILES = sorted(path for path in (SHARED / "formats").rglob("*.*") if path.is_file() and path.suffix != ".md")
CHAPTER = "MedlineImporterTestBookArticleSet.xml"
"""Its twin has the title of the whole book where the record is of a chapter."""

pytestmark = pytest.mark.skipif(not FILES, reason=f"no exports in {SHARED / 'formats'}; name it in CARREL_SHARED")


def name(path: Path) -> str:
    return path.relative_to(SHARED / "formats").as_posix()


def read_or_refused(path: Path) -> list[Record]:
    """Read a file; one that is refused gives its reason."""
    try:
        return list(read(path, path.name))
    except ReadError as error:
        return [Skipped(path.name, "", f"{error} {error.remedy}")]


def papers_of(path: Path) -> list[Paper]:
    return [record for record in read_or_refused(path) if isinstance(record, Paper)]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_file_is_read_or_refused_in_words(path: Path) -> None:
    begin = time.monotonic()
    records = read_or_refused(path)
    assert time.monotonic() - begin < LONGEST
    assert records
    assert all(isinstance(record, Paper | Skipped | Noted) for record in records)
    assert all(_is_clean(record) for record in records if isinstance(record, Paper))


def _is_clean(paper: Paper) -> bool:
    """Tell whether a paper has something to show, and neither leftovers of markup nor controls in it."""
    text = f"{paper.title}\n{paper.abstract}"
    return bool(text.strip()) and not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f]|</?(?:i|b|sub|sup|p|jats:\w+)>|&amp;", text
    )


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=name)
def test_files_packed_give_the_same_papers(folder: Path, tmp_path: Path) -> None:
    files = [path for path in FILES if path.parent == folder]
    packed = tmp_path / "all.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.name)
    by_source = {source: list(records) for source, records in groupby(read(packed, "all.zip"), _source)}
    assert list(by_source) == [f"all.zip/{path.name}" for path in files]
    for path in files:
        records = by_source[f"all.zip/{path.name}"]
        assert [one.title for one in records if isinstance(one, Paper)] == [one.title for one in papers_of(path)]


def _source(record: Record) -> str:
    return record.source if isinstance(record, Paper) else record.file


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix not in (".gz", ".pdf")][::5], ids=name)
def test_a_cut_or_damaged_file_is_read_or_refused(path: Path, tmp_path: Path) -> None:
    for damaged in _damaged(path.read_bytes()):
        copy = tmp_path / "copy"
        copy.write_bytes(damaged)
        assert read_or_refused(copy)


def _damaged(data: bytes) -> Iterator[bytes]:
    half = len(data) // 2
    yield data[:half]
    yield data[half:]
    yield data[:half] + bytes(range(256)) + data[half:]
    yield data.decode("utf-8", "replace").encode("utf-16")
    yield data.replace(b"\n", b"\r")
    yield gzip.compress(data)[: -len(data) // 20]


TWINS = [
    (path, twin)
    for path in FILES
    for twin in (path.with_suffix(".bib"), path.with_name(path.stem.replace("Test", "TestBib") + ".bib"))
    if path.suffix != ".bib" and twin.exists() and path.name != CHAPTER
]


@pytest.mark.parametrize(("path", "twin"), TWINS, ids=lambda path: path.name)
def test_the_titles_are_those_of_the_twin_in_bibtex(path: Path, twin: Path) -> None:
    found = {_bare(paper.title) for paper in papers_of(path)}
    expected = {_bare(paper.title) for paper in papers_of(twin) if paper.title}
    assert expected <= found


def _bare(title: str) -> str:
    return re.sub(r"\W", "", title.casefold())
