"""Whether what a ledger holds can be read: SQLite looks after its pages, but not into what lies in them."""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from assistant.vectorstore import codes, records
from assistant.vectorstore.database import Database

SHOWN = 5
"""Damaged papers named before the rest is counted."""

LENGTH = 0.05
"""How far from 1 the length of a vector may be; rounding takes less than a hundredth."""

QUERY = """
SELECT id, abstract, vector, spans, vectors
FROM papers LEFT JOIN vectors USING (row) LEFT JOIN sentences USING (row) ORDER BY row
"""


def findings(database: Database) -> list[str]:
    """Read every paper and its vectors, and say which are damaged; the empty list means none is."""
    damaged = (f"{what} of {one}" for one, *parts in database.each(QUERY) for what in _damaged(*parts))
    found = list(islice(damaged, SHOWN))
    rest = sum(1 for _ in damaged)
    return found + ([f"{rest} more"] if rest else [])


def _damaged(
    abstract: str | bytes, vector: bytes | None, spans: bytes | None, sentences: bytes | None
) -> Iterator[str]:
    try:
        records.plain(abstract)
    except ValueError:
        yield "the abstract"
    if vector is None or not _is_unit(vector):
        yield "the vector"
    if spans is None or sentences is None or not _is_paired(spans, sentences):
        yield "the sentences"


def _is_unit(vector: bytes) -> bool:
    try:
        length = float(np.linalg.norm(codes.unpack([vector])))
    except ValueError:
        return False
    # A text without any word may have no direction.
    return length == 0 or abs(length - 1) <= LENGTH


def _is_paired(spans: bytes, sentences: bytes) -> bool:
    """Tell whether there is a code for each span, and its numbers are numbers."""
    try:
        places = records.spans(spans)
        heads = np.frombuffer(sentences, dtype=np.uint8).reshape(len(places), -1)[:, :4] if places else np.zeros((0, 4))
        numbers = np.ascontiguousarray(heads, dtype=np.uint8).view(np.float16)
    except (ValueError, TypeError, IndexError):
        return False
    return bool(np.isfinite(numbers).all()) and all(place.start < place.end for place in places)
