import time
from collections.abc import Callable
from typing import Any

import pytest

from assistant.ui import shelf
from assistant.ui.chat import Desk
from assistant.ui.keeping import Entry
from assistant.ui.talk import Exchange, Talk
from assistant.wiring import Assistant

Make = Callable[..., Assistant]


class Request:
    """What the page knows of the one who asks."""

    session_hash = "tab"


class Pressed:
    """What the page's script tells of something pressed."""

    def __init__(self, **told: Any) -> None:
        self.__dict__.update(told)


@pytest.fixture
def desk(make: Make, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(make())
    monkeypatch.setattr(desk, "owner", lambda request: "me")
    return desk


@pytest.fixture
def talk(desk: Desk) -> Talk:
    talk = Talk().grown(Exchange(question="Do <cats> purr?", problem="No."))
    desk.kept.save("me", talk)
    return talk


def test_before_anything_was_asked_it_says_what_will_be_here(desk: Desk) -> None:
    assert "What you ask is kept here, on this machine." in shelf.shown(desk, "me", Talk())


def test_conversations_are_listed_by_age_and_the_open_one_is_marked() -> None:
    now = time.time()
    entries = [
        Entry(id="a", title="Now", changed=now),
        Entry(id="b", title="A few days ago", changed=now - 3 * 86_400),
        Entry(id="c", title="Long ago", changed=now - 300 * 86_400),
    ]
    html = shelf.listing(entries, "b")
    names = ("Today", "Now", "Last seven days", "A few days ago", "Earlier", "Long ago")
    assert sorted(names, key=html.index) == list(names)
    assert html.count("aria-current") == html.count('data-act="remove"') == 1
    assert 'href="?talk=b" dir="auto" title="A few days ago" aria-current="page"' in html
    assert 'href="conversations/b.md" download>Markdown</a>' in html


def test_titles_are_escaped(desk: Desk, talk: Talk) -> None:
    html = shelf.shown(desk, "me", talk) + shelf.remove(desk, "me", talk.id)
    assert "<cats>" not in html
    assert "“Do &lt;cats&gt; purr?” was deleted." in html


def test_words_that_no_conversation_has(desk: Desk, talk: Talk) -> None:
    assert "Do &lt;cats&gt; purr?" in shelf.find(desk)("cats", Talk(), Request())
    assert "No conversation has these words." in shelf.find(desk)("dogs", Talk(), Request())


def test_a_new_title_is_shown_and_kept(desk: Desk, talk: Talk) -> None:
    renamed, html = shelf.manage(desk)(talk, "", Request(), Pressed(id=talk.id, title="On cats"))
    assert renamed.title == desk.kept.load("me", talk.id).title == "On cats"
    assert "On cats" in html


def test_what_is_removed_can_be_put_back(desk: Desk, talk: Talk) -> None:
    assert f'data-talk="{talk.id}"' in shelf.remove(desk, "me", talk.id)
    assert desk.kept.listed("me") == []
    shelf.restore(desk, "me", talk.id)
    assert desk.kept.load("me", talk.id) == talk
    assert shelf.remove(desk, "someone else", talk.id) == ""


def test_a_file_that_cannot_be_read_is_said_in_words(desk: Desk) -> None:
    desk.kept.path.unlink()
    assert "cannot be kept" in shelf.shown(desk, "me", Talk())
