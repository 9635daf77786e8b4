"""What the page fetches besides itself: conversations as files, entries for a bibliography, similar papers."""

from typing import TYPE_CHECKING, Annotated

from assistant import export
from assistant.errors import CarrelError
from assistant.ui import owners, words, writing
from assistant.ui.chat import Desk
from assistant.ui.filters import read_id
from assistant.ui.panel import similar

if TYPE_CHECKING:
    import fastapi

SIMILAR = 5
"""Papers shown as similar to one."""


def add_routes(app: "fastapi.FastAPI", desk: Desk) -> None:
    """Add the addresses to the application.

    Args:
        app: Must not yet answer at every address.
        desk: Keeps the conversations, and has the library.
    """
    from fastapi import Query
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, PlainTextResponse, Response

    def conversation(talk: str, ending: str, request: Request) -> Response:
        if ending not in writing.FORMS:
            return PlainTextResponse("There is no such form.", status_code=404)
        kept = desk.kept.load(owners.owner(request.headers, desk.logins), talk)
        if not kept.id:
            return PlainTextResponse("There is no such conversation.", status_code=404)
        _, kind, write = writing.FORMS[ending]
        # A file, never a page: nothing in it may be read as markup of this site.
        headers = {"Content-Disposition": f'attachment; filename="{_name(kept.title)}.{ending}"'}
        text = write(kept).encode(errors="replace")
        return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)

    def bibtex(paper: Annotated[str, Query()]) -> Response:
        found = desk.assistant.library.get(read_id(paper))
        return PlainTextResponse("".join(export.bibtex(found)).strip(), status_code=200 if found else 404)

    def alike(paper: Annotated[str, Query()]) -> Response:
        try:
            return HTMLResponse(similar(desk.assistant.library.similar(read_id(paper), SIMILAR)))
        except CarrelError as error:
            return PlainTextResponse(words.of_error(error), status_code=404)

    app.get("/conversations/{talk}.{ending}", response_model=None)(conversation)
    app.get("/bibtex", response_model=None)(bibtex)
    app.get("/similar", response_model=None)(alike)


def _name(title: str) -> str:
    """Return a name that any system takes for a file.

    >>> _name("How much can RouteLLM reduce cost?")
    'how-much-can-routellm-reduce-cost'
    """
    kept = "".join(one if one.isascii() and one.isalnum() else " " for one in title.lower())
    return "-".join(kept.split())[:60] or "conversation"
