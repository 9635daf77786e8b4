import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import only, titles

from assistant.readers.fields import Record
from assistant.readers.tagged import ris
from assistant.types import Paper, Skipped


def read(text: str) -> list[Record]:
    return list(ris.read(text, "cats.ris"))


def one(*lines: str) -> Paper:
    return only(read("\n".join(["TY  - JOUR", *lines, "ER  - "])))


def test_all_fields_are_read() -> None:
    text = """\
TY  - JOUR
ID  - lee2019
TI  - On the <i>Purr</i> of Cats:
  5% &amp; more
AU  - Lee, Ann M.
AU  - van der Katz, Bo
PY  - 2019/05/01/
JF  - Journal of Cats
JO  - J. Cats
AB  - Cats purr. Code: https://github.com/cats/purr.
KW  - cats
KW  - sound
DO  - https://doi.org/10.1000/cats.1
AN  - 1234567
DB  - PubMed
UR  - https://cats.org/1
L1  - https://arxiv.org/pdf/1901.00001v2
ER  -
"""
    assert ris.sniff(text)
    assert read(text) == [
        Paper(
            id="lee2019",
            title="On the Purr of Cats: 5% & more",
            abstract="Cats purr. Code: https://github.com/cats/purr.",
            authors=("Ann M. Lee", "Bo van der Katz"),
            year=2019,
            venue="Journal of Cats",
            doi="10.1000/cats.1",
            arxiv_id="1901.00001",
            pmid="1234567",
            url="https://cats.org/1",
            code_url="https://github.com/cats/purr",
            topics=("cats", "sound"),
            keys=("lee2019",),
            source="cats.ris",
            kind="JOUR",
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - A\nER  - \n\nTY  - JOUR\nTI  - B\nER  - \n",
        "\ufeffTY  - JOUR\nTI  - A\nER  -\nTY  - JOUR\nTI  - B\nER  -",
        "Record #1 of 2\nContent: text\n\nTY  -  JOUR\nTI  -  A\nER  -  \n\n\n2.\nTY  -  JOUR\nTI  -  B\nER  -  \n",
        "TY - JOUR\nTI - A\nER -\nTY - JOUR\nTI - B\nER -",
        "TY- JOUR\nTI- A\nER-\nTY- JOUR\nTI- B\nER-",
        "ty  - jour\nti  - A\ner  -\nty  - jour\nti  - B\ner  -",
        "TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B",
        "TY  - JOUR\n\nTI  - A\n\nER  - \n\nTY  - JOUR\n\nTI  - B\n\nER  - \n\n",
        "  TY  - JOUR\n  TI  - A\n  ER  - \n  TY  - JOUR\n  TI  - B\n  ER  - ",
        "TI  - A\nAU  - Lee, A\nER  - \nTI  - B\nAU  - Lee, A\nER  - ",
        "TY  -JOUR\nTI  -A\nER  -\nTY  -JOUR\nTI  -B\nER  -",
        "TY\xa0\xa0-\xa0JOUR\nTI\xa0\xa0-\xa0A\nER\xa0\xa0-\nTY\xa0\xa0-\xa0JOUR\nTI\xa0\xa0-\xa0B\nER\xa0\xa0-",
    ],
    ids=[
        *("usual", "mark", "text between", "one space", "no space", "lower case", "no end", "blank lines", "indented"),
        *("no type", "nothing behind the dash", "no-break spaces"),
    ],
)
def test_dialects(text: str) -> None:
    assert ris.sniff(text)
    assert titles(read(text)) == ["A", "B"]


def test_prose_that_looks_like_a_tag_stays_prose() -> None:
    assert (
        one("TI  - A", "AB  - We used", "AI - of a kind -", "ER stress").abstract
        == "We used AI - of a kind - ER stress"
    )


def test_an_unknown_tag_is_no_part_of_the_field_before() -> None:
    assert one("TI  - A", "JP  - CRISPR", "more").title == "A"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("T1  - A",), "A"),
        (("CT  - A",), "A"),
        (("BT  - A",), "A"),
        (("TI  - A", "BT  - B"), "A"),
        (("TI  - A", "T1  - A"), "A"),
        (("ST  - Short", "TI  - Long"), "Long"),
        (("ST  - Short", "AB  - x"), "Short"),
    ],
)
def test_title_is_where_the_dialect_has_it(lines: tuple[str, ...], title: str) -> None:
    assert one(*lines).title == title


@pytest.mark.parametrize(
    ("lines", "venue"),
    [
        (("T2  - Cats", "JF  - "), "Cats"),
        (("JO  - Cats", "T2  - "), "Cats"),
        (("JA  - J. Cats", "JF  - Journal of Cats"), "Journal of Cats"),
        (("BT  - Proc. of Cats",), "Proc. of Cats"),
        (("J2  - Cats",), "Cats"),
        ((), None),
    ],
)
def test_venue(lines: tuple[str, ...], venue: str | None) -> None:
    assert one("TI  - A", *lines).venue == venue


def test_a_book_is_no_venue_of_its_own() -> None:
    assert one("BT  - A").venue is None


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (("A1  - Lee, Ann", "AU  - Li, Bo", "A2  - Ed, Cy"), ("Ann Lee", "Bo Li")),
        (("ED  - Ed, Cy",), ("Cy Ed",)),
        (("AU  - Lee, Ann", "A1  - Lee, Ann"), ("Ann Lee",)),
        (("AU  - Fanning E.",), ("E. Fanning",)),
        (("AU  - 张三", "AU  - 李四"), ("张三", "李四")),
    ],
)
def test_authors(lines: tuple[str, ...], authors: tuple[str, ...]) -> None:
    assert one("TI  - A", *lines).authors == authors


@pytest.mark.parametrize(
    ("line", "doi"),
    [
        ("DO  - 10.1000/1", "10.1000/1"),
        ("DO  - doi:10.1000/1", "10.1000/1"),
        ("M3  - doi: 10.1000/1", "10.1000/1"),
        ("N1  - doi: 10.1000/1", "10.1000/1"),
        ("UR  - http://dx.doi.org/10.1000/1", "10.1000/1"),
        ("L2  - https://doi.org/10.1000/1", "10.1000/1"),
        ("N1  - Erratum in 10.1000/2", None),
        ("UR  - https://cats.org/doi/10.1000/1/full", None),
    ],
)
def test_doi(line: str, doi: str | None) -> None:
    assert one("TI  - A", line).doi == doi


@pytest.mark.parametrize(
    ("lines", "pmid"),
    [
        (("U1  - 23690738[pmid]",), "23690738"),
        (("C3  - PUBMED 21314913,EMBASE 1",), "21314913"),
        (("N1  - PMID: 21314913",), "21314913"),
        (("DB  - Medline", "C5  - 38773066"), "38773066"),
        (("DB  - Ovid MEDLINE(R)", "ID  - 38773066"), "38773066"),
        (("UR  - http://a.org", "https://pubmed.ncbi.nlm.nih.gov/26931115/"), "26931115"),
        (("M1  - Lee (2000). Cats https://pubmed.ncbi.nlm.nih.gov/26931115/",), None),
        (("DB  - Scopus", "AN  - 38773066"), None),
        (("AN  - WOS:000282053100002",), None),
    ],
)
def test_pmid(lines: tuple[str, ...], pmid: str | None) -> None:
    assert one("TI  - A", *lines).pmid == pmid


@pytest.mark.parametrize(
    ("line", "arxiv_id"),
    [
        ("UR  - http://arxiv.org/abs/1706.03762", "1706.03762"),
        ("M1  - arXiv:1706.03762", "1706.03762"),
        ("JO  - arXiv preprint arXiv:1706.03762", "1706.03762"),
        ("DO  - 10.48550/arXiv.1706.03762", "1706.03762"),
        ("N1  - Comment: see arXiv:1706.03762", None),
    ],
)
def test_arxiv_id(line: str, arxiv_id: str | None) -> None:
    assert one("TI  - A", line).arxiv_id == arxiv_id


def test_abstract_of_two_tags_is_taken_once() -> None:
    assert one("TI  - A", "N2  - Cats purr.", "AB  - Cats purr.").abstract == "Cats purr."
    assert one("TI  - A", "N2  - Cats purr.", "AB  - Dogs bark.").abstract == "Cats purr.\n\nDogs bark."
    assert one("TI  - A", "AB  - Abstract").abstract == ""


def test_endnote_has_keywords_and_links_line_by_line() -> None:
    paper = one("TI  - A", "KW  - cats", "dogs", "UR  - https://a.org", "https://b.org")
    assert (paper.topics, paper.url) == (("cats", "dogs"), "https://a.org")


def test_a_number_in_a_database_is_a_key_and_no_id() -> None:
    assert (one("TI  - A", "ID  - 16").id, one("TI  - A", "ID  - 16").keys) == ("", ("16",))


def test_a_record_without_title_and_abstract_is_skipped() -> None:
    assert read("TY  - JOUR\nTI  - A\nER  - \nTY  - JOUR\nDO  - 10.1000/1\nER  - ")[1:] == [
        Skipped("cats.ris", "record 2, line 4", "no title and no abstract")
    ]


@pytest.mark.parametrize(
    "text",
    ["", "TY", "TY - is short for", "Cats\nER  - is a tag", "PMID- 1\nTI  - A\n", "@article{a, title={TY  - x}}"],
)
def test_other_text_is_no_ris(text: str) -> None:
    assert not ris.sniff(text)


LINES = st.sampled_from(["TY  - JOUR", "ER  - ", "TI  - A", "AU  - Lee, A", "AB  - x", "", "TY - JOUR"]) | st.text()


@given(st.lists(LINES).map("\n".join))
def test_nothing_breaks_it(text: str) -> None:
    ris.sniff(text)
    assert len(read(text)) <= text.count("\n") + 1


@given(st.lists(st.sampled_from(["TI  - A", "AB  - x\ny", "DO  - 10.1000/1", "KW  - "]), min_size=1), st.integers(1, 5))
def test_as_many_records_as_ends(fields: list[str], count: int) -> None:
    assert len(read("\n".join(["TY  - JOUR", *fields, "ER  - "] * count))) == count


def test_a_cut_file_gives_what_it_holds() -> None:
    assert titles(read("TY  - JOUR\nTI  - A\nER  - \nTY  - JOUR\nTI  - B and")) == ["A", "B and"]
