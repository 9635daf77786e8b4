from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ROUTELLM = "RouteLLM: Learning to Route LLMs with Preference Data"
COST = "How much can RouteLLM reduce cost?"
VOLCANOES = "How do volcanoes form in the deep ocean crust?"


def width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_first_visit(open_page: Any) -> None:
    page = open_page.page
    expect(page).to_have_title("Carrel")
    expect(page.locator("#status")).to_contain_text("121 papers in ")
    expect(page.locator("#status")).to_contain_text("home · SmolLM2-135M-Instruct Q4_1 · all on this machine")
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.locator("#chat")).to_contain_text("Nothing you ask or read here leaves this machine.")
    expect(page.locator("#chat .example")).to_have_count(4)
    expect(page.locator("footer")).to_have_count(0)


def test_an_example_is_answered_from_its_paper(open_page: Any) -> None:
    page = open_page.page
    page.get_by_text("How does GraphEdit work?").click()
    page.locator("#chat .answer a.cite").first.wait_for(timeout=60_000)
    expect(page.locator("#panel .source").first).to_contain_text("GraphEdit")
    expect(page.locator("#chat .refusal")).to_have_count(0)


def test_ask_and_click_a_citation(visit: Callable[..., Any]) -> None:
    opened = visit(1280, 480)
    page = opened.page
    opened.ask(COST)
    expect(page.locator("#panel .source").first).to_contain_text(ROUTELLM)
    link = page.locator("#chat a.cite").last
    mark = page.locator(f"#panel {link.get_attribute('href')}")
    number = link.inner_text()
    assert (link.get_attribute("data-tip") or "").startswith(f"{ROUTELLM}: “")
    page.evaluate("document.querySelectorAll('#panel details').forEach((one) => { one.open = false; })")
    link.click()
    expect(mark).to_have_class("flash")
    expect(mark).to_be_in_viewport()
    expect(mark).to_be_focused()
    expect(mark).to_contain_text(number)
    assert page.evaluate("scrollY") == 0


def test_the_panel_scrolls_and_the_page_does_not(visit: Callable[..., Any]) -> None:
    opened = visit(1280, 360)
    page = opened.page
    opened.ask(COST)
    page.locator("#panel").evaluate("(panel) => { panel.scrollTop = panel.scrollHeight; }")
    before = page.locator("#panel").evaluate("(panel) => panel.scrollTop")
    # The quotation that stands first in the abstract: it is out of sight while the panel shows its end.
    highest = page.locator("#panel mark").first.get_attribute("id")
    page.locator(f'#chat a.cite[href="#{highest}"]').click()
    expect(page.locator("#panel mark.flash")).to_be_in_viewport()
    page.wait_for_function("(before) => document.querySelector('#panel').scrollTop < before", arg=before)
    assert page.evaluate("scrollY") == 0


def test_a_new_question_comes_into_sight(visit: Callable[..., Any]) -> None:
    opened = visit(1280, 480)
    opened.ask(COST)
    opened.page.locator("#chat .user-row").first.evaluate(
        "(row) => { row.closest('.panel-wrap, .bubble-wrap').scrollTop = 0; }"
    )
    opened.ask("How does GraphEdit work?")
    expect(opened.page.locator("#chat .answer").last).to_be_in_viewport()


def test_by_keyboard(open_page: Any) -> None:
    page = open_page.page
    page.keyboard.type("How does")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("GraphEdit work?")
    expect(page.get_by_label("Your question")).to_have_value("How does\nGraphEdit work?")
    page.keyboard.press("Enter")
    link = page.locator("#chat .answer a.cite").first
    link.wait_for(timeout=60_000)
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#panel {link.get_attribute('href')}")).to_be_focused()


def test_a_follow_up_is_about_the_same_paper(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(COST)
    open_page.ask("What data was it trained on?")
    expect(page.locator("#panel .source").first).to_contain_text(ROUTELLM)
    page.locator("#chat .thought-group .title").last.click()
    expect(page.locator("#chat .thought-group").last).to_contain_text(f"What data was it trained on? ({ROUTELLM})")
    older = page.locator("#chat .answer").first.locator("a.cite").first
    older.click()
    expect(page.locator("#panel details.turn")).to_have_attribute("open", "")
    expect(page.locator(f"#panel {older.get_attribute('href')}")).to_be_in_viewport()


def test_a_refusal_is_calm_and_shows_the_nearest_papers(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(VOLCANOES)
    expect(page.locator("#chat .refusal")).to_contain_text("Nothing in your library answers this.")
    expect(page.locator("#panel")).to_contain_text("Nearest papers")
    expect(page.locator("#panel .source")).to_have_count(8)
    expect(page.locator("#chat a.cite")).to_have_count(0)


def test_stop(open_page: Any) -> None:
    page = open_page.page
    open_page.send("What are the main approaches to surveys of large language models, and how do they compare?")
    page.locator("#box .stop-button").click()
    expect(page.locator("#chat .answer, #chat .note")).to_contain_text("Stopped.")
    expect(page.locator("#box .submit-button")).to_be_visible()
    open_page.ask(VOLCANOES)


def test_new_conversation(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(VOLCANOES)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    expect(page.locator("#chat .example")).to_have_count(4)
    expect(page.locator("#panel .source")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_be_focused()


def test_two_tabs_know_nothing_of_each_other(visit: Callable[..., Any]) -> None:
    one, two = visit(), visit()
    one.send(COST)
    two.send("How does GraphEdit work?")
    for opened, paper, other in ((one, "RouteLLM", "GraphEdit"), (two, "GraphEdit", "RouteLLM")):
        opened.page.locator("#chat .answer a.cite").first.wait_for(timeout=60_000)
        expect(opened.page.locator("#chat")).to_contain_text(paper)
        expect(opened.page.locator("#chat")).not_to_contain_text(other)


def test_a_hostile_paper_stays_text(open_page: Any) -> None:
    page = open_page.page
    open_page.ask("What does Zorblax propose? ![q](http://trap.test/q.png) <img src=http://trap.test/q2.png>")
    expect(page.locator("#panel .source").first).to_contain_text("<img src=http://trap.test/2.png")
    expect(page.locator("#panel .source").first).to_contain_text("${document.title='taken'} {{title}}")
    expect(page.locator("#chat .said").first).to_contain_text("![q](http://trap.test/q.png)")
    alive = page.locator(":is(#chat, #panel) :is(img, script, iframe, b, strong, [href^=javascript])")
    page.locator("#panel .katex").first.wait_for()
    expect(alive).to_have_count(0)
    expect(page).to_have_title("Carrel")


def test_a_paper_cannot_spoil_the_page(open_page: Any) -> None:
    page = open_page.page
    open_page.ask("What does Blotter draw?")
    page.locator("#panel .katex .rule").wait_for()
    heights = page.locator(":is(#panel .katex .rule, #panel summary, #panel .about, #chat cite)").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert max(heights) < 120
    expect(page.locator("#panel .abstract").first).to_contain_text("$\\href{javascript:1}{z}$")
    panel = page.locator("#panel").evaluate("(panel) => [panel.scrollWidth, panel.clientWidth]")
    assert panel[0] == panel[1]


def test_the_words_that_act_are_not_covered(visit: Callable[..., Any]) -> None:
    opened = visit(1280, 480)
    opened.ask("What does GraphEdit do?")
    talk = opened.page.locator("#chat .panel-wrap")
    talk.evaluate("(talk) => talk.scrollTo(0, 0)")
    arrow = opened.page.locator("#chat .scroll-down-button-container")
    arrow.wait_for()
    assert arrow.evaluate("(arrow) => arrow.getBoundingClientRect().right") > talk.evaluate(
        "(talk) => talk.getBoundingClientRect().right - 40"
    )


def test_filter_in_words_is_shown_and_taken_away(visit: Callable[..., Any]) -> None:
    for size in ((1280, 800), (390, 844)):
        opened = visit(*size)
        page = opened.page
        opened.ask("What does Zorblax propose since 2022?")
        chips = page.locator("#chat .chip")
        expect(chips).to_have_text("since 2022 ×")
        expect(page.locator("#chat .scope")).to_contain_text("120 papers without a year were left out.")
        expect(page.locator("#panel .source")).to_have_count(1)
        assert width(page) == size[0]
        page.get_by_title("Ask again without: since 2022").click()
        expect(page.locator("#chat")).to_contain_text("Searched 121 papers")
        page.locator("#chat .answer").wait_for(timeout=60_000)
        expect(chips).to_have_count(0)
        expect(page.locator("#chat .user-row")).to_have_count(1)
        expect(page.locator("#panel .source")).to_have_count(8)


def test_filters_set_by_keyboard_hold_until_they_are_taken_away(open_page: Any) -> None:
    page = open_page.page
    page.get_by_role("button", name="Filters").focus()
    page.keyboard.press("Enter")
    page.get_by_label("From year").focus()
    page.keyboard.type("2020")
    page.keyboard.press("Tab")
    page.keyboard.type("2024")
    page.get_by_label("Only papers with an abstract").focus()
    page.keyboard.press("Space")
    open_page.ask("What does Zorblax propose?")
    open_page.ask("What is a trap?")
    expect(page.locator("#chat .scope").last).to_contain_text("Only papers from 2020 to 2024 × with an abstract ×")
    expect(page.locator("#chat .remove")).to_have_count(2)
    years = page.get_by_title("Ask again without: from 2020 to 2024")
    years.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chat .scope").last).to_have_text("Only papers with an abstract ×", timeout=60_000)
    expect(page.get_by_label("From year")).to_have_value("")
    expect(page.get_by_label("Only papers with an abstract")).to_be_checked()
    expect(page.get_by_label("Your question")).to_be_focused()


def test_a_paper_chosen_in_the_panel_is_asked_alone_until_it_is_lifted(visit: Callable[..., Any]) -> None:
    title, question = "Universal Model Routing for Efficient LLM Inference", "How are queries routed to models?"
    for size in ((1280, 800), (390, 844)):
        opened = visit(*size)
        page = opened.page
        opened.ask(COST)
        page.locator("#panel .others > summary").click()
        found = page.locator("#panel .others .source").filter(has_text=title)
        found.locator("summary").click()
        expect(found.locator(".why")).to_contain_text("Meaning 0.")
        only = page.get_by_role("button", name=f"Ask only this paper: {title}")
        only.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#chosen .chip .name")).to_have_text(title)
        expect(only).to_have_attribute("aria-pressed", "true")
        expect(only).to_be_focused()
        assert width(page) == size[0]
        opened.ask(question)
        expect(page.locator("#chat .scope")).to_have_text("Only papers that you chose ×")
        expect(page.locator("#panel .source[id^=src-2-]")).to_have_count(1)
        expect(page.locator("#panel .source[id=src-2-1] .numbers")).to_contain_text("[1]")
        expect(page.locator("#panel .source[id=src-2-1] .title")).to_have_text(title)
        page.get_by_role("button", name=f"No longer ask only: {title}").click()
        expect(page.locator("#chosen .chip")).to_have_count(0)
        expect(page.get_by_label("Your question")).to_be_focused()
        opened.ask(question)
        expect(page.locator("#panel .source[id^=src-3-]")).to_have_count(8)
        expect(page.locator("#chat .scope")).to_have_count(1)


def test_a_hostile_paper_can_be_chosen(open_page: Any) -> None:
    page = open_page.page
    open_page.ask("What does Zorblax propose?")
    page.get_by_role("button", name="Ask only this paper: Zorblax").click()
    expect(page.locator("#chosen .chip")).to_contain_text("<img src=http://trap.test/2.png")
    expect(page.locator("#chosen :is(img, script, iframe, b, a)")).to_have_count(0)
    expect(page).to_have_title("Carrel")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#chosen .chip")).to_have_count(0)


def test_copying_takes_the_words_and_their_references(open_page: Any) -> None:
    page = open_page.page
    open_page.ask(COST)
    page.locator("#chat").get_by_role("button", name="Copy").click()
    expect(page.locator("#chat a.act", has_text="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"] {ROUTELLM}: “" in copied
    assert "Ask again" not in copied


def test_narrow_window(visit: Callable[..., Any]) -> None:
    opened = visit(390, 844)
    page = opened.page
    assert width(page) == 390
    opened.ask(COST)
    assert width(page) == 390
    box, panel = page.locator("#box").bounding_box(), page.locator("#panel").bounding_box()
    assert box["y"] + box["height"] <= panel["y"]
    page.locator("#chat a.cite").first.click()
    expect(page.locator("#panel mark.flash")).to_be_in_viewport()


def test_dark_where_the_system_is(visit: Callable[..., Any]) -> None:
    page = visit(dark=True).page
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 25, 28)"


def test_readable_by_screen_readers(open_page: Any) -> None:
    axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe is not installed").Axe()
    page = open_page.page
    open_page.ask(COST)
    page.locator("#chat .next button").first.wait_for()
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Not helpful").click()
    page.get_by_role("button", name=f"Similar papers: {ROUTELLM}").click()
    page.locator("#panel .likes .source").first.wait_for()
    page.locator("#chat a.cite").first.focus()
    found = axe.run(page)["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
