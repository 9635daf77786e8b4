import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import only

from assistant.readers.fields import Record
from assistant.readers.tagged import ovid
from assistant.types import Paper, Skipped


def read(text: str) -> list[Record]:
    return list(ovid.read(text, "citations.txt"))


def one(*lines: str) -> Paper:
    return only(read("\n".join(["<1>", *lines])))


def test_all_fields_are_read() -> None:
    text = """\
Database: Cats <1946 to 2020>
Search Strategy:
--------------------------------------------------------------------------------
1     exp cats/ (123)

<8>
Accession Number
  00042637-900000000-99667.
Author
  Lee, Ann MD, PhD *;  van der Katz, Bo RN; FAAN 1;
  Li, Cy [Ed]
Institution
  (1)Cat House, Basel
Title
  On the purr of cats:
  a review.[Review]
Source
  Journal of Cats.   28(2):1503-1606, April 2015.
Abstract
  : Cats purr.

  They do so often.
Author Keywords
  cats;  sound.
References
  Doe J. 2000. Other Cats. Felis 1: 2.

  Roe J. 2001. More Cats.
Document Type
  Review
DOI Number
  10.1000/cats.1
Link to the Ovid Full Text or citation
 http://ovidsp.ovid.com/1
"""
    assert ovid.sniff(text)
    assert read(text) == [
        Paper(
            id="",
            title="On the purr of cats: a review",
            abstract="Cats purr.\n\nThey do so often.",
            authors=("Ann Lee", "Bo van der Katz", "Cy Li"),
            year=2015,
            venue="Journal of Cats",
            doi="10.1000/cats.1",
            url="http://ovidsp.ovid.com/1",
            topics=("cats", "sound"),
            source="citations.txt",
            kind="Review",
        )
    ]


def test_the_tagged_export_is_read() -> None:
    text = """\
<3001. >
VN  - Ovid Technologies
DB  - Ovid MEDLINE(R)
UI  - 621381829
TI  - Life of cats.
SO  - Cat Proceedings. Conference: Cats 2. Spain. 12 (no pagination), 2018.
AU  - Behan L.
AU  - Lucas J.S.
IN  - (Behan) House
      (Lucas) Garden
MH  - *cats
AB  - Background: Cats live.
Method(s): We watched.
DO  - http://dx.doi.org/10.1000/cats.1
YR  - 2018
PT  - Conference Abstract

<3002. >
VN  - Ovid Technologies
TI  - Death of cats.
"""
    assert ovid.sniff(text)
    first, second = read(text)
    assert first == Paper(
        id="",
        title="Life of cats.",
        abstract="Background: Cats live.\n\nMethod(s): We watched.",
        authors=("L. Behan", "J.S. Lucas"),
        year=2018,
        venue="Cat Proceedings",
        doi="10.1000/cats.1",
        pmid="621381829",
        topics=("cats",),
        source="citations.txt",
        kind="Conference Abstract",
    )
    assert isinstance(second, Paper)
    assert second.title == "Death of cats."


def test_records_without_numbers_begin_with_the_same_label() -> None:
    text = "\nScore\n  *****\nTitle\n  A\nSource\n  J.\nAuthor\n  Lee\n\n\nScore\n  *****\nTitle\n  B\n"
    assert ovid.sniff(text)
    assert [record.title for record in read(text) if isinstance(record, Paper)] == ["A", "B"]


@pytest.mark.parametrize(
    ("lines", "title", "year", "venue"),
    [
        (("Chapter Title", "  Purring", "Source", "  Cats. Vol 28(2) April 2015, 103-106."), "Purring", 2015, "Cats"),
        (("Source", "  Lee(2015). On Cats. (pp. 103-106) X pp. Basel: Purr"), "On Cats", 2015, None),
        (("Source", "  (2014). Cats 58 pp. Basel: Purr."), "Cats", 2014, None),
        (("Title", "  Cats?[Article]", "Year of Publication", "  2011"), "Cats?", 2011, None),
        (("Title", "  Cats [a study]"), "Cats [a study]", None, None),
    ],
)
def test_title_year_and_venue(lines: tuple[str, ...], title: str, year: int | None, venue: str | None) -> None:
    paper = one(*lines)
    assert (paper.title, paper.year, paper.venue) == (title, year, venue)


def test_medlines_own_number_is_pubmeds() -> None:
    assert one("Title", "  A", "Unique Identifier", "  12345678").pmid == "12345678"
    assert one("Title", "  A", "Accession Number", "  12345678").pmid is None


def test_a_record_without_title_and_abstract_is_skipped() -> None:
    assert read("<1>\nAuthor\n  Lee\n") == [Skipped("citations.txt", "record 1, line 1", "no title and no abstract")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<1>",
        "<1. >\nTY  - JOUR\nTI  - A\nER  - ",
        "Title\n\nAbstract\n\nSource\n",
        "Title\n  A\n",
        "<?xml version='1.0'?>",
    ],
)
def test_other_text_is_not_ovids(text: str) -> None:
    assert not ovid.sniff(text)


LINES = [
    "<1>",
    "Title",
    "  A",
    "Abstract",
    "Source",
    "  (2015). A. 5 pp",
    "Author",
    "  Lee MD; 1",
    "VN  - Ovid",
    "TI  - A",
    "",
]


@given(st.lists(st.sampled_from(LINES) | st.text()).map("\n".join))
def test_nothing_breaks_it(text: str) -> None:
    ovid.sniff(text)
    assert len(read(text)) <= text.count("\n") + 1


@given(st.lists(st.sampled_from(["Abstract\n  x\n\n  y", "Author\n  Lee", "Source\n  J."])), st.integers(1, 5))
def test_as_many_records_as_numbers(fields: list[str], count: int) -> None:
    assert len(read("\n".join(["<1>", "Title\n  A", *fields] * count))) == count
