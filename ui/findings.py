"""What the doctor says of one thing, and how a fault of it becomes that."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.errors import CarrelError


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    text: str
    ok: bool = True
    remedy: str = ""
    """What to do about it, where it is not well."""


def guarded(name: str, part: Iterable[Finding]) -> Iterator[Finding]:
    """Look at one part; a fault there is one more finding, and the rest is looked at all the same."""
    try:
        yield from part
    except CarrelError as error:
        yield problem(name, error)
    except Exception as error:
        # Whatever is broken here, in whichever package, must not hide what else is found.
        yield Finding(name=name, text=f"{type(error).__name__}: {error}", ok=False)


def problem(name: str, error: CarrelError) -> Finding:
    """Return what an error says, with its remedy."""
    # To ask the doctor is no advice here.
    remedy = "" if error.remedy == CarrelError.remedy else error.remedy
    return Finding(name=name, text=str(error), ok=False, remedy=remedy)
