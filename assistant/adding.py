"""From files to stored papers: reading, recognising what is there already, embedding, storing."""

import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from assistant import readers, sentences
from assistant.errors import ReadError
from assistant.identity import fill, fingerprints, merge, paper_id, same, share_number
from assistant.protocols import Embedder
from assistant.types import AddReport, Paper, Progress, Skipped, Span
from assistant.vectorstore.ledger import Ledger
from assistant.vectorstore.records import Entry

BATCH = 64
"""Papers stored in one transaction: what can be lost when the process is killed, and no more."""


@dataclass(slots=True)
class Tally:
    """The report in the making: what became of each paper."""

    added: dict[str, None] = field(default_factory=dict)
    updated: dict[str, None] = field(default_factory=dict)
    unchanged: dict[str, None] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    files_read: int = 0

    def __contains__(self, paper: object) -> bool:
        return paper in self.added or paper in self.updated or paper in self.unchanged

    def count(self, batch: "Batch") -> None:
        """Count the papers of a batch that was stored."""
        for one in batch.papers:
            if batch.is_new(one):
                self.added[one] = None
            elif one in self.added or one in self.updated:
                continue
            elif batch.is_changed(one):
                self.unchanged.pop(one, None)
                self.updated[one] = None
            else:
                self.unchanged[one] = None

    def report(self) -> AddReport:
        """Return the finished report."""
        return AddReport(
            added=tuple(self.added),
            updated=tuple(self.updated),
            unchanged=tuple(self.unchanged),
            skipped=tuple(self.skipped),
            files_read=self.files_read,
        )


class Batch:
    """Some papers, each recognised as new, as a change to a known one, or as nothing new.

    Args:
        ledger: What is known.
        seen: Ids of papers that came earlier in the same call. Another record of such a paper adds what is
            missing and changes nothing, so that adding the same files again changes nothing either.
    """

    def __init__(self, ledger: Ledger, seen: Container[str]) -> None:
        self._ledger = ledger
        self._seen = seen
        self._stored: dict[str, Paper | None] = {}
        self._by_mark: dict[str, dict[str, None]] = {}
        self.papers: dict[str, Paper] = {}
        """As they are to be, by id."""

    @property
    def changes(self) -> list[Paper]:
        """The papers to be stored."""
        return [paper for one, paper in self.papers.items() if self.is_changed(one)]

    def is_new(self, one: str) -> bool:
        """Tell whether the library does not have a paper of this id yet."""
        return self._stored[one] is None

    def is_changed(self, one: str) -> bool:
        """Tell whether the paper differs from the one stored."""
        return self.papers[one] != self._stored[one]

    def take(self, paper: Paper) -> None:
        """Take a paper into the batch."""
        known = self._known(paper)
        if known is None:
            paper = replace(paper, id=self._free_id(paper))
            self._stored[paper.id] = None
        elif known.id in self.papers or known.id in self._seen:
            paper = fill(known, paper)
        else:
            paper = merge(known, paper)
        if known is not None:
            self._stored.setdefault(paper.id, known)
        self.papers[paper.id] = paper
        for mark in fingerprints(paper):
            self._by_mark.setdefault(mark, {})[paper.id] = None

    def _known(self, paper: Paper) -> Paper | None:
        marks = fingerprints(paper)
        taken = dict.fromkeys(one for mark in marks for one in self._by_mark.get(mark, ()))
        found = [self.papers[one] for one in taken]
        found += [other for other in self._ledger.find(marks) if other.id not in self.papers]
        found.sort(key=lambda other: not share_number(other, paper))
        return next((other for other in found if same(other, paper)), None)

    def _free_id(self, paper: Paper) -> str:
        """Return the paper's id, with a number behind it where another paper has it already."""
        wanted = paper_id(paper)
        free = wanted
        count = 1
        while free in self.papers or self._ledger.rows_of([free]):
            count += 1
            free = f"{wanted}-{count}"
        return free


class Adder:
    """Adds the papers of files to a ledger; used once.

    Args:
        ledger: Where they go.
        embedder: Gives what embeds them; asked only when there is something to embed.
        progress: Told of every batch stored.
    """

    def __init__(
        self, ledger: Ledger, embedder: Callable[[], Embedder], progress: Callable[[Progress], None] | None = None
    ) -> None:
        self._ledger = ledger
        self._embedder = embedder
        self._progress = progress or (lambda _: None)
        self._tally = Tally()

    def add(self, paths: Iterable[Path]) -> AddReport:
        """Add every paper of the files; one that cannot be read does not stop the others."""
        papers = (paper for path in paths for paper in self._papers(path))
        done = 0
        while taken := list(islice(papers, BATCH)):
            self._tally.count(self._store(taken))
            done += len(taken)
            self._progress(Progress(stage="papers", done=done, total=None))
        return self._tally.report()

    def _papers(self, path: Path) -> Iterator[Paper]:
        # A name that is not valid Unicode could neither be stored nor shown.
        name = os.fsencode(path).decode("utf-8", errors="replace")
        try:
            for record in readers.read(path, name):
                if isinstance(record, Skipped):
                    self._tally.skipped.append(record)
                else:
                    yield record
            self._tally.files_read += 1
        except ReadError as error:
            self._tally.skipped.append(Skipped(name, "", f"{error} {error.remedy}"))

    def _store(self, papers: Sequence[Paper]) -> Batch:
        """Store what is new in the papers; where another process changed the library meanwhile, look again."""
        entries: dict[Paper, Entry] = {}
        while True:
            revision = self._ledger.revision
            batch = Batch(self._ledger, self._tally)
            for paper in papers:
                batch.take(paper)
            if not batch.changes:
                return batch
            embedder = self._embedder()
            self._ledger.check_embedder(embedder.identity)
            missing = [paper for paper in batch.changes if paper not in entries]
            entries |= {entry.paper: entry for entry in embed(missing, embedder)}
            changes = [entries[paper] for paper in batch.changes]
            if self._ledger.write(changes, embedder.identity, since=revision):
                return batch


def embed(papers: Sequence[Paper], embedder: Embedder) -> Iterator[Entry]:
    """Embed papers and their sentences, all in one go."""
    spans = [_spans(paper) for paper in papers]
    texts = [whole(paper) for paper in papers]
    texts += [titled(paper, span) for paper, own in zip(papers, spans, strict=True) for span in own]
    vectors = embedder.embed(texts, "passage")
    at = len(papers)
    for paper, vector, own in zip(papers, vectors, spans, strict=False):
        yield Entry(paper=paper, vector=vector, spans=own, sentence_vectors=vectors[at : at + len(own)])
        at += len(own)


def whole(paper: Paper) -> str:
    """Return the text a paper is embedded by."""
    return "\n".join(part for part in (paper.title, paper.abstract) if part)


def titled(paper: Paper, span: Span) -> str:
    """Return the text a sentence is embedded by: the title says what "it" and "our method" are."""
    sentence = paper.text(span.field)[span.start : span.end]
    return f"{paper.title}. {sentence}" if span.field == "abstract" and paper.title else sentence


def _spans(paper: Paper) -> tuple[Span, ...]:
    title = (Span("title", 0, len(paper.title)),) if paper.title else ()
    return title + tuple(Span("abstract", start, end) for start, end in sentences.split(paper.abstract))
