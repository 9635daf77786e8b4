"""Pulling models of the catalogue from a hub on loopback."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import EmbedderMismatchError, ModelError
from assistant.library import Library
from assistant.models import download, pulling, stored
from assistant.models.catalogue import locate
from assistant.models.entries import Entry, File
from assistant.models.pulling import HUB, pull
from assistant.settings import load
from assistant.types import Progress

CONTENT = bytes(range(256)) * 40
FILES = {"config.json": b"{}", "1_Pooling/config.json": b"[]", "model.safetensors": CONTENT}


def _file(path: str) -> File:
    return File(path=path, size=len(FILES[path]), sha256=hashlib.sha256(FILES[path]).hexdigest())


CHAT = Entry(
    title="Mine 1B",
    licence="MIT",
    repository="me/mine-GGUF",
    revision="abc",
    file="mine.gguf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
)
EMBEDDER = Entry(
    title="Mine",
    licence="MIT",
    repository="me/mine",
    revision="abc",
    weights="model.safetensors",
    files=tuple(map(_file, FILES)),
    query_prompt="query: ",
)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAUSE", 0)


@pytest.fixture
def filled(hub: Any) -> Any:
    """The hub, with both models."""
    hub.files["me/mine-GGUF/resolve/abc/mine.gguf"] = CONTENT
    hub.files |= {f"me/mine/resolve/abc/{path}": content for path, content in FILES.items()}
    return hub


@pytest.fixture
def seen() -> list[Progress]:
    return []


@pytest.fixture
def get(home: Path, seen: list[Progress]) -> Callable[..., stored.Stored]:
    def run(entry: Entry = CHAT, name: str = "mine") -> stored.Stored:
        return pull(home, name, "chat" if entry.file else "embedder", entry, seen.append)

    return run


def test_file(get: Callable[..., stored.Stored], filled: Any, home: Path, seen: list[Progress]) -> None:
    model = get()
    assert (model.title, model.licence, model.origin) == ("Mine 1B", "MIT", "me/mine-GGUF at abc")
    located = locate("mine", "chat", home)
    assert located.path == home / "models" / "mine" / "mine.gguf"
    assert located.path.read_bytes() == CONTENT
    assert seen[-1] == Progress(stage="pull", done=len(CONTENT), total=len(CONTENT))
    assert stored.every(home) == [model]


def test_folder(get: Callable[..., stored.Stored], filled: Any, home: Path, seen: list[Progress]) -> None:
    get(EMBEDDER)
    located = locate("mine", "embedder", home)
    assert {path: (located.path / path).read_bytes() for path in FILES} == FILES
    assert located.query_prompt == "query: "
    assert located.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert seen[-1] == Progress(stage="pull", done=EMBEDDER.total, total=EMBEDDER.total)


def test_nothing_is_used_until_all_is_there(get: Callable[..., stored.Stored], filled: Any, home: Path) -> None:
    del filled.files["me/mine/resolve/abc/model.safetensors"]
    with pytest.raises(ModelError, match="404"):
        get(EMBEDDER)
    assert stored.every(home) == []
    assert stored.is_there(home, "mine")
    filled.files["me/mine/resolve/abc/model.safetensors"] = CONTENT
    filled.asked.clear()
    get(EMBEDDER)
    # The two that had arrived are not fetched again.
    assert [path for path, _ in filled.asked] == ["/me/mine/resolve/abc/model.safetensors"]


def test_broken_transfer_is_gone_on_with_by_the_next_run(
    get: Callable[..., stored.Stored], filled: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    filled.cuts, filled.statuses = [4000], []

    def nobody(*_: object) -> None:
        filled.statuses[:] = [503]

    monkeypatch.setattr(download.time, "sleep", nobody)
    with pytest.raises(ModelError, match="503"):
        get()
    get()
    assert filled.asked[-1][1] == "bytes=4000-"
    assert locate("mine", "chat", home).path.read_bytes() == CONTENT


def test_other_file_is_not_used(get: Callable[..., stored.Stored], filled: Any, home: Path) -> None:
    filled.files["me/mine-GGUF/resolve/abc/mine.gguf"] = b"\0" * len(CONTENT)
    with pytest.raises(ModelError, match="its sha256 is another"):
        get()
    assert not stored.is_there(home, "mine")


def test_full_disk_is_found_out_before(
    get: Callable[..., stored.Stored], filled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage._replace(free=100))
    with pytest.raises(ModelError, match=r"1 MB are needed in .*, and 0 MB are free") as caught:
        get()
    assert caught.value.remedy.startswith("Free some disk space")
    assert filled.asked == []


def test_what_is_there_already_needs_no_space(
    get: Callable[..., stored.Stored], filled: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = stored.staging(home, "mine") / "mine.gguf.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:-50])
    usage = shutil.disk_usage("/")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage._replace(free=100))
    get()
    assert filled.asked[0][1] == f"bytes={len(CONTENT) - 50}-"


def test_two_at_once(get: Callable[..., stored.Stored], filled: Any, home: Path) -> None:
    with stored.alone(home, "mine"), pytest.raises(ModelError, match="Another process is storing mine just now"):
        get()
    get()


def test_newer_one_takes_the_place_of_an_older(get: Callable[..., stored.Stored], filled: Any, home: Path) -> None:
    get()
    newer = replace(CHAT, revision="def", size=2, sha256=hashlib.sha256(b"{}").hexdigest())
    filled.files["me/mine-GGUF/resolve/def/mine.gguf"] = b"{}"
    get(newer)
    assert locate("mine", "chat", home).path.read_bytes() == b"{}"


@pytest.mark.parametrize(
    ("change", "message", "remedy"),
    [
        ({"withheld": "it is secret"}, "mine is not pulled: it is secret", "Download it yourself from me/mine-GGUF"),
        ({"package": "mine"}, "comes as a package", "pip install"),
        ({"path": "/mine"}, "is on this machine already", "carrel models use mine"),
    ],
)
def test_what_is_not_pulled(
    get: Callable[..., stored.Stored], change: dict[str, str], message: str, remedy: str
) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        get(replace(CHAT, **change))
    assert remedy in caught.value.remedy


class TestHub:
    def test_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("HF_ENDPOINT", raising=False)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        assert pulling.hub() == HUB

    def test_mirror(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/hub/")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        assert pulling.hub() == "https://mirror.example/hub"

    @pytest.mark.parametrize("address", ["mirror.example", "ftp://mirror.example", "https://"])
    def test_no_address(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        with pytest.raises(ModelError, match=r"HF_ENDPOINT is .* which is no address"):
            pulling.hub()

    def test_forbidden(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("assistant.offline._set_here", set())
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        with pytest.raises(ModelError, match="HF_HUB_OFFLINE forbids to contact a hub"):
            pulling.hub()


def test_proxy_that_is_none(get: Callable[..., stored.Stored], filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "carrier-pigeon://127.0.0.1")
    with pytest.raises(ModelError, match="that the environment names cannot be used") as caught:
        get()
    assert "HTTPS_PROXY" in caught.value.remedy


def test_proxy_of_the_environment_is_used(
    get: Callable[..., stored.Stored], filled: Any, hubs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", hubs[1].address)
    with pytest.raises(ModelError, match=r"is not there \(404\)"):
        get()
    assert hubs[1].asked[0][0] == f"{hubs[0].address}/me/mine-GGUF/resolve/abc/mine.gguf"


@pytest.mark.model
def test_real_embedder_is_pulled_and_the_library_embedded_anew(
    home: Path, hub: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)
    packaged = locate("minilm", "embedder").path
    parts = []
    for path in (file for file in packaged.rglob("*") if file.is_file()):
        name, content = path.relative_to(packaged).as_posix(), path.read_bytes()
        hub.files[f"me/mine/resolve/abc/{name}"] = content
        parts.append(File(path=name, size=len(content), sha256=hashlib.sha256(content).hexdigest()))
    entry = replace(EMBEDDER, files=tuple(parts))
    (tmp_path / "papers.jsonl").write_text(
        '{"id": "cats", "title": "Why cats purr"}\n{"id": "fish", "title": "How fish sleep"}\n'
    )
    with Library(home) as library:
        library.add(tmp_path / "papers.jsonl")
    pull(home, "mine", "embedder", entry, lambda _: None)
    with Library(home, settings=load(home, embedder="mine")) as library:
        with pytest.raises(EmbedderMismatchError, match="embedded by all-MiniLM-L6-v2"):
            library.search("a happy kitten")
        assert library.reindex() == 2
        assert library.search("a happy kitten")[0].paper.id == "cats"
        identity = library.embedder.identity
    assert (identity.name, identity.revision, identity.query_prompt) == ("Mine", "53aa51172d14", "query: ")
    assert (identity.dimension, identity.max_tokens) == (384, 256)
