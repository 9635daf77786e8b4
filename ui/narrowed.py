"""A search within what the words of the query say of the papers, for the command line."""

from datetime import date

from assistant import limits, scope
from assistant.library import Library
from assistant.types import Filters, Hit, Scope


def search(library: Library, query: str, k: int, given: Filters, *, literal: bool = False) -> tuple[list[Hit], Scope]:
    """Find papers; what the query says of years, authors and venue is a filter where any paper passes it.

    Args:
        library: The papers.
        query: Its words.
        k: The most papers to find.
        given: Filters that hold in any case.
        literal: Take none from the words.

    Returns:
        The papers, best first, and which were looked at.
    """
    limited = limits.Limits(query) if literal else limits.read(query, library, date.today())
    understood = scope.added(limited.filters, given)
    for kept in scope.loosened(understood) if understood else ():
        looked_at = Scope(filters=scope.merged(given, kept), understood=kept, dropped=scope.added(understood, kept))
        if hits := library.retrieve(query if limited.is_all else limited.question, k, looked_at.filters):
            return hits, scope.counted(looked_at, library)
    looked_at = Scope(filters=given, dropped=understood)
    return library.retrieve(query, k, given), scope.counted(looked_at, library)
