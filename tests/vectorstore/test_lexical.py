import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import words
from assistant.types import Paper
from assistant.vectorstore import indexing, lexical, manifest
from assistant.vectorstore.index import Index
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.lexical import Lexical
from assistant.vectorstore.postings import K1, B

Put = Callable[..., bool]
Write = Callable[..., None]

CHILD = """
import sys
from pathlib import Path
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.lexical import Lexical
lexical = Lexical(Path(sys.argv[1]) / "index", Ledger(Path(sys.argv[1]) / "library.sqlite3"))
print(lexical.best(sys.argv[2:], 9), flush=True)
for line in sys.stdin:
    print(lexical.best(line.split(), 9), flush=True)
"""

ZOO = (
    Paper(id="cat", title="The cat", abstract="A cat purrs, and a cat sleeps."),
    Paper(id="dog", title="The dog", abstract="A dog barks at the cat."),
    Paper(id="fish", title="The fish", abstract="Fish swim. Fish sleep with open eyes."),
    Paper(id="bird", title="The bird", abstract="The bird sings all day long, and the cat listens."),
)


@pytest.fixture
def zoo(home: Path, ledger: Ledger, write: Write) -> Iterator[Lexical]:
    """Four animals, all in the index."""
    write(*ZOO)
    with closing(Index(home / "index", ledger)) as index:
        index.bring_up_to_date()
    with closing(Lexical(home / "index", ledger)) as one:
        yield one


@pytest.fixture
def bare(home: Path, ledger: Ledger) -> Iterator[Lexical]:
    """Without an index."""
    with closing(Lexical(home / "index", ledger)) as one:
        yield one


def _plain(ledger: Ledger, query: str) -> dict[int, float]:
    """Score every paper of a ledger by BM25, the plain way."""
    counts = {row: indexing.count(p.title, p.abstract) for row, p in ledger.after(0, -1).items()}
    mean = sum(sum(count.values()) for count in counts.values()) / len(counts)
    scores = dict.fromkeys(counts, 0.0)
    for stem in dict.fromkeys(words.stems(query)):
        having = sum(stem in count for count in counts.values())
        weight = log(1 + (len(counts) - having + 0.5) / (having + 0.5))
        for row, count in counts.items():
            norm = K1 * (1 - B + B * sum(count.values()) / mean)
            scores[row] += weight * (K1 + 1) * count[stem] / (count[stem] + norm)
    return {row: score for row, score in sorted(scores.items(), key=lambda item: (-item[1], item[0])) if score}


def _assert_right(one: Lexical, ledger: Ledger) -> None:
    for query in ("cat", "cats and dogs", "fish that sleep", "The sleeping bird", "tiger", "open sea"):
        found = one.best(words.stems(query), 9)
        assert list(found) == list(_plain(ledger, query))
        assert found == pytest.approx(_plain(ledger, query), rel=1e-5)


def test_index_is_searched(zoo: Lexical, ledger: Ledger) -> None:
    assert list(zoo.best(["cat"], 9)) == [1, 2, 4]
    assert list(zoo.best(["cat"], 1)) == [1]
    _assert_right(zoo, ledger)


def test_without_an_index_the_same_is_found(bare: Lexical, ledger: Ledger, write: Write) -> None:
    write(*ZOO)
    assert list(bare.best(["cat"], 9)) == [1, 2, 4]
    _assert_right(bare, ledger)


def test_empty_ledger_finds_nothing(bare: Lexical) -> None:
    assert (bare.best(["cat"], 9), bare.best([], 9), bare.frequencies(["cat"])) == ({}, {}, {"cat": 0})


def test_paper_added_since_is_found_at_once(zoo: Lexical, ledger: Ledger, write: Write) -> None:
    assert zoo.best(["tiger"], 9) == {}
    write(Paper(id="tiger", title="The tiger, a cat"))
    assert list(zoo.best(["tiger"], 9)) == [5]
    assert zoo.frequencies(["tiger", "cat"]) == {"tiger": 1, "cat": 4}
    _assert_right(zoo, ledger)


def test_changed_paper_is_found_by_its_new_words_only(zoo: Lexical, ledger: Ledger, write: Write) -> None:
    assert list(zoo.best(["fish"], 9)) == [3]
    write(replace(ZOO[2], title="The tiger", abstract="A tiger does not sleep in the sea."))
    assert (zoo.best(["fish"], 9), list(zoo.best(["tiger"], 9))) == ({}, [3])
    assert zoo.frequencies(["fish", "tiger", "sleep"]) == {"fish": 0, "tiger": 1, "sleep": 2}
    _assert_right(zoo, ledger)


def test_removed_paper_is_gone_at_once(zoo: Lexical, ledger: Ledger) -> None:
    assert list(zoo.best(["cat"], 9)) == [1, 2, 4]
    ledger.remove(["cat"])
    assert list(zoo.best(["cat"], 9)) == [2, 4]
    assert zoo.frequencies(["cat"]) == {"cat": 2}
    _assert_right(zoo, ledger)


def test_emptied_and_filled_again(zoo: Lexical, ledger: Ledger, write: Write) -> None:
    ledger.remove([paper.id for paper in ZOO])
    assert zoo.best(["cat"], 9) == {}
    write(replace(ZOO[0], id="again"))
    assert list(zoo.best(["cat"], 9)) == [5]
    _assert_right(zoo, ledger)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["cat", "dog", "fish", "bird", "new", "other"]),
        st.sampled_from(["", "the cat and the dog", "a bird", "fish, and more fish in the open sea", "tiger"]),
    ),
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(CHANGES)
def test_after_any_changes_it_is_as_if_the_index_were_new(
    zoo: Lexical, ledger: Ledger, write: Write, changes: list[tuple[str, str]]
) -> None:
    for one, title in changes:
        if title:
            write(Paper(id=one, title=title))
        elif len(ledger) > 1:
            ledger.remove([one])
    _assert_right(zoo, ledger)


def test_second_process_sees_every_change(home: Path, zoo: Lexical, ledger: Ledger, write: Write) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHILD, str(home), "cat"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as child:
        asked, said = child.stdin, child.stdout
        assert asked is not None
        assert said is not None
        assert said.readline() == f"{zoo.best(['cat'], 9)}\n"
        write(Paper(id="tiger", title="The tiger, a cat"))
        print("tiger", file=asked, flush=True)
        assert said.readline() == f"{zoo.best(['tiger'], 9)}\n"
        ledger.remove(["cat"])
        print("cat", file=asked, flush=True)
        assert said.readline() == f"{zoo.best(['cat'], 9)}\n"
        asked.close()
    assert list(zoo.best(["cat"], 9)) == [5, 2, 4]


def test_word_in_the_title_counts_double(bare: Lexical, write: Write) -> None:
    write(
        Paper(id="a", title="Graphs", abstract="About trees."),
        Paper(id="b", title="Trees", abstract="About graphs."),
        Paper(id="c", title="Ships", abstract="About the sea."),
    )
    scores = bare.best(["tree"], 5)
    assert list(scores) == [2, 1]
    assert scores[2] > scores[1] > 0


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Schrödinger's naïve café", "Schrodinger"),
        ("Schrodingers naive cafe", "Café"),
        ("ÅNGSTRÖM", "ångström"),
        ("Routes of models", "routing"),
        ("图神经网络的文本分类", "文本分类"),
        ("图神经网络的文本分类", "神经"),
        ("用BERT做分类", "bert"),
        ("한국어 문장 분류", "문장"),
        ("ニューラルネットワーク", "ネットワーク"),
        ("Нейронные сети", "сети"),
    ],
)
def test_word_is_found_however_it_is_written(bare: Lexical, write: Write, text: str, query: str) -> None:
    write(Paper(id="ships", title="Ships at sea"), Paper(id="wanted", title=text))
    assert list(bare.best(words.stems(query), 5)) == [2]


def test_search_among_some_papers(zoo: Lexical, write: Write) -> None:
    write(Paper(id="tiger", title="The tiger, a cat"))
    assert list(zoo.best(["cat"], 9, np.array([2, 3, 5, 77]))) == [5, 2]
    assert zoo.best(["cat"], 9, np.array([3])) == {}
    assert zoo.best(["cat"], 9, np.array([], dtype=np.int64)) == {}


def test_scores_among_some_are_those_among_all(zoo: Lexical) -> None:
    everywhere = zoo.best(["cat"], 9)
    assert zoo.best(["cat"], 9, np.array([2])) == {2: everywhere[2]}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(stems=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=6))
def test_no_stem_is_read_as_an_operator(zoo: Lexical, stems: list[str]) -> None:
    assert zoo.best(["?", *stems, '"', "*", "OR", "\0"], 5) == {}


def test_four_thousand_stems_can_be_asked_for(zoo: Lexical) -> None:
    assert list(zoo.best([f"w{number}" for number in range(4000)] + ["fish"], 5)) == [3]


def _folder(home: Path) -> Path:
    held = manifest.read(home / "index")
    assert held is not None
    return home / "index" / held.folder / manifest.WORDS


@pytest.mark.parametrize("name", ["rows.npy", "letters.npy", "papers.npy"])
@pytest.mark.parametrize("damage", ["gone", "torn", "garbled"])
def test_damaged_lists_are_done_without(home: Path, zoo: Lexical, ledger: Ledger, name: str, damage: str) -> None:
    path = _folder(home) / name
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[:-3] if damage == "torn" else content[:-8] + b"\xff" * 8)
    _assert_right(zoo, ledger)
    with closing(Index(home / "index", ledger)) as index:
        index.bring_up_to_date()
    assert _folder(home) != path.parent
    _assert_right(zoo, ledger)


def test_open_lists_serve_on_when_the_index_is_deleted(home: Path, zoo: Lexical, ledger: Ledger, write: Write) -> None:
    zoo.best(["cat"], 9)
    folder = _folder(home)
    (home / "index" / "current.json").unlink()
    for path in folder.iterdir():
        path.unlink()
    write(Paper(id="tiger", title="The tiger, a cat"))
    _assert_right(zoo, ledger)


def test_newer_index_is_not_used_within_a_snapshot(home: Path, zoo: Lexical, ledger: Ledger, put: Put) -> None:
    with ledger.snapshot():
        assert ledger.revision == 1
        with closing(Ledger(ledger.database.path)) as other, closing(Index(home / "index", other)) as index:
            put(other, Paper(id="cat", title="The tiger"))
            (home / "index" / "current.json").unlink()
            index.bring_up_to_date()
            assert index.manifest is not None
            assert index.manifest.revision == 2
        assert list(zoo.best(["cat"], 9)) == [1, 2, 4]
    assert list(zoo.best(["cat"], 9)) == [2, 4]
    assert list(zoo.best(["tiger"], 9)) == [1]


def test_lost_index_of_a_large_library_leaves_out_the_oldest(
    bare: Lexical, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "MOST", 2)
    for paper in ZOO:
        write(paper)
    assert list(bare.best(["cat", "fish"], 9)) == [3, 4]


def test_only_what_changed_is_counted_anew(bare: Lexical, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    count = indexing.count

    def watch(title: str, abstract: str) -> Counter[str]:
        counted.append(title)
        return count(title, abstract)

    monkeypatch.setattr(indexing, "count", watch)
    write(*ZOO)
    bare.best(["cat"], 9)
    write(replace(ZOO[1], title="The wolf"))
    bare.best(["cat"], 9)
    bare.best(["wolf"], 9)
    assert sorted(counted) == ["The bird", "The cat", "The dog", "The fish", "The wolf"]


def test_word_that_the_query_repeats_counts_more(zoo: Lexical) -> None:
    once, twice = (zoo.best(words.stems(query), 9) for query in ("fish dog", "fish fish dog"))
    fish = max(once, key=lambda row: twice[row] / once[row])
    assert twice[fish] == pytest.approx(once[fish] * 9 * 2 / 10)
    assert [row for row in once if twice[row] == pytest.approx(once[row])] == [row for row in once if row != fish]
