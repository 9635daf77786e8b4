import json
from pathlib import Path

import pytest

from assistant.errors import CarrelError
from assistant.types import Answer
from assistant.ui import feedback
from assistant.ui.cli import main
from assistant.ui.talk import Exchange

ANSWER = Answer(question="Do cats purr?", answered=True, text="Cats purr. [1]", model="Tiny")
ASKED = Exchange(question="Do cats purr?", answer=ANSWER)
OTHER = Exchange(question="Do dogs purr?", answer=ANSWER)


def test_the_last_word_on_an_answer_counts(tmp_path: Path) -> None:
    feedback.note(tmp_path, ASKED, ANSWER, "good")
    feedback.note(tmp_path, OTHER, ANSWER, "good")
    feedback.note(tmp_path, ASKED, ANSWER, "bad", "No numbers.")
    feedback.note(tmp_path, OTHER, ANSWER, "")
    (said,) = feedback.read(tmp_path)
    assert (said["verdict"], said["word"], said["model"]) == ("bad", "No numbers.", "Tiny")
    assert (said["question"], said["text"]) == ("Do cats purr?", "Cats purr. [1]")


def test_a_broken_line_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / feedback.FILE).write_text('{"key": "a", "verd\n[]\n{"key": "b"}\n', encoding="utf-8")
    feedback.note(tmp_path, ASKED, ANSWER, "good")
    assert [one["key"] for one in feedback.read(tmp_path)] == [ASKED.key]


def test_it_is_for_the_persons_eyes_only(tmp_path: Path) -> None:
    feedback.note(tmp_path, ASKED, ANSWER, "good")
    assert (tmp_path / feedback.FILE).stat().st_mode & 0o077 == 0


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / feedback.FILE).mkdir()
    with pytest.raises(CarrelError, match="cannot be written"):
        feedback.note(tmp_path, ASKED, ANSWER, "good")


def test_export(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home.mkdir(exist_ok=True)
    feedback.note(home, ASKED, ANSWER, "good", "Clear.")
    assert main(["feedback", "export"]) == 0
    assert json.loads(capfd.readouterr().out)["word"] == "Clear."
    assert main(["feedback", "export", "-o", str(tmp_path / "said.jsonl")]) == 0
    assert "1 answer written" in capfd.readouterr().err
    assert json.loads((tmp_path / "said.jsonl").read_text(encoding="utf-8"))["verdict"] == "good"


def test_nothing_said_is_no_error(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["feedback", "export"]) == 0
    assert capfd.readouterr().out == ""
