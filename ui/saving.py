"""Saving the library from the page: a backup is written in the home and fetched from there."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import date

from assistant.errors import CarrelError
from assistant.types import Progress
from assistant.ui import words
from assistant.ui.chat import Desk
from assistant.ui.table import safe
from assistant.ui.upload import PAUSE, UNEXPECTED
from assistant.ui.upload_view import DISMISS

log = logging.getLogger(__name__)


def back_up(desk: Desk) -> Callable[[], Iterator[str]]:
    """Return the handler that writes a backup, says how far it is, and offers it."""
    library, exchange = desk.assistant.library, desk.intake.exchange

    def back_up() -> Iterator[str]:
        file = exchange.place(f"papers-{date.today().isoformat()}.carrel")
        steps: queue.SimpleQueue[Progress] = queue.SimpleQueue()
        problems: list[str] = []

        def work() -> None:
            try:
                library.backup(file, steps.put)
            except CarrelError as error:
                problems.append(words.of_error(error))
            except Exception:  # the border: a thread has no one above it to tell
                log.exception("The backup could not be written.")
                problems.append(UNEXPECTED)

        thread = threading.Thread(target=work, name="backup", daemon=True)
        thread.start()
        yield _working(None)
        while thread.is_alive():
            thread.join(PAUSE)
            last = None
            while not steps.empty():
                last = steps.get()
            if last:
                yield _working(last)
        if problems:
            yield f'<div class="report problem" role="alert"><p>{safe(problems[0])}</p>{DISMISS}</div>'
            return
        size = words.size(file.stat().st_size)
        fetch = f'<a href="{exchange.offer(file)}" download="{file.name}" class="fetch">Save {file.name}, {size}</a>'
        yield (
            f'<div class="report" role="status"><p>The backup is ready: {fetch}. '
            f"<code>carrel restore</code> puts it back.</p>{DISMISS}</div>"
        )

    return back_up


def _working(step: Progress | None) -> str:
    amount = f" max='{step.total}' value='{step.done}'" if step and step.total else ""
    return (
        f'<div class="working" role="status"><p>Writing the backup…</p>'
        f"<progress aria-label='Writing the backup'{amount}></progress></div>"
    )
