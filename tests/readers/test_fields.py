import pytest

from assistant.readers import fields
from assistant.readers.fields import kept
from assistant.types import Paper, Skipped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Code is at https://github.com/cats/purr.", "https://github.com/cats/purr"),
        ("Code (github.com/cats/purr) and data", "https://github.com/cats/purr"),
        ("See <https://www.github.com/cats/purr/tree/main/src>.", "https://www.github.com/cats/purr/tree/main/src"),
        ("https://gitlab.inria.fr/cats/purr, in C", "https://gitlab.inria.fr/cats/purr"),
        ("huggingface.co/cats/purr-7b; see github.com/cats/purr", "https://github.com/cats/purr"),
        ("weights: https://huggingface.co/cats/purr-7b!", "https://huggingface.co/cats/purr-7b"),
        ("https://anonymous.4open.science/r/Purr-E500.", "https://anonymous.4open.science/r/Purr-E500"),
        ("Code:https://github.com/cats/purr。中文", "https://github.com/cats/purr"),
        ("project page https://cats.github.io/purr", None),
        ("read at https://huggingface.co/papers/2401.1", None),
        ("not notgithub.com/cats/purr, nor me@github.com/x", None),
        ("", None),
    ],
)
def test_code_is_found_in_prose(text: str, expected: str | None) -> None:
    assert fields.code_url(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.org/x?y=1 and more", "https://a.org/x?y=1"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        (None, None),
    ],
)
def test_only_http_is_an_address(text: str | None, expected: str | None) -> None:
    assert fields.web_address(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1109/MIC.2008.67", "10.1109/MIC.2008.67"),
        ("http://dx.doi.org/10.1109/MIC.2008.67", "10.1109/MIC.2008.67"),
        (
            "doi: 10.1002/(SICI)1097-0258<1661::AID-SIM968>3.0.CO;2-2",
            "10.1002/(SICI)1097-0258<1661::AID-SIM968>3.0.CO;2-2",
        ),
        ("to appear", None),
    ],
)
def test_doi_is_bare(text: str, expected: str | None) -> None:
    assert fields.doi(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2104.12255", "2104.12255"),
        ("arXiv:2104.12255v3", "2104.12255"),
        ("https://arxiv.org/abs/quant-ph/0201082v1", "quant-ph/0201082"),
        ("math.GT/0309136", "math.GT/0309136"),
        ("arXiv:hep-th/9901001", "hep-th/9901001"),
        ("https://doi.org/10.48550/arXiv.2104.12255", "2104.12255"),
        ("http://arxiv.org/pdf/2104.12255v2.pdf", "2104.12255"),
        ("abs/2104.12255", "2104.12255"),
        ("12.34", None),
    ],
)
def test_arxiv_id_has_no_version(text: str, expected: str | None) -> None:
    assert fields.arxiv_id(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("2019-05-01", 2019), ("c1999", 1999), ("in press", None), ("20190501", None)]
)
def test_year_is_the_first_in_a_date(text: str, expected: int | None) -> None:
    assert fields.year(text) == expected


def test_topics_are_split_at_semicolons_else_commas() -> None:
    assert fields.topics("cats, big; dogs;; cats, big") == ("cats, big", "dogs")
    assert fields.topics("cats , dogs,cats") == ("cats", "dogs")


def test_a_paper_needs_a_title_or_an_abstract() -> None:
    titled = Paper(id="", title="Cats", source="a.bib")
    told = Paper(id="", title="", abstract="Cats purr.", source="a.bib")
    assert kept(titled, "line 1") is titled
    assert kept(told, "line 1") is told
    assert kept(Paper(id="k", title="", source="a.bib"), "entry k") == Skipped(
        "a.bib", "entry k", "no title and no abstract"
    )
