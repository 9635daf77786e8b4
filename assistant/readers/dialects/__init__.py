"""Dialects of JSON: whose words an object is written in, told by its names, and the paper it holds."""

from collections.abc import Callable

from assistant.readers.dialects import arxiv, crossref, csl, openalex, plain, semanticscholar, zotero
from assistant.readers.fields import Record, kept
from assistant.readers.values import Object, WrongType, kind
from assistant.types import Paper, Skipped

_DIALECTS: tuple[tuple[Callable[[Object], bool], Callable[[Object, str], Paper]], ...] = (
    (openalex.knows, openalex.paper),
    (arxiv.knows, arxiv.paper),
    (zotero.knows, zotero.paper),
    (semanticscholar.knows, semanticscholar.paper),
    (crossref.knows, crossref.paper),
    (csl.knows, csl.paper),
)


def record(value: object, source: str, place: str) -> Record:
    """Read one value as a paper, or say why it is none."""
    if value is None:
        return Skipped(source, place, "null in the place of a paper")
    if not isinstance(value, dict):
        return Skipped(source, place, f"not an object but {kind(value)}")
    read = next((paper for knows, paper in _DIALECTS if knows(value)), plain.paper)
    try:
        return kept(read(value, source), place)
    except WrongType as error:
        return Skipped(source, place, str(error))
