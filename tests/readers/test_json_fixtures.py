"""Real answers of Semantic Scholar: each record is a paper with the title in the file, or has a reason."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.readers import jsonl
from assistant.types import Noted, Paper, Skipped


@pytest.fixture
def files(shared: Path) -> list[Path]:
    found = sorted((shared / "formats" / "s2_json" / "semanticscholar").glob("*.json*"))
    if not found:
        pytest.skip("no answers of Semantic Scholar in the shared data")
    return found


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def _given(value: Any) -> list[Any]:
    """Count by hand: what stands in the file's list, or the file's only object."""
    if isinstance(value, dict):
        value = value.get("data", value.get("recommendedPapers", [value]))
    return list(value)


def _title(one: Any) -> str | None:
    found = next((one[name] for name in ("citingPaper", "citedPaper", "paper") if name in (one or ())), one)
    return None if found is None else found.get("title")


def _pairs(path: Path) -> Iterator[tuple[Any, Paper | Skipped]]:
    records = [record for record in jsonl.read_document(_text(path), path.name) if not isinstance(record, Noted)]
    given = _given(json.loads(_text(path)))
    assert len(records) == len(given), path.name
    yield from zip(given, records, strict=True)


def test_every_record_is_a_paper_or_has_a_reason(files: list[Path]) -> None:
    for path in files:
        for given, record in _pairs(path):
            if isinstance(record, Skipped):
                assert not _title(given), record
                assert record.reason
            else:
                # Spaces and controls go, formulae and accents become readable; most titles have none of these.
                plain = max(re.split(r"[$<>\\]", _title(given) or ""), key=len)
                assert _letters(plain) in _letters(record.title), path.name


def test_what_is_skipped_is_known(files: list[Path]) -> None:
    reasons = {record.reason for path in files for _, record in _pairs(path) if isinstance(record, Skipped)}
    assert reasons <= {
        "no title and no abstract",
        "null in the place of a paper",
        "the record of an author, not of a paper",
        "an error in the place of papers: No positive paper examples given",
    }


def test_a_cut_answer_gives_what_is_before_the_cut(files: list[Path]) -> None:
    for path in files:
        text = _text(path)
        whole = [record.title for _, record in _pairs(path) if isinstance(record, Paper)]
        if len(whole) > 9:
            cut = [
                record.title for record in jsonl.read_document(text[: len(text) // 2], "x") if isinstance(record, Paper)
            ]
            assert cut == whole[: len(cut)], path.name
            assert len(cut) > len(whole) // 4, path.name


def _letters(text: str) -> str:
    return "".join(filter(lambda character: character.isascii() and character.isalnum(), text))
