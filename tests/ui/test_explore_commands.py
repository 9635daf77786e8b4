"""`carrel similar` and `carrel topics`: what they print."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.library import Library
from assistant.models.fake import FakeEmbedder

PAPERS: list[dict[str, Any]] = [
    {"id": "purr", "title": "Why cats purr", "abstract": "Cats purr with their larynx.", "year": 2001},
    {"id": "meow", "title": "Why cats meow", "abstract": "Kittens are loud at night. Cats meow with their larynx."},
    {"id": "hiss", "title": "When cats hiss", "abstract": "Cats hiss at strange cats. \u001b[31mNobody knows why."},
]

Carrel = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    # A few papers are searched exactly just as well, and Chroma takes seconds to build an index.
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)
    monkeypatch.delattr("assistant.models.load_embedder")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture
def papers(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(map(json.dumps, PAPERS)), encoding="utf-8")
    with Library(home, embedder=FakeEmbedder(dimension=512)) as library:
        library.add(path)


@pytest.mark.usefixtures("papers")
class TestSimilar:
    def test_shows_each_paper_with_its_nearest_sentence(self, carrel: Carrel) -> None:
        code, out, _ = carrel("similar", "purr")
        first, quote, *rest = out.splitlines()
        assert code == 0
        assert first.startswith(" 1. Why cats meow  0.")
        assert quote == "    “Cats meow with their larynx.”"
        assert [line[:18] for line in rest] == [" 2. When cats hiss", "    “Cats hiss at "]

    def test_k_is_the_most(self, carrel: Carrel) -> None:
        assert len(json.loads(carrel("similar", "-k", "1", "--json", "purr")[1])) == 1

    def test_json_has_the_place_of_the_quotation(self, carrel: Carrel) -> None:
        first, _ = json.loads(carrel("similar", "--json", "meow")[1])
        assert (first["id"], first["year"]) == ("purr", 2001)
        quote = {"quote": "Cats purr with their larynx.", "field": "abstract", "start": 0, "end": 28}
        assert first["evidence"] == [quote]

    def test_an_unknown_paper_is_named(self, carrel: Carrel) -> None:
        code, out, err = carrel("similar", "birds")
        assert (code, out) == (1, "")
        assert "There is no paper with the id birds." in err

    def test_the_only_paper_has_none_like_it(self, carrel: Carrel) -> None:
        carrel("remove", "--yes", "meow", "hiss")
        code, out, err = carrel("similar", "purr")
        assert (code, out) == (0, "")
        assert err.startswith("There is no other paper in ")


@pytest.mark.usefixtures("papers")
class TestTopics:
    def test_shows_name_number_and_two_titles_of_each(self, carrel: Carrel) -> None:
        code, out, _ = carrel("topics", "-n", "1")
        head, *titles = out.splitlines()
        assert code == 0
        assert head.startswith("cats")
        assert head.endswith("  3 papers")
        assert len(titles) == 2
        assert all(title.startswith("    Wh") for title in titles)

    def test_json_has_everything(self, carrel: Carrel) -> None:
        (topic,) = json.loads(carrel("topics", "-n", "1", "--json")[1])
        assert (topic["count"], topic["share"]) == (3, 1.0)
        assert sorted(topic["papers"]) == ["hiss", "meow", "purr"]

    def test_none_is_wrong_use(self, carrel: Carrel) -> None:
        assert carrel("topics", "-n", "0")[0] == 2


def test_an_empty_library_has_no_topics(carrel: Carrel) -> None:
    code, out, err = carrel("topics")
    assert (code, out) == (1, "")
    assert "is empty" in err
