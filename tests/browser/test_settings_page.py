"""The tabs of models and settings, with servers of their own: what is set there is kept."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.settings import load
from tests.browser.conftest import Served, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    with serving(folder) as served:
        yield served


def tab(page: Page, name: str) -> Page:
    page.get_by_role("tab", name=name).click()
    page.locator(f"#{name.lower()} h2").wait_for()
    return page


def serious(page: Page) -> list[tuple[str, str]]:
    axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe is not installed").Axe()
    found = axe.run(page)["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


def test_models_in_use_and_known(open_page: Any) -> None:
    page = tab(open_page.page, "Models")
    expect(page.locator("#models dl")).to_contain_text("SmolLM2-135M-Instruct Q4_1, a context of 4,096 tokens")
    expect(page.locator("#models dl")).to_contain_text("all-MiniLM-L6-v2, 384 dimensions")
    expect(page.locator("#models tr.open").first).to_contain_text("98 MB")
    assert serious(page) == []


def test_a_model_that_fails_leaves_the_old_one(open_page: Any, folder: Path) -> None:
    broken = folder / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(1000))
    page = tab(open_page.page, "Models")
    page.get_by_label("A model of your own").fill(str(broken))
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#models-told .problem")).to_contain_text("The model stays as it was.", timeout=60_000)
    expect(page.locator("#models dl")).to_contain_text("SmolLM2")
    assert load(folder / "home").model == "smollm2-135m"
    page.get_by_role("tab", name="Ask").click()
    open_page.ask("How does GraphEdit work?")


def test_another_model_is_loaded_and_answers(open_page: Any, folder: Path) -> None:
    from assistant.models.catalogue import find

    mine = folder / "mine.gguf"
    mine.symlink_to(find("smollm2-135m", "chat")[0])
    page = tab(open_page.page, "Models")
    page.get_by_label("A model of your own").fill(str(mine))
    page.keyboard.press("Enter")
    expect(page.locator("#models-told")).to_contain_text("mine answers from the next question on.", timeout=60_000)
    expect(page.locator("#status")).to_contain_text("· mine ·")
    page.get_by_role("tab", name="Ask").click()
    open_page.ask("How does GraphEdit work?")
    tab(page, "Models").get_by_role("button", name="Use SmolLM2-135M-Instruct Q4_1").click()
    expect(page.locator("#status")).to_contain_text("· SmolLM2-135M-Instruct Q4_1 ·", timeout=60_000)
    assert load(folder / "home").model == "smollm2-135m"


def test_the_look_is_kept_in_the_browser(open_page: Any) -> None:
    page = tab(open_page.page, "Settings")
    assert serious(page) == []
    page.get_by_label("Dark", exact=True).check()
    page.get_by_label("Largest").check()
    expect(page.locator("body")).to_have_class("dark")
    page.reload()
    expect(page.locator("body")).to_have_class("dark")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21.6px"
    tab(page, "Settings")
    expect(page.get_by_label("Largest")).to_be_checked()
    assert serious(page) == []
    page.get_by_label("As the system").check()
    expect(page.locator("body")).not_to_have_class("dark")


def test_narrow_and_large(visit: Callable[..., Any]) -> None:
    page = tab(visit(390, 844).page, "Settings")
    page.get_by_label("Largest").check()
    for name in ("Models", "Settings"):
        tab(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_settings_hold_after_a_restart(folder: Path, browser: Browser, open_page: Any) -> None:
    page = tab(open_page.page, "Settings")
    page.get_by_label("Papers looked at").fill("0")
    page.keyboard.press("Tab")
    expect(page.locator("#settings-told [role=alert]")).to_contain_text("not a whole number of at least 1")
    page.get_by_label("Papers looked at").fill("3")
    page.keyboard.press("Tab")
    expect(page.locator("#settings-told")).to_contain_text("Saved.")
    page.get_by_role("tab", name="Ask").click()
    open_page.ask("How do volcanoes form in the deep ocean crust?")
    expect(page.locator("#panel .source")).to_have_count(3)
    with serving(folder) as again:
        context = browser.new_context()
        other = context.new_page()
        other.goto(again.url)
        tab(other, "Settings")
        expect(other.get_by_label("Papers looked at")).to_have_value("3")
        context.close()
