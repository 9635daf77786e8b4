"""Processes are killed at random moments; whatever is run next finds a whole library."""

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from crash import PAPERS, PHASES, Course, Kill, report
from wholeness import NotWholeError

from assistant.library import Library
from assistant.models.fake import FakeEmbedder

KILLS = 8


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(tmp_path_factory.mktemp("crash") / "home", random.Random(20240607))


@pytest.fixture(scope="module")
def kills(course: Course) -> list[Kill]:
    return list(course.kills(KILLS))


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_killed_processes_lose_nothing_and_leave_nothing_half_done(kills: list[Kill]) -> None:
    assert Counter(kill.phase for kill in kills) == dict.fromkeys(PHASES, KILLS // len(PHASES))
    assert sum(not kill.was_done for kill in kills) >= KILLS // 2
    assert any(kill.found < PAPERS for kill in kills if kill.phase == "adding")
    assert "Nothing acknowledged was lost" in report(kills)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.usefixtures("kills")
@pytest.mark.parametrize("damage", ["lost", "changed", "half there"])
def test_library_that_is_not_whole_is_noticed(course: Course, damage: str, tmp_path: Path) -> None:
    with Library(course.home, embedder=FakeEmbedder()) as library:
        course.papers = {paper.id: paper.abstract for paper in library.papers()}
        one = next(iter(course.papers))
        if damage == "lost":
            library.remove(one)
        elif damage == "changed":
            course.papers[one] = "Something else was acknowledged."
        else:
            library._store.ledger.database.query("DELETE FROM sentences WHERE row = (SELECT min(row) FROM papers)")
    with pytest.raises(NotWholeError):
        next(course.kills(1))
