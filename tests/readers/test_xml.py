import time
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers import prose, xml
from assistant.readers.fields import Record, kept
from assistant.types import Noted, Paper

CUT = "the record is not closed before the file ends"


def paper(element: Element, place: str) -> Record:
    title = xml.line(element.find("title"))
    return kept(Paper(id="", title=title, abstract=xml.paragraphs(element.find("abstract")), source="f"), place)


def read(text: str) -> list[Record]:
    return list(xml.read(text, "f", ("cat",), paper, within=("kitten",)))


def titles(text: str) -> list[str]:
    return [one.title for one in read(text) if isinstance(one, Paper)]


def said(text: str) -> list[str]:
    return [str(one) for one in read(text) if not isinstance(one, Paper)]


def title(inner: str) -> str:
    records = read(f"<cat><title>{inner}</title></cat>")
    assert len(records) == 1
    return records[0].title if isinstance(records[0], Paper) else str(records[0])


TOM = "<cat><title>Tom</title></cat>"
KIT = "<kitten><title>Kit</title></kitten>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("Purring in <i>Felis catus</i>", "Purring in Felis catus"),
        ("10<sup>-5</sup> m, the 4<sup>th</sup> of H<sub>2</sub>O", "10⁻⁵ m, the 4th of H2O"),
        ("Cats\n   and\n   mice", "Cats and mice"),
        ("cats &amp; mice &lt;3", "cats & mice <3"),
        ("cats & mice, AT&T; &nbsp;&alpha;&unknown;", "cats & mice, AT&T; α&unknown;"),
        ("P < 0.05 and a<b but 3 <4", "P < 0.05 and a<b but 3 <4"),
        ("bad \x02 and &#2; characters &#150; gone", "bad and characters – gone"),
        ("<![CDATA[Tom & <i>Jerry</i>]]>", "Tom & Jerry"),
        ("Tom <!-- <title>Jerry</title> -->Cat", "Tom Cat"),
        ("Tom <?pi of no use?>Cat", "Tom Cat"),
        ("The <i>cat is not closed", "The cat is not closed"),
        ("The </b>cat was not open", "The cat was not open"),
        ("&lt;i&gt;Felis&lt;/i&gt; twice escaped", "Felis twice escaped"),
        ("2-{4-tolyl}ethanol, ~5 mg, 2',2''-bis--oxide", "2-{4-tolyl}ethanol, ~5 mg, 2',2''-bis--oxide"),
        (r"$\beta$-carotene and \textit{Felis}", "β-carotene and Felis"),
        ("<x:math><x:msup><x:mi>n</x:mi><x:mn>2</x:mn></x:msup></x:math> cats", "n² cats"),
    ],
)
def test_text_is_readable(inner: str, expected: str) -> None:
    assert title(inner) == expected


def test_paragraphs_stay() -> None:
    record = read("<cat><title>Tom</title><abstract>One\n line.<p>Two.</p>\n\nThree.</abstract></cat>")[0]
    assert isinstance(record, Paper)
    assert record.abstract == "One line.\n\nTwo.\n\nThree."


@pytest.mark.parametrize("encoding", ["utf-16", "ISO-8859-1", "nonsense"])
def test_the_encoding_that_is_declared_does_not_matter(encoding: str) -> None:
    assert titles(f'<?xml version="1.0" encoding="{encoding}"?><cats><cat><title>Größe 猫</title></cat></cats>') == [
        "Größe 猫"
    ]


def test_a_broken_record_costs_itself_only() -> None:
    text = f"<cats>\n{TOM}\n<cat><title>Broken</tilte></cat>\n{TOM}\n</cats>"
    assert titles(text) == ["Tom", "Tom"]
    assert said(text) == ["f, record 2, line 3: not valid XML, line 3: mismatched tag"]


def test_records_before_a_break_are_kept() -> None:
    text = f"<cats>{TOM}{TOM}\n<cat><title>Half a"
    assert titles(text) == ["Tom", "Tom"]
    assert said(text) == [f"f, record 3, line 2: {CUT}"]


def test_a_file_cut_between_records_is_noted() -> None:
    assert read(f"<cats>{TOM}")[1:] == [
        Noted("f", "the file ends before it is complete; papers may be missing at its end")
    ]
    assert read(TOM)[1:] == []


def test_missing_tags_cost_one_record() -> None:
    assert said(f"<cats><cat><title>A</title>{TOM}</cats>") == [
        "f, record 1, line 1: the record is not closed before the next one begins"
    ]
    assert said(f"<cats>{TOM}<title>B</title></cat>{TOM}</cats>") == [
        "f, record 2, line 1: only the end of the record is there"
    ]


def test_a_record_inside_another_is_part_of_it() -> None:
    assert titles(f"<cats><cat>{KIT}<title>Tom</title></cat>{KIT}</cats>") == ["Tom", "Kit"]
    assert titles(f"<cats>{KIT}</cat>{TOM}</cats>") == ["Kit", "Tom"]
    assert said(f"<cats>{KIT}</cat>{TOM}</cats>") == []


def test_records_in_comments_are_none_and_in_unclosed_comments_are_some() -> None:
    assert titles(f"<cats><!-- {TOM} -->{KIT}</cats>") == ["Kit"]
    assert titles(f"<cats><!-- not closed {TOM}<!-- closed -->{KIT}</cats>") == ["Tom", "Kit"]


def test_empty_records_and_files() -> None:
    assert said("<cats>\n<cat/><cat></cat>\n</cats>") == [
        "f, record 1, line 2: no title and no abstract",
        "f, record 2, line 2: no title and no abstract",
    ]
    assert said("<cats></cats>") == ["f: the file holds no papers"]


def test_files_put_one_after_the_other_are_read() -> None:
    one = f'<?xml version="1.0"?>\n<!DOCTYPE cats [<!ELEMENT cats ANY>]>\n<cats>{TOM}</cats>\n'
    assert titles(one * 3) == ["Tom"] * 3


def test_entities_are_neither_defined_nor_fetched() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "cat"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    assert titles(f"{bomb}<cats><cat><title>Tom &b; &c;</title></cat></cats>") == ["Tom &b; &c;"]


def test_deep_nesting_costs_one_record() -> None:
    deep = "<a>" * 100_000 + "</a>" * 100_000
    assert said(f"<cats><cat>{deep}</cat>{TOM}</cats>") == [
        "f, record 1, line 1: not valid XML, line 1: more than 200 elements inside each other"
    ]


@pytest.mark.parametrize("junk", ["<cat ", "</cat>", "<!--", "<![CDATA[", "<a", '<a b="', "&", "<", "&a;", "<a:", "\\"])
def test_junk_takes_linear_time(junk: str) -> None:
    body = junk * (300_000 // len(junk))
    started = time.process_time()
    read(f"<cats>{body}<cat><title>{body}</title></cat></cats>")
    assert time.process_time() - started < 5


PIECES = st.sampled_from(
    [*"<>&;\"'/\n!-[] ", "<cat>", "</cat>", "<title>", "</title>", "<kitten>", "<!--", "-->", "<![CDATA[", "]]>", "Tom"]
)


@given(st.lists(PIECES, max_size=40).map("".join) | st.text())
def test_nothing_breaks_it(text: str) -> None:
    for record in read(text):
        assert not isinstance(record, Paper) or record.title or record.abstract


TITLES = st.text(min_size=1).filter(lambda text: text.isalnum())


@given(st.lists(TITLES | st.none(), min_size=1))
def test_every_record_is_accounted_for(given: list[str | None]) -> None:
    """None stands for a record that is broken."""
    cats = [f"<cat><title>{one}</title></cat>" if one else "<cat><title></cat>" for one in given]
    records = read(f"<cats>{''.join(cats)}</cats>")
    assert [one.title if isinstance(one, Paper) else None for one in records] == [
        one and prose.line(one) for one in given
    ]
