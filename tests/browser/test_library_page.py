"""The tab of the library, with a server of its own: its tests change what it holds."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served, serving

pytestmark = pytest.mark.browser

SLOW = 60_000
"""Milliseconds that adding may take."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("library")) as served:
        yield served


@pytest.fixture
def library(visit: Callable[..., Any]) -> Page:
    return opened(visit())


def opened(visit: Any) -> Page:
    page: Page = visit.page
    page.get_by_role("tab", name="Library").click()
    page.locator("#lib-table tbody tr").first.wait_for()
    return page


def titles(page: Page) -> list[str]:
    return page.locator("#lib-table td.title button").all_inner_texts()


def find(page: Page, words: str) -> None:
    """Type into the search box, and wait for what is found."""
    page.get_by_label("Find by title").fill(words)
    expect(page.locator("#lib-table .caption span")).to_contain_text(f"with “{words}”")


def file(tmp_path: Path, name: str, *papers: dict[str, Any], also: str = "") -> Path:
    path = tmp_path / name
    path.write_text("\n".join([*map(json.dumps, papers), also]), encoding="utf-8")
    return path


def test_papers_files_and_themes(library: Page) -> None:
    expect(library.locator("#lib-head h2")).to_have_text("121 papers")
    expect(library.locator("#lib-table .caption span")).to_have_text("1–50 of 121 papers")
    files = library.locator("#lib-side button[data-do=source]")
    expect(files).to_have_text(["sample.jsonl 119", "extra.jsonl 2"])
    theme = library.locator("#lib-side button[data-do=theme]").first
    count = theme.locator(".count").inner_text()
    theme.click()
    expect(library.locator("#lib-table .caption span")).to_contain_text(f"of {count} papers in “")
    expect(theme).to_have_attribute("aria-pressed", "true")
    library.get_by_role("button", name="Show all papers").click()
    files.nth(1).click()
    expect(library.locator("#lib-table tbody tr")).to_have_count(2)


def test_search_sort_and_page(library: Page) -> None:
    find(library, "routellm")
    assert titles(library) == ["RouteLLM: Learning to Route LLMs with Preference Data"]
    box = library.get_by_label("Find by title")
    box.fill("zorblax nothing")
    expect(library.locator("#lib-table")).to_contain_text("No paper has this.")
    library.get_by_role("button", name="Show all papers").click()
    expect(box).to_have_value("")
    library.get_by_role("button", name="Title", exact=True).click()
    expect(library.locator("th.title")).to_have_attribute("aria-sort", "ascending")
    first = titles(library)
    assert first == sorted(first, key=lambda title: "".join(c for c in title.lower() if c.isalnum() or c == " "))
    library.get_by_role("button", name="Next").click()
    expect(library.locator("#lib-table .pages")).to_contain_text("Page 2 of 3")
    assert set(titles(library)).isdisjoint(first)
    expect(library.get_by_role("button", name="Next")).to_be_focused()
    library.get_by_role("button", name="Last", exact=True).click()
    expect(library.locator("#lib-table tbody tr")).to_have_count(21)


def test_a_paper_by_keyboard_and_asked_alone(library: Page) -> None:
    find(library, "routellm")
    row = library.get_by_role("button", name="RouteLLM: Learning to Route")
    row.focus()
    library.keyboard.press("Enter")
    title = library.locator("#lib-paper h2")
    expect(title).to_contain_text("RouteLLM")
    expect(title).to_be_focused()
    expect(library.locator("#lib-paper .similar li")).to_have_count(5)
    library.keyboard.press("Escape")
    expect(title).to_have_count(0)
    expect(row).to_be_focused()
    row.click()
    library.get_by_role("button", name="Copy BibTeX").click()
    library.get_by_role("button", name="Copied").wait_for()
    assert "RouteLLM" in library.evaluate("navigator.clipboard.readText()")
    library.get_by_role("button", name="Ask only this paper").click()
    expect(library.locator("#chosen .chip .name")).to_contain_text("RouteLLM")
    expect(library.get_by_role("tab", name="Ask")).to_have_attribute("aria-selected", "true")


def test_a_good_file_is_added_and_asked(visit: Callable[..., Any], tmp_path: Path) -> None:
    tab = visit()
    page = opened(tab)
    narwhal = {"id": "narwhal", "title": "Narwhal: tusks", "abstract": "Narwhal tusks sense the salinity of water."}
    page.set_input_files("#files", file(tmp_path, "arctic.jsonl", narwhal))
    expect(page.locator("#lib-report .report")).to_contain_text("1 paper added.", timeout=SLOW)
    expect(page.locator("#lib-head h2")).to_have_text("122 papers")
    expect(page.locator("#status")).to_contain_text("122 papers")
    assert titles(page)[0] == "Narwhal: tusks"
    page.get_by_role("tab", name="Ask").click()
    tab.ask("What do narwhal tusks sense?")
    expect(page.locator("#panel .source").first).to_contain_text("Narwhal")


def test_a_bad_file_is_said_and_its_records_can_be_fetched(library: Page, tmp_path: Path) -> None:
    papers = [{"id": f"ok{number}", "title": f"Good paper {number}"} for number in range(2)]
    bad = "\n".join(f"broken {number}" for number in range(25))
    library.set_input_files("#files", file(tmp_path, "<b>bad.jsonl", *papers, also=bad))
    report = library.locator("#lib-report .report")
    expect(report).to_contain_text("2 papers added, 25 skipped.", timeout=SLOW)
    expect(report.locator("li").first).to_contain_text("<b>bad.jsonl, line 3: not valid JSON")
    with library.expect_download() as download:
        report.get_by_text("Save all as a file").click()
    assert download.value.suggested_filename == "skipped.txt"
    assert len(Path(download.value.path()).read_text(encoding="utf-8").splitlines()) == 25
    report.get_by_role("button", name="Close").click()
    expect(report).to_have_count(0)


def test_a_huge_file_is_refused_before_it_is_sent(library: Page, tmp_path: Path) -> None:
    huge = tmp_path / "huge.bib"
    huge.touch()
    os.truncate(huge, 600_000_000)
    sent: list[str] = []
    library.on("request", lambda request: sent.append(request.url) if "upload" in request.url else None)
    library.set_input_files("#files", huge)
    expect(library.locator("#drop .sending")).to_contain_text("huge.bib: larger than 500 MB.")
    assert sent == []


def test_what_is_dropped_is_added(library: Page, tmp_path: Path) -> None:
    text = json.dumps({"id": "dropped", "title": "Dropped from above"})
    library.locator("#lib-table").evaluate(
        """(table, text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "dropped.jsonl"));
          for (const kind of ["dragenter", "dragover", "drop"]) {
            table.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
          }
        }""",
        text,
    )
    expect(library.locator("#lib-report .report")).to_contain_text("1 paper added.", timeout=SLOW)


def test_an_upload_is_stopped_while_another_tab_asks(visit: Callable[..., Any], tmp_path: Path) -> None:
    one, two = visit(), visit()
    page = opened(one)
    many = [
        {"id": f"m{number}", "title": f"Measurement {number}", "abstract": f"We measured {number} things. " * 12}
        for number in range(2000)
    ]
    page.set_input_files("#files", file(tmp_path, "many.jsonl", *many))
    page.get_by_role("button", name="Stop").wait_for(timeout=SLOW)
    expect(page.locator("#lib-report .working")).to_contain_text("Adding papers: ", timeout=SLOW)
    two.ask("How does GraphEdit work?")
    expect(two.page.locator("#chat .answer a.cite").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#lib-report .report")).to_contain_text("Stopped; what was stored stays.", timeout=SLOW)
    page.locator("#lib-side button[data-do=source]", has_text="many.jsonl").click()
    expect(page.locator("#lib-table .caption")).to_contain_text("papers from many.jsonl")
    page.locator("[data-do=remove-all]").click()
    expect(page.locator("#lib-undo")).to_contain_text("removed.")


def test_remove_and_undo(library: Page) -> None:
    find(library, "graphedit")
    library.locator("#lib-table td.title button").click()
    before = library.locator("#lib-head h2").inner_text()
    library.get_by_role("button", name="Remove", exact=True).click()
    expect(library.locator("#lib-undo")).to_contain_text("GraphEdit")
    expect(library.locator("#lib-table")).to_contain_text("No paper has this.")
    expect(library.locator("#lib-head h2")).not_to_have_text(before)
    library.get_by_role("button", name="Undo").click()
    expect(library.locator("#lib-table tbody tr")).to_have_count(1)
    expect(library.locator("#lib-head h2")).to_have_text(before)


def test_a_backup_is_saved(library: Page) -> None:
    library.get_by_role("button", name="Back up").click()
    link = library.get_by_role("link", name="Save papers-")
    link.wait_for(timeout=SLOW)
    with library.expect_download() as download:
        link.click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def test_a_hostile_paper_stays_text(library: Page) -> None:
    find(library, "zorblax")
    library.locator("#lib-table td.title button").click()
    expect(library.locator("#lib-paper")).to_contain_text("<img src=http://trap.test/2.png")
    expect(library.locator("#lib-paper")).to_contain_text("${document.title='taken'} {{title}}")
    alive = library.locator("#tab-library :is(img, script, iframe, b, strong, .katex, [href^=javascript])")
    expect(alive).to_have_count(0)
    expect(library).to_have_title("Carrel")


def test_narrow_window(visit: Callable[..., Any]) -> None:
    page = opened(visit(390, 844))
    expect(page.locator("#new")).to_have_css("display", "none")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#lib-table td.title button").first.click()
    expect(page.locator("#lib-paper h2")).to_be_in_viewport()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#lib-paper') !== null")
    page.get_by_role("button", name="Close this paper").click()
    expect(page.locator("#lib-paper article")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_readable_by_screen_readers(library: Page) -> None:
    axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe is not installed").Axe()
    library.locator("#lib-side button[data-do=theme]").first.wait_for()
    library.locator("#lib-table td.title button").first.click()
    library.locator("#lib-paper article").wait_for()
    found = axe.run(library)["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
