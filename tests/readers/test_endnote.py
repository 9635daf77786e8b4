import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.xml import endnote
from assistant.types import Noted, Paper, Skipped

RECORD = """\
<?xml version="1.0" encoding="UTF-8"?><xml><records><record>
<database name="Cats.enl" path="C:\\Cats.enl">Cats.enl</database>
<source-app name="EndNote" version="20.0">EndNote</source-app>
<rec-number>7</rec-number><ref-type name="Journal Article">17</ref-type><contributors><authors>
<author><style face="normal" font="default" size="100%">Katz, Ann B.</style></author>
<author><style face="normal">Mao, C., Jr.</style></author><author><style>Cat Study Group,</style></author></authors>
<secondary-authors><author><style>Editor, Ed</style></author></secondary-authors></contributors>
<titles><title><style face="normal">Purring in </style><style face="italic">Felis
  catus</style><style face="normal"> at 10</style><style face="superscript">-5</style></title>
<secondary-title><style>Journal of cats</style></secondary-title><alt-title><style>J Cats</style></alt-title></titles>
<periodical><full-title><style>Journal of cats</style></full-title></periodical>
<keywords><keyword><style face="bold" size="12"/><style>purring; sleep</style></keyword><keyword/></keywords>
<dates><year><style>2015</style></year><pub-dates><date><style>Mar 3</style></date></pub-dates></dates>
<accession-num><style>25647015</style></accession-num><remote-database-provider>NLM</remote-database-provider>
<abstract><style face="normal">First part.&#xD;&#xD;Second part, see github.com/cats/purr.</style></abstract>
<urls><related-urls><url><style>https://doi.org/10.1000/purr</style></url></related-urls>
<pdf-urls><url>file://C/cats.pdf</url></pdf-urls></urls>
<electronic-resource-num><style>10.1000/purr</style></electronic-resource-num></record></records></xml>
"""


def read(text: str) -> list[Paper | Skipped | Noted]:
    return list(endnote.read(text, "cats.xml"))


def paper(inner: str) -> Paper:
    found = read(f"<xml><records><record>{inner}</record></records></xml>")[0]
    assert isinstance(found, Paper)
    return found


def test_a_whole_record() -> None:
    assert endnote.sniff(RECORD)
    assert read(RECORD) == [
        Paper(
            id="",
            title="Purring in Felis catus at 10⁻⁵",
            abstract="First part.\n\nSecond part, see github.com/cats/purr.",
            authors=("Ann B. Katz", "C. Mao Jr.", "Cat Study Group"),
            year=2015,
            venue="Journal of cats",
            doi="10.1000/purr",
            pmid="25647015",
            url="https://doi.org/10.1000/purr",
            code_url="https://github.com/cats/purr",
            topics=("purring", "sleep"),
            source="cats.xml",
            kind="Journal Article",
        )
    ]


def test_only_a_number_of_pubmed_is_taken_for_one() -> None:
    title = "<title>Cats</title><accession-num>25647015</accession-num>"
    assert paper(title).pmid is None
    assert paper(f"{title}<remote-database-name>PsycINFO</remote-database-name>").pmid is None
    assert paper(f"{title}<url>https://www.ncbi.nlm.nih.gov/pubmed/25647015</url>").pmid == "25647015"


def test_a_missing_title_is_taken_from_the_other_titles() -> None:
    assert paper("<titles><title/><translated-title>Cats</translated-title></titles>").title == "Cats"
    assert paper("<titles><secondary-title>Book of cats</secondary-title></titles>").title == "Book of cats"


def test_several_names_in_one_element() -> None:
    names = "<authors><author><style>Katz, Ann&#xD;Mao, C.; Tom</style></author></authors>"
    assert paper(f"<title>Cats</title>{names}").authors == ("Ann Katz", "C. Mao", "Tom")


def test_arxiv_is_found_in_the_journal_and_the_links() -> None:
    assert paper("<title>Cats</title><full-title>arXiv preprint arXiv:2104.12255</full-title>").arxiv_id == "2104.12255"
    assert paper("<title>Cats</title><url>http://arxiv.org/abs/2104.12255v2</url>").arxiv_id == "2104.12255"


def test_the_form_before_endnote_8() -> None:
    text = (
        "<XML><RECORDS><RECORD><REFERENCE_TYPE>0</REFERENCE_TYPE><AUTHORS><AUTHOR>Katz, Ann</AUTHOR></AUTHORS>"
        "<YEAR>1999</YEAR><TITLE>Cats</TITLE><SECONDARY_TITLE>J Cats</SECONDARY_TITLE>"
        "<ABSTRACT>Purr.</ABSTRACT></RECORD></RECORDS></XML>"
    )
    assert endnote.sniff(text)
    assert read(text) == [
        Paper(
            id="", title="Cats", abstract="Purr.", authors=("Ann Katz",), year=1999, venue="J Cats", source="cats.xml"
        )
    ]


def test_an_empty_library_says_so() -> None:
    text = '<?xml version="1.0"?><xml><records></records></xml>'
    assert endnote.sniff(text)
    assert read(text) == [Noted("cats.xml", "the file holds no papers")]


@pytest.mark.parametrize(
    "text", ["", "%0 Journal Article", "<xml><rows/></xml>", "<records><record><dc:title/></record></records>"]
)
def test_other_files_are_not_endnote(text: str) -> None:
    assert not endnote.sniff(text)


@given(st.integers(0, len(RECORD)), st.text(max_size=3))
def test_a_damaged_file_breaks_nothing(at: int, junk: str) -> None:
    for damaged in (RECORD[:at], RECORD[:at] + junk + RECORD[at + len(junk) :]):
        assert len([one for one in read(damaged) if not isinstance(one, Noted)]) <= 2
