"""Which paper a record is of: one the library has, one that came earlier in the same call, or a new one."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from assistant.identity import fingerprints, paper_id
from assistant.merging import is_copy, merge, update
from assistant.sameness import contradict, likeness, revises, shared_number
from assistant.types import Paper
from assistant.vectorstore.shelf import Papers

MANY = 50
"""Papers from which on a number or a title that they share says nothing: the DOI of a whole book, a column's title."""

How = Literal["new", "own", "joined", "copy"]
"""What a record is to its paper: its only one, one it had before, one more, or one that says nothing else."""


@dataclass(frozen=True, slots=True)
class Known:
    """A paper and the records it is made of, at least one."""

    paper: Paper
    parts: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a record."""

    record: Paper
    paper: str
    how: How
    changed: bool
    """Whether the paper is another than before."""
    reason: str
    """Why it is of this paper; empty for a new one."""


@dataclass(slots=True)
class Course:
    """What a call of `add` must remember from batch to batch."""

    claimed: set[tuple[str, int]] = field(default_factory=set)
    """Records of papers, by id and place among the parts, that came in this call. Another record of the same file
    and key does not take their place: so adding a file again changes nothing."""
    numbers: MutableMapping[str, int] = field(default_factory=dict)
    """The last number put behind an id that several papers brought."""


class _Match(NamedTuple):
    rank: int
    paper: str
    place: int
    how: How
    reason: str


class Batch:
    """Some records, each recognised as new, as a change to a known one, or as nothing new.

    Args:
        ledger: What is known; it is asked once for all records.
        records: The records.
        course: What came before; `commit` adds to it.
    """

    def __init__(self, ledger: Papers, records: Sequence[Paper], course: Course) -> None:
        self._ledger = ledger
        self._course = course
        self._claimed: set[tuple[str, int]] = set()
        self._numbers: ChainMap[str, int] = ChainMap({}, course.numbers)
        self._by_mark: dict[str, dict[str, None]] = {}
        self._papers: dict[str, Known] = {}
        self._taken = set(ledger.rows_of([paper_id(record) for record in records]))
        self._load(records)
        self._stored = dict(self._papers)
        for record in records:
            # Before another record can take it for an earlier state of its own.
            self._claimed.update(self._unchanged(record, self._candidates(record)))
        self.outcomes = [self._take(record) for record in records]

    @property
    def changes(self) -> list[Known]:
        """The papers to be stored."""
        return [known for one, known in self._papers.items() if known != self._stored.get(one)]

    def is_read_anew(self, known: Known) -> bool:
        """Tell whether title or abstract of a paper are others than those stored."""
        stored = self._stored.get(known.paper.id)
        text = known.paper.title, known.paper.abstract
        return stored is None or text != (stored.paper.title, stored.paper.abstract)

    def commit(self) -> None:
        """Note that the batch was stored."""
        self._course.claimed |= self._claimed
        self._course.numbers.update(self._numbers.maps[0])

    def _load(self, records: Sequence[Paper]) -> None:
        found = self._ledger.find(list({mark for record in records for mark in fingerprints(record)}))
        others = self._taken - {paper.id for paper in found}
        # The same record with a corrected title has no mark left that is known.
        found += self._ledger.get([record.id for record in records if record.id in others])
        for paper in found:
            self._keep(Known(paper, tuple(self._ledger.parts(paper.id)) or (paper,)))

    def _keep(self, known: Known) -> None:
        self._papers[known.paper.id] = known
        for part in known.parts:
            for mark in fingerprints(part):
                self._by_mark.setdefault(mark, {})[known.paper.id] = None

    def _candidates(self, record: Paper) -> dict[str, bool]:
        """Return the papers that share a mark or the id with a record, and whether the mark is one of few papers."""
        found: dict[str, bool] = {}
        for mark in fingerprints(record):
            papers = self._by_mark.get(mark, {})
            for one in papers:
                found[one] = found.get(one, False) or len(papers) <= MANY
        if record.id in self._papers:
            found.setdefault(record.id, False)
        return found

    def _unchanged(self, record: Paper, candidates: Iterable[str]) -> Iterator[tuple[str, int]]:
        """Yield the papers, with the place among the parts, that have just this record already."""
        for one in candidates:
            for place, part in enumerate(self._papers[one].parts):
                if _is_of_one_entry(part, record) and is_copy(part, record):
                    yield one, place

    def _take(self, record: Paper) -> Outcome:
        candidates = self._candidates(record)
        if unchanged := next(self._unchanged(record, candidates), None):
            one, place = unchanged
            self._claimed.add(unchanged)
            return Outcome(record, one, "own", False, _of_others(self._papers[one], place, record))
        matches = [match for one, is_rare in candidates.items() for match in self._matches(one, record, is_rare)]
        if not matches:
            return self._added(record)
        best = min(matches, key=lambda match: match.rank)
        known = self._papers[best.paper]
        parts = list(known.parts)
        if best.how == "own":
            parts[best.place] = update(parts[best.place], record)
        elif best.how == "joined":
            parts.append(record)
        if best.how != "copy":
            self._claimed.add((best.paper, len(known.parts) if best.how == "joined" else best.place))
        if tuple(parts) != known.parts:
            self._keep(Known(merge(parts), tuple(parts)))
        changed = self._papers[best.paper].paper != known.paper
        return Outcome(record, best.paper, best.how, changed, best.reason or _of_others(known, best.place, record))

    def _added(self, record: Paper) -> Outcome:
        paper = replace(record, id=self._free_id(record))
        self._keep(Known(paper, (paper,)))
        self._claimed.add((paper.id, 0))
        return Outcome(record, paper.id, "new", changed=True, reason="")

    def _matches(self, one: str, record: Paper, is_rare: bool) -> Iterator[_Match]:
        """Yield how a record that is not there unchanged may belong to a paper; the lowest rank is the surest."""
        known = self._papers[one]
        if record.id == one and is_copy(known.paper, _without_key(record, one)):
            # An export that is read again: what was split must not be joined.
            yield _Match(0, one, 0, "copy", f"same as the whole of {one}")
        for place, part in enumerate(known.parts):
            if _is_of_one_entry(part, record) and not self._is_claimed(one, place) and revises(part, record):
                yield _Match(1, one, place, "own", "")
        # A copy says nothing new, however little it says: a title such as "Editorial" would be added again.
        if is_copy(known.paper, record):
            yield _Match(2, one, 0, "copy", f"same as the whole of {one}")
        for place, part in enumerate(known.parts):
            if is_copy(part, record):
                yield _Match(2, one, place, "copy", f"same record as {_name(part)}")
        if not is_rare or contradict(known.paper, record):
            return
        for place, part in enumerate(known.parts):
            if reason := likeness(part, record):
                yield _Match(_rank(part, record), one, place, "joined", f"{reason} as {_name(part)}")

    def _is_claimed(self, one: str, place: int) -> bool:
        return (one, place) in self._claimed or (one, place) in self._course.claimed

    def _free_id(self, record: Paper) -> str:
        """Return the record's id, with a number behind it where another paper has it already."""
        free = wanted = paper_id(record)
        while free in self._papers or free in self._taken or self._is_numbered(free, wanted):
            self._numbers[wanted] = self._numbers.get(wanted, 1) + 1
            free = f"{wanted}-{self._numbers[wanted]}"
        return free

    def _is_numbered(self, free: str, wanted: str) -> bool:
        return free != wanted and bool(self._ledger.rows_of([free]))


def _is_of_one_entry(part: Paper, record: Paper) -> bool:
    """Tell whether a record has the file and the key of another; without keys, they may."""
    if part.source != record.source:
        return False
    return bool(set(part.keys) & set(record.keys)) or not (part.keys or record.keys)


def _without_key(record: Paper, key: str) -> Paper:
    return replace(record, keys=tuple(one for one in record.keys if one != key))


def _rank(part: Paper, record: Paper) -> int:
    if set(part.keys) & set(record.keys):
        return 3
    return 4 if shared_number(part, record) else 5


def _of_others(known: Known, place: int, record: Paper) -> str:
    """Say why a record that its paper had before belongs to the paper's others."""
    for part in (*known.parts[:place], *known.parts[place + 1 :]):
        if reason := likeness(part, record):
            return f"{reason} as {_name(part)}"
    return f"same record as {_name(known.parts[place])}"


def _name(part: Paper) -> str:
    name = part.keys[0] if part.keys else part.id or part.title
    return f"{name} ({part.source})" if part.source else name
