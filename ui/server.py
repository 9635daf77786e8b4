"""Serving the page on this machine."""

import atexit
import contextlib
import errno
import gc
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ServeError, UsageError
from assistant.offline import forbid_network
from assistant.ui.chat import Desk
from assistant.ui.exchange import ADDRESS
from assistant.ui.neighbour import Neighbour
from assistant.ui.upload import LARGEST
from assistant.wiring import Assistant

if TYPE_CHECKING:
    import fastapi

ENDING = 1.0
"""Seconds at most that what is being added is waited for at the end; on a busy machine, a batch takes longer."""

PORTS_TRIED = 100
"""Ports after a busy one among which a free one is looked for."""

SCRIPTS = ("page.js", "acts.js", "shelf.js", "maths.js", "tabs.js")


def serve(
    assistant: Assistant,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    logins: Mapping[str, str] | None = None,
    open_browser: bool = True,
    announce: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve the page until Ctrl-C.

    Args:
        assistant: What answers.
        host: The address to listen at; any but this machine's own opens the library to others.
        port: The port; 0 takes a free one.
        logins: Names and passwords of those let in; without any, everyone is.
        open_browser: Open the page in the person's browser.
        announce: Told the page's address once it can be opened.

    Raises:
        ServeError: The port is in use, or the address is not one of this machine.
    """
    with contextlib.closing(listen(host, port)) as listener:
        url = address(host, listener.getsockname()[1])

        def started() -> None:
            desk.open()
            neighbour.open()
            announce(url)
            if open_browser:
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

        def stopping() -> None:
            neighbour.close()
            desk.close()

        # Ctrl-C raises only while the page is being built.
        with contextlib.suppress(KeyboardInterrupt):
            desk, neighbour = Desk(assistant, logins), Neighbour(assistant)
            with contextlib.closing(desk.intake.exchange), contextlib.closing(neighbour):
                _server(application(desk, host), started, stopping).run(sockets=[listener])
                if not desk.intake.wait(ENDING):
                    # Python would take the arithmetic's memory away amid it, and crash. What is stored is safe.
                    atexit.register(_leave)
    # The process is about to end, and Python would first look through all that the models' libraries
    # made for something to free: seconds in which Ctrl-C seems not to work.
    gc.freeze()


def _leave() -> None:
    """End the process as it stands."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def check_open(host: str, logins: Mapping[str, str], *, without_password: bool) -> None:
    """Let a page be opened to other machines only with a password, or where that is meant.

    Raises:
        UsageError: Anyone who reaches the address could read the library and ask.
    """
    from assistant.ui.guard import OWN

    if not (logins or without_password or host in OWN):
        raise UsageError(
            f"Anyone who reaches {host} could read your library and ask.",
            remedy="Give --auth NAME:PASSWORD, or --without-password if that is meant.",
        )


def listen(host: str, port: int) -> socket.socket:
    """Take the port, before anything slow is loaded.

    Raises:
        ServeError: It is in use, or the address is not one of this machine.
    """
    try:
        return _bound(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise ServeError(
                f"The page cannot be served at {host}, port {port}: {error.strerror}.",
                remedy="Choose another address with --host or another port with --port.",
            ) from error
    raise ServeError(f"Port {port} is in use.", remedy=f"Try `carrel serve --port {_free(host, port)}`.")


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _free(host: str, port: int) -> int:
    """Return the next free port; 0, which takes any, where there is none near."""
    for candidate in range(port + 1, min(port + PORTS_TRIED, 65536)):
        with contextlib.suppress(OSError), _bound(host, candidate):
            return candidate
    return 0


def address(host: str, port: int) -> str:
    """Return the address at which a browser on this machine finds the page.

    >>> address("0.0.0.0", 80), address("::1", 7860)
    ('http://127.0.0.1:80', 'http://[::1]:7860')
    """
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def application(desk: Desk, host: str = "127.0.0.1") -> "fastapi.FastAPI":
    """Build the web application: the page behind its guard.

    Args:
        desk: Takes the questions.
        host: The address it is served at.
    """
    forbid_network()
    import fastapi
    import gradio as gr
    from fastapi.responses import FileResponse

    from assistant.ui.downloads import add_routes
    from assistant.ui.guard import Guard
    from assistant.ui.page import build

    # FastAPI's own pages of documentation load scripts from elsewhere.
    app = fastapi.FastAPI(title="Carrel", docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, desk)
    exchange = desk.intake.exchange
    # Where Gradio puts what is sent to it; it looks there each time.
    os.environ["GRADIO_TEMP_DIR"] = str(exchange.folder)

    def fetch(token: str) -> fastapi.Response:
        file = exchange.offered(token)
        return FileResponse(file, filename=file.name) if file else fastapi.Response(status_code=404)

    app.get(ADDRESS + "{token}")(fetch)
    gr.mount_gradio_app(app, build(desk), path="/", **_options())
    app.add_middleware(Guard, host=host, logins=desk.logins)
    return app


def _options() -> dict[str, Any]:
    import gradio as gr

    from assistant.ui import maths

    here = Path(__file__).parent
    fonts = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
    return {
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "show_error": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "max_file_size": LARGEST,
        "theme": gr.themes.Base(primary_hue="emerald", neutral_hue="stone", font=fonts, font_mono=("monospace",)),
        "css": _joined(here / "page.css", here / "tabs.css"),
        "head": f'<meta name="carrel-katex" content="{" ".join(maths.assets())}">',
        "js": _joined(*(here / name for name in SCRIPTS)),
    }


def _joined(*files: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _server(app: "fastapi.FastAPI", started: Callable[[], None], stopping: Callable[[], None]) -> Any:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            started()

        def handle_exit(self, sig: int, frame: Any) -> None:
            # Models stop first: a thread still writing would keep the process alive. The signal is not
            # noted to be raised again, as uvicorn would: Ctrl-C is how the page is meant to be closed.
            stopping()
            self.force_exit = self.should_exit
            self.should_exit = True

    # A tab keeps its connection for as long as it is open, so there is nothing to wait for at the end.
    return Server(uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=0))
