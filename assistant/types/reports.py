"""What became of files that were added, and how far a long task is."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record or file that was not added: where it is, and why."""

    file: str
    place: str
    """Such as `line 12` or `entry smith2020`; empty for the whole file."""
    reason: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.file, self.place) if part) + f": {self.reason}"


@dataclass(frozen=True, slots=True)
class Noted:
    """What a person should know about a file that was read, such as how the columns of a table were taken."""

    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.text}"


@dataclass(frozen=True, slots=True)
class Merged:
    """A record that was taken together with others of the same paper: where it is, and why."""

    file: str
    place: str
    """Its citation key, or its title where it has none."""
    paper: str
    """The paper's id; `Library.split` takes its records apart again."""
    reason: str
    """Such as `same DOI 10.1000/1 as lee24 (refs.bib)`."""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.file, self.place) if part) + f": {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What `Library.add` did, paper by paper; a record is counted once, for its paper or as merged or skipped."""

    added: tuple[str, ...] = ()
    """Ids of papers that are new."""
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    """A paper's id once for each of its records that changed nothing."""
    merged: tuple[Merged, ...] = ()
    """Records joined to a paper that has another record, in the library or earlier in the same call."""
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Noted, ...] = ()
    files_read: int = 0

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the papers that this call read a record of."""
        merged = (one.paper for one in self.merged)
        yield from dict.fromkeys((*self.added, *self.updated, *self.unchanged, *merged))

    def __add__(self, other: "AddReport") -> "AddReport":
        """Return one report of two calls."""
        return AddReport(
            added=self.added + other.added,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            merged=self.merged + other.merged,
            skipped=self.skipped + other.skipped,
            notes=self.notes + other.notes,
            files_read=self.files_read + other.files_read,
        )

    @property
    def records(self) -> int:
        """The number of records read, those that were skipped included."""
        return sum(map(len, (self.added, self.updated, self.unchanged, self.merged, self.skipped)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A step of a long task; `total` is None while it is not known."""

    stage: str
    done: int
    total: int | None
