from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import LibraryError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder

BIB = """
@article{lee, title = {How cats purr}, author = {Ann Lee}, doi = {10.1000/1}, abstract = {Cats purr at 25 hertz.}}
@article{lee24, title = {How cats purr}, author = {Ann Lee}, doi = {10.1000/1}, year = {2024}}
@article{bo, title = {How fish sleep}, author = {Bo Li}, abstract = {Fish rest with open eyes.}}
@article{cy, title = {What dogs hear}, author = {Cy Orr}, abstract = {Dogs hear high tones.}}
"""


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    (home / "refs.bib").write_text(BIB, encoding="utf-8")
    with Library(home, embedder=FakeEmbedder()) as library:
        library.add(home / "refs.bib")
        yield library


def state(library: Library) -> dict[str, object]:
    """All that a person can see of a library."""
    return {
        "papers": library.papers(),
        "parts": {paper.id: library.parts(paper.id) for paper in library.papers()},
        "found": [(hit.paper.id, round(hit.score, 6), hit.evidence[:1]) for hit in library.search("cats purr hertz")],
        "similar": [hit.paper.id for hit in library.similar("bo")],
        "authors": library.authors("Lee"),
    }


def test_what_was_taken_out_is_put_back_whole_and_in_its_place(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(library)
    assert before["parts"] != {}
    trash = library.take_out("lee", "cy", "unknown")
    assert len(trash) == 2
    assert [paper.id for paper in library.papers()] == ["bo"]
    assert "lee" not in {hit.paper.id for hit in library.search("cats purr hertz")}
    monkeypatch.setattr(FakeEmbedder, "embed", None)
    assert library.put_back(trash) == 2
    monkeypatch.undo()
    assert state(library) == before
    assert library.check() == []


def test_all_papers_are_put_back_into_an_empty_library(library: Library) -> None:
    before = state(library)
    trash = library.take_out(*(paper.id for paper in library.papers()))
    assert len(library) == 0
    assert library.put_back(trash) == 3
    assert state(library) == before


def test_after_the_index_was_built_without_them(library: Library) -> None:
    before = state(library)
    library.check()
    trash = library.take_out("lee")
    library.check()
    library.put_back(trash)
    assert state(library) == before
    library.check()
    assert state(library) == before


def test_what_was_added_again_meanwhile_stays(library: Library) -> None:
    trash = library.take_out("lee", "bo")
    library.add(library.home / "refs.bib")
    assert library.put_back(trash) == 0
    assert len(library) == 3


def test_twice_is_once(library: Library) -> None:
    trash = library.take_out("lee")
    assert library.put_back(trash) == 1
    assert library.put_back(trash) == 0
    assert len(library) == 3


def test_vectors_of_another_embedder_are_not_put_back(library: Library) -> None:
    trash = library.take_out("lee")
    library.reindex(force=True)
    with pytest.raises(LibraryError, match="embedded anew meanwhile"):
        library.put_back(trash)
    assert len(library) == 2
