"""An exchange as JSON and back, so that a conversation outlives the page.

A paper is written once, however many quotations are of it. What a later version adds is filled with its default, and
what it no longer knows is passed over.
"""

import json
import types
import zlib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass, replace
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from assistant.types import Paper
from assistant.ui.talk import Exchange

OTHER_VERSION = "The answer was kept by another version of Carrel and cannot be shown. Ask again."


def freeze(exchange: Exchange) -> bytes:
    """Write an exchange; one that is still under way is written as stopped."""
    if exchange.is_open:
        exchange = replace(exchange, doing="", draft="", stopped=True)
    papers: dict[str, Paper] = {}
    plain = _plain(exchange, papers)
    kept = {"exchange": plain, "papers": {name: asdict(paper) for name, paper in papers.items()}}
    return zlib.compress(json.dumps(kept).encode())


def thaw(body: bytes, question: str) -> Exchange:
    """Read an exchange.

    Args:
        body: What `freeze` wrote.
        question: Stands in where the rest cannot be read.
    """
    try:
        kept = json.loads(zlib.decompress(body))
        papers = {name: _built(Paper, values, {}) for name, values in kept["papers"].items()}
        exchange: Exchange = _built(Exchange, kept["exchange"], papers)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        return Exchange(question=question, problem=OTHER_VERSION)
    return exchange


def _plain(value: Any, papers: dict[str, Paper]) -> Any:
    if isinstance(value, Paper):
        papers[value.id] = value
        return value.id
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name), papers) for one in fields(value)}
    return [_plain(one, papers) for one in value] if isinstance(value, tuple) else value


def _built(kind: Any, value: Any, papers: Mapping[str, Paper]) -> Any:
    """Make a value of its kind again."""
    if kind is Paper and isinstance(value, str):
        return papers[value]
    if is_dataclass(kind) and isinstance(kind, type):
        known = {name: hint for name, hint in _hints(kind).items() if name in value or name in _needed(kind)}
        return kind(**{name: _built(hint, value[name], papers) for name, hint in known.items()})
    if get_origin(kind) in (types.UnionType, Union):
        one = next(one for one in get_args(kind) if one is not type(None))
        return None if value is None else _built(one, value, papers)
    if get_origin(kind) is tuple:
        first = get_args(kind)[0]  # all tuples here are of one kind
        return tuple(_built(first, one, papers) for one in value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _needed(kind: type) -> frozenset[str]:
    return frozenset(
        one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING
    )  # fmt: skip
