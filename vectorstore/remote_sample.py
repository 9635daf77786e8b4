"""Some papers of a large library that stand for all, and all papers of a small one."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from assistant.types import Filters
from assistant.vectorstore import indexing
from assistant.vectorstore.postings import Postings
from assistant.vectorstore.remote_client import ID, Collection
from assistant.vectorstore.remote_filters import admits
from assistant.vectorstore.remote_records import Stored, read

SIZE = 1000
"""Papers of a sample: up to so many, a library is read once and searched whole, just as a local one."""

PAGES = 10
"""Places of a large library that a sample is taken from."""

GROWTH = 0.1
"""By how much a large library grows until it is sampled again."""


class Sample:
    """Papers of a library, drawn at one time.

    Args:
        records: The papers, each once.
        total: How many papers the library has.
    """

    def __init__(self, records: Sequence[Stored], total: int) -> None:
        self.records = sorted(records, key=lambda one: one.row)
        self.total = total

    @property
    def is_whole(self) -> bool:
        """True where these are all papers."""
        return len(self.records) >= self.total

    @cached_property
    def postings(self) -> Postings:
        """Their words."""
        return counted(self.records)

    @property
    def mean(self) -> float:
        """Words of a paper on average."""
        return self.postings.words(self._all) / max(len(self.records), 1)

    def frequency(self, stem: str) -> int:
        """Count, or estimate, the papers of the library that have a stem."""
        found = self.postings.frequency(stem, self._all)
        if self.is_whole:
            return found
        # One that is in none of them may be in fewer papers than one stands for.
        return round(max(found, 0.5) * self.total / max(len(self.records), 1))

    def count(self, filters: Filters) -> int:
        """Count, or estimate, the papers of the library that filters admit."""
        found = sum(admits(filters, one.paper) for one in self.records)
        return found if self.is_whole else round(found * self.total / max(len(self.records), 1))

    @property
    def _all(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.ones(len(self.postings), dtype=np.bool_)


def counted(records: Sequence[Stored]) -> Postings:
    """Return the words of papers, given by ascending rows."""
    return indexing.build((one.row, one.words) for one in records)


def draw(papers: Collection, total: int) -> Sample:
    """Read a sample of a library: all papers where they are few, else some from each part of it."""
    each = SIZE // PAGES
    # A page of as many from as many places: neighbours are of one file, and often of one field.
    step = each if total <= SIZE else total // PAGES
    found: dict[str, Stored] = {}
    for offset in range(0, total if total <= SIZE else step * PAGES, step):
        found |= {one[ID]: read(one, ID) for one in papers.get(limit=each, offset=offset)}
    return Sample(list(found.values()), total)
