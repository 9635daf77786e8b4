"""Real files of other people's programs; JabRef keeps beside each the values it expects, as BibTeX."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.readers import bibtex, cff
from assistant.readers.fields import Record
from assistant.readers.text import HEAD_BYTES, decode
from assistant.readers.xml import atom, endnote, pubmed
from assistant.types import Noted, Paper, Skipped


class Kind(NamedTuple):
    """A format: its files, its reader, and how to count its records by other means."""

    files: str
    sniff: Callable[[str], bool]
    read: Callable[[str, str], Iterator[Record]]
    count: Callable[[str], int]


def tags(pattern: str) -> Callable[[str], int]:
    return lambda text: len(re.findall(pattern, text))


def works(text: str) -> int:
    """Count the works of a citation file: itself, its preferred citation, and what stands under `references`."""
    _, _, references = text.partition("\nreferences:")
    return 1 + text.count("\npreferred-citation:") + len(re.findall(r"\n  - type:", references))


KINDS = {
    "pubmed": Kind("pubmed_xml/*/*.xml", pubmed.sniff, pubmed.read, tags("<Pubmed(?:Book)?Article>")),
    "endnote": Kind("endnote/*/*.xml", endnote.sniff, endnote.read, tags("<record>")),
    "arxiv": Kind("arxiv_atom/*/*.xml", atom.sniff, atom.read, tags("<entry>")),
    "cff": Kind("cff/*/*.cff", cff.sniff, cff.read, works),
}
OF_ANOTHER_KIND = ("CffImporterTestInvalid1.cff", "CffImporterTestInvalid2.cff")
# The twin calls a chapter by the title of its book.
CHAPTERS = ("Title for some article",)


def texts(shared: Path, kind: Kind) -> list[tuple[str, str]]:
    paths = sorted((shared / "formats").glob(kind.files))
    if not paths:
        pytest.skip(f"no {kind.files} in the shared data")
    return [(path.name, decode(path.read_bytes())) for path in paths]


@pytest.mark.parametrize("name", KINDS)
def test_every_record_is_a_paper_or_a_reason(shared: Path, name: str) -> None:
    kind = KINDS[name]
    for file, text in texts(shared, kind):
        started = time.process_time()
        records = [record for record in kind.read(text, file) if not isinstance(record, Noted)]
        assert len(records) == kind.count(text), file
        assert all(record.reason for record in records if isinstance(record, Skipped)), file
        assert time.process_time() - started < 10, file


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_known_by_its_own_reader_only(shared: Path, name: str) -> None:
    for file, text in texts(shared, KINDS[name]):
        known = [other for other, kind in KINDS.items() if kind.sniff(text[:HEAD_BYTES])]
        assert known == ([] if file in OF_ANOTHER_KIND else [name]), file


@pytest.mark.parametrize("name", KINDS)
def test_what_is_shown_holds_no_markup(shared: Path, name: str) -> None:
    for file, text in texts(shared, KINDS[name]):
        for record in KINDS[name].read(text, file):
            if isinstance(record, Paper):
                shown = f"{record.title}\n{record.abstract}\n{record.authors}"
                assert not re.search(r"</?[a-z]+[ />]|&\w+;|[\ue000-\uf8ff\r]", shown), file


@pytest.mark.parametrize("name", KINDS)
def test_a_file_cut_anywhere_keeps_what_comes_before(shared: Path, name: str) -> None:
    kind = KINDS[name]
    for file, text in texts(shared, kind):
        whole = [record for record in kind.read(text, file) if isinstance(record, Paper)]
        for tenth in range(1, 10):
            cut = text[: len(text) * tenth // 10]
            papers = [record for record in kind.read(cut, file) if isinstance(record, Paper)]
            if name != "cff":
                assert papers == whole[: len(papers)], file
                assert len(papers) >= kind.count(cut) - 1 - (len(whole) < kind.count(text)), file


def words(text: str) -> str:
    """Reduce a text to what any two programs agree on: formulae and spaces are set in many ways."""
    return re.sub(r"\W", "", re.sub(r"\$[^$]*\$", "", text)).translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))


def surnames(paper: Paper) -> list[str]:
    return [re.sub(r" Jr\.?$", "", name).split()[-1] for name in paper.authors]


def twins(shared: Path) -> Iterator[tuple[str, Paper, Paper]]:
    for name in ("pubmed", "endnote"):
        for path in sorted((shared / "formats").glob(KINDS[name].files)):
            twin = path.with_suffix(".bib")
            if twin.exists():
                expected = list(bibtex.read(decode(twin.read_bytes()), twin.name))
                found = list(KINDS[name].read(decode(path.read_bytes()), path.name))
                yield from (
                    (path.name, one, other)
                    for one, other in zip(found, expected, strict=False)
                    if isinstance(one, Paper) and isinstance(other, Paper)
                )


def test_papers_are_those_of_their_twins(shared: Path) -> None:
    compared = 0
    for file, found, expected in twins(shared):
        compared += 1
        if found.title not in CHAPTERS:
            assert words(found.title) == words(expected.title), file
        assert (found.year, found.doi) == (expected.year, expected.doi), file
        # JabRef takes the subject of a biography for its author.
        if found.authors:
            assert surnames(found) == surnames(expected), file
        if "MathML" not in file:
            assert words(found.abstract) == words(expected.abstract), file
    assert compared >= 15
