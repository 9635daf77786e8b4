import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from assistant.library import Library
from assistant.types import Topic
from assistant.ui import table
from assistant.ui.browsing import Browser
from assistant.ui.pressing import Changes, Hand, Pressed, Removed
from assistant.ui.table import PAGE, View
from assistant.ui.upload import Intake
from tests.ui.conftest import Make

EVIL = {"id": "a b<i>&\"'", "title": "Zorblax <img src=x> ${1} {{2}}", "abstract": "<script>x</script>"}


class Tab:
    """The tab as a person has it before them."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.browser = Browser(library)
        self.hand = Hand(self.browser, Intake(library))
        self.shown: Changes = {"view": View(), "trash": ()}

    def press(self, does: str, **given: str) -> Changes:
        asked = {"do": does, **{name: quote(value) for name, value in given.items()}}
        changes = self.hand.press(Pressed(asked, self.shown["view"], self.shown["trash"], "me"))
        self.shown |= changes
        return changes

    @property
    def view(self) -> View:
        view: View = self.shown["view"]
        return view

    @property
    def titles(self) -> list[str]:
        shown = self.browser.listed(self.view)[2]
        return [part.partition("</button>")[0].rpartition(">")[2] for part in shown.split("<tr data-do")[1:]]


@pytest.fixture
def tab(make: Make) -> Tab:
    return Tab(make().library)


def test_sorting_the_other_way_round_when_pressed_again(tab: Tab) -> None:
    tab.press("sort", by="title")
    assert tab.titles == ["Barking dogs", "Purr: How cats purr", "Silent fish"]
    tab.press("sort", by="title")
    assert tab.titles == ["Silent fish", "Purr: How cats purr", "Barking dogs"]
    tab.press("sort", by="added")
    assert tab.titles == ["Silent fish", "Barking dogs", "Purr: How cats purr"]
    assert tab.press("sort", by="abstract; DROP TABLE papers") == {}


def test_pages(make: Make) -> None:
    many = [{"id": f"p{number:03}", "title": f"Title {number:03}"} for number in range(2 * PAGE + 1)]
    tab = Tab(make(papers=many).library)
    tab.press("sort", by="title")
    assert len(tab.titles) == PAGE
    assert tab.press("page", to="2")["table"].count("Page 3 of 3") == 1
    assert tab.titles == ["Title 100"]
    # What is no page is the nearest that is.
    tab.press("page", to="99999")
    assert tab.view.page == 2
    tab.press("page", to="-1")
    assert tab.view.page == 0
    tab.press("page", to="2")
    tab.press("remove", paper="p100")
    assert tab.view.page == 1


def test_a_paper_is_opened_and_closed(tab: Tab) -> None:
    shown = tab.press("open", paper="cats")
    assert "Purr: How cats purr" in shown["paper"]
    assert 'aria-expanded="true"' in shown["table"]
    assert tab.press("close")["paper"] == ""
    assert tab.press("open", paper="unknown")["paper"] == ""


def test_files_and_themes_narrow_the_table(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    purring = Topic(label=("purring", "sleep"), count=1, share=0.3, papers=("cats",))
    monkeypatch.setattr(tab.library, "themes", lambda: [(purring, ("cats",))])
    assert "purring, sleep" in tab.browser.themes(tab.view)
    tab.press("theme", value="purring, sleep")
    assert tab.titles == ["Purr: How cats purr"]
    tab.press("theme", value="purring, sleep")
    assert len(tab.titles) == 3
    (source, _), *_ = tab.library.sources()
    tab.press("source", value=source)
    assert (tab.view.source, len(tab.titles)) == (source, 3)
    assert tab.press("clear")["find"] == ""
    assert not tab.view.is_narrowed


def test_a_title_without_end_leaves_room_for_the_way_back(tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    file.write_text(json.dumps({"id": "long", "title": "Long " * 1000}), encoding="utf-8")
    tab.library.add(file)
    assert "Long Long…” removed." in tab.press("remove", paper="long")["undo"]
    assert len(tab.shown["undo"]) < 400


def test_removing_and_undoing_twice(tab: Tab) -> None:
    tab.press("open", paper="cats")
    shown = tab.press("remove", paper="cats")
    assert "“Purr: How cats purr” removed." in shown["undo"]
    assert shown["paper"] == ""
    tab.press("remove", paper="dogs")
    assert tab.titles == ["Silent fish"]
    assert "“Barking dogs” is back." in tab.press("undo")["undo"]
    assert "“Purr: How cats purr” removed." in tab.shown["undo"]
    tab.press("undo")
    assert "removed" not in tab.shown["undo"]
    assert len(tab.library) == 3
    assert tab.press("undo")["undo"] == ""
    tab.press("remove", paper="unknown")
    assert len(tab.library) == 3


def test_all_papers_looked_at_are_removed_at_once(tab: Tab) -> None:
    tab.shown["view"] = View(find="purr")
    assert "Remove this paper" in tab.browser.listed(tab.view)[2]
    tab.press("remove-all")
    assert [paper.id for paper in tab.library.papers()] == ["dogs", "fish"]
    tab.press("undo")
    assert len(tab.library) == 3


def test_only_so_much_is_kept(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.ui.pressing.MOST_REMOVED", 1)
    tab.press("remove", paper="cats")
    tab.press("remove", paper="dogs")
    kept: tuple[Removed, ...] = tab.shown["trash"]
    assert [one.text for one in kept] == ["“Barking dogs”"]


def test_asking_only_one_paper_leads_to_the_first_tab(tab: Tab) -> None:
    shown = tab.press("only", paper="cats")
    assert shown["tabs"].selected == "ask"
    assert shown["ids"] == ("cats",)
    assert "Purr: How cats purr" in shown["chips"]
    assert tab.press("only", paper="unknown") == {}


def test_what_cannot_be_done_is_said(tab: Tab) -> None:
    tab.press("remove", paper="cats")
    tab.library.reindex(force=True)
    assert "embedded anew meanwhile" in tab.press("undo")["undo"]


def test_what_is_no_button_does_nothing(tab: Tab) -> None:
    assert tab.press("shutdown") == {}


def test_a_hostile_paper_stays_text(make: Make) -> None:
    tab = Tab(make(papers=[EVIL]).library)
    shown = tab.press("open", paper=EVIL["id"])
    everything = "".join(str(shown[part]) for part in ("table", "side", "paper"))
    assert "Zorblax &lt;img src=x&gt; ${1} {{2}}" in everything
    assert "<img" not in everything
    assert "<script" not in everything
    removed: Any = tab.press("remove", paper=EVIL["id"])
    assert "<img" not in removed["undo"]


def test_an_empty_library_says_how_to_fill_it(make: Make) -> None:
    tab = Tab(make(papers=[]).library)
    view, head, shown, side = tab.browser.listed(tab.view)
    assert (head, side) == ("<h2>0 papers</h2>", "")
    assert 'data-do="sample" data-event="submit">Add the sample library' in shown
    assert tab.browser.themes(view) == ""


def test_many_files_are_folded() -> None:
    found = [(f"/home/ann/refs{number}.bib", 1) for number in range(15)]
    shown = table.sources(View(), found)
    assert "3 more files" in shown
    assert ">refs0.bib<" in shown
