import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import only

from assistant.readers.fields import Record
from assistant.readers.tagged import nbib
from assistant.types import Paper, Skipped


def read(text: str) -> list[Record]:
    return list(nbib.read(text, "cats.nbib"))


def one(*lines: str) -> Paper:
    return only(read("\n".join(["PMID- 12", *lines])))


def test_all_fields_are_read() -> None:
    text = """\

PMID- 12230038
OWN - NLM
STAT- MEDLINE
DP  - 2002 Sep
TI  - The Cat* toolkits: a brief
      overview.
LID - S0021-9258 [pii]
LID - 10.1000/cats.1 [doi]
AB  - Cats are difficult. See
      https://github.com/cats/kit for HIV-1
      in cats.
FAU - Lee, Ann
AU  - Lee A
AUID- ORCID: 0000
AU  - Li B
CN  - Cat Group
PT  - Journal Article
TA  - J Cats
JT  - Journal of cats
OT  - purring
MH  - *Cats/physiology
SO  - J Cats. 2002 Sep;3(3):296-302.
"""
    assert nbib.sniff(text)
    assert read(text) == [
        Paper(
            id="",
            title="The Cat* toolkits: a brief overview.",
            abstract="Cats are difficult. See https://github.com/cats/kit for HIV-1 in cats.",
            authors=("Ann Lee", "B Li", "Cat Group"),
            year=2002,
            venue="Journal of cats",
            doi="10.1000/cats.1",
            pmid="12230038",
            code_url="https://github.com/cats/kit",
            topics=("purring", "Cats/physiology"),
            source="cats.nbib",
            kind="Journal Article",
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "PMID- 1\nTI  - A\n\nPMID- 2\nTI  - B\n",
        "\ufeffPMID- 1\nTI  - A\nPMID- 2\nTI  - B\n",
        "PMID-1\nTI-A\n\nPMID -2\nTI  -B",
        "PMID- 1\n\nTI  - A\n\nSO  - J\n\n\n\n" * 3 + "PMID- 1\n\nTI  - B\n\nSO  - J\n\n\n\n" * 3,
        "PMID- 1\nTI  - A\nSO  - J\n\nThis line stands between.\n\nPMC - PMC2\nTI  - B",
    ],
    ids=["usual", "no blank line", "careless", "doubled lines", "text between"],
)
def test_forms(text: str) -> None:
    assert nbib.sniff(text)
    titles = [record.title for record in read(text) if isinstance(record, Paper)]
    assert list(dict.fromkeys(titles)) == ["A", "B"]
    assert len(titles) == text.count("TI")


def test_prose_that_looks_like_a_tag_stays_prose() -> None:
    assert one("TI  - A", "AB  - We saw", "HIV-1 and DNA- bound").abstract == "We saw HIV-1 and DNA- bound"


@pytest.mark.parametrize(
    ("lines", "abstract"),
    [
        (("AB  - First.", "AB  - Second."), "First.\n\nSecond."),
        (("AB  - Main.", "OAB - Autre.", "OABL- fre"), "Main."),
        (("OAB - Autre.", "OABL- fre", "OAB - Other", "      one.", "OABL- eng"), "Other one."),
        (("OAB - Publisher: Abstract available from the publisher.", "OABL- fre"), ""),
    ],
)
def test_abstract_is_the_main_one_else_the_english(lines: tuple[str, ...], abstract: str) -> None:
    assert one("TI  - A", *lines).abstract == abstract


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("TI  - [Not Available].", "TT  - Les chats."), "Les chats."),
        (("TI  - ", "BTI - Cats: A Book"), "Cats: A Book"),
        (("TI  - A chapter", "BTI - A Book"), "A chapter"),
    ],
)
def test_title(lines: tuple[str, ...], title: str) -> None:
    assert one(*lines).title == title


@pytest.mark.parametrize(
    ("line", "doi"),
    [
        ("AID - 10.1000/1 [doi]", "10.1000/1"),
        ("AID - doi:10.1000/1", "10.1000/1"),
        ("SO  - J Cats. 2012;3:5. doi: 10.1000/1.", "10.1000/1"),
        ("CON - J Cats. doi: 10.1000/1.", None),
    ],
)
def test_doi(line: str, doi: str | None) -> None:
    assert one("TI  - A", line).doi == doi


def test_editors_stand_in_for_authors() -> None:
    assert one("TI  - A", "FED - Lee, Ann").authors == ("Ann Lee",)


def test_a_record_without_title_and_abstract_is_skipped() -> None:
    assert read("PMID- 1\nTI  - A\n\nPMID- 2\nMH  - Cats\n")[1:] == [
        Skipped("cats.nbib", "record 2, line 4", "no title and no abstract")
    ]


@pytest.mark.parametrize("text", ["", "TY  - JOUR\nTI  - A\nAB  - x\nDP  - y\nER  - ", "PMID 12", "Cats\nand dogs"])
def test_other_text_is_not_pubmeds(text: str) -> None:
    assert not nbib.sniff(text)


@given(
    st.lists(st.sampled_from(["PMID- 1", "TI  - A", "AB  - x", "OABL- eng", "FAU - ", ""]) | st.text()).map("\n".join)
)
def test_nothing_breaks_it(text: str) -> None:
    nbib.sniff(text)
    assert len(read(text)) <= text.count("\n") + 1


@given(st.lists(st.sampled_from(["TI  - A", "AB  - x\n      y", "AID - z", "MH  -"])), st.integers(1, 5))
def test_as_many_records_as_numbers(fields: list[str], count: int) -> None:
    assert len(read("\n".join(["PMID- 1", *fields] * count))) == count
