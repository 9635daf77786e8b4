"""The papers of a ledger in an order, found by their words: what a table of a large library is read from."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Literal

import numpy as np

from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.records import Rows, among
from assistant.words import WIDE, fold

Order = Literal["added", "title", "authors", "year", "venue"]

WORD = re.compile(r"[^\W_]+")
BETWEEN = re.compile(r"[^\w\n]|_")
KEYS = ("doi", "arxiv_id", "pmid", "keys")
"""By what a paper is found too, of the fields kept as JSON."""

IN_ORDER = "SELECT row, {} FROM papers ORDER BY row"
TEXTS = "SELECT row, title, authors, venue, topics, year, id, record FROM papers ORDER BY row"


class Ordering:
    """Sorts and finds papers; what it made is kept until a paper changes.

    Args:
        ledger: Where the papers are.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._held: tuple[tuple[str, int], dict[str, Any]] = (("", -1), {})

    def rows(
        self,
        find: str = "",
        source: str = "",
        ids: Sequence[str] | None = None,
        order: Order = "added",
        *,
        descending: bool = False,
    ) -> Rows:
        """Return the rows of the papers wanted, in an order; those without what it is by come last.

        Args:
            find: Words; each must begin a word of title, authors, venue, topics, year, id, DOI or other key.
            source: The file they came from.
            ids: Only these papers.
            order: By what they are sorted; `authors` is by the family name of the first.
            descending: The last first.
        """
        ordered: Rows
        ordered, known = self._kept(order, lambda: self._ordered(order))
        if descending:
            ordered = np.concatenate([ordered[:known][::-1], ordered[known:]])
        limits = [*self._found(find), *self._of_source(source), *self._of_ids(ids)]
        for limit in limits:
            ordered = ordered[among(ordered, limit)]
        return ordered

    def sources(self) -> list[tuple[str, int]]:
        """Return the files that papers came from and how many papers of each there are, the most first."""
        query = "SELECT name, count(*) FROM papers JOIN sources USING (source) GROUP BY source ORDER BY 2 DESC, 1"
        return [(name, count) for name, count in self._ledger.database.query(query)]

    def _of_source(self, source: str) -> Iterator[Rows]:
        if source:
            query = "SELECT row FROM papers WHERE source = (SELECT source FROM sources WHERE name = ?) ORDER BY row"
            yield np.array([row for (row,) in self._ledger.database.query(query, (source,))], dtype=np.int64)

    def _of_ids(self, ids: Sequence[str] | None) -> Iterator[Rows]:
        if ids is not None:
            yield np.sort(np.array(list(self._ledger.rows_of(ids).values()), dtype=np.int64))

    def _found(self, find: str) -> Iterator[Rows]:
        for word in WORD.findall(fold(find)):
            rows, starts, text = self._kept("texts", self._texts)
            yield rows[list(_lines(text, starts, word))]

    def _ordered(self, order: Order) -> tuple[Rows, int]:
        column = {"added": "row"}.get(order, order)
        keyed = [(_key(order, value), row) for row, value in self._ledger.database.query(IN_ORDER.format(column))]
        known = sorted(one for one in keyed if one[0] != "")
        rows = [row for _, row in known] + [row for key, row in keyed if key == ""]
        return np.array(rows, dtype=np.int64), len(known)

    def _texts(self) -> tuple[Rows, list[int], bytes]:
        rows, lines = [], []
        for row, *texts, record in self._ledger.database.each(TEXTS):
            known = json.loads(record)
            rows.append(row)
            lines.append(_line([*texts, *(_plain(known[key]) for key in KEYS if key in known)]))
        # Each word after a space; one pass over all is many times quicker than one a paper.
        text = BETWEEN.sub(" ", "\n".join(lines)).encode()
        starts = list(accumulate((len(line) + 1 for line in text.split(b"\n")), initial=0))
        return np.array(rows, dtype=np.int64), starts, text

    def _kept(self, name: str, make: Callable[[], Any]) -> Any:
        key = (self._ledger.origin, self._ledger.revision)
        if self._held[0] != key:
            self._held = (key, {})
        held = self._held[1]
        if name not in held:
            held[name] = make()
        return held[name]


def _key(order: Order, value: str | int | None) -> str | int:
    """Return what a paper is sorted by, an empty text where there is nothing."""
    if value is None or isinstance(value, int):
        return "" if value is None else value
    words = WORD.findall(fold(value.partition("\n")[0] if order == "authors" else value))
    return " ".join(words[-1:] + words[:-1] if order == "authors" else words)


def _plain(value: str | Sequence[str] | None) -> str:
    return value if isinstance(value, str) else " ".join(value or ())


def _line(texts: Sequence[str | int | None]) -> str:
    """Return the texts of a paper as one line."""
    return fold(" ".join(["", *(str(text) for text in texts if text)])).replace("\n", " ")


def _lines(text: bytes, starts: Sequence[int], word: str) -> Iterator[int]:
    """Return the numbers of the lines in which a word begins with this one."""
    # Chinese, Japanese and Korean have no spaces before a word.
    wanted = word.encode() if WIDE.search(word) else f" {word}".encode()
    at = text.find(wanted)
    while at >= 0:
        line = bisect_right(starts, at) - 1
        yield line
        at = text.find(wanted, starts[line + 1])
