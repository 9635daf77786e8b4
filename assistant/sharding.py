"""Embedding large files beforehand, in shards: by several processes or machines, each going on where another ended."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant import readers
from assistant.embedding import embeddings
from assistant.errors import ReadError, UsageError
from assistant.protocols import Embedder
from assistant.types import Paper, Progress
from assistant.vectorstore import shards
from assistant.vectorstore.records import Embedding
from assistant.vectorstore.shards import Claim, Text

BATCH = 256
"""Papers embedded at once: more of one length to put together, and a claim kept fresh every few seconds."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a call of `embed` has done."""

    texts: int
    """In all shards."""
    made: tuple[int, ...]
    """The shards it has made."""
    shards: int
    left: int
    """Shards that are not complete: others are making them, or died not long ago."""


def embed(
    files: Sequence[Path],
    folder: Path,
    embedder: Embedder,
    progress: Callable[[Progress], None],
    *,
    number: int | None = None,
    only: int | None = None,
) -> Embedded:
    """Embed the papers of files into a folder of shards, as far as others do not.

    Args:
        files: What is to be added later.
        folder: Where the shards go; several processes may fill it at once.
        embedder: Makes the vectors.
        progress: Told how far it is.
        number: How many shards; default as many as the folder was begun with, or one.
        only: Make this one alone.

    Raises:
        LibraryError: The folder was begun with other papers or another embedder.
        ReadError: No file can be read.
        UsageError: There is no such shard.
    """
    texts = dict.fromkeys(_texts(files, progress))
    held = shards.begin(folder, texts, number, embedder.identity)
    if only is not None and not 0 <= only < held.plan.shards:
        last = held.plan.shards - 1
        raise UsageError(f"There is no shard {only}.", remedy=f"They are numbered from 0 to {last}.")
    shares = _shares(texts, held.plan.shards)
    done = sum(len(share) for number, share in enumerate(shares) if number not in held.missing())
    made = []
    for number in held.missing() if only is None else [only]:
        claim = held.claim(number)
        # It may have been made since the look at what is missing.
        if claim is None or held.file(number).exists():
            if claim:
                claim.release()
            continue
        before = done

        def tell(embedded: int, before: int = before) -> None:
            progress(Progress(stage="embed", done=before + embedded, total=len(texts)))

        try:
            held.write(number, _embedded(shares[number], embedder, claim, tell))
        finally:
            claim.release()
        done += len(shares[number])
        made.append(number)
    return Embedded(len(texts), tuple(made), len(shares), len(held.missing()))


def _texts(files: Iterable[Path], progress: Callable[[Progress], None]) -> Iterator[Text]:
    count, problem = 0, None
    for file in files:
        try:
            for paper in readers.read(file, str(file), None):
                if isinstance(paper, Paper):
                    count += 1
                    if count % BATCH == 0:
                        progress(Progress(stage="reading", done=count, total=None))
                    yield paper.title, paper.abstract
        except ReadError as error:
            # As `add` does, which says so: one file that cannot be read does not stop the others.
            problem = error
    if problem and count == 0:
        raise problem


def _shares(texts: Iterable[Text], number: int) -> list[list[Text]]:
    shares: list[list[Text]] = [[] for _ in range(number)]
    for text in texts:
        shares[shards.shard(shards.digest(text), number)].append(text)
    return shares


def _embedded(
    texts: Sequence[Text], embedder: Embedder, claim: Claim, tell: Callable[[int], None]
) -> Iterator[tuple[Text, Embedding]]:
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        papers = [Paper(id="", title=title, abstract=abstract) for title, abstract in batch]
        yield from zip(batch, embeddings(papers, embedder), strict=True)
        claim.keep()
        tell(start + len(batch))
