"""Making posting lists of texts, some papers at a time, so that memory does not grow with the text."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from assistant import words
from assistant.vectorstore.postings import Postings

TITLE = 2
"""How much a word of the title counts."""

SEGMENT = 20_000
"""Papers whose words are sorted at once."""


Counted = tuple[int, Mapping[str, int]]
"""The row of a paper, and how often each stem occurs in it."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """The postings of some papers, sorted by stem and then by paper."""

    stems: npt.NDArray[np.uint32]
    """Numbers of the stems that occur."""
    sizes: npt.NDArray[np.int64]
    """How many postings each of them has."""
    papers: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint8]


def build(papers: Iterable[Counted], watch: Callable[[int], None] = lambda _: None) -> Postings:
    """Make the posting lists of papers.

    Args:
        papers: In ascending order of their rows.
        watch: Told how many papers are done, now and then; may raise to stop.
    """
    numbers: dict[str, int] = {}
    rows, lengths = array("q"), array("H")
    segments: list[_Segment] = []
    waiting = iter(papers)
    while taken := list(islice(waiting, SEGMENT)):
        segments.append(_segment(taken, len(rows), numbers, lengths))
        rows.extend(row for row, _ in taken)
        watch(len(rows))
    return _join(segments, numbers, np.array(rows, dtype=np.int64), np.array(lengths, dtype=np.uint16))


def count(title: str, abstract: str) -> Counter[str]:
    """Count the stems of a paper."""
    counts = Counter(words.stems(abstract))
    for stem in words.stems(title):
        counts[stem] += TITLE
    return counts


def _segment(counted: Sequence[Counted], first: int, numbers: dict[str, int], lengths: "array[int]") -> _Segment:
    stems, papers, counts = array("I"), array("I"), array("B")
    for paper, (_, found) in enumerate(counted, start=first):
        lengths.append(min(sum(found.values()), 0xFFFF))
        stems.extend(numbers.setdefault(stem, len(numbers)) for stem in found)
        papers.extend([paper] * len(found))
        counts.extend(min(number, 0xFF) for number in found.values())
    order = np.argsort(np.array(stems, dtype=np.uint32), kind="stable")
    unique, sizes = np.unique(np.array(stems, dtype=np.uint32), return_counts=True)
    return _Segment(unique, sizes, np.array(papers, dtype=np.uint32)[order], np.array(counts, dtype=np.uint8)[order])


def _join(
    segments: Sequence[_Segment],
    numbers: dict[str, int],
    rows: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.uint16],
) -> Postings:
    encoded = [stem.encode() for stem in numbers]
    order = sorted(range(len(encoded)), key=encoded.__getitem__)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    sizes = np.zeros(len(order), dtype=np.int64)
    for segment in segments:
        sizes[rank[segment.stems]] += segment.sizes
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    papers = np.empty(starts[-1], dtype=np.uint32)
    counts = np.empty(starts[-1], dtype=np.uint8)
    free = starts[:-1].copy()
    for segment, at in _targets(segments, rank, free):
        papers[at], counts[at] = segment.papers, segment.counts
    return Postings(
        rows=rows,
        lengths=lengths,
        letters=np.frombuffer(b"".join(encoded[number] for number in order), dtype=np.uint8),
        ends=np.cumsum([len(encoded[number]) for number in order], dtype=np.int64),
        starts=starts,
        papers=papers,
        counts=counts,
    )


def _targets(
    segments: Sequence[_Segment], rank: npt.NDArray[np.int64], free: npt.NDArray[np.int64]
) -> Iterator[tuple[_Segment, npt.NDArray[np.int64]]]:
    """Give each segment's postings their places in the joined lists; `free` is the next place in each list."""
    for segment in segments:
        own = rank[segment.stems]
        before = np.cumsum(segment.sizes) - segment.sizes
        yield segment, np.repeat(free[own] - before, segment.sizes) + np.arange(len(segment.papers))
        free[own] += segment.sizes
