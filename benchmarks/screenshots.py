"""Take the pictures of the page for the README: the sample library, the default models, a question answered."""

import argparse
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from assistant.ui.server import serve
from assistant.wiring import Assistant, open_assistant

IMAGES = Path(__file__).parents[1] / "docs" / "images"
QUESTION = "How much can RouteLLM reduce cost?"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

PICTURES: dict[str, dict[str, Any]] = {
    "page.png": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "page-dark.png": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "page-narrow.png": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}


def main() -> None:
    """Serve the page from a library made for this, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=IMAGES, help="where the pictures go (default: docs/images)")
    parser.add_argument("--question", default=QUESTION)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    def work(url: str) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            for name, options in PICTURES.items():
                take(browser, url, arguments.question, arguments.out / name, options)
                print(arguments.out / name)
            browser.close()

    with tempfile.TemporaryDirectory() as person:
        # The page writes the library's folder as `~/papers`, whoever takes the pictures.
        os.environ["HOME"] = person
        with closing(open_assistant(Path(person) / "papers")) as assistant:
            assistant.library.add_sample()
            serve_while(assistant, work)


def find_chromium() -> str:
    """Return the path of a Chromium or Chrome on this machine."""
    found = [path for name in CHROMIUM if (path := shutil.which(name))]
    if not found:
        raise SystemExit("There is no Chromium on this machine; `make test-setup` says how to get one.")
    return found[0]


def serve_while(assistant: Assistant, work: Callable[[str], None]) -> None:
    """Serve an assistant while something is done with the page at the address it is given, and end as Ctrl-C does."""
    failed: list[BaseException] = []

    def run(url: str) -> None:
        try:
            work(url)
        except BaseException as error:
            failed.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    def announce(url: str) -> None:
        threading.Thread(target=run, args=(url,)).start()

    serve(assistant, port=0, open_browser=False, announce=announce)
    if failed:
        raise failed[0]


def take(browser: Browser, url: str, question: str, file: Path, options: Mapping[str, Any]) -> None:
    """Ask a question and take a picture of the answer."""
    page = browser.new_context(device_scale_factor=1, **options).new_page()
    page.goto(url)
    page.get_by_text("SmolLM2").wait_for(timeout=60_000)
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")
    page.locator("#chat .answer").wait_for(timeout=120_000)
    page.locator("#box .submit-button").wait_for()
    # The answer is moved to and its colours fade in.
    page.wait_for_timeout(1000)
    page.screenshot(path=file)
    page.context.close()


if __name__ == "__main__":
    main()
