"""What every test shares: a home of its own, a clean environment, the data beside the project."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from assistant import Library
from assistant.models.fake import FakeEmbedder

# No test asserts a time: a busy machine would fail it.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

SHARED = Path(os.environ.get("CARREL_SHARED") or Path(__file__).parents[2] / "shared")
"""Read before the environment is cleaned."""

PAPERS = """\
{"id": "cats", "title": "Why cats purr", "abstract": "We recorded forty old cats. Cats purr at 25 hertz when content."}
{"id": "fish", "title": "How fish sleep", "abstract": "Fish rest with open eyes. They have no eyelids to close."}
{"id": "dogs", "title": "What dogs hear", "abstract": "Dogs hear tones of up to 45,000 hertz."}
"""


def _isolate(patch: pytest.MonkeyPatch, home: Path) -> None:
    for name in [name for name in os.environ if name.startswith("CARREL_")]:
        patch.delenv(name)
    patch.setenv("CARREL_HOME", str(home))


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep fixtures that outlive one test away from the person's own library too."""
    with pytest.MonkeyPatch.context() as patch:
        _isolate(patch, tmp_path_factory.mktemp("session-home"))
        yield


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of this test, empty; no other `CARREL_*` is set."""
    place = tmp_path_factory.mktemp("home")
    _isolate(monkeypatch, place)
    return place


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"no shared data at {SHARED}; name its folder in CARREL_SHARED")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome on this machine."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine; `make test-setup` says how to get one")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three papers."""
    home = tmp_path_factory.mktemp("filled")
    (home / "papers.jsonl").write_text(PAPERS, encoding="utf-8")
    with Library(home, embedder=FakeEmbedder(dimension=512)) as library:
        library.add(home / "papers.jsonl")
    return home
