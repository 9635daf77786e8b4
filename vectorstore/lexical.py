"""Search by words: the posting lists of the index, and those of the papers changed since."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np

from assistant.vectorstore import indexing, manifest
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.manifest import Manifest
from assistant.vectorstore.postings import Mask, Postings
from assistant.vectorstore.records import Rows

PAGE = 2000

MOST = 20_000
"""Papers whose words are counted for a search where the index lacks them. Only a lost index can lead to more; the
oldest of those are found by their vectors alone until there is an index again."""


K3 = 8.0
"""How soon a word that a query repeats counts no more (Robertson and Zaragoza 2009, section 3.4.1)."""


@dataclass(frozen=True, slots=True)
class _State:
    """What is searched, at one revision of the ledger."""

    origin: str
    revision: int
    held: Manifest | None
    indexed: Postings
    current: Mask
    """Which papers of the index are still as it has them."""
    recent: Postings
    """Papers changed since the index was built."""

    @property
    def parts(self) -> tuple[tuple[Postings, Mask], ...]:
        """All that is searched, and which of its papers count."""
        return (self.indexed, self.current), (self.recent, np.ones(len(self.recent), dtype=np.bool_))

    @property
    def papers(self) -> int:
        """How many papers are searched."""
        return sum(int(np.count_nonzero(mask)) for _, mask in self.parts)

    @property
    def mean(self) -> float:
        """Words of a paper on average."""
        return sum(part.words(mask) for part, mask in self.parts) / max(self.papers, 1)

    def frequency(self, stem: str) -> int:
        """Count the papers that have a stem."""
        return sum(part.frequency(stem, mask) for part, mask in self.parts)


class Lexical:
    """The words of a ledger's papers.

    Args:
        home: Folder of the index.
        ledger: Where the papers are.
    """

    def __init__(self, home: Path, ledger: Ledger) -> None:
        self._home = home
        self._ledger = ledger
        self._state: _State | None = None
        self._counted: dict[int, tuple[int, Counter[str]]] = {}
        self._lock = threading.Lock()

    def best(self, stems: Iterable[str], k: int, rows: Rows | None = None) -> dict[int, float]:
        """Score papers by BM25.

        Args:
            stems: Any of them counts, and more so if it is repeated, as in a query that is a whole abstract.
            k: How many papers.
            rows: Only these, in ascending order.

        Returns:
            Row and score of the k best; a paper without any of the stems is left out.
        """
        state = self._fresh()
        papers, mean = state.papers, state.mean
        weighted = weights(stems, state.frequency, papers)
        found: dict[int, float] = {}
        for part, mask in state.parts:
            found |= part.best(weighted, mean, k, mask if rows is None else mask & part.places(rows))
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:k])

    def frequencies(self, stems: Iterable[str]) -> dict[str, int]:
        """Count the papers that have each stem."""
        state = self._fresh()
        return {stem: state.frequency(stem) for stem in stems}

    def close(self) -> None:
        """Let go of the files."""
        self._state = None

    def _fresh(self) -> _State:
        with self._lock:
            state, origin, revision = self._state, self._ledger.origin, self._ledger.revision
            # The one that is open serves on where that on disk is gone, or newer than what this search may see.
            seen = (manifest.read(self._home), state.held if state else None)
            held = next((one for one in seen if one and one.origin == origin and one.revision <= revision), None)
            if state is None or (state.origin, state.held) != (origin, held):
                state = self._opened(origin, held)
            if state.revision != revision:
                state = self._followed(state, revision)
            self._state = state
            return state

    def _opened(self, origin: str, held: Manifest | None) -> _State:
        """Open the lists of an index; where they are damaged, go without."""
        self._counted = {}
        indexed = indexing.build([])
        if held and held.is_intact(self._home, manifest.WORDS):
            with suppress(OSError, ValueError):  # removed just now, as another took its place
                indexed = Postings.load(self._home / held.folder / manifest.WORDS)
        return _State(origin, -1, held, indexed, np.ones(len(indexed), dtype=np.bool_), indexing.build([]))

    def _followed(self, state: _State, revision: int) -> _State:
        """Bring the state up to a revision of the ledger."""
        since = state.held.revision if state.held and len(state.indexed) else 0
        current = ~state.indexed.places(self._ledger.stale(since))
        return _State(state.origin, revision, state.held, state.indexed, current, self._recent(since))

    def _recent(self, since: int) -> Postings:
        former, self._counted = self._counted, {}
        revisions = self._ledger.revisions(since, MOST)
        for row, revision in revisions.items():
            if row in former and former[row][0] == revision:
                self._counted[row] = former[row]
        missing = [row for row in revisions if row not in self._counted]
        for start in range(0, len(missing), PAGE):
            for row, paper in self._ledger.papers(missing[start : start + PAGE]).items():
                self._counted[row] = revisions[row], indexing.count(paper.title, paper.abstract)
        return indexing.build((row, self._counted[row][1]) for row in sorted(self._counted))


def weights(stems: Iterable[str], frequency: Callable[[str], int], papers: int) -> dict[str, float]:
    """Return how much each stem of a query counts.

    Args:
        stems: Of the query.
        frequency: Counts the papers that have a stem.
        papers: How many there are.
    """
    return {stem: _repeated(number) * _weight(frequency(stem), papers) for stem, number in Counter(stems).items()}


def _weight(frequency: int, papers: int) -> float:
    """Return the inverse document frequency of a stem."""
    return log(1 + (papers - frequency + 0.5) / (frequency + 0.5))


def _repeated(number: int) -> float:
    """Return how much a stem counts that a query has several times."""
    return (K3 + 1) * number / (K3 + number)
