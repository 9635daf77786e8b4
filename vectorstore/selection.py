"""Which papers filters admit."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt

from assistant.types import Filters
from assistant.vectorstore.database import Database
from assistant.vectorstore.records import Rows, among
from assistant.words import WIDE, fold

Column = Literal["authors", "venue"]
"""Where the ledger keeps names."""


class Selection:
    """Finds the rows that filters admit.

    Args:
        database: The ledger's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._years: tuple[int, Rows, npt.NDArray[np.int64]] | None = None

    def rows(self, filters: Filters, revision: int) -> Rows:
        """Return the rows of all papers that the filters admit, in ascending order.

        Args:
            filters: The filters.
            revision: That of the ledger.
        """
        clauses, values = _where(filters)
        if filters.years is not None and not clauses:
            return self._of_years(*filters.years, revision)
        query = "SELECT row FROM papers WHERE " + " AND ".join(clauses or ["1"])
        rows = np.array([row for (row,) in self._database.query(query, values)], dtype=np.int64)
        rows.sort()
        return rows if filters.years is None else rows[among(rows, self._of_years(*filters.years, revision))]

    def names(self, column: Column, part: str) -> list[str]:
        """Return the authors or venues that have a text in their name, as they are spelled, each once.

        Args:
            column: What is looked for.
            part: The text; neither case nor accents matter.
        """
        clause, values = _text_clause(column, part)
        found = self._database.query(f"SELECT DISTINCT {column} FROM papers WHERE {clause}", values)
        names = dict.fromkeys(name for (lines,) in found for name in lines.split("\n"))
        return [name for name in names if fold(part) in fold(name)]

    def _of_years(self, first: int | None, last: int | None, revision: int) -> Rows:
        # Years admit many papers at once; these are read but once as long as nothing changes.
        held = self._years
        if held is None or held[0] != revision:
            found = self._database.query("SELECT row, year FROM papers WHERE year IS NOT NULL")
            pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
            pairs = pairs[np.argsort(pairs[:, 0])]
            held = self._years = revision, pairs[:, 0].copy(), pairs[:, 1].copy()
        _, rows, years = held
        low = years.min(initial=0) if first is None else first
        high = years.max(initial=0) if last is None else last
        return rows[(years >= low) & (years <= high)]


def _where(filters: Filters) -> tuple[list[str], list[object]]:
    """Turn filters but that of the years into the clauses of a statement and their values."""
    parts = list(_text_clauses(filters))
    if filters.source:
        clause = "source IN (SELECT source FROM sources WHERE instr(fold(name), ?))"
        parts.append((clause, [fold(filters.source)]))
    if filters.ids:
        parts.append(("id IN (SELECT value FROM json_each(?))", [json.dumps(filters.ids)]))
    if filters.with_abstract:
        parts.append(("length(abstract) > 0", []))
    return [clause for clause, _ in parts], [value for _, values in parts for value in values]


def _text_clauses(filters: Filters) -> Iterator[tuple[str, list[object]]]:
    for name in ("authors", "topics"):
        if wanted := getattr(filters, name):
            clauses = [_text_clause(name, part) for part in wanted]
            yield "(" + " OR ".join(clause for clause, _ in clauses) + ")", [v for _, values in clauses for v in values]
    if filters.venue:
        yield _text_clause("venue", filters.venue)


def _text_clause(column: str, part: str) -> tuple[str, list[object]]:
    """Ask for a column with a text in it: by its words first, which are indexed, as a whole among those."""
    # An accent that is a character of its own would end a word.
    words = re.findall(r"\w+", unicodedata.normalize("NFC", part))
    exact, values = f"instr(fold(coalesce({column}, '')), ?)", [fold(part)]
    if not words or WIDE.search(part):
        return exact, [*values]
    query = f"{column} : (" + " AND ".join(f'"{word}"*' for word in words) + ")"
    return f"(row IN (SELECT rowid FROM names WHERE names MATCH ?) AND {exact})", [query, *values]
