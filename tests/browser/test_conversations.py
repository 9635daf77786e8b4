"""Conversations that are kept, and what can be done with questions, answers and papers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ROUTELLM = "RouteLLM: Learning to Route LLMs with Preference Data"
COST = "How much can RouteLLM reduce cost?"
GRAPHS = "How does GraphEdit work?"
VOLCANOES = "How do volcanoes form in the deep ocean crust?"


def act(page: Page, name: str) -> Any:
    return page.locator("#chat").get_by_role("button", name=name, exact=True).last


def titles(page: Page) -> Any:
    return page.locator("#shelf a.open")


def test_a_conversation_is_found_again_after_a_restart(restarted: Any, open_page: Any) -> None:
    page = open_page.page
    expect(page.locator("#shelf")).to_have_text("What you ask is kept here, on this machine.")
    open_page.ask(COST)
    open_page.ask("What data was it trained on?")
    answer = page.locator("#chat .answer").first.inner_text()
    expect(page).to_have_url(f"{page.url.split('?')[0]}?talk={page.locator('#shelf li').get_attribute('data-talk')}")
    open_page.go(restarted.url)
    expect(titles(page)).to_have_text([COST])
    expect(page.locator("#chat .answer")).to_have_count(0)
    titles(page).click()
    expect(page.locator("#chat .user-row .said")).to_have_text([COST, "What data was it trained on?"])
    assert page.locator("#chat .answer").first.inner_text() == answer
    page.locator("#chat a.cite").first.click()
    expect(page.locator("#panel mark.flash")).to_be_in_viewport()
    open_page.go()
    expect(page.locator("#chat .user-row")).to_have_count(2)
    # What is asked next goes on from there.
    open_page.ask("How was it evaluated?")
    expect(page.locator("#panel .source").first).to_contain_text(ROUTELLM)


def test_several_are_searched_renamed_removed_and_put_back(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(VOLCANOES)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    open_page.ask(GRAPHS)
    expect(titles(page)).to_have_text([GRAPHS, VOLCANOES])
    page.get_by_label("Search conversations").fill("ocean crust")
    expect(titles(page)).to_have_text([VOLCANOES])
    titles(page).click()
    expect(page.locator("#chat .refusal")).to_be_visible()
    page.get_by_label("Search conversations").fill("")
    expect(titles(page)).to_have_count(2)
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("New title").fill("On <b>volcanoes</b>")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text([GRAPHS, "On <b>volcanoes</b>"])
    page.get_by_role("button", name="Delete").click()
    expect(titles(page)).to_have_text([GRAPHS])
    expect(page.locator("#chat .answer")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(titles(page)).to_have_text([GRAPHS, "On <b>volcanoes</b>"])
    expect(page.locator("#chat .refusal")).to_be_visible()


def test_another_browser_profile_sees_none_of_them(visit: Callable[..., Any]) -> None:
    one, two = visit(), visit()
    one.ask(VOLCANOES)
    talk = one.page.locator("#shelf li").get_attribute("data-talk")
    home = two.page.url
    two.go(f"{home}?talk={talk}")
    expect(two.page.locator("#shelf")).to_have_text("What you ask is kept here, on this machine.")
    expect(two.page.locator("#chat .user-row")).to_have_count(0)
    assert two.page.request.get(f"{home}conversations/{talk}.md").status == 404
    assert one.page.request.get(f"{home}conversations/{talk}.md").status == 200


def test_a_question_put_otherwise_and_asked_again(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(VOLCANOES)
    open_page.ask(GRAPHS)
    page.locator("#chat").get_by_role("button", name="Edit").first.click()
    field = page.get_by_label("Your question, put otherwise")
    expect(field).to_have_value(VOLCANOES)
    expect(page.locator("#chat form")).to_contain_text("The questions after it will be gone.")
    page.keyboard.press("Escape")
    expect(page.locator("#chat .user-row").first).to_contain_text(VOLCANOES)
    page.keyboard.press("Enter")
    field.fill(COST)
    page.keyboard.press("Enter")
    expect(page.locator("#chat .user-row .said")).to_have_text([COST])
    page.locator("#chat .answer a.cite").first.wait_for(timeout=60_000)
    expect(page.locator("#panel .source").first).to_contain_text(ROUTELLM)
    act(page, "Ask again").click()
    page.locator("#box .stop-button").wait_for()
    page.locator("#box .submit-button").wait_for(timeout=60_000)
    expect(page.locator("#chat .user-row .said")).to_have_text([COST])
    expect(titles(page)).to_have_count(1)


def test_a_verdict_is_kept(open_page: Any, served: Any) -> None:
    page = open_page.page
    open_page.ask(VOLCANOES)
    act(page, "Helpful").focus()
    page.keyboard.press("Space")
    act(page, "Not helpful").click()
    page.get_by_label("A word on why").fill("Where are the volcanoes?")
    page.keyboard.press("Enter")
    expect(page.locator("#chat .acts").last).to_contain_text("Kept.")
    open_page.go()
    expect(act(page, "Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(act(page, "Helpful")).to_have_attribute("aria-pressed", "false")
    lines = (served.folder / "home" / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["verdict"] for line in lines[-3:]] == ["good", "bad", "bad"]
    assert json.loads(lines[-1])["word"] == "Where are the volcanoes?"


def test_what_is_suggested_is_answered(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(COST)
    suggested = page.locator("#chat .next button").first
    question = suggested.inner_text()
    suggested.click()
    page.locator("#chat .answer").nth(1).wait_for(timeout=60_000)
    expect(page.locator("#chat .user-row .said").last).to_have_text(question)
    expect(page.locator("#chat .refusal")).to_have_count(0)


def test_a_conversation_is_saved_as_a_file(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(COST)
    for name, part in (("Markdown", "References:"), ("BibTeX", "@misc{"), ("RIS", "TI  - Route"), ("JSON", '"claims"')):
        with page.expect_download() as download:
            page.locator("#shelf").get_by_role("link", name=name).click()
        assert download.value.suggested_filename.startswith("how-much-can-routellm-reduce-cost.")
        assert part in Path(download.value.path()).read_text(encoding="utf-8")


def test_similar_papers_and_an_entry_for_a_bibliography(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(COST)
    page.get_by_role("button", name=f"Copy BibTeX: {ROUTELLM}").click()
    expect(page.locator("#panel .bibtex").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{")
    likes = page.get_by_role("button", name=f"Similar papers: {ROUTELLM}")
    likes.click()
    found = page.locator("#panel .likes .source")
    expect(found).to_have_count(5)
    title = found.first.locator(".title").inner_text()
    found.first.locator("summary").click()
    found.first.get_by_role("button", name=f"Ask only this paper: {title}").click()
    expect(page.locator("#chosen .chip .name")).to_have_text(title)
    likes.click()
    expect(found).to_have_count(0)


def test_a_citation_tells_what_it_stands_for(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(COST)
    tip = page.get_by_role("tooltip")
    expect(tip).to_be_hidden()
    page.locator("#chat a.cite").first.hover()
    expect(tip).to_contain_text(ROUTELLM)
    expect(tip).to_contain_text("cut costs significantly")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    link = page.locator("#chat a.cite").nth(1)
    link.focus()
    expect(link).to_have_attribute("aria-describedby", "tip")
    expect(tip).to_contain_text(page.locator(f"#panel {link.get_attribute('href')}").inner_text().split("]")[1])


def test_formulae_are_set_and_money_is_not(open_page: Any) -> None:
    page = open_page.page
    open_page.ask("What does Zorblax propose?")
    abstract = page.locator("#panel .source .abstract").first
    expect(abstract.locator(".katex").first).to_be_visible()
    expect(abstract).to_contain_text("It costs $5 or $10 for")
    assert "$n$" in abstract.locator(".math").evaluate_all("(all) => all.map((one) => one.dataset.tex)")


def test_in_a_narrow_window_the_conversations_are_a_drawer(visit: Callable[..., Any]) -> None:
    opened = visit(390, 844)
    page = opened.page
    opened.ask(VOLCANOES)
    toggle = page.get_by_role("button", name="Conversations")
    expect(page.locator("#aside")).to_be_hidden()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    expect(titles(page)).to_have_text([VOLCANOES])
    page.keyboard.press("Escape")
    expect(page.locator("#aside")).to_be_hidden()
    expect(toggle).to_be_focused()
    toggle.click()
    # The focus stays in the drawer, either way round.
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#shelf").get_by_role("link", name="JSON")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#aside")).to_be_hidden()
    toggle.click()
    titles(page).click()
    expect(page.locator("#aside")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
