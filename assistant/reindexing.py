"""Embedding a library anew, with another embedder, while it goes on answering with the former one."""

from collections.abc import Callable, Iterator

from assistant.embedding import embeddings
from assistant.protocols import Embedder
from assistant.types import Paper, Progress
from assistant.vectorstore.drafts import Drafts, begun, discard
from assistant.vectorstore.ledger import Ledger

BATCH = 64
"""Papers kept at once: what has to be embedded again when the process is killed, and no more."""


def reindex(ledger: Ledger, embedder: Embedder, progress: Callable[[Progress], None], *, force: bool = False) -> int:
    """Embed every paper, and exchange the vectors when all are done; goes on where it was stopped.

    Args:
        ledger: Where the papers are; others may change it meanwhile.
        embedder: The one to be used from then on.
        progress: Told of every batch kept.
        force: Even where the vectors are from this embedder already.

    Returns:
        How many papers were embedded by this call.

    Raises:
        LibraryError: Another process has begun the same with another embedder, or has ended it.
    """
    identity = embedder.identity
    if not force and identity.agrees(ledger.embedder) and not identity.agrees(begun(ledger)):
        discard(ledger)
        return 0
    drafts = Drafts(ledger, identity)
    before, done = len(drafts), 0
    while not drafts.exchange():
        for batch in _batches(drafts):
            rows, revisions, papers = zip(*((row, *values) for row, values in batch.items()), strict=True)
            made = zip(revisions, embeddings(papers, embedder), strict=True)
            drafts.store(dict(zip(rows, made, strict=True)))
            done += len(papers)
            total = len(ledger)
            progress(Progress(stage="reindex", done=min(before + done, total), total=total))
    return done


def _batches(drafts: Drafts) -> Iterator[dict[int, tuple[int, Paper]]]:
    """Pass through the papers once; what was changed behind is left to the next time."""
    last = 0
    while batch := drafts.lacking(last, BATCH):
        yield batch
        last = max(batch)
