import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.types import AddReport, Merged, Noted, Progress, Skipped
from assistant.ui import upload
from assistant.ui.upload import Intake, Job
from assistant.ui.upload_view import finished, following, summary, told

PAPERS = "\n".join(json.dumps({"id": f"p{number}", "title": f"Title {number}"}) for number in range(3))


@pytest.fixture
def intake(home: Path) -> Iterator[Intake]:
    with Library(home, embedder=FakeEmbedder()) as library:
        made = Intake(library)
        yield made
        made.close()
        made.exchange.close()


def send(intake: Intake, text: str, name: str = "refs.jsonl") -> dict[str, Any]:
    folder = intake.exchange.folder / "abc"
    folder.mkdir(exist_ok=True)
    (folder / "sent").write_text(text, encoding="utf-8")
    return {"path": str(folder / "sent"), "orig_name": name}


def test_files_are_added_under_their_own_name_and_deleted(intake: Intake, home: Path) -> None:
    *_, shown = told(intake, [send(intake, PAPERS)], "me")
    assert "3 papers added." in shown
    with Library(home, embedder=FakeEmbedder()) as library:
        assert [paper.source for paper in library.papers()] == ["refs.jsonl"] * 3
    assert list(intake.exchange.folder.iterdir()) == []


def test_what_was_skipped_can_be_read_and_fetched(intake: Intake) -> None:
    bad = "\n".join(f"broken {number} <b>" for number in range(30))
    *_, shown = told(intake, [send(intake, f"{PAPERS}\n{bad}", "a<b>.jsonl")], "me")
    assert "30 skipped" in shown
    assert "a&lt;b&gt;.jsonl, line 4: not valid JSON" in shown
    assert "… and 10 more" in shown
    address = shown.partition('href="')[2].partition('"')[0]
    file = intake.exchange.offered(address.rpartition("/")[2])
    assert file is not None
    assert len(file.read_text(encoding="utf-8").splitlines()) == 30


@pytest.mark.parametrize("given", [[], None, "x", [{}], [{"path": "/etc/passwd"}], {"path": 3}])
def test_only_what_was_sent_is_added(intake: Intake, given: Any) -> None:
    with pytest.raises(UsageError):
        intake.sent(given)
    assert 'role="alert"' in "".join(told(intake, given, "me"))


def test_a_name_may_be_anything(intake: Intake) -> None:
    (name,) = intake.sent([send(intake, "x", "\x1b[31m" + "n" * 5000 + ".bib")]).values()
    assert name == "n" * (upload.LONGEST_NAME - 4) + ".bib"
    (name,) = intake.sent([send(intake, "x", " ")]).values()
    assert name == "sent"


def test_a_file_that_cannot_be_read_is_said_in_words(intake: Intake) -> None:
    *_, shown = told(intake, [send(intake, "hello", "notes.txt")], "me")
    assert "0 papers added, 1 skipped." in shown
    assert "notes.txt looks like text that lists no papers" in shown


def test_stopping_keeps_what_is_stored(intake: Intake) -> None:
    started, stopped = threading.Event(), threading.Event()

    def add(library: Library, tell: Any, stop: threading.Event) -> AddReport:
        started.set()
        assert stop.wait(30)
        stopped.set()
        return AddReport(added=("a",))

    jobs = intake.run(add, "me")
    next(jobs)
    assert started.wait(30)
    intake.stop("somebody else")
    assert not stopped.is_set()
    intake.stop("me")
    *_, job = jobs
    assert "Stopped; what was stored stays. 1 paper added." in finished(job, intake.exchange)


def test_closing_the_page_stops(intake: Intake) -> None:
    seen = threading.Event()

    def add(library: Library, tell: Any, stop: threading.Event) -> AddReport:
        if stop.wait(30):
            seen.set()
        return AddReport()

    jobs = intake.run(add, "me")
    next(jobs)
    jobs.close()
    assert seen.wait(30)


def test_what_nobody_expected_is_said_and_logged(intake: Intake, caplog: pytest.LogCaptureFixture) -> None:
    def add(library: Library, tell: Any, stop: threading.Event) -> AddReport:
        raise RuntimeError("<b>boom</b>")

    with caplog.at_level(logging.ERROR):
        *_, job = intake.run(add, "me")
    assert "Something went wrong." in finished(job, intake.exchange)
    assert "boom" in caplog.text


def test_how_far_it_is() -> None:
    job = Job("me")
    assert "Opening the files…" in following(job)
    job.progress = Progress(stage="reading", done=1280, total=None)
    assert "Reading: 1,280" in following(job)
    job.progress = Progress(stage="papers", done=64, total=1280)
    assert "Adding papers: 64 of 1,280" in following(job)
    assert "max='1280' value='64'" in following(job)
    job.stop.set()
    assert "Stopping…" in following(job)


def test_report_escapes_whatever_it_names(intake: Intake) -> None:
    job = Job("me")
    evil = "<img src=x>"
    job.report = AddReport(
        merged=(Merged(file=evil, place=evil, paper=evil, reason=evil),),
        skipped=(Skipped(evil, evil, evil),),
        notes=(Noted(evil, evil),),
    )
    assert "<img" not in finished(job, intake.exchange)


def test_summary() -> None:
    report = AddReport(added=("a",), updated=("b",), unchanged=("c", "c"), skipped=(Skipped("f", "", "bad"),))
    assert summary(report) == "1 paper added, 2 there already, 1 updated, 1 skipped."
