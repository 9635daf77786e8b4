import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.detect import FORMATS, NAMES, describe, detect, is_json_lines

ABSTRACT = "We study cats in their homes and find that they sleep most of the day. " * 5
RIS = "TY  - JOUR\nTI  - On Cats\nAU  - Lee, Ann\nER  - \n"
NBIB = "PMID- 123\nTI  - On Cats\nFAU - Lee, Ann\n"
WOS = "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Lee, A\nTI On Cats\nER\n\nEF\n"
REFER = "%0 Journal Article\n%A Lee, Ann\n%T On Cats\n"
OVID = "<1>\nUnique Identifier\n  123\nTitle\n  On Cats.\nAuthors\n  Lee A.\nSource\n  Cats. 1(1), 2019.\n"
CFF = 'cff-version: 1.2.0\nmessage: "Cite it."\ntitle: On Cats\nauthors:\n  - family-names: Lee\n'
PUBMED = "<PubmedArticleSet><PubmedArticle><ArticleTitle>On Cats</ArticleTitle></PubmedArticle></PubmedArticleSet>"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/x</id><entry/></feed>'
ENDNOTE = "<xml><records><record><titles><title>On Cats</title></titles></record></records></xml>"
CSV = "Title,Authors,Year\nOn Cats,Ann Lee,2019\nOn Dogs,Bo Li,2020\n"
PAGE = f"The Sleep of Domestic Cats\n{ABSTRACT}\nThe Purr of Domestic Cats\n{ABSTRACT}"


def name(text: str) -> str | None:
    found = detect(text)
    return found.name if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"title": "On Cats"}\n{"title": "On Dogs"}\n', "JSON"),
        ('\n {"title": "On Cats", "abstract": "@article{not, a = bib}"}', "JSON"),
        ('{\n  "title": "On Cats"\n}', "JSON"),
        ('[null, {"title": "On Cats"}]', "JSON"),
        ("[]", "JSON"),
        ("@article{lee, title = {On Cats}}", "BibTeX"),
        ("Some words first.\n\n  @Book {lee,\n title = {On Cats}}", "BibTeX"),
        ('@string{jc = "Journal of Cats"}', "BibTeX"),
        ("@article(lee, title = {On Cats})", "BibTeX"),
        (RIS, "RIS"),
        (NBIB, "PubMed NBIB"),
        (WOS, "Web of Science"),
        (REFER, "EndNote tags"),
        (OVID, "Ovid"),
        (CFF, "CITATION.cff"),
        (PUBMED, "PubMed XML"),
        (ATOM, "arXiv Atom"),
        (ENDNOTE, "EndNote XML"),
        (CSV, "a table (CSV or TSV)"),
        (CSV.replace(",", "\t"), "a table (CSV or TSV)"),
        (PAGE, "the saved text of a papers page"),
        ("Dear cat, you sleep too much.", None),
        ("{cats} and [dogs]", None),
        ("@media (max-width: 10px) {\n  body { color: red }\n}", None),
        ("@cached(cache={})\ndef purr(): ...", None),
        ("write to me@cats.org {or not}", None),
        ("name: cats\nversion: 1.0\n", None),
        ("<html><body>On Cats</body></html>", None),
        ("", None),
    ],
)
def test_formats_are_told_by_what_they_hold(text: str, expected: str | None) -> None:
    assert name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"@comment{{\n{RIS}}}\n@misc{{a, title = {{A}}}}\n@misc{{b, title = {{B}}}}", "BibTeX"),
        (f"{RIS}@misc{{a, title = {{A}}}}\n@misc{{b, title = {{B}}}}", "BibTeX"),
        (RIS.replace("ER", "N2  - To cite us:\n@misc{a, title = {A}}\nER") + RIS, "RIS"),
        (RIS.replace("ER", "AN  - PMID- 123\nER") + RIS, "RIS"),
        (NBIB + "AB  - We wrote, e.g.:\n      TY  - JOUR\n\n" + NBIB, "PubMed NBIB"),
        (CFF + "abstract: |\n  @misc{a, title = {}}\n", "CITATION.cff"),
        (
            'Title,Year,BibTeX\nOn Cats,2019,"@misc{a,\n title={}}"\nOn Dogs,2020,"\n@misc{b,}"\n',
            "a table (CSV or TSV)",
        ),
    ],
    ids=["commented", "before", "in an abstract", "in a field", "example", "citation", "column"],
)
def test_a_file_that_speaks_of_another_format_stays_what_it_is(text: str, expected: str) -> None:
    assert name(text) == expected


def test_a_bibliography_may_begin_late() -> None:
    assert name("% licence\n" * 10_000 + "@misc{lee, title = {On Cats}}") == "BibTeX"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xd0\xcf\x11\xe0cats", "an office document"),
        (b"\x89PNGcats", "an image"),
        (b"cats/".ljust(257, b"\x00") + b"ustar", "a tar archive"),
        (b"<!DOCTYPE html><p>cats", "the HTML of a web page"),
        (b'<?xml version="1.0"?><cats/>', "XML of another kind"),
        (b"\\documentclass{cats}", "a LaTeX document"),
        (b"\x00\x01\x02\x03", "binary data"),
        (b"Dear cat", "text that lists no papers"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, expected: str) -> None:
    assert describe(data, data.decode("latin-1")) == expected


def test_json_lines_are_told_by_the_first_bytes() -> None:
    assert is_json_lines(b'\xef\xbb\xbf{"title": "A line that goes on beyond the first by')
    assert not is_json_lines('{"title": "On Cats"}'.encode("utf-16"))
    assert not is_json_lines(b"[\n")


def test_every_format_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(FORMATS) + 3


@given(st.text(), st.binary())
def test_any_text_is_something_or_nothing(text: str, data: bytes) -> None:
    found = detect(text)
    assert found is None or found.name in NAMES
    assert describe(data, text)
