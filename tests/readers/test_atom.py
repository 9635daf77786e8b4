import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.xml import atom
from assistant.types import Noted, Paper, Skipped

HEAD = """\
<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x</id>
  <title>arXiv Query: search_query=cats</title>
"""
ENTRY = r"""
  <entry>
    <id>http://arxiv.org/abs/2104.12255v2</id>
    <title>Purring of
  Schr\"odinger's $\alpha$-cats</title>
    <updated>2022-04-20T16:07:14Z</updated>
    <link href="https://arxiv.org/abs/2104.12255v2" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2104.12255v2" rel="related" type="application/pdf" title="pdf"/>
    <summary>  We hear ~5 cats &amp; measure $\sqrt{x}$.</summary>
    <category term="cs.SD" scheme="http://arxiv.org/schemas/atom"/>
    <category term="quant-ph" scheme="http://arxiv.org/schemas/atom"/>
    <published>2021-04-20T16:07:14Z</published>
    <arxiv:comment>4 pages, code at https://github.com/cats/purr</arxiv:comment>
    <arxiv:primary_category term="quant-ph"/>
    <arxiv:journal_ref>J. Cats 7 (2021)</arxiv:journal_ref>
    <arxiv:doi>10.1000/purr</arxiv:doi>
    <author><name>Ann Katz</name><arxiv:affiliation>Cat House</arxiv:affiliation></author>
    <author><name>Bo M\"uller</name></author>
  </entry>
"""
ERROR = """
  <entry>
    <id>https://arxiv.org/api/errors#incorrect_id_format_for_abc</id>
    <title>Error</title>
    <summary>incorrect id format for abc</summary>
    <author><name>arXiv api core</name></author>
  </entry>
"""
FOOT = "</feed>\n"


def read(text: str) -> list[Paper | Skipped | Noted]:
    return list(atom.read(text, "answer.xml"))


def test_a_whole_entry() -> None:
    assert atom.sniff(HEAD)
    assert read(HEAD + ENTRY + FOOT) == [
        Paper(
            id="",
            title="Purring of Schrödinger's α-cats",
            abstract=r"We hear ~5 cats & measure $\sqrt{x}$.",
            authors=("Ann Katz", "Bo Müller"),
            year=2021,
            venue="J. Cats 7 (2021)",
            doi="10.1000/purr",
            arxiv_id="2104.12255",
            url="https://arxiv.org/abs/2104.12255v2",
            code_url="https://github.com/cats/purr",
            topics=("quant-ph", "cs.SD"),
            source="answer.xml",
            kind="preprint",
        )
    ]


def test_an_answer_without_papers_says_so() -> None:
    assert read(HEAD + FOOT) == [Noted("answer.xml", "the file holds no papers")]


def test_an_error_is_no_paper() -> None:
    assert read(HEAD + ERROR + FOOT) == [
        Skipped("answer.xml", "record 1, line 6", "arXiv answered with an error: incorrect id format for abc")
    ]


def test_entries_before_a_break_are_kept() -> None:
    first, second = read(HEAD + ENTRY + ENTRY[:300])
    assert isinstance(first, Paper)
    assert second == Skipped("answer.xml", "record 2, line 25", "the record is not closed before the file ends")


def test_old_numbers_and_missing_links() -> None:
    entry = "<entry><id>http://arxiv.org/abs/quant-ph/0201082v1</id><title>Cats</title></entry>"
    (found,) = read(HEAD + entry + FOOT)
    assert isinstance(found, Paper)
    assert (found.arxiv_id, found.url) == ("quant-ph/0201082", "http://arxiv.org/abs/quant-ph/0201082v1")


def test_the_daily_feed() -> None:
    entry = """<entry><id>oai:arXiv.org:2401.00001v1</id><title>Cats</title><updated>2024-01-02T00:00:00-05:00</updated>
<link href="https://arxiv.org/abs/2401.00001" rel="alternate" type="text/html"/><summary>arXiv:2401.00001v1 Announce \
Type: new
Abstract: Cats purr.</summary><category term="cs.SD"/><dc:creator>Ann Katz, Bo Li</dc:creator></entry>"""
    (found,) = read(HEAD + entry + FOOT)
    assert isinstance(found, Paper)
    assert (found.arxiv_id, found.abstract, found.authors) == ("2401.00001", "Cats purr.", ("Ann Katz", "Bo Li"))
    assert found.year == 2024


@pytest.mark.parametrize(
    "text",
    ["", "arxiv.org", "<html>arxiv.org</html>", "<feed><id>https://cats.example/blog</id></feed>", "@a{b, <feed>"],
)
def test_other_files_are_not_arxiv(text: str) -> None:
    assert not atom.sniff(text)


@given(st.integers(0, len(ENTRY)), st.text(max_size=3))
def test_a_damaged_file_breaks_nothing(at: int, junk: str) -> None:
    damaged = HEAD + ENTRY + ENTRY[:at] + junk + ENTRY[at + len(junk) :] + ENTRY + FOOT
    records = [one for one in read(damaged) if not isinstance(one, Noted)]
    assert 2 <= len(records) <= 4
    assert isinstance(records[0], Paper)
