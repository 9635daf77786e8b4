import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.embedding import embed
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.protocols import Scores
from assistant.searching import Searcher
from assistant.types import Filters, Paper
from assistant.vectorstore.store import Store

ROUTING = Paper(
    id="routing",
    title="Routing questions to cheap models",
    abstract="A router sends easy questions to a small model. It halves the cost of the answers.",
)
GRAPHS = Paper(
    id="graphs",
    title="Graph networks for molecules",
    abstract="Molecules are graphs of atoms and bonds. A network passes messages along the bonds.",
)
SHIPS = Paper(id="ships", title="Ships at sea", abstract="Ships carry the goods of the world over the sea.")
TITLE_ONLY = Paper(id="trees", title="Decision trees")
EMBEDDER = FakeEmbedder(dimension=512)


def _write(store: Store, *papers: Paper) -> None:
    store.ledger.write(list(embed(papers, EMBEDDER)), EMBEDDER.identity)


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with closing(Store(home)) as one:
        _write(one, ROUTING, GRAPHS, SHIPS, TITLE_ONLY)
        yield one


@pytest.fixture
def searcher(store: Store) -> Searcher:
    return Searcher(store, EMBEDDER)


def _found(searcher: Searcher, query: str, k: int = 1, **filters: object) -> list[str]:
    return [hit.paper.id for hit in searcher.search(query, k, Filters(**filters))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Which router sends questions to a small model?", "routing"),
        ("messages along bonds", "graphs"),
        ("ROUTERS", "routing"),
        ("decision tree", "trees"),
    ],
)
def test_nearest_paper_comes_first(searcher: Searcher, query: str, expected: str) -> None:
    assert _found(searcher, query) == [expected]


def test_all_papers_are_ranked_where_there_are_few(searcher: Searcher) -> None:
    hits = searcher.search("molecules and ships", 10, Filters())
    assert sorted(hit.paper.id for hit in hits) == ["graphs", "routing", "ships", "trees"]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_hit_says_how_it_was_found(searcher: Searcher) -> None:
    first, *_, last = searcher.search("small model", 4, Filters())
    assert (first.paper.id, first.score) == ("routing", 1.0)
    assert first.lexical > 0
    assert 0 < first.similarity < 1
    assert (last.lexical, last.similarity) == (0.0, 0.0)


def test_evidence_is_verbatim_best_first(searcher: Searcher) -> None:
    (hit,) = searcher.search("What does it cost to give the answers?", 1, Filters())
    first, *others = [passage.text for passage in hit.evidence]
    assert first == "It halves the cost of the answers."
    assert sorted(others) == ["A router sends easy questions to a small model.", "Routing questions to cheap models"]


def test_rare_words_weigh_more_than_frequent_ones(searcher: Searcher) -> None:
    weights = searcher.weights("the router of a network, a network")
    assert weights.keys() == {"router", "network"}
    assert weights["router"] == weights["network"] > 0
    assert searcher.weights("unicorn")["unicorn"] > weights["router"]


def test_filters_are_kept(searcher: Searcher) -> None:
    assert _found(searcher, "router", 10, ids=("graphs", "ships")) == ["graphs", "ships"]
    assert _found(searcher, "router", 10, ids=("unknown",)) == []


def test_papers_with_an_abstract_alone(searcher: Searcher) -> None:
    assert "trees" in _found(searcher, "decision trees", 10)
    assert _found(searcher, "decision trees", 10, with_abstract=True, ids=("trees", "ships")) == ["ships"]


def test_surveys_are_found_by_the_word(store: Store, searcher: Searcher) -> None:
    abstract = "We look at networks for molecules."
    _write(store, Paper(id="survey", title="A survey of ships", abstract="Ships are many."))
    _write(store, Paper(id="plain", title="Networks for molecules", abstract=abstract))
    _write(store, Paper(id="review", title="A survey of networks for molecules", abstract=abstract))
    assert _found(searcher, "surveys on networks for molecules") == ["review"]
    assert _found(searcher, "networks for molecules") == ["plain"]


def test_a_query_is_never_taken_for_a_filter(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_text(json.dumps({"id": "old", "title": "Old cats", "year": 1990}))
    with Library(tmp_path / "home", embedder=EMBEDDER) as library:
        library.add(tmp_path / "old.jsonl")
        assert [hit.paper.id for hit in library.search("papers on cats since 2022")] == ["old"]
        assert library.search("cats", with_abstract=True) == []


def test_query_without_any_word_still_ranks(searcher: Searcher) -> None:
    assert len(_found(searcher, "???", 10)) == 4


def test_empty_store_finds_nothing(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as empty:
        assert Searcher(empty, EMBEDDER).search("router", 5, Filters()) == []


def test_as_many_papers_as_asked_for(store: Store, searcher: Searcher) -> None:
    _write(store, *[Paper(id=f"p{number}", title=f"Paper number {number}") for number in range(100)])
    assert len(_found(searcher, "number", 104)) == 104
    assert len(_found(searcher, "number", 90)) == 90


def test_paper_that_changes_while_it_is_found_is_not_quoted_by_halves(
    home: Path, store: Store, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = store.papers
    changed = Paper(id="routing", title="Routing", abstract="Small is the model, and the text a wholly new one here.")

    def change_and_read(rows: list[int]) -> dict[int, Paper]:
        with closing(Store(home)) as other:
            _write(other, changed)
        return read(rows)

    with monkeypatch.context() as patch:
        patch.setattr(store, "papers", change_and_read)
        (hit,) = searcher.search("small model", 1, Filters())
    assert hit.paper == ROUTING
    assert hit.evidence[0].text == "A router sends easy questions to a small model."
    (hit,) = searcher.search("small model", 1, Filters())
    assert hit.paper == changed


def test_every_quotation_of_a_hard_abstract_is_a_piece_of_it(tmp_path: Path) -> None:
    abstract = "Can't we, e.g., use “quotes”… and ﬁne ligatures? 图神经网络很好。它们传递消息。 See Fig. 2 for it."
    (tmp_path / "hard.jsonl").write_text(json.dumps({"id": "hard", "title": "Hard", "abstract": abstract}))
    with Library(tmp_path / "home", embedder=EMBEDDER) as library:
        library.add(tmp_path / "hard.jsonl")
        (hit,) = library.search("quotes and ligatures")
        assert {passage.text for passage in hit.evidence} > {"Hard"}
        assert all(passage.text in abstract or passage.text == "Hard" for passage in hit.evidence)


class _Reading(FakeEmbedder):
    """Also compares word by word, and can read Latin letters alone."""

    asked: list[str]

    def compare(self, question: str, texts: Sequence[str]) -> Scores:
        self.asked.append(question)
        return np.array([[float("halves" in text)] for text in texts], dtype=np.float32)

    def legible(self, question: str) -> float:
        return float(question.isascii())


def test_embedder_that_can_compare_reads_the_best_sentences_again(store: Store) -> None:
    embedder = _Reading(dimension=512)
    embedder.asked = []
    hits = Searcher(store, embedder).search("How do messages pass to a small model?", 2, Filters())
    assert embedder.asked == ["How do messages pass to a small model?"]
    routing = next(hit for hit in hits if hit.paper.id == "routing")
    assert routing.evidence[0].text == "It halves the cost of the answers."
    assert routing.closeness == 1.0
    assert routing.why.sentence > 0


def test_question_the_embedder_cannot_read_is_found_by_its_words_alone(store: Store) -> None:
    chinese = Paper(id="chinese", title="文本分类", abstract="我们做文本分类。")
    _write(store, chinese)
    embedder = _Reading(dimension=512)
    embedder.asked = []
    hits = Searcher(store, embedder).search("文本分类", 5, Filters())
    assert embedder.asked == []
    assert [(hit.paper.id, hit.score) for hit in hits][:2] == [("chinese", 1.0), ("routing", 0.0)]
