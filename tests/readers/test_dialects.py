"""JSON dialects: one realistic object of each, and what a paper is made of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import json_values

from assistant import export
from assistant.readers import dialects, fields
from assistant.types import Paper, Skipped


def read(record: object) -> Paper:
    paper = dialects.record(record, "cats.json", "item 1")
    assert isinstance(paper, Paper), paper
    return paper


CSL = {
    "id": "lee2019cats",
    "type": "article-journal",
    "title": "<span class=\"nocase\">On</span> <i>Felis catus</i> &amp; H<sub>2</sub>O",
    "abstract": "Cats purr at ~25 Hz.",
    "author": [
        {"family": "Lee", "given": "Ann", "suffix": "Jr."},
        {"family": "Katz", "given": "Bo", "non-dropping-particle": "van"},
        {"literal": "The Cat Club"},
    ],
    "issued": {"date-parts": [["2019", 5, 1]]},
    "container-title": "Journal of Cats",
    "DOI": "10.1000/cats.1",
    "URL": "https://cats.org/1",
    "note": "PMID: 123\nPMCID: PMC9\narXiv: 1901.00001 [q-bio]",
    "keyword": "cats, sound",
}  # fmt: skip


def test_csl() -> None:
    assert read(CSL) == Paper(
        id="lee2019cats",
        title="On Felis catus & H2O",
        abstract="Cats purr at ~25 Hz.",
        authors=("Ann Lee Jr.", "Bo van Katz", "The Cat Club"),
        year=2019,
        venue="Journal of Cats",
        doi="10.1000/cats.1",
        arxiv_id="1901.00001",
        pmid="123",
        url="https://cats.org/1",
        topics=("cats", "sound"),
        keys=("lee2019cats",),
        source="cats.json",
        kind="article-journal",
    )


@pytest.mark.parametrize(
    ("issued", "year"),
    [
        ({"date-parts": [[2019]]}, 2019),
        ({"raw": "May 2019"}, 2019),
        ({"literal": "circa 2019"}, 2019),
        ([{"year": 2019}], 2019),
        ("2019-05-01", 2019),
        ({"date-parts": [[None]]}, None),
        ({"season": "spring"}, None),
    ],
)
def test_dates_of_csl(issued: object, year: int | None) -> None:
    assert read({**CSL, "issued": issued}).year == year


@pytest.mark.parametrize(
    ("ids", "key"),
    [
        ({"id": "http://zotero.org/users/1/items/ABCD2345"}, ""),
        ({"id": "ITEM-1"}, ""),
        ({"id": 17}, ""),
        ({"id": "https://doi.org/10.1000/cats.1"}, ""),
        ({"id": "lee:2019"}, "lee:2019"),
        ({"id": "ABCD2345", "citation-key": "lee2019"}, "lee2019"),
        ({"id": "ITEM-1", "note": "Citation Key: lee2019"}, "lee2019"),
    ],
)
def test_only_a_citation_key_is_a_key(ids: dict[str, object], key: str) -> None:
    paper = read({**CSL, **ids})
    assert (paper.id, paper.keys) == (key, (key,) if key else ())


def test_a_preprint_of_zotero_has_an_arxiv_number() -> None:
    preprint = {"type": "article", "title": "On Cats", "number": "arXiv:1901.00001", "publisher": "arXiv"}
    assert read(preprint).arxiv_id == "1901.00001"
    assert read({"type": "article", "title": "On Cats", "DOI": "10.48550/arXiv.1901.00001"}).arxiv_id == "1901.00001"


CROSSREF = {
    "DOI": "10.1000/cats.1",
    "type": "journal-article",
    "prefix": "10.1000",
    "member": "78",
    "is-referenced-by-count": 3,
    "title": ["On <i>Cats</i>"],
    "subtitle": ["A Study"],
    "author": [{"given": "Ann", "family": "Lee", "sequence": "first"}, {"name": "The Cat Club"}],
    "container-title": ["Journal of Cats", "J. Cats"],
    "issued": {"date-parts": [[None]]},
    "published-online": {"date-parts": [[2019, 5]]},
    "created": {"date-time": "2021-01-01T00:00:00Z", "timestamp": 1609459200000},
    "URL": "https://doi.org/10.1000/cats.1",
    "subject": ["Zoology"],
    "abstract": (
        "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title>\n<jats:p>To hear cats at "
        "<jats:inline-formula><jats:alternatives><jats:tex-math>$$x^2$$</jats:tex-math><mml:math><mml:msup><mml:mi>x"
        "</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math></jats:alternatives></jats:inline-formula>.</jats:p>"
        "</jats:sec><jats:sec><jats:title>Results:</jats:title><jats:p>p &lt; 0.05.</jats:p></jats:sec>"
    ),
}


def test_crossref() -> None:
    assert read(CROSSREF) == Paper(
        id="",
        title="On Cats: A Study",
        abstract="Aim: To hear cats at $x^2$.\n\nResults: p < 0.05.",
        authors=("Ann Lee", "The Cat Club"),
        year=2019,
        venue="Journal of Cats",
        doi="10.1000/cats.1",
        url="https://doi.org/10.1000/cats.1",
        topics=("Zoology",),
        source="cats.json",
        kind="journal-article",
    )


def test_a_preprint_of_crossref_has_its_server_as_venue() -> None:
    posted = {"DOI": "10.1101/1", "title": ["On Cats"], "type": "posted-content", "institution": [{"name": "bioRxiv"}]}
    assert read(posted).venue == "bioRxiv"
    assert read({**CROSSREF, "subtitle": ["on cats"]}).title == "On Cats"


OPENALEX = {
    "id": "https://openalex.org/W1",
    "doi": "https://doi.org/10.1000/cats.1",
    "display_name": "On <i>Cats</i>",
    "publication_year": 2019,
    "ids": {"openalex": "https://openalex.org/W1", "pmid": "https://pubmed.ncbi.nlm.nih.gov/123"},
    "type": "article",
    "primary_location": {
        "landing_page_url": "https://doi.org/10.1000/cats.1",
        "source": {"display_name": "Journal of Cats"},
    },
    "locations": [{"landing_page_url": "http://arxiv.org/abs/1901.00001", "source": None}],
    "authorships": [{"author": {"display_name": "Ann Lee"}}, {"author": None, "raw_author_name": "B. Li"}],
    "abstract_inverted_index": {"the": [2], "Cats": [0], "hear": [1, 4], "dogs": [3], "bark.": [5]},
    "topics": [{"display_name": "Animal Sounds"}],
    "keywords": [{"display_name": "Cats"}],
    "concepts": [{"display_name": "Biology"}],
}


def test_openalex() -> None:
    assert read(OPENALEX) == Paper(
        id="",
        title="On Cats",
        abstract="Cats hear the dogs hear bark.",
        authors=("Ann Lee", "B. Li"),
        year=2019,
        venue="Journal of Cats",
        doi="10.1000/cats.1",
        arxiv_id="1901.00001",
        pmid="123",
        url="https://doi.org/10.1000/cats.1",
        topics=("Cats", "Animal Sounds"),
        source="cats.json",
        kind="article",
    )
    older = {"id": "https://openalex.org/W2", "title": "On Dogs", "concepts": [{"display_name": "Biology"}]}
    assert read(older).topics == ("Biology",)


@pytest.mark.parametrize("index", [None, {}, "no JSON", 5, {"Cats": "0"}, {"InvertedIndex": []}])
def test_an_index_without_words_gives_no_abstract(index: object) -> None:
    assert read({**OPENALEX, "abstract_inverted_index": index}).abstract == ""


def test_an_index_may_be_written_as_text() -> None:
    index = json.dumps({"IndexLength": 2, "InvertedIndex": {"purr.": [1], "Cats": [0]}})
    assert read({**OPENALEX, "abstract_inverted_index": index}).abstract == "Cats purr."


S2 = {
    "paperId": "5f1e",
    "corpusId": 7,
    "externalIds": {"DOI": "10.1000/cats.1", "ArXiv": "1901.00001", "PubMed": "123", "CorpusId": 7},
    "url": "https://www.semanticscholar.org/paper/5f1e",
    "title": "On Cats",
    "abstract": None,
    "tldr": {"model": "tldr@v2.0.0", "text": "Cats are said to purr."},
    "venue": "",
    "journal": {"name": "Journal of Cats", "pages": "1-2"},
    "year": 2019,
    "authors": [{"authorId": "1", "name": "Ann Lee"}, {"authorId": None, "name": "Bo Li"}],
    "fieldsOfStudy": ["Biology"],
    "s2FieldsOfStudy": [{"category": "Biology"}, {"category": "Art"}],
    "publicationTypes": ["JournalArticle", "Review"],
}


def test_semantic_scholar() -> None:
    paper = Paper(
        id="",
        title="On Cats",
        abstract="Cats are said to purr.",
        is_summary=True,
        authors=("Ann Lee", "Bo Li"),
        year=2019,
        venue="Journal of Cats",
        doi="10.1000/cats.1",
        arxiv_id="1901.00001",
        pmid="123",
        url="https://www.semanticscholar.org/paper/5f1e",
        topics=("Biology", "Art"),
        source="cats.json",
        kind="JournalArticle",
    )
    assert read(S2) == paper
    assert read({name.lower(): value for name, value in S2.items()}) == paper


def test_a_machine_s_summary_gives_way_to_the_abstract() -> None:
    paper = read({**S2, "abstract": "Cats purr."})
    assert (paper.abstract, paper.is_summary) == ("Cats purr.", False)


ARXIV = {
    "id": "1901.00001",
    "submitter": "Ann Lee",
    "authors": "Ann Lee (Cat Club), Bo Ko\\v{s}ir",
    "title": "On $\\alpha$-Cats and\n  their sound",
    "comments": "9 pages, code: https://github.com/cats/purr",
    "journal-ref": "J.Cats 1 (2020) 1-2",
    "doi": "10.1000/cats.1",
    "report-no": None,
    "categories": "q-bio.NC cs.SD",
    "license": None,
    "abstract": "  We show that $x^2$ cats\npurr at 5\\% of\nthe time.\n  They sleep, too.\n",
    "versions": [{"version": "v1", "created": "Tue, 1 Jan 2019 10:00:00 GMT"}],
    "update_date": "2020-03-01",
    "authors_parsed": [["Lee", "Ann", "", "Cat Club"], ["Ko\\v{s}ir", "Bo", "Jr."]],
}


def test_the_snapshot_of_arxiv() -> None:
    assert read(ARXIV) == Paper(
        id="",
        title="On α-Cats and their sound",
        abstract="We show that $x^2$ cats purr at 5% of the time.\n\nThey sleep, too.",
        authors=("Ann Lee", "Bo Košir Jr."),
        year=2019,
        venue="J.Cats 1 (2020) 1-2",
        doi="10.1000/cats.1",
        arxiv_id="1901.00001",
        url="https://arxiv.org/abs/1901.00001",
        code_url="https://github.com/cats/purr",
        topics=("q-bio.NC", "cs.SD"),
        source="cats.json",
    )


def test_the_number_of_arxiv_tells_the_year_and_has_its_zeros() -> None:
    bare = {name: value for name, value in ARXIV.items() if name not in ("versions", "authors_parsed")}
    assert read({**bare, "id": "math/9901001", "authors": "A. Lee, B. Li and C. Wu"}).year == 1999
    assert read({**bare, "id": 704.001}).arxiv_id == "0704.0010"
    assert read({**bare, "authors": "A. Lee, B. Li and C. Wu"}).authors == ("A. Lee", "B. Li", "C. Wu")


def test_zotero() -> None:
    item = {
        "itemType": "journalArticle",
        "citationKey": "lee2019",
        "title": "On <i>Cats</i>",
        "abstractNote": "Cats purr.",
        "creators": [
            {"firstName": "Ann", "lastName": "Lee", "creatorType": "author"},
            {"name": "The Cat Club", "creatorType": "author"},
            {"firstName": "Ed", "lastName": "Itor", "creatorType": "editor"},
        ],
        "date": "May 1, 2019",
        "publicationTitle": "Journal of Cats",
        "DOI": "10.1000/cats.1",
        "extra": "PMID: 123",
        "tags": [{"tag": "cats"}, {"tag": "sound", "type": 1}],
    }
    assert read(item) == Paper(
        id="lee2019",
        title="On Cats",
        abstract="Cats purr.",
        authors=("Ann Lee", "The Cat Club"),
        year=2019,
        venue="Journal of Cats",
        doi="10.1000/cats.1",
        pmid="123",
        topics=("cats", "sound"),
        keys=("lee2019",),
        source="cats.json",
        kind="journalArticle",
    )
    assert dialects.record({"itemType": "attachment", "title": "Full Text"}, "cats.json", "item 2") == Skipped(
        "cats.json", "item 2", "an attachment, not a paper"
    )


@pytest.mark.parametrize("record", [CSL, CROSSREF, OPENALEX, S2, ARXIV])
def test_a_title_of_another_type_is_told_and_other_fields_are_left(record: dict[str, Any]) -> None:
    other = {name: [[7]] for name in record if name not in ("id", "title", "display_name", "paperId")}
    assert read({**other, "title": "On Cats", "abstract": ""}).title == "On Cats"
    assert dialects.record(
        {**record, "title": {"en": "On Cats"}, "display_name": ""}, "cats.json", "item 1"
    ) == Skipped("cats.json", "item 1", "`title` is an object, not text")


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]), min_size=1)


@given(
    title=WORDS,
    abstract=WORDS.filter(fields.abstract),
    key=WORDS,
    authors=st.lists(WORDS, unique=True),
    year=st.integers(1400, 2099) | st.none(),
    is_summary=st.booleans(),
)
def test_what_carrel_writes_is_read_again(
    title: str, abstract: str, key: str, authors: list[str], year: int | None, is_summary: bool
) -> None:
    paper = Paper(
        id=key, title=title, abstract=abstract, authors=tuple(authors), year=year, is_summary=is_summary,
        pmid="123", keys=("other", key) if key != "other" else (key,), source="cats.json",
    )  # fmt: skip
    assert read(json.loads(json.dumps(export.record(paper)))) == paper


NAMES = sorted({*CSL, *CROSSREF, *OPENALEX, *S2, *ARXIV, "itemType", "creators", "tags", "extra", "date"})
VALUES = json_values([*NAMES, "family", "name"])


@given(st.dictionaries(st.sampled_from(NAMES), VALUES) | VALUES)
def test_any_value_is_a_paper_or_is_skipped(value: object) -> None:
    assert isinstance(dialects.record(value, "x", "item 1"), Paper | Skipped)
