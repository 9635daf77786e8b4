import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import only, titles

from assistant.readers.fields import Record
from assistant.readers.tagged import wos
from assistant.types import Paper, Skipped


def read(text: str) -> list[Record]:
    return list(wos.read(text, "savedrecs.txt"))


def one(*lines: str) -> Paper:
    return only(read("\n".join(["PT J", *lines, "ER"])))


PAPER = Paper(
    id="",
    title="On the purr of cats",
    abstract="Cats purr. They do so often.",
    authors=("Ann Lee", "Bo Li"),
    year=2019,
    venue="JOURNAL OF CATS",
    doi="10.1000/cats.1",
    pmid="123",
    topics=("cats", "sound", "FELIS"),
    source="savedrecs.txt",
    kind="Article",
)


def test_all_fields_are_read() -> None:
    text = """\
FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Lee, A
   Li, B
AF Lee, Ann
   Li, Bo
TI On the purr
   of cats
SO JOURNAL OF CATS
DT Article
DE cats;
   sound
ID FELIS
AB Cats purr. They do
   so often.
CR DOE J, 2000, CATS, V1, P2, DOI 10.1000/other
PY 2019
DI 10.1000/cats.1
UT WOS:000221807500019
PM 123
DA 2021-03-18
ER

EF
"""
    assert wos.sniff(text)
    assert read(text) == [PAPER]


def test_a_table_says_the_same() -> None:
    text = (
        "\ufeffPT\tAU\tAF\tTI\tSO\tDT\tDE\tID\tAB\tPY\tDI\tPM\n"
        "J\tLee, A; Li, B\tLee, Ann; Li, Bo\tOn the purr of cats\tJOURNAL OF CATS\tArticle\tcats; sound\tFELIS"
        "\tCats purr. They do so often.\t2019\t10.1000/cats.1\t123\t\n\nJ\tcut\n"
    )
    assert wos.sniff(text)
    assert read(text) == [PAPER, Skipped("savedrecs.txt", "record 2, line 4", "no title and no abstract")]


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ('"A ""cat"" purrs"', 'A "cat" purrs'),
        ('"A cat, and"', "A cat, and"),
        ('"Cats" and "dogs"', '"Cats" and "dogs"'),
    ],
)
def test_quotation_marks_of_a_table(cell: str, title: str) -> None:
    assert titles(read(f"PT\tAU\tTI\tAB\tSO\nJ\t\t{cell}\t\t")) == [title]


@pytest.mark.parametrize(
    "text",
    [
        "PT J\nTI A\nER\n\nPT J\nTI B\nER\n\nEF",
        "FN ISI Export Format\nVR 1.0\n\nPT J\nTI A\nER\n \nPT J\nTI B\nER\n",
        "PT J\nTI A\nPT J\nTI B",
        "PT J\n\nTI A\n\nER\n\n\n\nPT J\n\nTI B\n\nER\n\n",
    ],
    ids=["no head", "usual", "no end", "doubled lines"],
)
def test_forms(text: str) -> None:
    assert wos.sniff(text)
    assert titles(read(text)) == ["A", "B"]


def test_inspec_writes_small_numbers_and_the_doi_in_its_own_way() -> None:
    paper = one(
        "TI LiNbO/sub 3",
        "   / and Sn/sub 2/P at 10/sup -5/ bar",
        "DE Experimental/ purring; BaB/sub 2/O// A4265K Optics",
        "ID 0003-6951/2006],[S0003],[10.1063/1.2234275]",
        "UT INSPEC:9027814",
    )
    assert paper.title == "LiNbO3 and Sn2P at 10⁻⁵ bar"
    assert (paper.doi, paper.topics) == ("10.1063/1.2234275", ("Experimental", "purring", "BaB2O"))


def test_medline_has_all_authors_in_one_line() -> None:
    paper = one("TI A", "AU Lee, Ann; Li,", "   Bo", "UT MEDLINE:16842170")
    assert (paper.authors, paper.pmid) == (("Ann Lee", "Bo Li"), "16842170")


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (("BA Lee, A", "BE Ed, B"), ("A Lee",)),
        (("BE Lee, A",), ("A Lee",)),
        (("AU Lee, A", "CA Cat Group"), ("A Lee", "Cat Group")),
    ],
)
def test_authors_of_books_and_groups(lines: tuple[str, ...], authors: tuple[str, ...]) -> None:
    assert one("TI A", *lines).authors == authors


def test_year_may_be_that_of_early_access() -> None:
    assert one("TI A", "EA JAN 2020").year == 2020


def test_a_record_without_title_and_abstract_is_skipped() -> None:
    assert read("FN ISI Export Format\nPT J\nPY 2000\nER\n") == [
        Skipped("savedrecs.txt", "record 1, line 2", "no title and no abstract")
    ]


@pytest.mark.parametrize(
    "text",
    ["", " ## ", "PT  - JOUR", "PTSD is", "PT A\nand so on", "TY  - JOUR\nTI  - A\nER  - ", "title\tabstract\nA\tB"],
)
def test_other_text_is_not_theirs(text: str) -> None:
    assert not wos.sniff(text)


@given(
    st.lists(st.sampled_from(["PT J", "ER", "EF", "TI A", "   b", "AU Lee, A; Li, B", ""]) | st.text()).map("\n".join)
)
def test_nothing_breaks_it(text: str) -> None:
    wos.sniff(text)
    assert len(read(text)) <= text.count("\n") + 1


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\t\n\ufeff")), min_size=1, max_size=9)))
def test_a_row_is_a_record(rows: list[list[str]]) -> None:
    text = "\n".join(["PT\tAU\tTI\tAB\tSO", *("\t".join(row) for row in rows)])
    assert len(read(text)) == sum(any(map(str.strip, row)) for row in rows)


@given(st.lists(st.sampled_from(["TI A", "AB x\n   y", "DI z"])), st.integers(1, 5))
def test_as_many_records_as_ends(fields: list[str], count: int) -> None:
    assert len(read("\n".join(["PT J", *fields, "ER"] * count))) == count
