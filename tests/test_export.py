"""Exporting: what BibTeX and JSON lines say, and that reading them again gives the same papers."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import export, readers
from assistant.errors import CarrelError
from assistant.types import Paper

ROUTER = Paper(
    id="lee2024",
    title="RouteLLM: 50% of the cost_of models & more",
    abstract="It costs $5 at $x_1^{2}$. Two -- or three -- {sets} remain.",
    authors=("Ann Lee", "Barnes and Noble"),
    year=2024,
    venue="Proc. of Routing",
    doi="10.1234/a_b",
    arxiv_id="2401.00001",
    pmid="8931937",
    url="https://example.org/a_b#c",
    topics=("routing", "cost"),
    keys=("lee2024",),
    kind="inproceedings",
)


def _read(folder: Path, name: str, text: str) -> list[Paper]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return [replace(paper, source="") for paper in readers.read(path) if isinstance(paper, Paper)]


def test_bibtex_entry() -> None:
    assert "".join(export.bibtex([ROUTER])) == (
        "@inproceedings{lee2024,\n"
        "  title = {{RouteLLM}: 50\\% of the cost\\_of models \\& more},\n"
        "  author = {Ann Lee and {Barnes and Noble}},\n"
        "  year = {2024},\n"
        "  booktitle = {Proc. of Routing},\n"
        "  doi = {10.1234/a_b},\n"
        "  eprint = {2401.00001},\n"
        "  archiveprefix = {arXiv},\n"
        "  pmid = {8931937},\n"
        "  url = {https://example.org/a_b#c},\n"
        "  keywords = {routing, cost},\n"
        "  abstract = {It costs \\$5 at $x_1^{2}$. Two -{}- or three -{}- "
        "\\ensuremath{\\lbrace}sets\\ensuremath{\\rbrace} remain.},\n"
        "}\n\n"
    )


def test_bibtex_is_read_again_as_it_was(tmp_path: Path) -> None:
    assert _read(tmp_path, "papers.bib", "".join(export.bibtex([ROUTER]))) == [ROUTER]


@pytest.mark.parametrize(
    "title",
    [
        "Schrödinger’s “cat” – naïve",
        "A lone } and a lone {",
        "100$ and $200 paid",
        r"\textbf{bold} and \cite{x}",
        "AT&T @ home, 5 # 6 ~ 7 ^ 8",
        "Quoted ``so'' --- or so",
    ],
)
def test_no_character_breaks_an_entry(tmp_path: Path, title: str) -> None:
    papers = [replace(ROUTER, title=title, abstract=title), replace(ROUTER, id="next", keys=("next",))]
    assert _read(tmp_path, "papers.bib", "".join(export.bibtex(papers))) == papers


def test_json_lines_are_read_again_as_they_were(tmp_path: Path) -> None:
    summary = replace(ROUTER, id="s", keys=("s",), is_summary=True, code_url="https://github.com/a/b", kind="")
    lines = "".join(export.jsonl([ROUTER, summary]))
    assert _read(tmp_path, "papers.jsonl", lines) == [ROUTER, summary]


def test_a_summary_is_not_called_an_abstract() -> None:
    paper = Paper(id="p1", title="A", abstract="Told by another.", is_summary=True)
    assert json.loads("".join(export.jsonl([paper]))) == {"id": "p1", "title": "A", "summary": "Told by another."}
    assert "".join(export.bibtex([paper])) == "@misc{p1,\n  title = {A},\n  annote = {Told by another.},\n}\n\n"


def test_keys_are_plain_and_differ() -> None:
    papers = [Paper(id=one, title="A") for one in ("Müller, 2020", "muller-2020", "{}", "日本")]
    keys = [line.removeprefix("@misc{").rstrip(",\n") for line in "".join(export.bibtex(papers)).splitlines()[::4]]
    assert keys == ["Muller-2020", "muller-2020-2", "paper", "paper-2"]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CarrelError, match=r"refs\.bib cannot be written: No such file or directory"):
        export.write(tmp_path / "none" / "refs.bib", ["@misc{a}"])


def test_a_file_is_kept_when_the_export_fails(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield "half an entry"
        raise ValueError("broken")

    path = tmp_path / "refs.bib"
    path.write_text("as it was")
    with pytest.raises(ValueError, match="broken"):
        export.write(path, broken())
    assert [one.read_text() for one in tmp_path.iterdir()] == ["as it was"]


def test_ris_record() -> None:
    paper = Paper(
        id="lee24",
        title="Graphs\nTY  - BOOK",
        abstract="We study graphs.",
        authors=("Ann Lee", "Bo Li"),
        year=2024,
        venue="ICLR",
        doi="10.1000/1",
        topics=("graphs",),
    )
    assert "".join(export.ris([paper])) == (
        "TY  - JOUR\nID  - lee24\nTI  - Graphs TY - BOOK\nAU  - Ann Lee\nAU  - Bo Li\nPY  - 2024\nT2  - ICLR\n"
        "DO  - 10.1000/1\nKW  - graphs\nAB  - We study graphs.\nER  - \n\n"
    )


def test_ris_is_read_again(tmp_path: Path) -> None:
    papers = [
        Paper(id="a", title="One of arXiv", arxiv_id="2401.00001", authors=("Lee, Ann",)),
        Paper(id="b", title="Two", abstract="A summary.", is_summary=True, kind="phdthesis", year=2020),
    ]
    one, two = _read(tmp_path, "papers.ris", "".join(export.ris(papers)))
    assert (one.title, one.authors, one.arxiv_id) == ("One of arXiv", ("Ann Lee",), "2401.00001")
    assert (two.title, two.year, two.abstract) == ("Two", 2020, "")
