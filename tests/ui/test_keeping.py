import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import CarrelError
from assistant.types import Answer
from assistant.ui import keeping
from assistant.ui.keeping import Conversations
from assistant.ui.talk import Exchange, Talk


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def said(question: str, text: str = "Yes.") -> Exchange:
    return Exchange(question=question, answer=Answer(question=question, answered=True, text=text))


def told(kept: Conversations, owner: str, *exchanges: Exchange) -> Talk:
    talk = Talk()
    for one in exchanges:
        talk = talk.grown(one)
        kept.save(owner, talk)
    return talk


def test_a_conversation_is_there_after_a_restart(kept: Conversations, tmp_path: Path) -> None:
    talk = told(kept, "ann", said("Do cats purr?"), said("Why?"))
    assert Conversations(tmp_path).load("ann", talk.id) == talk


def test_the_last_one_stands_first(kept: Conversations) -> None:
    one, two = told(kept, "ann", said("One?")), told(kept, "ann", said("Two?"))
    assert [entry.title for entry in kept.listed("ann")] == ["Two?", "One?"]
    kept.save("ann", Talk(id=one.id, title=one.title, exchanges=(*one.exchanges, said("More?"))))
    assert [entry.id for entry in kept.listed("ann")] == [one.id, two.id]


def test_nobody_sees_or_changes_what_is_another_ones(kept: Conversations) -> None:
    talk = told(kept, "ann", said("Do cats purr?"))
    assert kept.listed("bo") == []
    assert kept.load("bo", talk.id) == Talk()
    kept.rename("bo", talk.id, "Taken")
    assert kept.remove("bo", talk.id) == ""
    kept.save("bo", Talk(id=talk.id, title="Taken", exchanges=(said("Mine now?"),)))
    kept.save("bo", Talk(id=talk.id, title="Taken", exchanges=(Exchange(question="Mine?", key=talk.exchanges[0].key),)))
    assert kept.load("ann", talk.id) == talk
    assert kept.listed("bo") == []


def test_another_conversation_of_the_same_owner_keeps_its_exchanges(kept: Conversations) -> None:
    one, two = told(kept, "ann", said("One?")), told(kept, "ann", said("Two?"))
    kept.save("ann", Talk(id=two.id, title="Two?", exchanges=(*two.exchanges, said("?"))), replaced=one.exchanges)
    assert kept.load("ann", one.id) == one


def test_words_are_found_in_titles_questions_and_answers(kept: Conversations) -> None:
    told(kept, "ann", said("Do cats purr?", "With their Larynx."), said("Why?"))
    told(kept, "ann", said("Do dogs bark?"))
    assert [entry.title for entry in kept.listed("ann", "larynx CATS")] == ["Do cats purr?"]
    assert [entry.title for entry in kept.listed("ann", "do ")] == ["Do dogs bark?", "Do cats purr?"]
    assert kept.listed("ann", "100%") == []


def test_an_exchange_grows_in_its_place(kept: Conversations) -> None:
    talk = told(kept, "ann", Exchange(question="Do cats purr?"))
    done = Exchange(question="Do cats purr?", key=talk.exchanges[0].key, problem="It failed.")
    kept.save("ann", Talk(id=talk.id, title=talk.title, exchanges=(done,)))
    assert kept.load("ann", talk.id).exchanges == (done,)


def test_a_question_asked_again_takes_the_place_of_what_followed(kept: Conversations) -> None:
    first, second, third, edited = said("One?"), said("Two?"), said("Three?"), said("Too?")
    talk = told(kept, "ann", first, second, third)
    kept.save("ann", Talk(id=talk.id, title=talk.title, exchanges=(first, edited)), replaced=(second, third))
    assert kept.load("ann", talk.id).exchanges == (first, edited)


def test_two_tabs_in_one_conversation_lose_nothing(kept: Conversations) -> None:
    first, here, there = said("One?"), said("Here?"), said("There?")
    talk = told(kept, "ann", first)
    for one in (here, there):
        kept.save("ann", Talk(id=talk.id, title=talk.title, exchanges=(first, one)))
    assert kept.load("ann", talk.id).exchanges == (first, here, there)


def test_what_is_said_of_an_answer_is_kept(kept: Conversations) -> None:
    first, second = said("One?"), said("Two?")
    talk = told(kept, "ann", first, second)
    for owner, verdict in (("ann", "good"), ("bo", "bad")):
        kept.amend(owner, talk.id, replace(first, verdict=verdict))
    assert kept.load("ann", talk.id).exchanges == (replace(first, verdict="good"), second)


def test_rename(kept: Conversations) -> None:
    talk = told(kept, "ann", said("Do cats purr?"))
    kept.rename("ann", talk.id, " On\n cats ")
    kept.rename("ann", talk.id, "  ")
    assert kept.load("ann", talk.id).title == "On cats"


def test_what_is_removed_can_be_put_back_for_an_hour(kept: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = told(kept, "ann", said("Do cats purr?"))
    assert kept.remove("ann", talk.id) == "Do cats purr?"
    assert kept.listed("ann") == []
    assert kept.load("ann", talk.id) == Talk()
    kept.restore("ann", talk.id)
    assert kept.load("ann", talk.id) == talk
    kept.remove("ann", talk.id)
    now = keeping.time.time()
    monkeypatch.setattr(keeping.time, "time", lambda: now + 3601)
    Conversations(kept.path.parent)
    kept.restore("ann", talk.id)
    assert kept.listed("ann") == []
    assert b"purr" not in kept.path.read_bytes()


def test_a_damaged_file_is_put_aside(kept: Conversations, caplog: Any) -> None:
    kept.path.write_bytes(b"no database at all" * 400)
    again = Conversations(kept.path.parent)
    talk = told(again, "ann", said("Do cats purr?"))
    assert again.load("ann", talk.id) == talk
    aside = next(one for one in kept.path.parent.glob("*.damaged-*") if "wal" not in one.name)
    assert aside.read_bytes().startswith(b"no database")
    assert aside.name in caplog.text


def test_what_cannot_be_written_is_said(kept: Conversations) -> None:
    with sqlite3.connect(kept.path) as other:
        other.execute("DROP TABLE turn")
    other.close()
    with pytest.raises(CarrelError, match="cannot be kept"):
        told(kept, "ann", said("Do cats purr?"))


def test_only_the_person_may_read_the_file(kept: Conversations) -> None:
    assert kept.path.stat().st_mode & 0o077 == 0
