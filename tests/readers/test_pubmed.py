import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.xml import pubmed
from assistant.types import Noted, Paper, Skipped

ARTICLE = """\
<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://example.org/pubmed.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">123</PMID>
<Article PubModel="Print"><Journal><JournalIssue><PubDate><Year>2001</Year><Month>Nov</Month></PubDate></JournalIssue>
<Title>Journal of cats</Title><ISOAbbreviation>J Cats</ISOAbbreviation></Journal>
<ArticleTitle>Purring in <i>Felis catus</i>.</ArticleTitle>
<ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID><ELocationID EIdType="doi" ValidYN="Y">10.1000/purr</ELocationID>
<Abstract><AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">Cats purr at 10<sup>2</sup> Hz.</AbstractText>
<AbstractText Label="RESULTS">P &lt; 0.05. See github.com/cats/purr.</AbstractText>
<CopyrightInformation>Copyright 2001 Cat.</CopyrightInformation></Abstract>
<AuthorList CompleteYN="Y">
<Author ValidYN="Y"><LastName>Katz</LastName><ForeName>Ann B</ForeName><Initials>AB</Initials>
<AffiliationInfo><Affiliation>Cat House.</Affiliation></AffiliationInfo></Author>
<Author ValidYN="N"><LastName>Kats</LastName><Initials>AB</Initials></Author>
<Author ValidYN="Y"><LastName>Mao</LastName><ForeName>C</ForeName><Suffix>Jr</Suffix></Author>
<Author ValidYN="Y"><CollectiveName>Cat Study Group</CollectiveName></Author></AuthorList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>
<MeshHeadingList><MeshHeading><DescriptorName UI="D002415">Cats</DescriptorName>
<QualifierName>physiology</QualifierName></MeshHeading></MeshHeadingList>
<KeywordList Owner="NOTNLM"><Keyword>purring</Keyword></KeywordList></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">123</ArticleId></ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/cited</ArticleId></ArticleIdList></Reference>
</ReferenceList></PubmedData></PubmedArticle>
</PubmedArticleSet>
"""


def read(text: str) -> list[Paper | Skipped | Noted]:
    return list(pubmed.read(text, "pubmed.xml"))


def paper(article: str = "", citation: str = "", data: str = "") -> Paper:
    inner = f"<Article><ArticleTitle>Cats.</ArticleTitle>{article}</Article>" if "<Article>" not in article else article
    record = f"<PubmedArticle><MedlineCitation>{inner}{citation}</MedlineCitation>{data}</PubmedArticle>"
    found = read(record)[0]
    assert isinstance(found, Paper)
    return found


def test_a_whole_article() -> None:
    assert pubmed.sniff(ARTICLE)
    assert read(ARTICLE) == [
        Paper(
            id="",
            title="Purring in Felis catus.",
            abstract="BACKGROUND: Cats purr at 10² Hz.\n\nRESULTS: P < 0.05. See github.com/cats/purr.",
            authors=("Ann B Katz", "C Mao Jr", "Cat Study Group"),
            year=2001,
            venue="Journal of cats",
            doi="10.1000/purr",
            pmid="123",
            code_url="https://github.com/cats/purr",
            topics=("purring", "Cats"),
            source="pubmed.xml",
            kind="Journal Article",
        )
    ]


@pytest.mark.parametrize(
    ("abstracts", "expected"),
    [
        ("", ""),
        ("<Abstract><AbstractText/></Abstract>", ""),
        ("<Abstract><AbstractText>No abstract available.</AbstractText></Abstract>", ""),
        ("<Abstract>Bare text.</Abstract>", "Bare text."),
        ('<Abstract><AbstractText Label="UNLABELLED">Purr.</AbstractText></Abstract>', "Purr."),
        ('<Abstract><AbstractText Label="AIM">AIM: Purr.</AbstractText></Abstract>', "AIM: Purr."),
        ('<Abstract><AbstractText Label="AIM:">Purr.</AbstractText></Abstract>', "AIM: Purr."),
        (
            '<Abstract><AbstractText Label="AIM">Purr.</AbstractText><AbstractText>More.</AbstractText></Abstract>',
            "AIM: Purr.\n\nMore.",
        ),
        ("<Abstract><AbstractText>We <math><mi>x</mi></math>.</AbstractText></Abstract>", "We x."),
    ],
)
def test_abstracts(abstracts: str, expected: str) -> None:
    assert paper(abstracts).abstract == expected


def other(language: str, text: str) -> str:
    return f'<OtherAbstract Type="Publisher" Language="{language}"><AbstractText>{text}</AbstractText></OtherAbstract>'


def test_the_main_abstract_comes_before_others_and_english_before_other_languages() -> None:
    main = "<Abstract><AbstractText>Cats.</AbstractText></Abstract>"
    assert paper(main, other("spa", "Gatos.")).abstract == "Cats."
    assert paper("", other("spa", "Gatos.") + other("eng", "Cats.")).abstract == "Cats."
    assert paper("", other("spa", "Gatos.") + other("fre", "Chats.")).abstract == "Gatos."


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        ("<ArticleTitle>[Cats].</ArticleTitle><VernacularTitle>Katzen.</VernacularTitle>", "[Cats]."),
        ("<ArticleTitle>[Not Available].</ArticleTitle><VernacularTitle>Katzen.</VernacularTitle>", "Katzen."),
        ("<ArticleTitle/><VernacularTitle>Katzen.</VernacularTitle>", "Katzen."),
    ],
)
def test_the_title_of_an_article_in_another_language(titles: str, expected: str) -> None:
    assert paper(f"<Article>{titles}</Article>").title == expected


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", 1998),
        ("<MedlineDate>Spring 1999</MedlineDate>", 1999),
        ("<Year>2013</Year><Season>Spring</Season>", 2013),
        ("", None),
    ],
)
def test_the_year(date: str, year: int | None) -> None:
    assert paper(f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>").year == year


def test_numbers_lie_in_several_places() -> None:
    ids = '<ArticleId IdType="doi">10.1000/a</ArticleId><ArticleId IdType="pubmed">7</ArticleId>'
    found = paper(data=f"<PubmedData><ArticleIdList>{ids}</ArticleIdList></PubmedData>")
    assert (found.doi, found.pmid) == ("10.1000/a", "7")
    assert paper('<ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>').doi is None
    assert paper(citation='<PMID Version="1">1</PMID><PMID Version="2">2</PMID>').pmid == "2"
    assert paper('<ELocationID EIdType="pii">arXiv:2104.12255v1</ELocationID>').arxiv_id == "2104.12255"


def test_the_older_medline_set() -> None:
    citation = "<MedlineCitation><PMID>5</PMID><Article><ArticleTitle>Cats.</ArticleTitle></Article></MedlineCitation>"
    text = f"<MedlineCitationSet>{citation}{citation}</MedlineCitationSet>"
    assert pubmed.sniff(text)
    assert [(one.title, one.pmid) for one in read(text) if isinstance(one, Paper)] == [("Cats.", "5")] * 2


BOOK = """\
<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID>9</PMID><Book><BookTitle>Book of <i>cats</i></BookTitle>
<PubDate><Year>2009</Year></PubDate><AuthorList Type="editors"><Author><LastName>Ed</LastName></Author></AuthorList>
<CollectionTitle>Cat shelf</CollectionTitle></Book>{chapter}<AuthorList Type="authors"><Author>
<CollectiveName>Cat Centre</CollectiveName></Author></AuthorList><Abstract><AbstractText>Cats.</AbstractText></Abstract>
</BookDocument></PubmedBookArticle></PubmedArticleSet>
"""


def test_books_and_their_chapters() -> None:
    book = read(BOOK.format(chapter=""))[0]
    chapter = read(BOOK.format(chapter="<ArticleTitle>Purring</ArticleTitle>"))[0]
    assert isinstance(book, Paper)
    assert isinstance(chapter, Paper)
    assert (book.title, book.venue, book.kind) == ("Book of cats", "Cat shelf", "Book")
    assert (chapter.title, chapter.venue, chapter.kind) == ("Purring", "Book of cats", "Book Chapter")
    assert (book.authors, book.year, book.abstract, book.pmid) == (("Cat Centre",), 2009, "Cats.", "9")


def test_empty_and_failed_answers_say_so() -> None:
    assert read("<PubmedArticleSet></PubmedArticleSet>") == [Noted("pubmed.xml", "the file holds no papers")]
    failed = "<eFetchResult>\n\t<ERROR>ID list is empty!</ERROR>\n</eFetchResult>"
    assert pubmed.sniff(failed)
    assert read(failed) == [Skipped("pubmed.xml", "", "PubMed answered with an error: ID list is empty!")]
    assert read("<PubmedArticleSet>\n<PubmedArticle>\n</PubmedArticle>\n</PubmedArticleSet>") == [
        Skipped("pubmed.xml", "record 1, line 2", "no title and no abstract")
    ]


@pytest.mark.parametrize(
    "text", ["", "PMID- 123", "<html><body></body></html>", "@article{a, title = {<PubmedArticle>}}"]
)
def test_other_files_are_not_pubmed(text: str) -> None:
    assert not pubmed.sniff(text)


@given(st.integers(0, len(ARTICLE)), st.text(max_size=3))
def test_a_damaged_file_breaks_nothing(at: int, junk: str) -> None:
    for damaged in (ARTICLE[:at], ARTICLE[:at] + junk + ARTICLE[at + len(junk) :]):
        assert len([one for one in read(damaged) if not isinstance(one, Noted)]) <= 2
