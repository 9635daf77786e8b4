"""`carrel backup`, `restore` and `reindex`, and what `carrel doctor` finds and mends."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import reindexing
from assistant.library import Library
from assistant.models import catalogue
from assistant.models.fake import FakeEmbedder
from assistant.protocols import TextKind, Vectors
from assistant.settings import Settings
from assistant.types import Progress
from assistant.ui.cli import main

DEFAULT = catalogue.entries("embedder")["minilm"]


Carrel = Callable[..., Any]


class Default(FakeEmbedder):
    """A fake that goes by the name of the default embedder."""

    @property
    def identity(self) -> Any:
        return super().identity.__class__(name=DEFAULT.title, revision=DEFAULT.sha256[:12], dimension=64)


def _loaded(settings: Settings) -> FakeEmbedder:
    """Load a fake for what the settings name."""
    return Default() if settings.embedder == "minilm" else FakeEmbedder(dimension=8, name=settings.embedder)


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.load_embedder", _loaded)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few papers are searched exactly just as well, and Chroma takes seconds to load."""
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)


@pytest.fixture
def library(home: Path, tmp_path: Path, no_index: None) -> Path:
    """A home with three papers."""
    file = tmp_path / "papers.jsonl"
    file.write_text("\n".join(json.dumps({"id": one, "title": f"On {one}"}) for one in ("ships", "trees", "graphs")))
    assert main(["add", str(file)]) == 0
    return home


@pytest.fixture
def saved(library: Path, tmp_path: Path, carrel: Carrel) -> Path:
    """A backup of them."""
    path = tmp_path / "papers.carrel"
    assert carrel("backup", path).code == 0
    return path


def _answers(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(answer))


def _ids(carrel: Carrel) -> list[str]:
    return [line.split("\t")[0] for line in carrel("list").out.splitlines()]


@pytest.mark.usefixtures("library")
class TestBackup:
    def test_says_what_it_saved(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "papers.carrel"
        done = carrel("backup", path)
        assert (done.code, done.err) == (0, "")
        assert done.out == f"3 papers saved in {path}, {path.stat().st_size} bytes.\n"
        assert zipfile.is_zipfile(path)

    def test_file_that_is_there_needs_a_yes(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "papers.carrel"
        path.write_text("mine")
        assert carrel("backup", path) == (
            2,
            "",
            f"carrel: {path} is there already. Write over it? Give --yes to write over it.\n",
        )
        assert path.read_text() == "mine"
        assert carrel("backup", "--yes", path).code == 0
        assert zipfile.is_zipfile(path)

    def test_person_is_asked(self, carrel: Carrel, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        saved.write_text("mine")
        _answers(monkeypatch, "n\n")
        done = carrel("backup", saved)
        assert (done.code, done.out.strip(), saved.read_text()) == (130, "", "mine")
        assert "Write over it?" in done.err
        _answers(monkeypatch, "y\n")
        assert carrel("backup", saved).code == 0
        assert zipfile.is_zipfile(saved)

    def test_own_folder_that_the_shell_left_alone(
        self, carrel: Carrel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        assert carrel("backup", "~/b").code == 0
        assert carrel("backup", "~/b").code == 2
        assert carrel("restore", "--yes", "~/b").code == 0
        assert (tmp_path / "b").is_file()

    def test_places_where_it_cannot_be(self, carrel: Carrel, tmp_path: Path) -> None:
        assert carrel("backup", tmp_path / "usb" / "b") == (
            1,
            "",
            f"carrel: There is no folder {tmp_path / 'usb'}. Make it first, or choose another.\n",
        )
        assert carrel("backup", tmp_path) == (1, "", f"carrel: {tmp_path} is a folder. Give the name of a new file.\n")

    def test_progress_is_lines_where_there_is_no_terminal(
        self, carrel: Carrel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("assistant.ui.console.PAUSE", 0.0)
        lines = carrel("backup", tmp_path / "b").err.splitlines()
        assert lines[0] == "Copying: 100%"
        assert lines[1].startswith("Packing: 100%")

    def test_progress_is_a_bar_on_a_terminal(
        self, carrel: Carrel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        err = carrel("backup", tmp_path / "b").err
        assert "Copying" in err
        assert "Loading the embedder" not in err


def test_backup_of_nothing(carrel: Carrel, home: Path, tmp_path: Path) -> None:
    done = carrel("backup", tmp_path / "b")
    assert (done.code, done.err.startswith(f"carrel: The library in {home} is empty. Add papers")) == (1, True)
    assert not (tmp_path / "b").exists()


class TestRestore:
    def test_over_papers_needs_a_yes(self, carrel: Carrel, library: Path, saved: Path) -> None:
        carrel("remove", "--yes", "ships")
        assert carrel("restore", saved) == (
            2,
            "",
            f"carrel: Replace the 2 papers in {library}? Give --yes to replace them.\n",
        )
        assert _ids(carrel) == ["trees", "graphs"]
        assert carrel("restore", "--yes", saved) == (0, f"3 papers restored in {library}.\n", "")
        assert _ids(carrel) == ["ships", "trees", "graphs"]

    def test_person_is_asked(self, carrel: Carrel, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        carrel("remove", "--yes", "ships")
        _answers(monkeypatch, "\n")
        assert carrel("restore", saved).code == 130
        assert len(_ids(carrel)) == 2
        _answers(monkeypatch, "y\n")
        assert carrel("restore", saved).code == 0
        assert len(_ids(carrel)) == 3

    def test_into_a_new_home_nobody_is_asked(self, carrel: Carrel, saved: Path, tmp_path: Path) -> None:
        new = tmp_path / "new"
        assert carrel("--home", new, "restore", saved) == (0, f"3 papers restored in {new}.\n", "")
        assert carrel("--home", new, "search", "trees", "-k", "1").out.startswith(" 1. On trees ")

    def test_missing_file_makes_no_home(self, carrel: Carrel, tmp_path: Path) -> None:
        assert carrel("--home", tmp_path / "new", "restore", tmp_path / "none") == (
            1,
            "",
            f"carrel: {tmp_path / 'none'} does not exist. Check the name.\n",
        )
        assert not (tmp_path / "new").exists()

    @pytest.mark.usefixtures("library")
    def test_what_is_no_backup(self, carrel: Carrel, tmp_path: Path) -> None:
        done = carrel("restore", "--yes", tmp_path / "papers.jsonl")
        assert done == (
            1,
            "",
            f"carrel: {tmp_path / 'papers.jsonl'} is no backup of Carrel, or is damaged (File is not a zip file). "
            "Take another backup.\n",
        )
        assert carrel("restore", "--yes", tmp_path).code == 1
        assert len(_ids(carrel)) == 3

    def test_progress(self, carrel: Carrel, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("assistant.ui.console.PAUSE", 0.0)
        lines = carrel("restore", "--yes", saved).err.splitlines()
        assert lines[0].startswith("Checking the backup: 100%")
        assert lines[-1].startswith("Restoring papers: 3 of 3")


@pytest.mark.usefixtures("library")
class TestReindex:
    def test_library_of_another_embedder_is_refused_with_the_command_that_mends_it(
        self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CARREL_EMBEDDER", "specter")
        refused = carrel("search", "trees")
        assert (refused.code, refused.out) == (1, "")
        assert refused.err.startswith("carrel: The library was embedded by all-MiniLM-L6-v2 ")
        assert refused.err.endswith("or embed it anew with `carrel reindex`.\n")
        assert carrel("reindex") == (0, "3 papers embedded by specter.\n", "")
        assert carrel("search", "trees", "-k", "1").out.startswith(" 1. On trees ")
        monkeypatch.delenv("CARREL_EMBEDDER")
        assert "`carrel reindex`" in carrel("search", "trees").err

    def test_nothing_to_do(self, carrel: Carrel) -> None:
        assert carrel("reindex") == (0, "Already embedded by all-MiniLM-L6-v2: 3 papers.\n", "")
        assert carrel("reindex", "--force") == (0, "3 papers embedded by all-MiniLM-L6-v2.\n", "")

    def test_interrupt_keeps_what_is_done(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        class Interrupted(FakeEmbedder):
            def embed(self, texts: Any, kind: TextKind) -> Vectors:
                if len(self.embedded) == 4:
                    raise KeyboardInterrupt
                return super().embed(texts, kind)

        monkeypatch.setattr(reindexing, "BATCH", 1)
        monkeypatch.setattr("assistant.models.load_embedder", lambda settings: Interrupted())
        assert carrel("reindex") == (130, "", "Stopped. What was stored stays.\n")
        assert carrel("reindex") == (0, "1 paper embedded by fake.\n", "")

    def test_progress(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CARREL_EMBEDDER", "specter")
        monkeypatch.setattr("assistant.ui.console.PAUSE", 0.0)
        assert carrel("reindex").err == "Embedding papers anew: 3 of 3\n"


def test_reindex_of_nothing(carrel: Carrel, home: Path) -> None:
    done = carrel("reindex")
    assert (done.code, done.err.startswith(f"carrel: The library in {home} is empty.")) == (1, True)


class TestDoctor:
    def _said(self, carrel: Carrel, name: str) -> list[str]:
        """Return what the doctor says of something, with the remedies."""
        lines = [" ".join(line.split()) for line in carrel("doctor").out.splitlines()]
        found = []
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            if line.startswith((f"ok {name} ", f"problem {name} ")):
                is_remedy = following and not following.startswith(("ok ", "problem "))
                found.append(f"{line} -> {following}" if is_remedy else line)
        return found

    def _stopped(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def stop(step: Progress) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(reindexing, "BATCH", 2)
            with Library(home, embedder=FakeEmbedder(name="specter")) as other, pytest.raises(KeyboardInterrupt):
                other.reindex(stop)

    @pytest.mark.usefixtures("library")
    def test_settings_that_name_another_embedder(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self._said(carrel, "library")[1] == "ok library embedded by all-MiniLM-L6-v2"
        monkeypatch.setenv("CARREL_EMBEDDER", "models/specter")
        finding = self._said(carrel, "library")[1]
        assert finding.startswith(
            "problem library embedded by all-MiniLM-L6-v2, but the settings name specter -> Set the embedder"
        )
        assert finding.endswith("`carrel reindex`.")

    def test_unfinished_embedding(self, carrel: Carrel, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._stopped(library, monkeypatch)
        finding = self._said(carrel, "library")[2]
        assert finding.startswith("problem library being embedded anew by specter: 2 of 3 papers done -> ")
        assert "`carrel reindex` goes on with it" in finding
        assert carrel("doctor").code == 1
        carrel("reindex")
        assert len(self._said(carrel, "library")) == 2

    def test_lost_vectors(self, carrel: Carrel, library: Path) -> None:
        with Library(library) as opened:
            opened._store.ledger.database.query("DELETE FROM vectors WHERE row = 2")
        (finding, _) = self._said(carrel, "library")
        assert finding.startswith("problem library damaged: the vector of ")
        assert "`carrel restore FILE`" in finding
        assert carrel("reindex", "--force").code == 0
        assert self._said(carrel, "library")[0].startswith("ok library 3 papers")


@pytest.mark.parametrize("part", ["words", "vectors"])
@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_doctor_repairs_the_index(carrel: Carrel, home: Path, tmp_path: Path, part: str, harm: str) -> None:
    (tmp_path / "one.jsonl").write_text('{"title": "On ships"}')
    assert carrel("add", tmp_path / "one.jsonl").code == 0
    (folder,) = (home / "index").glob(f"index-*/{part}")
    if harm == "missing":
        shutil.rmtree(folder)
    else:
        path = max((one for one in folder.rglob("*") if one.is_file()), key=lambda one: one.stat().st_size)
        path.write_bytes(b"damaged")
    report = json.loads(carrel("doctor", "--json").out)
    (index,) = [one for one in report["findings"] if one["name"] == "index"]
    assert index["ok"]
    assert index["text"].startswith("built just now, 1 paper, ")
    report = json.loads(carrel("doctor", "--json").out)
    assert [one["text"][:5] for one in report["findings"] if one["name"] == "index"] == ["whole"]
