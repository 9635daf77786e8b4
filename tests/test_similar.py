import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import LibraryError, UsageError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder

PAPERS = [
    {"id": "purr", "title": "Why cats purr", "abstract": "Cats purr with their larynx. The sound has 25 hertz."},
    {"id": "meow", "title": "Why cats meow", "abstract": "Kittens are loud at night. Cats meow with their larynx."},
    {"id": "dogs", "title": "Why dogs bark", "abstract": "Dogs bark at strangers only."},
    {"id": "title", "title": "Purring cats"},
]


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    # A few papers are searched exactly just as well, and Chroma takes seconds to build an index.
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder(dimension=512)


@pytest.fixture
def library(home: Path, tmp_path: Path, embedder: FakeEmbedder) -> Iterator[Library]:
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(map(json.dumps, PAPERS)), encoding="utf-8")
    with Library(home, embedder=embedder) as one:
        one.add(path)
        yield one


def test_the_nearest_papers_come_first_and_not_the_paper_itself(library: Library) -> None:
    hits = library.similar("purr")
    assert hits[0].paper.id == "meow"
    assert {hit.paper.id for hit in hits} == {"meow", "dogs", "title"}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 and hit.similarity == pytest.approx(hit.score) for hit in hits)


def test_each_has_its_sentence_nearest_to_the_paper(library: Library) -> None:
    evidence = {hit.paper.id: [passage.text for passage in hit.evidence] for hit in library.similar("purr")}
    assert evidence == {
        "meow": ["Cats meow with their larynx."],
        "dogs": ["Dogs bark at strangers only."],
        "title": ["Purring cats"],
    }


def test_a_paper_may_be_given_itself(library: Library) -> None:
    (paper,) = library.get("purr")
    assert library.similar(paper, k=2) == library.similar("purr")[:2]


def test_nothing_is_embedded(library: Library, embedder: FakeEmbedder) -> None:
    embedder.embedded.clear()
    library.similar("purr")
    assert embedder.embedded == []


def test_the_only_paper_has_none_like_it(library: Library) -> None:
    library.remove("meow", "dogs", "title")
    assert library.similar("purr") == []


def test_other_records_of_the_paper_are_left_out(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "more.jsonl"
    path.write_text(json.dumps({**PAPERS[0], "id": "purr2"}), encoding="utf-8")
    library.add(path)
    library.split("purr")
    assert len(library) == 5
    assert {hit.paper.id for hit in library.similar("purr")} == {"meow", "dogs", "title"}


def test_an_unknown_paper_is_an_error(library: Library) -> None:
    with pytest.raises(LibraryError, match="no paper with the id birds"):
        library.similar("birds")


def test_fewer_than_one_paper_cannot_be_asked_for(library: Library) -> None:
    with pytest.raises(UsageError, match="0 papers"):
        library.similar("purr", k=0)
