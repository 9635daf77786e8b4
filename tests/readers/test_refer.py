import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import only, titles

from assistant.readers.fields import Record
from assistant.readers.tagged import refer
from assistant.types import Paper, Skipped


def read(text: str) -> list[Record]:
    return list(refer.read(text, "cats.enw"))


def one(*lines: str) -> Paper:
    return only(read("\n".join(lines)))


def test_all_fields_are_read() -> None:
    text = """\
%0 Journal Article
%T On the Purr
of Cats
%A Lee, Ann
%A Li, Bo
%J Journal of Cats
%D 2019
%8 May 1
%R https://doi.org/10.1000/cats.1
%U https://cats.org/1
%K cats
sound
%X Cats purr; 50
% of them do.

Code: https://github.com/cats/purr
%~ PubMed
%M 123
%F lee2019
"""
    assert refer.sniff(text)
    assert read(text) == [
        Paper(
            id="lee2019",
            title="On the Purr of Cats",
            abstract="Cats purr; 50 % of them do.\n\nCode: https://github.com/cats/purr",
            authors=("Ann Lee", "Bo Li"),
            year=2019,
            venue="Journal of Cats",
            doi="10.1000/cats.1",
            pmid="123",
            url="https://cats.org/1",
            code_url="https://github.com/cats/purr",
            topics=("cats", "sound"),
            keys=("lee2019",),
            source="cats.enw",
            kind="Journal Article",
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "%0 Book\n%T A\n\n%0 Book\n%T B\n",
        "\ufeff%0 Book\n%T A\n%0 Book\n%T B",
        "%A Lee\n%T A\n%D 2001\n\n\n%A Li\n%T B\n",
        "%T A\n\n%T B",
        "%0 Book\n%T A\n\n%X An abstract apart\n\n%0 Book\n%T B\n",
    ],
    ids=["usual", "no blank line", "no type", "titles only", "blank line within"],
)
def test_forms(text: str) -> None:
    assert refer.sniff(text)
    assert titles(read(text)) == ["A", "B"]


def test_cnki_writes_all_authors_in_one_line() -> None:
    assert one("%0 Journal Article", "%A 张三%A 李四", "%T 猫").authors == ("张三", "李四")


def test_editors_stand_in_for_authors() -> None:
    assert one("%T A", "%E Lee, Ann").authors == ("Ann Lee",)


@pytest.mark.parametrize(
    ("lines", "venue"),
    [(("%J J", "%B B"), "J"), (("%B Proc. of Cats",), "Proc. of Cats"), (("%S Lecture Notes",), "Lecture Notes")],
)
def test_venue(lines: tuple[str, ...], venue: str) -> None:
    assert one("%T A", *lines).venue == venue


def test_an_accession_number_is_pubmeds_only_where_it_says_so() -> None:
    assert one("%T A", "%M 12345").pmid is None
    assert one("%T A", "%M PMID: 12345").pmid == "12345"


def test_arxiv_id() -> None:
    assert one("%T A", "%J arXiv preprint arXiv:1706.03762").arxiv_id == "1706.03762"


def test_a_record_without_title_and_abstract_is_skipped() -> None:
    assert read("%A testA") == [Skipped("cats.enw", "record 1, line 1", "no title and no abstract")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "% A comment\n\\section{Cats}",
        "100%T\n",
        "%PDF-1.4\n%A",
        "% Encoding: UTF-8\n@book{a, title={A}}",
        "Cats\n%",
    ],
)
def test_other_text_is_no_refer(text: str) -> None:
    assert not refer.sniff(text)


@given(st.lists(st.sampled_from(["%0 Book", "%T A", "%A Lee, A", "%X x", "", "%"]) | st.text()).map("\n".join))
def test_nothing_breaks_it(text: str) -> None:
    refer.sniff(text)
    assert len(read(text)) <= text.count("\n") + 1


@given(st.lists(st.sampled_from(["%T A", "%X x\n\ny", "%A Lee", "%K "])), st.integers(1, 5))
def test_as_many_records_as_types(fields: list[str], count: int) -> None:
    assert len(read("\n".join(["%0 Book", *fields] * count))) == count
