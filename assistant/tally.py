"""The report of an adding, in the making."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.recognising import Outcome
from assistant.types import AddReport, Merged, Noted, Skipped


@dataclass(slots=True)
class Tally:
    """What became of each paper and of each record."""

    added: dict[str, None] = field(default_factory=dict)
    updated: dict[str, None] = field(default_factory=dict)
    unchanged: Counter[str] = field(default_factory=Counter)
    """How many records of each paper changed nothing."""
    merged: list[Merged] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    files_read: int = 0

    def count(self, outcomes: Iterable[Outcome]) -> None:
        """Count the records of a batch that was stored.

        A record that changed nothing is counted as unchanged, also where it was joined to others in an earlier call.
        Of the rest, a paper is counted once, by a record of its own, and every other record of it as merged.
        """
        for one in outcomes:
            if one.how == "new":
                self.added[one.paper] = None
            elif one.how == "joined":
                self._merge(one)
            elif not one.changed:
                self.unchanged[one.paper] += 1
            elif self._has(one.paper):
                self._merge(one)
            else:
                self.updated[one.paper] = None

    @property
    def is_empty(self) -> bool:
        """Tell whether no record was counted yet."""
        return not (self.added or self.updated or self.unchanged or self.merged)

    def _has(self, paper: str) -> bool:
        return paper in self.added or paper in self.updated or paper in self.unchanged

    def _merge(self, one: Outcome) -> None:
        record = one.record
        place = record.keys[0] if record.keys else record.id or record.title
        self.merged.append(Merged(file=record.source, place=place, paper=one.paper, reason=one.reason))
        if one.changed and one.paper in self.unchanged:
            self.unchanged -= Counter([one.paper])
            self.updated[one.paper] = None

    def report(self) -> AddReport:
        """Return the finished report."""
        return AddReport(
            added=tuple(self.added),
            updated=tuple(self.updated),
            unchanged=tuple(self.unchanged.elements()),
            merged=tuple(self.merged),
            skipped=tuple(self.skipped),
            notes=tuple(self.notes),
            files_read=self.files_read,
        )
