"""Tables: each program's header, every separator, and rows that are not as they should be."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ReadError
from assistant.readers import table
from assistant.readers.fields import Record
from assistant.types import Noted, Paper, Skipped


def read(text: str, **own: str) -> list[Record]:
    note, *records = table.read(text, "cats.csv", own)
    assert isinstance(note, Noted)
    return records


def only(text: str, **own: str) -> Paper:
    (paper,) = read(text, **own)
    assert isinstance(paper, Paper), paper
    return paper


def titles(text: str) -> list[str]:
    return [record.title if isinstance(record, Paper) else record.reason for record in read(text) if record]


ZOTERO = """\
"Key","Item Type","Publication Year","Author","Title","Publication Title","DOI","Url","Abstract Note","Date","Extra",\
"Manual Tags","Automatic Tags"
"ABCD2345","journalArticle","2019","Lee, Ann; van Katz, Bo","On Cats","Journal of Cats","10.1000/cats.1",\
"https://cats.org/1","Cats purr.

They also sleep, ""often"".","2019-05","PMID: 123
Citation Key: lee2019","cats; sound","Sleep"
"""


def test_zotero() -> None:
    assert only("\ufeff" + ZOTERO) == Paper(
        id="lee2019",
        title="On Cats",
        abstract='Cats purr.\n\nThey also sleep, "often".',
        authors=("Ann Lee", "Bo van Katz"),
        year=2019,
        venue="Journal of Cats",
        doi="10.1000/cats.1",
        pmid="123",
        url="https://cats.org/1",
        topics=("cats", "sound", "Sleep"),
        keys=("lee2019",),
        source="cats.csv",
        kind="journalArticle",
    )


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            'Authors,"Author full names","Author(s) ID",Title,Year,"Source title",DOI,Link,Abstract,"Author Keywords",'
            '"PubMed ID","Document Type",Source,EID',
            '"Lee A.; Li B.","Lee, Ann (57200000001); Li, Bo (57200000002)","5; 7",On Cats,2019,J. Cats,10.1000/c.1,'
            '"https://www.scopus.com/x",Cats purr.,"cats; sound",123,Article,Scopus,2-s2.0-1',
        ),
        (
            "Publication Type\tAuthors\tAuthor Full Names\tArticle Title\tSource Title\tAuthor Keywords\tAbstract"
            "\tPublication Year\tDOI\tPubmed Id\tUT (Unique WOS ID)",
            "J\tLee, A; Li, B\tLee, Ann; Li, Bo\tOn Cats\tJ. Cats\tcats; sound\tCats purr.\t2019\t10.1000/c.1\t123\tW1",
        ),
        (
            "PT\tAU\tAF\tTI\tSO\tDE\tAB\tPY\tDI\tPM\tUT",
            "J\tLee, A; Li, B\tLee, Ann; Li, Bo\tOn Cats\tJ. Cats\tcats; sound\tCats purr.\t2019\t10.1000/c.1\t123\tW1",
        ),
        (
            "key,title,year,month,day,journal,issn,volume,pages,authors,url,abstract,keywords,doi,pubmed_id",
            'rayyan-3,On Cats,2019,5,1,J. Cats,,1,1-2,"Lee, Ann and Li, Bo",,Cats purr.,"cats, sound",10.1000/c.1,123',
        ),
        (
            "Title,Authors,Abstract,Published Year,Published Month,Journal,DOI,Ref,Covidence #,Tags,PMID",
            'On Cats,"Lee, Ann; Li, Bo",Cats purr.,2019,5,J. Cats,10.1000/c.1,,#12,cats; sound,123',
        ),
        (
            '"Lens ID",Title,"Date Published","Publication Year","Source Title",Author/s,"Abstract",Keywords,PMID,DOI',
            '"0-1","On Cats","2019-05-01",2019,"J. Cats","Ann Lee; Bo Li","Cats purr.","cats; sound",123,10.1000/c.1',
        ),
        (
            '"About the data: Exported on May 1, 2020; Criteria: cats"\n'
            '"Rank","DOI","PMID","Title","Abstract","Source title","PubYear","Authors","MeSH terms"',
            '1,10.1000/c.1,123,On Cats,Cats purr.,J. Cats,2019,"Lee, Ann; Li, Bo","cats; sound"',
        ),
        (
            "sep=;\nTitle;Abstract;Authors;Year;Journal;DOI;PMID;Keywords",
            "On Cats;Cats purr.;Ann Lee, Bo Li;2019;J. Cats;https://doi.org/10.1000/c.1;PMID: 123;cats, sound",
        ),
        (
            "title|abstract|authors|year|venue|doi|pmid|topics",
            "On Cats|Cats purr.|Ann Lee and Bo Li|2019|J. Cats|10.1000/c.1|123|cats, sound",
        ),
    ],
    ids=["Scopus", "Web of Science", "its tags", "Rayyan", "Covidence", "Lens", "Dimensions", "Excel", "own"],
)
def test_columns_are_known_by_many_names(header: str, row: str) -> None:
    paper = only(f"{header}\n{row}\n")
    assert table.sniff(f"{header}\n{row}\n")
    assert (paper.title, paper.abstract, paper.authors) == ("On Cats", "Cats purr.", ("Ann Lee", "Bo Li"))
    assert (paper.year, paper.venue, paper.doi) == (2019, "J. Cats", "10.1000/c.1")
    assert (paper.pmid, paper.topics, paper.keys) == ("123", ("cats", "sound"), ())


def test_pubmed() -> None:
    paper = only(
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
        '123,On cats.,"Lee A, Li BC, The Cat Club.",J Cats. 2019;1:1.,Lee A,J Cats,2019,2019/05/01,,,10.1000/c.1\n'
    )
    assert (paper.pmid, paper.authors[:2], paper.venue) == ("123", ("A Lee", "BC Li"), "J Cats")


def test_publish_or_perish() -> None:
    paper = only(
        'Cites,Authors,Title,Year,Source,Publisher,ArticleURL,Abstract\n9,"A Lee, B Li",On Cats,2019,J. Cats,,,\n'
    )
    assert (paper.authors, paper.venue, paper.abstract) == (("A Lee", "B Li"), "J. Cats", "")


def test_the_note_tells_how_columns_are_taken() -> None:
    note, _ = table.read(ZOTERO, "cats.csv")
    assert str(note) == (
        'cats.csv: columns: title = "Title", abstract = "Abstract Note", authors = "Author", '
        'year = "Publication Year" or "Date", venue = "Publication Title", doi = "DOI", url = "Url", '
        'topics = "Manual Tags" + "Automatic Tags", id = "Key", kind = "Item Type", extra = "Extra"; ignored: none'
    )


def test_a_person_may_say_which_column_is_which() -> None:
    paper = only("Headline;Text;Title\nOn Cats;Cats purr.;Dr.\n", title="Headline", abstract="text")
    assert (paper.title, paper.abstract) == ("On Cats", "Cats purr.")


@pytest.mark.parametrize(
    ("own", "message", "remedy"),
    [
        (
            {"title": "Name"},
            'cats.csv has no column "Name"; its columns are "Title", "Abstract".',
            "Name one of its columns.",
        ),
        ({"titel": "Title"}, '"titel" is nothing that a column can hold.', "It may be title, abstract, authors"),
    ],
)
def test_an_unknown_column_is_refused(own: dict[str, str], message: str, remedy: str) -> None:
    with pytest.raises(ReadError) as error:
        table.read("Title,Abstract\nOn Cats,\n", "cats.csv", own)
    assert str(error.value) == message
    assert error.value.remedy.startswith(remedy)


def test_a_table_of_other_things_is_refused() -> None:
    with pytest.raises(ReadError) as error:
        table.read("cat,weight,length\nTom,5,50\n", "cats.csv")
    assert str(error.value) == (
        'cats.csv is a table without a column of titles or abstracts; its columns are "cat", "weight", "length".'
    )
    assert error.value.remedy == 'Name the columns that hold them, such as title="cat".'


def test_rows_that_do_not_fit_are_skipped() -> None:
    records = read("Title,Year,Abstract\nOn Cats,2019,Cats purr, and sleep.\nOn\n\n,,\nOn Dogs,2020\n,2020,N/A\n")
    assert [str(record) for record in records if isinstance(record, Skipped)] == [
        "cats.csv, row 1, line 2: 4 cells where the header has 3",
        "cats.csv, row 2, line 3: 1 cell where the header has 3",
        "cats.csv, row 4, line 7: no title and no abstract",
    ]
    assert [record.title for record in records if isinstance(record, Paper)] == ["On Dogs"]


def test_a_cut_quotation_costs_its_row_only() -> None:
    reason = "a quotation begins here that is not closed"
    assert titles('Title,Abstract\nOn Cats,Purr.\nOn Dogs,"They\n\nba') == ["On Cats", reason]
    assert titles('Title,Abstract\nOn Cats,Purr.\nOn Dogs,"Bark\nOn Fish,Swim.\nOn Mice,"a, b"\n')[:2] == [
        "On Cats",
        reason,
    ]
    assert titles('Title,Abstract\nOn Dogs,"Bark\nOn Fish,Swim.\nOn Mice,5" long\n') == [reason, "On Fish", "On Mice"]


def test_quotation_marks_between_tabs_are_words() -> None:
    text = 'Title\tAbstract\n"Cats" purr\t"They sleep.\n"On ""Dogs"""\tBark.\n'
    assert titles(text) == ['"Cats" purr', 'On "Dogs"']


def test_markup_and_money_are_read() -> None:
    paper = only("title,abstract\nThe <i>Felis</i> &amp; $\\alpha$,~5 cats {a} for $5 or 10%\n")
    assert (paper.title, paper.abstract) == ("The Felis & α", "~5 cats {a} for $5 or 10%")


@pytest.mark.parametrize(
    "text",
    [
        "Title, abstract and authors are what a paper has, and a journal.\nThe cat, however, has none.\nIt sleeps.\n",
        "Dear cat, you sleep, and eat.\nAnd, then, you sleep again.\nSo, all in all, good.\nWell, then, bye.\n",
        "TY  - JOUR\nTI  - On Cats, Dogs\nAU  - Lee, Ann\nAU  - Li, Bo\nER  -\n",
        "@article{a,\n title = {A},\n abstract = {B},\n}\n",
        '{"title": "A", "abstract": "B", "year": 1}\n' * 4,
        "<a>1,2,3</a>\n" * 5,
        "PMID- 1\nTI  - On Cats\nFAU - Lee, Ann\nAU  - Lee A\n",
        "%T On Cats\n%A Lee, Ann\n%A Li, Bo\n%A Wu, Cy\n",
        "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Lee, A\n   Li, B\nTI On Cats\nER\n",
        "cff-version: 1.2.0\ntitle: On Cats\nabstract: They purr.\n",
        "",
        "title\nOn Cats\n",
    ],
)
def test_other_texts_are_no_tables(text: str) -> None:
    assert not table.sniff(text)


@pytest.mark.parametrize(
    "text",
    [
        "title;abstract\nOn Cats;They purr; and sleep.\nOn Dogs;They bark.\nOn Fish;No.\n",
        "Titel,Kurzfassung,Autor\nA,B,C\nD,E,F\nG,H,I\nJ,K,L\n",
        "title,abstract\n",
        "x\ty\tz\n1\t2\t3\n4\t5\t6\n7\t8\t9\n10\t11\t12\n",
    ],
)
def test_tables_are_told(text: str) -> None:
    assert table.sniff(text)


SCOPUS = (
    '"Authors","Author full names","Author(s) ID","Title","Year","Source title","Volume","Issue","Art. No.",'
    '"Page start","Page end","Page count","Cited by","DOI","Link","Abstract","Author Keywords","Index Keywords",'
    '"Document Type","Publication Stage","Open Access","Source","EID"\n'
)


def test_scopus_has_full_stops_in_its_header_and_words_for_what_is_not_there() -> None:
    text = SCOPUS + (
        '"[No author name available]","[No author name available]","[No author id available]","On Cats","2019",'
        '"J. Cats","1","2","7","","","","3","10.1000/c.1","https://www.scopus.com/x","[No abstract available]",'
        '"cats; sound","","Note","Final","","Scopus","2-s2.0-1"\n'
    )
    assert table.sniff(text)
    paper = only(text)
    assert (paper.title, paper.authors, paper.abstract) == ("On Cats", (), "")
    assert (paper.year, paper.venue, paper.doi, paper.kind) == (2019, "J. Cats", "10.1000/c.1", "Note")


def test_initials_keep_their_full_stops() -> None:
    assert table.authors("Liang B.-S., Chen B.-S.") == ("B.-S. Liang", "B.-S. Chen")


@pytest.mark.parametrize(
    ("kind", "reason"), [("attachment", "an attachment"), ("note", "a note"), ("annotation", "an annotation")]
)
def test_what_hangs_on_an_item_of_zotero_is_no_paper(kind: str, reason: str) -> None:
    (record,) = read(f"Key,Item Type,Title\nABCD2345,{kind},PDF\n")
    assert str(record) == f"cats.csv, row 1, line 2: {reason}, not a paper"


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ('On Cats,"2019,Purr."', "2 cells"),
        ('"On Cats"",2019,"Purr, often."', "2 cells"),
        ('"On Cats,2019,Purr."', "1 cell"),
    ],
)
def test_cells_joined_by_a_stray_quotation_mark_are_no_paper(row: str, count: str) -> None:
    records = read(f"Title,Year,Abstract\nOn Dogs,2020,Bark.\n{row}\nOn Fish,2021,Swim.\n")
    assert [record.title for record in records if isinstance(record, Paper)] == ["On Dogs", "On Fish"]
    (skipped,) = (record.reason for record in records if isinstance(record, Skipped))
    assert skipped.startswith(f"{count} where the header has 3")


def test_a_short_row_may_be_quoted() -> None:
    assert titles('Title,Year,Abstract\nOn Dogs,2020,Bark.\n"Cats, "dogs"",2019\n') == ["On Dogs", 'Cats, dogs""']


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"]), max_size=30).map(
    lambda cell: " ".join(cell.split())
)


@given(rows=st.lists(st.tuples(st.integers(1400, 2099), CELLS)), separator=st.sampled_from(",;\t|"))
def test_no_row_is_lost(rows: list[tuple[int, str]], separator: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["title", "year", "abstract"])
    writer.writerows((f"Cat {number}", year, cell) for number, (year, cell) in enumerate(rows))
    papers = read(out.getvalue())
    assert [paper.title for paper in papers if isinstance(paper, Paper)] == [f"Cat {at}" for at in range(len(rows))]
    assert [paper.year for paper in papers if isinstance(paper, Paper)] == [year for year, _ in rows]


@given(st.text() | st.text(alphabet='ab,;\t|"\n').map("title,abstract\n".__add__))
def test_no_text_breaks_the_reader(text: str) -> None:
    table.sniff(text)
    try:
        records = list(table.read(text, "x"))
    except ReadError:
        return
    assert all(isinstance(record, Paper | Skipped | Noted) for record in records)


@pytest.mark.parametrize("junk", ['",', '"\n', "a,b\n", 'a,"b\n', "a" * 99 + '"\n', "\t\n", '""'])
def test_junk_of_megabytes_takes_no_time(junk: str) -> None:
    started = time.monotonic()
    list(table.read("title,abstract\n" + junk * (200_000 // len(junk)), "x"))
    assert time.monotonic() - started < 30
