import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.models.fake import FakeEmbedder

PAPERS = [
    {"id": "b", "title": "“Beta” routing", "authors": ["Zoë Ångström"], "year": 2020, "venue": "NeurIPS"},
    {"id": "a", "title": "alpha graphs", "authors": ["Ann Lee", "Zoë Ångström"], "year": 2024},
    {"id": "c", "title": "图神经网络", "year": 2019, "venue": "ICLR", "topics": ["graphs"], "doi": "10.1000/xyz7"},
]


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library(home, embedder=FakeEmbedder()) as library:
        _add(library, "one.jsonl", *PAPERS)
        yield library


def _add(library: Library, name: str, *papers: dict[str, object]) -> None:
    path = library.home / name
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    library.add(path)


def ids(library: Library, find: str = "", **how: object) -> str:
    return "".join(paper.id for paper in library.browse(find, **how).papers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "up", "down"),
    [
        ("added", "bac", "cab"),
        ("title", "abc", "cba"),
        ("year", "cba", "abc"),
        # By family name; who has none comes last either way.
        ("authors", "bac", "abc"),
        ("venue", "cba", "bca"),
    ],
)
def test_in_an_order(library: Library, order: str, up: str, down: str) -> None:
    assert ids(library, order=order) == up
    assert ids(library, order=order, descending=True) == down


def test_a_stretch_of_many(library: Library) -> None:
    found = library.browse(order="title", offset=1, limit=1)
    assert ([paper.id for paper in found.papers], found.total) == (["b"], 3)
    assert library.browse(offset=3).papers == ()


@pytest.mark.parametrize(
    ("find", "found"),
    [
        ("rout", "b"),
        ("angstrom", "ba"),
        ("angstrom 2024", "a"),
        ("outing", ""),
        ("神经", "c"),
        ("graphs", "ac"),
        ("10.1000/xyz7", "c"),
        ("  ", "bac"),
        ('% _ * "', "bac"),
    ],
)
def test_every_word_must_begin_one_of_the_paper(library: Library, find: str, found: str) -> None:
    assert ids(library, find) == found


def test_what_changes_is_seen(library: Library) -> None:
    assert ids(library, "graphs", order="title") == "ac"
    library.remove("a")
    _add(library, "two.jsonl", {"id": "d", "title": "A graphs paper"})
    assert ids(library, "graphs", order="title") == "dc"


def test_sources_and_the_papers_of_one(library: Library) -> None:
    _add(library, "two.jsonl", {"id": "d", "title": "Delta"})
    one, two = (str(library.home / name) for name in ("one.jsonl", "two.jsonl"))
    assert library.sources() == [(one, 3), (two, 1)]
    assert ids(library, source=two) == "d"
    assert ids(library, "alpha", source=two) == ""


def test_only_some_papers(library: Library) -> None:
    assert ids(library, ids=["c", "b", "unknown"], order="title") == "bc"
    assert ids(library, ids=[]) == ""
