import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers import cff
from assistant.types import Noted, Paper, Skipped

CITATION = """\
# Made by cffinit
cff-version: 1.2.0
title: "Purr: a library for ~5 cats"
message: Please cite it.
authors:
  - given-names: Ann
    name-particle: van
    family-names: Katz
    name-suffix: Jr.
    orcid: https://orcid.org/0000-0000-0000-0000
  - name: Cat Study Group
  - alias: tomcat
abstract: |
  First part,
  in two lines.

  Second part.
keywords: [purring, cats]
version: 1.10
date-released: 2021-07-02
identifiers:
  - {type: swh, value: "swh:1:rel:1"}
  - {type: doi, value: 10.1000/purr}
url: https://purr.example
repository-code: https://github.com/cats/purr
preferred-citation:
  type: article
  title: 42
  authors: [{family-names: Mao, given-names: C.}]
  journal: Journal of cats
  year: 2022
  doi: 10.1000/paper
references:
  - {type: conference-paper, title: Sleep, conference: {name: CatConf}, url: "https://arxiv.org/abs/2104.12255v1"}
  - {type: manual, doi: 10.1000/untitled}
  - Hunt et al.
"""


def read(text: str) -> list[Paper | Skipped | Noted]:
    return list(cff.read(text, "CITATION.cff"))


def said(text: str) -> list[str]:
    return [one.title if isinstance(one, Paper) else str(one) for one in read(text)]


def test_a_whole_file() -> None:
    assert cff.sniff(CITATION)
    assert read(CITATION) == [
        Paper(
            id="",
            title="Purr: a library for ~5 cats",
            abstract="First part, in two lines.\n\nSecond part.",
            authors=("Ann van Katz Jr.", "Cat Study Group", "tomcat"),
            year=2021,
            doi="10.1000/purr",
            url="https://purr.example",
            code_url="https://github.com/cats/purr",
            topics=("purring", "cats"),
            source="CITATION.cff",
            kind="software",
        ),
        Paper(
            id="",
            title="42",
            authors=("C. Mao",),
            year=2022,
            venue="Journal of cats",
            doi="10.1000/paper",
            source="CITATION.cff",
            kind="article",
        ),
        Paper(
            id="",
            title="Sleep",
            venue="CatConf",
            arxiv_id="2104.12255",
            url="https://arxiv.org/abs/2104.12255v1",
            source="CITATION.cff",
            kind="conference-paper",
        ),
        Skipped("CITATION.cff", "references, item 2", "no title and no abstract"),
        Skipped("CITATION.cff", "references, item 3", "not a work with fields such as `title: ...`"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cff-version: 1.2.0\nmessage: x\n", "no title and no abstract"),
        ("---\ntest: 123\n...\n", "no citation file: it has neither `cff-version` nor `title`"),
        ("purr", "a citation file holds fields such as `title: ...`, this one holds text"),
        ("", "a citation file holds fields such as `title: ...`, this one holds nothing"),
    ],
)
def test_a_file_without_a_work_says_why(text: str, expected: str) -> None:
    assert said(text) == [f"CITATION.cff: {expected}"]


def test_works_before_a_break_are_kept() -> None:
    text = "cff-version: 1.2.0\ntitle: Purr\nreferences:\n- title: Sleep\n- title: Hunt\n  abstract: 'cut he"
    assert said(text) == [
        "Purr",
        "Sleep",
        "CITATION.cff, line 6: not valid YAML: found unexpected end of stream; nothing is read from here on",
    ]


def test_anchors_and_tags_are_only_data() -> None:
    text = "title: &t Purr\npreferred-citation: {title: *t}\nabstract: !!python/object/apply:os.getcwd []\n"
    assert said(text) == ["Purr", "Purr"]


@pytest.mark.parametrize("junk", ["[", "{a: ", "- ", "? ", "&a [*a, ", "'", "a: b\n", "\\"])
def test_junk_takes_linear_time(junk: str) -> None:
    started = time.process_time()
    read("cff-version: 1.2.0\ntitle: Purr\nabstract: " + junk * (300_000 // len(junk)))
    read(junk * (300_000 // len(junk)))
    assert time.process_time() - started < 5


@pytest.mark.parametrize("text", ["", "title: Purr", "  # cff-version: 1", "@misc{a, note = {cff-version: 1}}"])
def test_other_files_are_not_citation_files(text: str) -> None:
    assert not cff.sniff(text)


@given(st.integers(0, len(CITATION)), st.text(max_size=3))
def test_a_damaged_file_breaks_nothing(at: int, junk: str) -> None:
    for damaged in (CITATION[:at], CITATION[:at] + junk + CITATION[at + len(junk) :]):
        for record in read(damaged):
            assert not isinstance(record, Paper) or record.title or record.abstract
        cff.sniff(damaged)
