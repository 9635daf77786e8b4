"""`carrel doctor`: what it finds, what it repairs, and that nothing it meets ends it."""

import json
import os
import shutil
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.library import Library
from assistant.models import catalogue, tuning
from assistant.models.catalogue import Located
from assistant.models.fake import FakeEmbedder
from assistant.models.machine import Machine
from assistant.protocols import EmbedderIdentity
from assistant.ui.cli import main
from assistant.ui.doctor import examine
from assistant.ui.findings import Finding


class LikeMiniLM(FakeEmbedder):
    """A fake that goes by the name of the default embedder."""

    @property
    def identity(self) -> EmbedderIdentity:
        entry = catalogue.entries("embedder")["minilm"]
        return EmbedderIdentity(name=entry.title, revision=entry.sha256[:12], dimension=64)


@pytest.fixture
def library(home: Path, tmp_path: Path) -> Path:
    """A home with two papers and an index of them."""
    path = tmp_path / "papers.jsonl"
    path.write_text('{"title": "Graph Mamba", "abstract": "It reads graphs."}\n{"title": "RouteLLM"}\n')
    with Library(home, embedder=LikeMiniLM()) as library:
        library.add(path)
    return home


def _found(name: str) -> list[Finding]:
    return [finding for finding in examine() if finding.name == name]


def _one(name: str) -> Finding:
    (finding,) = _found(name)
    return finding


def test_everything_is_looked_at() -> None:
    names = [finding.name for finding in examine()]
    assert names == ["home", "settings", "library", "model", "embedder", "versions", "processor", "tuning"]


def test_home_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    finding = next(examine(home))
    assert finding.ok
    assert finding.text.startswith(f"{home}, made when the first papers are added, ")
    assert not home.parent.exists()


def test_home_that_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    finding = next(examine(path))
    assert (finding.ok, finding.text) == (False, f"{path} is not a folder.")
    assert finding.remedy.startswith("Choose another folder")


def test_little_space(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(os.curdir)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage._replace(free=7_000_000))
    finding = _one("home")
    assert not finding.ok
    assert finding.text.endswith("7 MB free")


def test_library_that_is_well(library: Path) -> None:
    papers, embedder = _found("library")
    assert (papers.ok, papers.text) == (True, "2 papers, revision 1, schema 2, whole")
    assert (embedder.ok, embedder.text) == (True, "embedded by all-MiniLM-L6-v2")
    index = _one("index")
    assert index.ok
    assert index.text.startswith("whole, 2 papers, built at revision 1, behind by 0; chromadb ")


def test_index_that_is_lost_is_built_again(library: Path) -> None:
    shutil.rmtree(library / "index")
    assert _one("index").text.startswith("built just now, 2 papers")
    assert _one("index").text.startswith("whole, 2 papers")


def test_index_that_is_damaged_is_built_again(library: Path) -> None:
    for path in library.glob("index/index-*/**/*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    assert _one("index").text.startswith("built just now, 2 papers")


def test_index_that_cannot_be_built(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no index today")

    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", broken)
    finding = _one("index")
    assert (finding.ok, finding.text) == (False, "RuntimeError: no index today")
    assert _one("versions").ok


def test_ledger_that_is_no_database(library: Path) -> None:
    (library / "library.sqlite3").write_bytes(b"no database " * 1000)
    finding = _one("library")
    assert not finding.ok
    assert "is damaged or no library of Carrel" in finding.text
    assert finding.remedy.startswith("Move it away, then restore a backup")


def test_ledger_with_a_hole(library: Path) -> None:
    path = library / "library.sqlite3"
    with path.open("r+b") as file:
        file.seek(4096 * 4)
        file.write(b"\xff" * 4096 * 4)
    findings = _found("library")
    assert [finding for finding in findings if not finding.ok]


def test_library_of_another_embedder(library: Path, tmp_path: Path, home: Path) -> None:
    other = tmp_path / "other"
    with Library(other, embedder=FakeEmbedder()) as library_of_another:
        library_of_another.add(tmp_path / "papers.jsonl")
    finding = [one for one in examine(other) if one.name == "library"][1]
    assert (finding.ok, finding.text) == (False, "embedded by fake, but the settings name all-MiniLM-L6-v2")


def test_unknown_setting_hides_nothing_else(home: Path) -> None:
    (home / "config.toml").write_text("colour = 'red'")
    problem, defaults = _found("settings")
    assert not problem.ok
    assert problem.text.startswith("Unknown setting 'colour'")
    assert defaults.text.startswith("model smollm2-135m, ")
    assert _one("versions").ok


def test_settings_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_THREADS", "3")
    assert "threads 3" in _one("settings").text
    assert "3 threads used" in _one("processor").text


@pytest.mark.parametrize(
    ("content", "message"), [(None, "There is no chat model"), (b"no model", "model.gguf"), ("folder", "is a folder")]
)
def test_model_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | str | None, message: str
) -> None:
    path = tmp_path / "model.gguf"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    monkeypatch.setenv("CARREL_MODEL", str(path))
    finding = _one("model")
    assert not finding.ok
    assert message in finding.text
    assert finding.remedy


def test_embedder_without_a_calibration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_EMBEDDER", str(tmp_path))
    _, uncalibrated = _found("embedder")
    assert uncalibrated.ok
    assert uncalibrated.text.startswith("Refusing is uncalibrated for this embedder")


def test_layers_for_a_gpu_that_the_build_does_not_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_GPU_LAYERS", "-1")
    monkeypatch.setattr("llama_cpp.llama_supports_gpu_offload", lambda: False)
    weights, gpu = _found("model")
    assert weights.ok
    assert (gpu.ok, gpu.text) == (False, "This build of llama.cpp uses no GPU, and CARREL_GPU_LAYERS is -1.")


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Machine(memory=200_000_000, free=100_000_000, cores=1)
    monkeypatch.setattr("assistant.models.loading.machine", lambda: small)
    weights, memory = _found("model")
    assert weights.ok
    assert memory.text.endswith(
        "takes about 0.3 GB of memory with a context of 4096 tokens, and 0.1 GB of 0.2 GB are free."
    )


def test_weights_with_another_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = catalogue.entries("embedder")["minilm"]
    weights = tmp_path / entry.weights
    weights.parent.mkdir()
    weights.write_bytes(b"others")
    located = Located(path=weights.parent, title=entry.title, weights=weights, sha256=entry.sha256)
    monkeypatch.setattr("assistant.ui.doctor_models.locate", lambda name, purpose, home: located)
    finding = _one("embedder")
    assert not finding.ok
    assert "is not the file it should be" in finding.text
    assert finding.remedy == catalogue.REINSTALL


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.ui.doctor.PACKAGES", ("chromadb", "no-such-package"))
    versions, missing = _found("versions")
    assert versions.text.startswith("python 3.")
    assert (missing.ok, missing.text) == (False, "not installed: no-such-package")


def test_command_fails_while_a_problem_remains(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.ui.doctor_models.locate", _no_model)
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"ok      home      {home}, writable, ")
    place = lines.index("problem model     There is no model.")
    assert lines[place + 1] == " " * 18 + "Get one."


def test_command_as_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.ui.doctor_models.locate", _no_model)
    assert main(["doctor", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert {"name": "model", "text": "There is no model.", "ok": False, "remedy": "Get one."} in report["findings"]


def test_command_succeeds_where_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.ui.doctor.examine", lambda home: iter([Finding(name="home", text="here")]))
    assert main(["doctor"]) == 0


def _no_model(name: str, purpose: str, home: object) -> tuple[Path, str]:
    raise ModelError("There is no model.", remedy="Get one.")


def test_nothing_measured_is_no_problem() -> None:
    assert _one("tuning") == Finding(
        name="tuning",
        text="nothing measured on this machine with this model; `carrel doctor --tune` finds the quickest settings",
    )


def test_what_was_measured_is_kept_and_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "READ", 8)
    monkeypatch.setattr(tuning, "WRITTEN", 2)
    monkeypatch.setattr(tuning, "has_fast_bf16", lambda: False)
    assert main(["doctor", "--tune"]) == 0
    assert (home / "tuning.json").is_file()
    text = _one("tuning").text
    assert text.startswith("reads with ")
    assert text.endswith("embeds in fp32")
    monkeypatch.setenv("CARREL_THREADS", "1")
    assert _one("tuning").text.endswith("; the threads of the settings hold instead")


def test_nothing_is_measured_of_a_model_on_a_server(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARREL_MODEL", "http://127.0.0.1:9/v1")
    assert _found("tuning") == []
    assert main(["doctor", "--tune"]) == 2
    assert "runs on a server" in capsys.readouterr().err
    assert not (home / "tuning.json").exists()
