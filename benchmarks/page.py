"""What the page adds to the engine's own time: to its evidence, and to the first word.

    python benchmarks/page.py [--questions N] [--visits N]

Serves the sample library from this process with the default models, and drives the page in Chromium. Each question is
asked once on the page and once of the same engine from Python, with another question in between, as a model that has
just read a prompt need not read it again. On the page, time runs from pressing Enter to the frame that shows the
evidence, or the first word. Told is also how long a visit takes until a question can be typed. The command must run
alone: it measures tens of milliseconds.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from screenshots import FLAGS, find_chromium, serve_while

from assistant.types import Evidence, Token
from assistant.ui.examples import NAMED
from assistant.wiring import Assistant, open_assistant

WATCH = """() => {
  const seen = (name) => requestAnimationFrame(() => (window.seen[name] ??= performance.now() - window.pressed));
  const look = () => {
    if (!window.pressed) return;
    if (document.querySelector("#panel .asked")?.textContent === window.question) seen("evidence");
    const words = document.querySelectorAll("#chat :is(.draft, .answer)");
    if (words.length > window.before) seen("word");
  };
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    window.seen = {};
    window.question = event.target.value;
    window.before = document.querySelectorAll("#chat .answer").length;
    window.pressed = performance.now();
  }, true);
  const changes = { childList: true, subtree: true, characterData: true };
  for (const id of ["chat", "panel"]) new MutationObserver(look).observe(document.getElementById(id), changes);
}"""
"""Notes when evidence and words are shown after Enter was pressed."""

READY = """() => document.activeElement === document.querySelector("#box textarea")
  && document.querySelector("#chat .example") && performance.now()"""
"""The milliseconds since the visit began, once a question can be typed."""

REST = 3.0
"""Seconds between two questions: what could be asked next is looked for with the engine too."""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds from a question to what came of it."""

    evidence: float
    word: float


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=30, help="questions asked each way (default: 30)")
    parser.add_argument("--visits", type=int, default=10, help="visits timed (default: 10)")
    arguments = parser.parse_args()

    def work(url: str) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            with browser.new_context() as context:
                page = context.new_page()
                page.goto(url)
                page.get_by_text("SmolLM2").wait_for(timeout=60_000)
                page.evaluate(WATCH)
                shown, direct = measure(page, assistant, questions(assistant, arguments.questions))
            show(visits(browser, url, arguments.visits), shown, direct)
            browser.close()

    with tempfile.TemporaryDirectory() as folder, closing(open_assistant(Path(folder) / "papers")) as assistant:
        assistant.library.add_sample()
        serve_while(assistant, work)


def questions(assistant: Assistant, most: int) -> list[str]:
    """Return questions about papers that name their own work, an even number of them."""
    named = ((NAMED.match(paper.title), paper) for paper in assistant.library.papers())
    names = dict.fromkeys(found["name"] for found, paper in named if found and found["name"] in paper.abstract)
    asked = [f"What does {name} propose?" for name in names][:most]
    return asked[: len(asked) // 2 * 2]


def measure(page: Page, assistant: Assistant, asked: Sequence[str]) -> tuple[list[Times], list[Times]]:
    """Ask every question both ways, in turn; the first two, of either, warm up."""
    on_page(page, asked[0])
    in_python(assistant, asked[1])
    shown, direct = [], []
    for one, other in (*pairs(asked), *((other, one) for one, other in pairs(asked))):
        shown.append(on_page(page, one))
        direct.append(in_python(assistant, other))
    return shown, direct


def pairs(asked: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return the questions two by two."""
    yield from zip(asked[::2], asked[1::2], strict=True)


def on_page(page: Page, question: str) -> Times:
    """Ask on the page, in a conversation of its own."""
    page.get_by_role("button", name="New conversation").click()
    page.locator("#chat .example").first.wait_for()
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")
    page.wait_for_function("window.seen?.evidence && window.seen?.word", timeout=120_000)
    page.locator("#box .submit-button").wait_for(timeout=120_000)
    time.sleep(REST)
    return Times(**page.evaluate("window.seen"))


def in_python(assistant: Assistant, question: str) -> Times:
    """Ask the engine."""
    began, times = time.perf_counter(), {}
    for event in assistant.stream(question):
        passed = 1000 * (time.perf_counter() - began)
        if isinstance(event, Evidence):
            times["evidence"] = passed
        elif isinstance(event, Token):
            times.setdefault("word", passed)
    # A list is complete with its evidence, and no model is asked.
    return Times(times["evidence"], times.get("word", passed))


def visits(browser: Browser, url: str, count: int) -> list[float]:
    """Visit the page with an empty cache, and return how long each took until a question could be typed."""
    times = []
    for _ in range(count):
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(url, wait_until="commit")
            times.append(float(page.wait_for_function(READY, polling=10).json_value()))
    return times


def show(visited: Sequence[float], shown: Sequence[Times], direct: Sequence[Times]) -> None:
    """Print medians and 95th percentiles in milliseconds."""
    print(f"a visit until a question can be typed, of {len(visited)}: {summary(visited)}")
    print(f"\nof {len(shown)} questions, median (95th percentile) in ms\n")
    print("| from the question to | on the page | from Python | the page adds, median |")
    print("| --- | --- | --- | --- |")
    for name in ("evidence", "word"):
        one, other = ([getattr(times, name) for times in some] for some in (shown, direct))
        added = statistics.median(one) - statistics.median(other)
        label = {"evidence": "its evidence", "word": "the first word"}[name]
        print(f"| {label} | {summary(one)} | {summary(other)} | {added:.0f} |")


def summary(times: Sequence[float]) -> str:
    """Return the median and the 95th percentile."""
    ordered = sorted(times)
    return f"{statistics.median(ordered):.0f} ({ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]:.0f})"


if __name__ == "__main__":
    main()
