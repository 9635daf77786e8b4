"""Splitting a paper that was merged of several records."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

from assistant.embedding import whole
from assistant.errors import LibraryError
from assistant.identity import paper_id
from assistant.making import Maker
from assistant.protocols import Embedder
from assistant.types import Paper
from assistant.vectorstore.records import Entry
from assistant.vectorstore.shelf import Papers


def split(ledger: Papers, one: str, embedder: Callable[[], Embedder]) -> list[Paper]:
    """Undo the merging of a paper: each record of it becomes a paper of its own, the first keeps the id.

    Args:
        ledger: Where the paper is.
        one: The paper's id.
        embedder: Gives what embeds the papers; asked only when there is something to embed.

    Returns:
        The papers it became.

    Raises:
        LibraryError: There is no such paper, or it was not merged.
    """
    vectors = Maker(ledger, embedder)
    while True:
        revision = ledger.revision
        merged = _merged(ledger, one)
        papers = list(_parted(ledger, one))
        # The first takes the merged paper's place, and its vectors if they are the same.
        anew = [paper for paper in papers if paper.id != one or whole(paper) != whole(merged)]
        made = vectors.of(anew)
        entries = [Entry(paper=paper, embedding=made.get(paper.id)) for paper in papers]
        if ledger.write(entries, vectors.identity, since=revision):
            return papers


def _merged(ledger: Papers, one: str) -> Paper:
    found = ledger.get([one])
    if not found:
        raise LibraryError(f"There is no paper with the id {one}.", remedy="`carrel list` shows the ids.")
    if not ledger.parts(one):
        raise LibraryError(f"{one} is not merged of several records.", remedy="There is nothing to be split.")
    return found[0]


def _parted(ledger: Papers, one: str) -> Iterator[Paper]:
    taken = {one}
    first, *others = ledger.parts(one)
    yield replace(first, id=one)
    for part in others:
        wanted = paper_id(part)
        ids = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
        free = next(free for free in ids if free not in taken and not ledger.rows_of([free]))
        taken.add(free)
        yield replace(part, id=free)
