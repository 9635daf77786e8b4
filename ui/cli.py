"""The entry of the command line, and its border: here, and nowhere else, errors become words."""

import os
import sys
import traceback
from collections.abc import Sequence

import typer
from typer.main import get_command

from assistant.errors import CarrelError
from assistant.ui import words
from assistant.ui.commands import app
from assistant.ui.console import Screen, settle_streams
from assistant.ui.inputs import EVERYWHERE, Everywhere

INTERRUPTED = 130
"""Exit status of what was stopped by Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: Default those of the process.

    Returns:
        The exit status: 0, 1 for a failure, 2 for wrong use, 130 for what was stopped.
    """
    settle_streams()
    everywhere = Everywhere()
    try:
        return _run(arguments, everywhere)
    except CarrelError as error:
        return _fail(words.of_error(error), error.exit_code, everywhere)
    except typer.TyperException as error:
        return _fail(words.of_misuse(error, EVERYWHERE), error.exit_code, everywhere)
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except BrokenPipeError:
        return _unread()
    except OSError as error:
        return _fail(words.of_system(error), 1, everywhere)
    except Exception as error:
        # The last border: what comes here is a fault of Carrel's own, and a person cannot read a traceback.
        return _fail(words.of_fault(error), 1, everywhere)


def _run(arguments: Sequence[str] | None, everywhere: Everywhere) -> int:
    code = get_command(app).main(arguments, prog_name="carrel", standalone_mode=False, obj=everywhere)
    sys.stdout.flush()
    # The parser has turned an interrupt into this status.
    return _stopped() if code == INTERRUPTED else int(code or 0)


def _fail(message: str, code: int, everywhere: Everywhere) -> int:
    if everywhere.debug:
        traceback.print_exc()
    Screen().note(f"carrel: {message}")
    return code


def _stopped() -> int:
    Screen().note("Stopped. What was stored stays.")
    return INTERRUPTED


def _unread() -> int:
    # Whoever read along has gone. What is still to be written goes nowhere, or Python would complain at the end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


if __name__ == "__main__":
    sys.exit(main())
