"""The words of many papers as posting lists: arrays in memory, or in a folder and mapped into memory.

FTS5, which comes with SQLite, would score every paper that has any of the words, one by one: among 100,000 papers that
takes longer than all the rest of a search. Here it is a few sums over arrays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.vectorstore.records import Rows, among

K1 = 0.9
B = 0.4
"""Parameters of BM25 as usual for abstracts (Robertson and Zaragoza 2009, The Probabilistic Relevance Framework)."""

Mask = npt.NDArray[np.bool_]
"""Which papers count, by their places; shape (papers,)."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Posting lists of the papers at `rows`; in the lists a paper is its place there."""

    rows: Rows
    """Of the papers in the ledger, ascending; shape (papers,)."""
    lengths: npt.NDArray[np.uint16]
    """Words of each paper; shape (papers,)."""
    letters: npt.NDArray[np.uint8]
    """All stems in UTF-8, in the order of their bytes, one after the other."""
    ends: npt.NDArray[np.int64]
    """Where each stem ends there; shape (stems,)."""
    starts: npt.NDArray[np.int64]
    """Where the list of each stem begins, and where the last one ends; shape (stems + 1,)."""
    papers: npt.NDArray[np.uint32]
    """The lists, one after the other: places of papers, ascending in each; shape (postings,)."""
    counts: npt.NDArray[np.uint8]
    """How often the stem occurs in each of these papers; shape (postings,)."""

    def __len__(self) -> int:
        return len(self.rows)

    def words(self, admitted: Mask) -> int:
        """Count the words of the papers that count, all together."""
        return int(self.lengths[admitted].sum(dtype=np.int64))

    @property
    def stems(self) -> Iterator[str]:
        """All stems, in order."""
        return (self._stem(at).decode() for at in range(len(self.ends)))

    def frequency(self, stem: str, admitted: Mask) -> int:
        """Count the papers that have a stem, of those that count."""
        start, end = self._list(stem)
        return int(np.count_nonzero(admitted[self.papers[start:end]]))

    def best(self, weights: Mapping[str, float], mean: float, k: int, admitted: Mask) -> dict[int, float]:
        """Score papers by BM25.

        Args:
            weights: The stems that count, and the inverse document frequency of each.
            mean: Words of a paper on average, in the whole library.
            k: How many papers.
            admitted: Which papers count.

        Returns:
            Row and score of the k best, best first; of equal ones the earlier row. A paper without any of the stems
            is left out.
        """
        scores = np.zeros(len(self), dtype=np.float32)
        norms = (K1 * (1 - B + B / max(mean, 1.0) * self.lengths)).astype(np.float32)
        for stem, weight in weights.items():
            start, end = self._list(stem)
            papers, counts = self.papers[start:end], self.counts[start:end].astype(np.float32)
            # A paper stands but once in a list, so that no sum is lost.
            scores[papers] += np.float32(weight * (K1 + 1)) * counts / (counts + norms[papers])
        scores[~admitted] = 0
        found = np.flatnonzero(scores)
        if len(found) > k:
            # All that are as good as the k-th, so that of equal ones the earlier is taken.
            least = np.partition(scores[found], len(found) - k)[len(found) - k]
            found = found[scores[found] >= least]
        best = found[np.argsort(-scores[found], kind="stable")][:k]
        return dict(zip(self.rows[best].tolist(), scores[best].tolist(), strict=True))

    def places(self, rows: Rows) -> Mask:
        """Tell which of the papers are among some rows, given in ascending order."""
        return among(self.rows, rows)

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder, which must be there."""
        for one in fields(self):
            np.save(folder / f"{one.name}.npy", getattr(self, one.name))

    @classmethod
    def load(cls, folder: Path) -> "Postings":
        """Map the arrays of a folder into memory.

        Raises:
            OSError: A file is missing; ValueError: it is none.
        """
        arrays: dict[str, Any] = {one.name: _mapped(folder / f"{one.name}.npy") for one in fields(cls)}
        return cls(**arrays)

    def _list(self, stem: str) -> tuple[int, int]:
        wanted = stem.encode()
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._stem(middle) < wanted else (low, middle)
        if low == len(self.ends) or self._stem(low) != wanted:
            return 0, 0
        return int(self.starts[low]), int(self.starts[low + 1])

    def _stem(self, at: int) -> bytes:
        return self.letters[self.ends[at - 1] if at else 0 : self.ends[at]].tobytes()


def _mapped(path: Path) -> Any:
    array = np.load(path, mmap_mode="r")
    # What lies in one process for long is read without numpy's subclass, which is slower to slice.
    return array.view(np.ndarray)
