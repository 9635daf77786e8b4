"""A handful of papers, and a ledger to put them into."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from chroma_server import ChromaServer

from assistant.models.fake import FakeEmbedder
from assistant.protocols import Embedder
from assistant.sentences import split
from assistant.types import Paper, Span
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.records import Embedding, Entry


def _entry(paper: Paper, embedder: Embedder) -> Entry:
    # Here, and not `embedding.embed`, so that these tests stand on their own.
    title = (Span("title", 0, len(paper.title)),) if paper.title else ()
    spans = title + tuple(Span("abstract", start, end) for start, end in split(paper.abstract))
    sentences = [paper.text(span.field)[span.start : span.end] for span in spans]
    vectors = embedder.embed([f"{paper.title}\n{paper.abstract}", *sentences], "passage")
    return Entry(paper=paper, embedding=Embedding(vector=vectors[0], spans=spans, sentence_vectors=vectors[1:]))


@pytest.fixture(scope="session")
def put() -> Callable[..., bool]:
    """Store papers in any ledger, embedded by a fake of 64 dimensions or by the one given."""
    usual = FakeEmbedder()

    def store(ledger: Ledger, *papers: Paper, embedder: Embedder = usual, since: int | None = None) -> bool:
        return ledger.write([_entry(paper, embedder) for paper in papers], embedder.identity, since=since)

    return store


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    with closing(Ledger(home / "library.sqlite3")) as opened:
        yield opened


@pytest.fixture
def write(ledger: Ledger, put: Callable[..., bool]) -> Callable[..., None]:
    """Store papers in the ledger."""

    def store(*papers: Paper) -> None:
        assert put(ledger, *papers)

    return store


@pytest.fixture
def routing() -> Paper:
    return Paper(
        id="routing",
        title="Routing questions to cheap models",
        abstract="A router sends easy questions to a small model. It halves the cost of the answers.",
        authors=("Ann Lee", "Bo Søndergård"),
        year=2024,
        venue="ICLR",
        doi="10.1000/ABC",
        arxiv_id="2406.18665",
        topics=("routing", "language models"),
        keys=("lee24",),
        source="refs.bib",
    )


@pytest.fixture
def graphs() -> Paper:
    return Paper(
        id="graphs",
        title="Graph networks for molecules",
        abstract="Molecules are graphs of atoms and bonds. A network passes messages along the bonds.",
        authors=("Carl Ölander", "李明"),
        year=2019,
        venue="École d'été",
        topics=("graphs",),
        source="zotero.jsonl",
    )


@pytest.fixture
def trees() -> Paper:
    return Paper(id="trees", title="Decision trees", year=None, source="zotero.jsonl")


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A Chroma server on loopback; tests use collections of their own."""
    with ChromaServer(tmp_path_factory.mktemp("chroma")) as server:
        yield server
