"""`carrel serve`: the page, until Ctrl-C."""

from contextlib import closing
from typing import Annotated

import typer

from assistant.library import Library
from assistant.models import load_isolated
from assistant.ui import inputs, words
from assistant.ui.console import Screen
from assistant.ui.inputs import Model
from assistant.wiring import Assistant

app = typer.Typer(rich_markup_mode=None)


@app.command(
    epilog=inputs.examples("carrel serve", "carrel serve --port 8000", "carrel serve --host 0.0.0.0 --auth ann:secret")
)
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Its port; 0 is any free one.")] = 7860,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen at; other machines reach any but this.")
    ] = "127.0.0.1",
    auth: Annotated[
        list[str] | None,
        typer.Option(
            envvar="CARREL_AUTH", show_envvar=True, metavar="NAME:PASSWORD", help="Who is let in; may be repeated."
        ),
    ] = None,
    without_password: Annotated[
        bool, typer.Option("--without-password", help="Let in anyone who reaches the address.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page in a browser.")] = False,
    sample_if_empty: Annotated[
        bool, typer.Option("--sample-if-empty", help="Add the sample library where there is no paper.")
    ] = False,
    model: Model = None,
) -> None:
    """Serve the chat page on this machine, until Ctrl-C.

    With names and passwords, each person has conversations of their own; without, each browser profile has. The page is
    not encrypted: on a network that you do not trust, put it behind something that is.
    """
    from assistant.ui import server

    logins = inputs.logins(auth or [])
    server.check_open(host, logins, without_password=without_password)
    screen = Screen()
    # A crash of the model must not take the page down.
    settings = inputs.settings(context.obj.home, model=model)
    with closing(Assistant(Library(settings=settings), load=load_isolated)) as assistant:
        library = assistant.library
        if len(library) == 0 and sample_if_empty:
            screen.note(f"The library {library.place} is empty; adding the sample library.")
            with screen.progress() as progress:
                library.add_sample(progress)
        screen.note(f"{words.count(len(library), 'paper')} {library.place}. Starting the page…")
        server.serve(
            assistant,
            host=host,
            port=port,
            logins=logins,
            open_browser=not no_browser,
            announce=lambda url: screen.say(f"Carrel is at {url} until Ctrl-C."),
        )
    screen.note("Stopped.")
