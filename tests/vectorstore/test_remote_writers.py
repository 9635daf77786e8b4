"""Several who write to one library on a Chroma server, and what is left when it or they are killed."""

import json
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from chroma_server import ChromaServer

from assistant import Library
from assistant.errors import EmbedderMismatchError, LibraryError, ServerError
from assistant.models.fake import FakeEmbedder
from assistant.types import Paper, Progress
from assistant.vectorstore import remote_lease, remote_requests
from assistant.vectorstore.records import Entry
from assistant.vectorstore.remote_address import parse
from assistant.vectorstore.remote_client import Client
from assistant.vectorstore.remote_lease import LEASE, NOWHERE, Desk


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_requests, "PAUSES", (0.01,))
    # Short enough to wait for, and long enough for a busy machine to write in.
    monkeypatch.setattr(remote_lease, "EXPIRY", 8.0)
    monkeypatch.setattr(remote_lease, "TIMEOUT", 1.0)
    monkeypatch.setattr(remote_lease, "PAUSE", 0.01)


@pytest.fixture
def address(chroma_server: ChromaServer) -> str:
    return chroma_server.address(f"papers-{uuid.uuid4().hex}")


@pytest.fixture
def desk(address: str) -> Iterator[Desk]:
    with closing(Client(parse(address))) as client:
        yield Desk(client, parse(address).collection)


def _write(path: Path, numbers: range, of: str = "") -> Path:
    records = [
        {"id": f"{of}{number}", "title": f"On {of} and {number} cats", "abstract": f"We met {number} cats. They slept."}
        for number in numbers
    ]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return path


def _content(library: Library) -> dict[str, Paper]:
    return {paper.id: paper for paper in library.papers()}


def test_a_server_killed_while_it_is_written_to_loses_nothing_acknowledged(tmp_path: Path) -> None:
    file, chance = _write(tmp_path / "papers.jsonl", range(200)), random.Random(20240607)
    with ChromaServer(tmp_path / "server") as server:
        for turn in range(3):
            address, acknowledged = server.address(f"turn{turn}"), 0
            killer = threading.Timer(chance.uniform(0.05, 0.6), server.kill)

            def watch(progress: Progress) -> None:
                nonlocal acknowledged
                acknowledged = progress.done if progress.stage == "papers" else acknowledged

            with Library(address, embedder=FakeEmbedder()) as library:
                killer.start()
                with suppress(ServerError):
                    library.add(file, progress=watch)
                killer.join()
            server.start()
            with Library(address, embedder=FakeEmbedder()) as library:
                assert library.check() == []
                assert acknowledged <= len(library) <= acknowledged + 64
                report = library.add(file)
                assert len(report.unchanged) >= acknowledged
                assert not report.updated
                assert len(report.unchanged) + len(report.added) == len(library) == 200
                assert library.search("157 cats")[0].paper.title == "On  and 157 cats"


def test_two_who_add_the_same_papers_at_once_add_each_once(address: str, tmp_path: Path) -> None:
    files = [_write(tmp_path / f"{name}.jsonl", range(100)) for name in "ab"]
    both = threading.Barrier(2)
    problems: list[BaseException] = []

    def add(file: Path) -> None:
        try:
            with Library(address, embedder=FakeEmbedder()) as library:
                both.wait()
                library.add(file)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=add, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with Library(address, embedder=FakeEmbedder()) as library:
        assert len(library) == 100
        assert set(_content(library)) == {str(number) for number in range(100)}
        assert library.add(*files).added == ()


def test_two_who_write_under_one_id_keep_both_papers(address: str, tmp_path: Path) -> None:
    with Library(address, embedder=FakeEmbedder()) as one, Library(address, embedder=FakeEmbedder()) as other:
        one.add(_write(tmp_path / "a.jsonl", range(1)))
        (tmp_path / "b.jsonl").write_text('{"id": "0", "title": "Of dogs", "abstract": "Dogs bark."}', encoding="utf-8")
        assert other.add(tmp_path / "b.jsonl").added == ("0-2",)
        assert {paper.title for paper in one.papers()} == {"On  and 0 cats", "Of dogs"}


def test_one_writes_at_a_time(desk: Desk) -> None:
    order: list[str] = []
    with desk.turn():
        waiting = threading.Thread(target=lambda: order.append(_hold(desk)))
        waiting.start()
        time.sleep(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def _hold(desk: Desk) -> str:
    with desk.turn():
        return "second"


def test_a_writer_that_died_is_waited_for_and_then_passed_over(
    desk: Desk, address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(remote_lease, "EXPIRY", 2.0)
    monkeypatch.setattr(remote_lease, "TOLD", 0.5)
    with desk.turn():
        pass
    with closing(Client(parse(address))) as client:
        client.collection(f"{parse(address).collection}.carrel").write([LEASE], [{"holder": "dead"}], [NOWHERE])
    began = time.monotonic()
    _hold(desk)
    assert time.monotonic() - began >= remote_lease.EXPIRY
    name, server = parse(address).collection, parse(address).server
    assert caplog.messages == [
        f"Others are writing to {name} at {server}; waiting for them, at most 2 seconds for one that was ended amid it."
    ]


def test_others_that_write_for_too_long_are_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_lease, "PATIENCE", 0.1)
    with desk.turn(), pytest.raises(ServerError, match="Others have been writing"), desk.turn():
        raise AssertionError


def test_a_turn_that_is_over_writes_nothing_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk.turn() as turn:
        before = turn.raise_revision()
        monkeypatch.setattr(remote_lease, "TIMEOUT", 10.0)
        with pytest.raises(ServerError, match="too slow"):
            turn.raise_revision()
    assert desk.revision == before


def test_nothing_is_stored_where_another_changed_the_library_meanwhile(address: str, tmp_path: Path) -> None:
    with Library(address, embedder=FakeEmbedder()) as library:
        library.add(_write(tmp_path / "a.jsonl", range(2)))
        ledger, identity = library._store.ledger, library.embedder.identity
        revision = ledger.revision
        library.remove("1")
        assert not ledger.write([], identity, since=revision)
        assert ledger.write([], identity, since=ledger.revision)
        with pytest.raises(EmbedderMismatchError):
            ledger.write([], FakeEmbedder(name="other").identity)


def test_a_paper_removed_by_another_is_not_written_without_its_vectors(address: str, tmp_path: Path) -> None:
    with Library(address, embedder=FakeEmbedder()) as library:
        library.add(_write(tmp_path / "a.jsonl", range(2)))
        entry = Entry(paper=library.get("1")[0])
        library.remove("1")
        with pytest.raises(LibraryError, match="removed by another"):
            library._store.ledger.write([entry], library.embedder.identity)
        assert set(_content(library)) == {"0"}
