"""A library of three papers, and an assistant over it that needs no model."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.protocols import ChatModel
from assistant.wiring import Assistant

PAPERS: list[dict[str, str]] = [
    {"id": "cats", "title": "Purr: How cats purr", "abstract": "Purr studies cats. Cats purr with their larynx."},
    {"id": "dogs", "title": "Barking dogs", "abstract": "Dogs bark at strangers. They rarely bark at friends."},
    {"id": "fish", "title": "Silent fish", "abstract": "Fish are silent. Some fish hum in the night."},
]

Make = Callable[..., Assistant]


@pytest.fixture
def make(home: Path, tmp_path: Path) -> Iterator[Make]:
    """Make an assistant over the papers above."""
    libraries = []

    def make(model: ChatModel | None = None, papers: list[dict[str, str]] = PAPERS) -> Assistant:
        library = Library(home, embedder=FakeEmbedder())
        libraries.append(library)
        file = tmp_path / "papers.jsonl"
        file.write_text("\n".join(json.dumps(paper) for paper in papers), encoding="utf-8")
        if papers:
            library.add(file)
        return Assistant(library, model=model or FakeChat("Cats purr with their larynx."))

    yield make
    for library in libraries:
        library.close()
