"""A handful of papers, and a ledger to put them into."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.adding import embed
from assistant.models.fake import FakeEmbedder
from assistant.types import Paper
from assistant.vectorstore.ledger import Ledger


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    with closing(Ledger(home / "library.sqlite3")) as opened:
        yield opened


@pytest.fixture
def write(ledger: Ledger, embedder: FakeEmbedder) -> Callable[..., None]:
    """Store papers in the ledger."""

    def store(*papers: Paper) -> None:
        assert ledger.write(list(embed(papers, embedder)), embedder.identity)

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
        authors=("Carl Ölander",),
        year=2019,
        venue="École d'été",
        topics=("graphs",),
        source="zotero.jsonl",
    )


@pytest.fixture
def trees() -> Paper:
    return Paper(id="trees", title="Decision trees", year=None, source="zotero.jsonl")
