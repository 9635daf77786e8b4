"""What a program gives to an endpoint, read as filters and numbers."""

from typing import Any

from assistant.errors import UsageError
from assistant.types import Filters
from assistant.ui import inputs


def filters(
    years: Any = None,
    authors: Any = None,
    venue: Any = "",
    topics: Any = None,
    source: Any = "",
    ids: Any = None,
    with_abstract: Any = False,
) -> Filters:
    """Make one value of what a program gave; null leaves a filter open.

    Raises:
        UsageError: A value is not of its kind, or the years leave nothing.
    """
    if not (with_abstract is None or isinstance(with_abstract, bool)):
        raise UsageError("with_abstract is neither true nor false.", remedy="Give true or false.")
    return Filters(
        years=_years(years),
        authors=_texts("authors", authors),
        venue=_text("venue", venue),
        topics=_texts("topics", topics),
        source=_text("source", source),
        ids=_texts("ids", ids),
        with_abstract=bool(with_abstract),
    )


def whole(name: str, value: Any) -> int:
    """Read a whole number that a program gave.

    Raises:
        UsageError: It is none.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise UsageError(f"{name} is no whole number.", remedy="Give one like 10.")
    return value


def _years(value: Any) -> tuple[int | None, int | None] | None:
    if value is None:
        return None
    if not (isinstance(value, list) and len(value) == 2 and all(one is None or _is_year(one) for one in value)):
        raise UsageError(
            "years are not a first and a last year.", remedy="Give them like [2020, 2024]; null is an open end."
        )
    return inputs.span(*value, remedy="Exchange the two years.")


def _is_year(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not (isinstance(value, list) and all(map(_is_text, value))):
        raise UsageError(f"{name} are no list of texts.", remedy='Give them like ["one", "two"].')
    return tuple(value)


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not _is_text(value):
        raise UsageError(f"{name} is no text.", remedy='Give it like "one".')
    return str(value)


def _is_text(value: Any) -> bool:
    # JSON can spell halves of characters, which no database takes.
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)
