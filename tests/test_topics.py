import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.topics import fitting
from assistant.types import Topic
from assistant.vectorstore.store import Store

GRAPHS = [
    ("Graph neural networks for molecules", "Graph neural networks pass messages along the bonds of molecules."),
    ("How graph neural networks forget", "Deep graph neural networks make all nodes of a graph alike."),
    ("Training Graph Neural Networks on Large Graphs", "We sample nodes. Graph neural networks then need less memory."),
    ("Graph neural networks", ""),
]
SLEEP = [
    (
        "Sleep and the memory of mice",
        "Mice that sleep less forget more. Sleep is good for the memory of Alzheimer mice.",
    ),
    ("Sleep in old age", "Old people sleep less at night. Sleep is shorter in Alzheimer patients."),
    ("Why fish sleep", "Fish sleep with open eyes. Sleep of fish is short."),
    ("Sleep", "Sleep is long in bats."),
]


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    # A few papers are searched exactly just as well, and Chroma takes seconds to build an index.
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library(home, embedder=FakeEmbedder(dimension=512)) as one:
        yield one


def _add(library: Library, records: list[tuple[str, str]]) -> None:
    path = library.home / "papers.jsonl"
    lines = [{"id": f"p{at}", "title": title, "abstract": abstract} for at, (title, abstract) in enumerate(records)]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    library.add(path)


def test_an_empty_library_has_no_topics(library: Library) -> None:
    assert library.topics() == []


def test_one_paper_is_one_topic(library: Library) -> None:
    _add(library, GRAPHS[:1])
    (topic,) = library.topics()
    assert (topic.count, topic.share, topic.papers) == (1, 1.0, ("p0",))
    assert topic.label[0] == "graph neural networks"


def test_papers_are_grouped_and_named_by_their_own_words(library: Library) -> None:
    _add(library, GRAPHS + SLEEP)
    first, second = library.topics(2)
    assert {first.label[0], second.label[0]} == {"graph neural networks", "sleep"}
    assert {frozenset(first.papers), frozenset(second.papers)} == {
        frozenset(("p0", "p1", "p2", "p3")),
        frozenset(("p4", "p5", "p6", "p7")),
    }
    assert (first.count, first.share) == (4, 0.5)


def test_every_paper_belongs_to_one_topic_the_largest_first(library: Library) -> None:
    _add(library, GRAPHS + SLEEP)
    topics = library.topics(3)
    assert sum(topic.count for topic in topics) == 8
    assert [topic.count for topic in topics] == sorted((topic.count for topic in topics), reverse=True)
    assert sum(topic.share for topic in topics) == pytest.approx(1)


def test_a_theme_names_all_its_papers(library: Library) -> None:
    _add(library, GRAPHS + SLEEP)
    themes = library.themes(3)
    assert [len(ids) for _, ids in themes] == [topic.count for topic in library.topics(3)]
    assert sorted(one for _, ids in themes for one in ids) == [f"p{number}" for number in range(8)]
    assert all(ids[: len(topic.papers)] == topic.papers for topic, ids in themes)


def test_no_word_stands_twice_in_a_label(library: Library) -> None:
    _add(library, GRAPHS + SLEEP)
    for topic in library.topics(2):
        words = " ".join(topic.label).lower().split()
        assert len(set(words)) == len(words)


def test_papers_without_any_common_word_have_a_name_too(library: Library) -> None:
    _add(library, [("Zebrafish", ""), ("Volcanoes", ""), ("Mortgages", ""), ("Bauhaus", "")])
    topics = library.topics(1)
    assert [len(topic.label) for topic in topics] == [3]
    assert set(topics[0].label) < {"zebrafish", "volcanoes", "mortgages", "bauhaus"}


def test_papers_without_words_are_counted(library: Library) -> None:
    _add(library, [("2001", ""), ("2010", "")])
    (topic,) = library.topics(1)
    assert (topic.label, topic.count) == ((), 2)


def test_more_topics_than_papers_are_as_many_as_papers(library: Library) -> None:
    _add(library, [GRAPHS[0], SLEEP[0]])
    assert [topic.count for topic in library.topics(20)] == [1, 1]


def test_fewer_than_one_topic_cannot_be_asked_for(library: Library) -> None:
    with pytest.raises(UsageError, match="0 topics cannot be found"):
        library.topics(0)


def test_topics_are_the_same_every_time_and_need_no_embedder(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    _add(library, GRAPHS + SLEEP)
    first = library.topics(3)
    monkeypatch.delattr("assistant.models.load_embedder")
    with Library(library.home) as again:
        assert again.topics(3) == first


def test_topics_are_found_anew_only_when_a_paper_changes(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int | None] = []

    def find(_: Store, n: int | None) -> list[Topic]:
        calls.append(n)
        return []

    monkeypatch.setattr("assistant.topics.themes", find)
    _add(library, GRAPHS)
    library.topics()
    library.topics()
    assert calls == [None]
    library.topics(2)
    library.remove("p0")
    library.topics(2)
    assert calls == [None, 2, 2]


def test_the_number_of_topics_grows_slower_than_the_library() -> None:
    assert [fitting(papers) for papers in (1, 5, 119, 1400, 10_000, 100_000)] == [1, 2, 8, 26, 30, 30]


def test_the_sample_library_has_the_topics_a_reader_would_name(library: Library) -> None:
    library.add_sample()
    topics = library.topics()
    assert "graph neural networks" in {term for topic in topics for term in topic.label}
    assert sum(topic.count for topic in topics) == 119
