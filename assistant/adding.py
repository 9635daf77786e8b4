"""From files to stored papers: reading, recognising what is there already, embedding, storing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant import readers, sentences
from assistant.errors import ReadError
from assistant.identity import fingerprints, merge, paper_id, same
from assistant.protocols import Embedder
from assistant.types import AddReport, Paper, Progress, Skipped, Span
from assistant.vectorstore.records import Entry
from assistant.vectorstore.store import Store

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

    def report(self) -> AddReport:
        """Return the finished report."""
        return AddReport(
            added=tuple(self.added),
            updated=tuple(self.updated),
            unchanged=tuple(self.unchanged),
            skipped=tuple(self.skipped),
            files_read=self.files_read,
        )


class Adder:
    """Adds the papers of files to a store; used once.

    Args:
        store: Where they go.
        embedder: What embeds them.
        progress: Told of every batch stored.
    """

    def __init__(self, store: Store, embedder: Embedder, progress: Callable[[Progress], None] | None = None) -> None:
        self._store = store
        self._embedder = embedder
        self._progress = progress or (lambda _: None)
        self._tally = Tally()
        self._pending: dict[str, Paper] = {}
        self._done = 0

    def add(self, paths: Iterable[Path]) -> AddReport:
        """Add every paper of the files; one that cannot be read does not stop the others."""
        for path in paths:
            for paper in self._papers(path):
                self._take(paper)
                if len(self._pending) >= BATCH:
                    self._flush()
        self._flush()
        return self._tally.report()

    def _papers(self, path: Path) -> Iterator[Paper]:
        try:
            for record in readers.read(path):
                if isinstance(record, Skipped):
                    self._tally.skipped.append(record)
                else:
                    yield record
            self._tally.files_read += 1
        except ReadError as error:
            self._tally.skipped.append(Skipped(str(path), "", f"{error} {error.remedy}"))

    def _take(self, paper: Paper) -> None:
        """Decide whether a paper is new, a change to a known one, or nothing new."""
        self._done += 1
        known = self._known(paper)
        if known is None:
            paper = replace(paper, id=self._free_id(paper))
            self._pending[paper.id] = paper
            self._tally.added[paper.id] = None
            return
        merged = merge(known, paper)
        if merged != known:
            self._pending[merged.id] = merged
            if merged.id not in self._tally.added:
                self._tally.unchanged.pop(merged.id, None)
                self._tally.updated[merged.id] = None
        elif known.id not in self._tally.added and known.id not in self._tally.updated:
            self._tally.unchanged[known.id] = None

    def _known(self, paper: Paper) -> Paper | None:
        marks = fingerprints(paper)
        waiting = [other for other in self._pending.values() if not set(marks).isdisjoint(fingerprints(other))]
        stored = [other for other in self._store.ledger.find(marks) if other.id not in self._pending]
        return next((other for other in (*waiting, *stored) if same(other, paper)), None)

    def _free_id(self, paper: Paper) -> str:
        """Return the paper's id, with a letter behind it where another paper has it already."""
        wanted = paper_id(paper)
        taken = wanted
        count = 1
        while taken in self._pending or self._store.ledger.rows_of([taken]):
            count += 1
            taken = f"{wanted}-{count}"
        return taken

    def _flush(self) -> None:
        papers = list(self._pending.values())
        if papers:
            self._store.write(list(embed(papers, self._embedder)), self._embedder.identity)
            self._pending.clear()
        self._progress(Progress(stage="papers", done=self._done, total=None))


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
