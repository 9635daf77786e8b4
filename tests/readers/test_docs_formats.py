"""Every example in docs/formats.md is a file that Carrel reads."""

import re
from pathlib import Path

import pytest

from assistant.readers import detect, read
from assistant.types import Paper

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def papers(text: str, path: Path) -> list[Paper]:
    path.write_text(text, encoding="utf-8")
    return [record for record in read(path) if isinstance(record, Paper)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.strip()[:20])
def test_every_example_holds_a_paper_with_an_abstract(example: str, tmp_path: Path) -> None:
    first, *_ = papers(example, tmp_path / "example")
    assert ("Purr" in first.title, bool(first.abstract)) == (True, True)
    if "Domestic" not in first.title:
        assert (first.authors[0], first.year) in {("Ann Lee", 2019), ("A. Lee", 2019), ("A Lee", 2019)}


def test_every_format_has_an_example() -> None:
    shown = {found.name for example in EXAMPLES if (found := detect.detect(example))}
    assert shown == set(detect.NAMES) - {"PDF"}
