"""Adding is killed at many moments; whatever is run next finds a whole library."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.sentences import split
from assistant.vectorstore import exact
from assistant.vectorstore.store import Store

KILLS = 8
PAPERS = 160
"""Added by each process that is killed; 64 are stored at once."""

CHILD = """
import sys
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
library = Library(sys.argv[1], embedder=FakeEmbedder())
print("open", flush=True)
library.add(sys.argv[2], progress=lambda progress: print(progress.stage, progress.done, flush=True))
library.close()
"""

TOPICS = ("routing", "graphs", "trees", "ships", "molecules", "questions")


def _papers(turn: int) -> Iterator[dict[str, str]]:
    """Papers of one turn; from the second turn on, some are those of the turn before with another abstract."""
    for place in range(PAPERS):
        former = turn > 0 and place % 4 == 0
        kind, number = (turn - 1, place + 1) if former else (turn, place)
        word = TOPICS[(number + kind) % len(TOPICS)]
        yield {
            "id": f"{kind}-{number}",
            "title": f"On {word} of kind {kind} and number {number}",
            "abstract": f"In turn {turn} the {word} are counted anew. There are {number} of them in all, we find.",
        }


def _kill(home: Path, file: Path, after: str, delay: float) -> int:
    """Kill a process that adds a file, some time after it said something; return how many papers it acknowledged."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHILD, str(home), str(file)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = []
        for line in child.stdout:
            said.append(line.split())
            if line.strip() == after:
                break
        time.sleep(delay)
        child.kill()
        said += [line.split() for line in child.stdout]
    return max((int(words[1]) for words in said if words[0] == "papers"), default=0)


def _assert_none_is_half_there(store: Store) -> None:
    assert store.ledger.check() == []
    rows = store.ledger.vectors()[0].tolist()
    _, vectors = store.ledger.vectors()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    marked = {row for (row,) in store.ledger.database.query("SELECT row FROM fingerprints")}
    sentences = store.ledger.sentences(rows)
    assert marked == set(rows) == sentences.keys()
    for row, paper in store.papers(rows).items():
        assert len(sentences[row][0]) == 1 + len(split(paper.abstract))


def _assert_search_is_exact(store: Store) -> None:
    """Compare by cosines: many papers are equally near."""
    same = 0
    for topic in TOPICS:
        query = FakeEmbedder().embed([f"the {topic} of number 7"], "query")[0]
        cosines = store.cosines(query, store.ledger.vectors()[0].tolist())
        found = store.nearest(query, 10)
        np.testing.assert_allclose(list(found.values()), [cosines[row] for row in found], atol=1e-5)
        expected = list(exact.nearest(query, *store.ledger.vectors(), 10).values())
        same += sum(np.isclose(list(found.values()), expected, atol=1e-5))
    # The index is a graph that is searched along its edges; it may miss one.
    least = 57 if store.index.manifest else 60
    assert same >= min(least, len(TOPICS) * len(store.ledger))


def _moments() -> Iterator[tuple[str, float]]:
    chance = random.Random(20240607)
    for turn in range(KILLS):
        if turn % 2:  # the papers are all stored, the index is built
            yield f"papers {PAPERS}", chance.uniform(0, 0.7)
        else:
            yield chance.choice(["open", "papers 64", "papers 128"]), chance.uniform(0, 0.15)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_killed_process_loses_nothing_and_leaves_nothing_half_done(home: Path, tmp_path: Path) -> None:
    expected: dict[str, str] = {}
    for turn, (after, delay) in enumerate(_moments()):
        file = tmp_path / "papers.jsonl"
        records = list(_papers(turn))
        file.write_text("\n".join(map(json.dumps, records)))
        acknowledged = _kill(home, file, after, delay)

        with closing(Store(home)) as store:
            _assert_none_is_half_there(store)
            there = {paper.id: paper.abstract for paper in store.ledger.page()}
            stored = [record for record in records if there.get(record["id"]) == record["abstract"]]
            assert stored == records[: len(stored)]
            assert acknowledged <= len(stored) <= acknowledged + 64
            assert there == expected | {record["id"]: record["abstract"] for record in stored}
            _assert_search_is_exact(store)
            store.settle()
            assert store.index.manifest is not None or not there
            _assert_search_is_exact(store)

        embedder = FakeEmbedder()
        with Library(home, embedder=embedder) as library:
            report = library.add(file)
            assert len(report.unchanged) == len(stored)
            assert len(report.added) + len(report.updated) == PAPERS - len(stored)
            assert len(embedder.embedded) == 4 * (PAPERS - len(stored))
            hit = library.search(records[-1]["abstract"])[0]
            assert hit.evidence[0].text in records[-1]["abstract"] + records[-1]["title"]
        expected |= {record["id"]: record["abstract"] for record in records}
