import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.detect import describe, detect, is_json_lines

ABSTRACT = "We study cats in their homes and find that they sleep most of the day. " * 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"title": "On Cats"}\n{"title": "On Dogs"}\n', "lines"),
        ('\n {"title": "On Cats", "abstract": "@article{not, a = bib}"}', "lines"),
        ('{\n  "title": "On Cats"\n}', "document"),
        ('[{"title": "On Cats"}]', "document"),
        ("[]", "document"),
        ("@article{lee, title = {On Cats}}", "bibtex"),
        ("Some words first.\n\n  @Book {lee,\n title = {On Cats}}", "bibtex"),
        ('@string{jc = "Journal of Cats"}', "bibtex"),
        ("@article(lee, title = {On Cats})", "bibtex"),
        (f"The Sleep of Domestic Cats\n{ABSTRACT}\nThe Purr of Domestic Cats\n{ABSTRACT}", "page"),
        ("Dear cat, you sleep too much.", None),
        ("{cats} and [dogs]", None),
        ("@media (max-width: 10px) {\n  body { color: red }\n}", None),
        ("@cached(cache={})\ndef purr(): ...", None),
        ("write to me@cats.org {or not}", None),
        ("TY  - JOUR\nTI  - On Cats\nER  - \n", None),
        ("", None),
    ],
)
def test_formats_are_told_by_what_they_hold(text: str, expected: str | None) -> None:
    assert detect(text) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7 cats", "a PDF file"),
        (b"PK\x03\x04cats", "a ZIP archive or an office document"),
        (b"<!DOCTYPE html><p>cats", "the HTML of a web page"),
        (b'<?xml version="1.0"?><cats/>', "XML"),
        (b"\nTY  - JOUR\nTI  - On Cats", "RIS"),
        (b"PMID- 123\nTI  - On Cats", "PubMed's text export"),
        (b"%0 Journal Article\n%T On Cats", "EndNote's tagged export"),
        (b"FN Clarivate\nVR 1.0\nPT J\nAU Lee", "a Web of Science export"),
        (b"cff-version: 1.2.0", "a citation file (CFF)"),
        (b"\x00\x01\x02\x03", "binary data"),
        (b"Dear cat", "text that lists no papers"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, expected: str) -> None:
    assert describe(data, data.decode()) == expected


def test_json_lines_are_told_by_the_first_bytes() -> None:
    assert is_json_lines(b'\xef\xbb\xbf{"title": "A line that goes on beyond the first by')
    assert not is_json_lines('{"title": "On Cats"}'.encode("utf-16"))
    assert not is_json_lines(b"[\n")


@given(st.text(), st.binary())
def test_any_text_is_something_or_nothing(text: str, data: bytes) -> None:
    assert detect(text) in {"lines", "document", "bibtex", "page", None}
    assert describe(data, text)
