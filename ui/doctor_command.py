"""`carrel doctor`: what was found is shown as it is found."""

from dataclasses import asdict
from typing import Annotated

import typer

from assistant.ui import inputs, show
from assistant.ui.console import Screen
from assistant.ui.inputs import Json

app = typer.Typer(rich_markup_mode=None)


@app.command(epilog=inputs.examples("carrel doctor", "carrel doctor --tune", "carrel --home ~/papers doctor --json"))
def doctor(
    context: typer.Context,
    as_json: Json = False,
    tune: Annotated[
        bool, typer.Option("--tune", help="First measure which threads and arithmetic are quickest here; some seconds.")
    ] = False,
) -> None:
    """Say what is wrong, and repair the index.

    The exit status is 1 where something is left to be done.
    """
    from assistant.ui import doctor

    screen, findings = Screen(), []
    if tune:
        with screen.waiting("Loading the language model…") as waiting:
            doctor.tune(context.obj.home, waiting.tell)
    with screen.waiting("Examining…") as waiting:
        for finding in doctor.examine(context.obj.home):
            findings.append(finding)
            if not as_json:
                with waiting.aside():
                    show.show_finding(screen, finding)
    well = all(finding.ok for finding in findings)
    if as_json:
        screen.json({"ok": well, "findings": [asdict(finding) for finding in findings]})
    if not well:
        raise typer.Exit(1)
