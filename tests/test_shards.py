"""Vectors made beforehand by several processes, and the library that comes of them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant import Library
from assistant.errors import EmbedderMismatchError, LibraryError, ReadError, UsageError
from assistant.models.fake import FakeEmbedder
from assistant.protocols import TextKind, Vectors
from assistant.sharding import Embedded, embed
from assistant.types import Progress
from assistant.ui.cli import main
from assistant.vectorstore import shards
from assistant.vectorstore.shards import PLAN, Shards

WORKER = """
import sys
from pathlib import Path
from assistant.models.fake import FakeEmbedder
from assistant.sharding import embed
print(list(embed([Path(sys.argv[1])], Path(sys.argv[2]), FakeEmbedder(), lambda _: None, number=4).made))
"""


SLOW = """
import sys, time
from pathlib import Path
from assistant.models.fake import FakeEmbedder
from assistant.sharding import embed
class Slow(FakeEmbedder):
    def embed(self, texts, kind):
        if self.embedded:
            print("at the second shard", flush=True)
            time.sleep(60)
        return super().embed(texts, kind)
embed([Path(sys.argv[1])], Path(sys.argv[2]), Slow(), lambda _: None, number=4)
"""


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> None:
    # A few papers are searched exactly just as well, and Chroma takes seconds to load.
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    records = [
        {"id": str(number), "title": f"On {number} cats", "abstract": f"We met {number} cats. They slept.", "doi": doi}
        for number in range(60)
        for doi in (f"10.1000/{number}",)
    ]
    # The same paper twice, once with another title: what it becomes is in no shard.
    records.append({"id": "again", "title": "On 7 very old cats indeed", "abstract": "Cats.", "doi": "10.1000/7"})
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return path


def _embed(file: Path, folder: Path, number: int | None = None, only: int | None = None) -> Embedded:
    return embed([file], folder, FakeEmbedder(), lambda _: None, number=number, only=only)


def _same(one: Library, other: Library) -> None:
    assert one.papers() == other.papers()
    for (rows, vectors), (others, theirs) in zip(
        one._store.ledger.vectors.all(), other._store.ledger.vectors.all(), strict=True
    ):
        assert np.array_equal(rows, others)
        assert np.array_equal(vectors, theirs)
    for query in ("17 cats", "very old", "who slept?"):
        assert one.search(query) == other.search(query)


def test_the_same_library_as_by_one_process(file: Path, tmp_path: Path) -> None:
    assert _embed(file, tmp_path / "out", 4) == Embedded(61, (0, 1, 2, 3), 4, 0)
    embedder = FakeEmbedder()
    with (
        Library(tmp_path / "one", embedder=FakeEmbedder()) as one,
        Library(tmp_path / "other", embedder=embedder) as other,
    ):
        assert one.add(file) == other.add(file, embedded=tmp_path / "out")
        # Two records became one paper, and that alone had to be embedded.
        assert {text.split("\n")[0].split(". ")[0] for text in embedder.embedded} == {"On 7 very old cats indeed"}
        _same(one, other)
        assert other.add(file, embedded=tmp_path / "out").added == ()


def test_several_processes_share_the_work(file: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WORKER, str(file), str(tmp_path / "out")]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    made = [json.loads(worker.communicate()[0]) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert sorted(number for some in made for number in some) == [0, 1, 2, 3]
    assert Shards(tmp_path / "out").missing() == []
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [*(f"0000{n}.sqlite3" for n in range(4)), PLAN]


@pytest.mark.skipif(os.name == "nt", reason="a process that ended is told by its age only")
def test_a_killed_shard_alone_is_made_anew(file: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SLOW, str(file), str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        assert worker.stdout.readline() == "at the second shard\n"
        worker.kill()
    held = Shards(tmp_path / "out")
    assert held.missing() == [1, 2, 3]
    before = held.file(0).stat().st_mtime_ns
    assert _embed(file, tmp_path / "out").made == (1, 2, 3)
    assert held.file(0).stat().st_mtime_ns == before
    assert len(list((tmp_path / "out").iterdir())) == 5


def test_two_who_make_the_same_shard_make_it_once(file: Path, tmp_path: Path) -> None:
    made = []

    class Slow(FakeEmbedder):
        def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
            if not made:
                made.append(True)
                (tmp_path / "out" / "00000.claim").unlink()
                _embed(file, tmp_path / "out")
            return super().embed(texts, kind)

    assert embed([file], tmp_path / "out", Slow(), lambda _: None).left == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["00000.sqlite3", PLAN]


def test_a_shard_that_another_is_making_is_left_to_it(file: Path, tmp_path: Path) -> None:
    _embed(file, tmp_path / "out", 4, only=0)
    claim = Shards(tmp_path / "out").claim(2)
    assert claim
    assert _embed(file, tmp_path / "out") == Embedded(61, (1, 3), 4, 1)
    claim.release()
    assert _embed(file, tmp_path / "out") == Embedded(61, (2,), 4, 0)


@pytest.mark.skipif(os.name == "nt", reason="a process that ended is told by its age only")
def test_the_claim_of_a_process_that_ended_is_void(file: Path, tmp_path: Path) -> None:
    _embed(file, tmp_path / "out", 4, only=0)
    claim = Shards(tmp_path / "out").claim(2)
    assert claim
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    claim.path.write_text(json.dumps(json.loads(claim.path.read_text()) | {"process": ended.pid}))
    assert 2 in _embed(file, tmp_path / "out").made


def test_the_claim_of_another_machine_is_void_when_it_is_old(file: Path, tmp_path: Path) -> None:
    _embed(file, tmp_path / "out", 4, only=0)
    claim = Shards(tmp_path / "out").claim(2)
    assert claim
    claim.path.write_text(json.dumps({"host": "elsewhere", "process": 1}))
    assert _embed(file, tmp_path / "out").left == 1
    old = time.time() - shards.EXPIRY - 60
    os.utime(claim.path, (old, old))
    assert _embed(file, tmp_path / "out").made == (2,)


def test_what_does_not_fit_together_is_refused(file: Path, tmp_path: Path) -> None:
    _embed(file, tmp_path / "out", 4)
    with pytest.raises(LibraryError, match="begun with 4 shards"):
        _embed(file, tmp_path / "out", 5)
    with pytest.raises(LibraryError, match="another embedder, fake"):
        embed([file], tmp_path / "out", FakeEmbedder(name="other"), lambda _: None)
    with pytest.raises(UsageError, match="no shard 4"):
        _embed(file, tmp_path / "out", only=4)
    with pytest.raises(EmbedderMismatchError), Library(tmp_path, embedder=FakeEmbedder(name="other")) as library:
        library.add(file, embedded=tmp_path / "out")
    file.write_text('{"title": "New"}', encoding="utf-8")
    with pytest.raises(LibraryError, match="begun with other papers"):
        _embed(file, tmp_path / "out")
    with pytest.raises(LibraryError, match="holds no embedded papers"), Library(tmp_path) as library:
        library.add(file, embedded=tmp_path)


def test_a_damaged_shard_is_named(file: Path, tmp_path: Path) -> None:
    _embed(file, tmp_path / "out")
    Shards(tmp_path / "out").file(0).write_bytes(b"nothing" * 1000)
    with (
        Library(tmp_path / "home", embedder=FakeEmbedder()) as library,
        pytest.raises(LibraryError, match=r"\d\d\d\d\d\.sqlite3 is damaged"),
    ):
        library.add(file, embedded=tmp_path / "out")


def test_says_how_far_it_is(file: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    embed([file], tmp_path / "out", FakeEmbedder(), told.append, number=2)
    assert [step.total for step in told] == [61, 61]
    assert told[-1].done == 61
    assert told[0] == replace(told[-1], done=told[0].done)


def test_the_commands(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in ("assistant.ui.embed_command.load_embedder", "assistant.models.load_embedder"):
        monkeypatch.setattr(place, lambda settings: FakeEmbedder())
    out = str(tmp_path / "out")
    assert main(["embed", "--out", out, "--shards", "3", "--shard", "1", str(file)]) == 0
    assert capsys.readouterr().out == "61 papers, 1 of 3 shards made.\n"
    assert main(["embed", "--out", out, "--json", str(file)]) == 0
    assert json.loads(capsys.readouterr().out) == {"texts": 61, "made": [0, 2], "shards": 3, "left": 0}
    assert main(["add", "--embedded", out, str(file)]) == 0
    assert "60 papers" in capsys.readouterr().out
    assert main(["add", "--embedded", str(tmp_path), str(file)]) == 1
    assert "carrel embed FILE --out FOLDER" in capsys.readouterr().err


@pytest.mark.model
def test_with_the_real_embedder(file: Path, tmp_path: Path) -> None:
    from assistant.models import load_embedder
    from assistant.settings import load

    embed([file], tmp_path / "out", load_embedder(load()), lambda _: None, number=3)
    with Library(tmp_path / "one") as one, Library(tmp_path / "other") as other:
        assert one.add(file) == other.add(file, embedded=tmp_path / "out")
        assert one.papers() == other.papers()
        (_, vectors), (_, others) = (next(iter(library._store.ledger.vectors.all())) for library in (one, other))
        assert (vectors * others).sum(axis=1).min() > 0.999
        assert [hit.paper.id for hit in one.search("17 cats", 3)] == [
            hit.paper.id for hit in other.search("17 cats", 3)
        ]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"\0\1\2")
    done = embed([broken, file], tmp_path / "out", FakeEmbedder(), lambda _: None)
    assert done.texts == 61
    with pytest.raises(ReadError):
        embed([broken], tmp_path / "other", FakeEmbedder(), lambda _: None)
