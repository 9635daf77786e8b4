"""Real exports: what other programs' tests expect of them, and that no record is lost."""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from assistant.readers import bibtex, fields
from assistant.readers.tagged import nbib, ovid, refer, ris, wos
from assistant.readers.text import decode, squeeze
from assistant.types import Paper, Skipped

READERS = {"ris": ris, "nbib": nbib, "refer": refer, "wos": wos, "ovid": ovid}
BY_A2 = "the second authors, `A2`, are editors of the book or others the paper cites"
AUTHORS_DIFFER = {
    "RisImporterTest1": BY_A2,
    "RisImporterTest7": BY_A2,
    "MedlinePlainImporterTestMultiAbstract": "editors stand in for the authors",
    "NbibImporterTest": "the group in `CN` is an author",
    "OvidImporterTest5": "the twin takes the degrees for names",
    "OvidImporterTest6": "the twin takes the degrees for names",
}
ABSTRACTS_DIFFER = {"NbibImporterTest": "the twin cuts the notice of copyright off"}


def count(pattern: str) -> Callable[[str], int]:
    return lambda text: len(re.findall(pattern, text, re.MULTILINE))


def blocks(text: str) -> int:
    """Count the blocks between blank lines that begin with a tag."""
    return sum(bool(re.match(r"[A-Z]{2,4} *-", block)) for block in re.split(r"\n\s*\n", text.strip()))


def of_ovid(text: str) -> int:
    return count(r"^<\d+>\s*$")(text) or count(r"^Score$")(text)


FILES = (
    ("ris", "ris/jabref", "*.ris", count(r"^ER {1,2}-")),
    ("ris", "ris/rispy", "*.ris", count(r"^\ufeff?ER {1,2}-")),
    ("nbib", "nbib/jabref", "*.txt", blocks),
    ("nbib", "nbib/jabref", "*.nbib", blocks),
    ("nbib", "nbib/biopython", "*.txt", blocks),
    ("refer", "endnote/jabref", "*.enw", lambda text: count(r"^%0")(text) or 1),
    ("wos", "wos_isi/jabref", "IsiImporterTest[1-9IMW]*.isi", count(r"^ER\b")),
    ("ovid", "ovid/jabref", "*.txt", of_ovid),
)


def formats(shared: Path) -> Path:
    if not (shared / "formats").is_dir():
        pytest.skip("no fixtures of other programs here")
    return shared / "formats"


def twin(path: Path) -> list[Paper]:
    name = path.stem.replace("OvidImporterTest", "OvidImporterTestBib")
    expected = path.with_name(f"{name}.bib")
    records = bibtex.read(decode(expected.read_bytes()), expected.name) if expected.exists() else iter(())
    return [record for record in records if isinstance(record, Paper)]


def read(reader: ModuleType, path: Path) -> list[Paper | Skipped]:
    return list(reader.read(decode(path.read_bytes()), path.name))


def folded(text: str) -> str:
    return squeeze(text).replace("–", "-").replace("—", "-").replace("--", "-")


@pytest.mark.parametrize(("name", "folder", "pattern", "counted"), FILES, ids=[" ".join(one[1:3]) for one in FILES])
def test_every_record_is_a_paper_or_skipped(
    shared: Path, name: str, folder: str, pattern: str, counted: Callable[[str], int]
) -> None:
    files = sorted((formats(shared) / folder).glob(pattern))
    assert files
    for path in files:
        text = decode(path.read_bytes())
        own = "wos" if path.name == "example_wos.ris" else name
        found = [one for one, reader in READERS.items() if reader.sniff(text)]
        assert found == [own], path.name
        expected = count(r"^ER\b")(text) if own == "wos" else counted(text)
        assert len(read(READERS[own], path)) == expected, path.name


@pytest.mark.parametrize("folder", ["ris/jabref", "nbib/jabref", "ovid/jabref"])
def test_papers_are_as_their_twins_say(shared: Path, folder: str) -> None:
    reader = READERS[folder.partition("/")[0]]
    compared = 0
    for path in sorted((formats(shared) / folder).glob("*")):
        expected = twin(path) if path.suffix != ".bib" else []
        papers = [paper for paper in read(reader, path) if isinstance(paper, Paper)] if expected else []
        for paper, wanted in zip(papers, expected, strict=True):
            compared += 1
            assert folded(paper.title) == folded(wanted.title), path.name
            if path.stem not in ABSTRACTS_DIFFER:
                assert folded(paper.abstract) == folded(fields.abstract(wanted.abstract)), path.name
            if path.stem not in AUTHORS_DIFFER:
                bare = [author.replace(".", "") for author in paper.authors]
                assert bare == [author.replace(".", "") for author in wanted.authors], path.name
            # The twins miss some: Ovid's years, and DOIs under a name of their own or in a link.
            assert paper.year == (wanted.year or paper.year), path.name
            assert paper.doi == (wanted.doi or paper.doi), path.name
    assert compared > 3


def test_what_has_neither_title_nor_abstract_is_skipped_with_its_place(shared: Path) -> None:
    path = formats(shared) / "ris" / "jabref" / "RisImporterTestDoiAndJournalTitle.ris"
    assert [str(one) for one in read(ris, path)] == [f"{path.name}, record 1, line 1: no title and no abstract"]
