"""Which papers filters admit; `test_ledger.py` has the table of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.types import Filters, Paper
from assistant.vectorstore.ledger import Ledger

Write = Callable[..., None]


def test_papers_with_an_abstract(ledger: Ledger, write: Write, routing: Paper, graphs: Paper, trees: Paper) -> None:
    long = replace(graphs, abstract="Molecules are graphs of atoms. " * 50)  # kept in fewer bytes than it has letters
    write(routing, long, trees)
    assert ledger.select(Filters(with_abstract=True)).tolist() == [1, 2]
    assert ledger.select(Filters(with_abstract=True, years=(2020, None))).tolist() == [1]
    assert ledger.select(Filters(with_abstract=True, ids=("trees",))).tolist() == []


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("Lee", ["Ann Lee"]),
        ("sondergard", []),
        ("SØNDERGÅRD", ["Bo Søndergård"]),
        ("olander", ["Carl Ölander"]),
        ("李", ["李明"]),
        ("nobody", []),
        ('" OR 1', []),
    ],
)
def test_authors_by_a_part_of_their_name(
    ledger: Ledger, write: Write, routing: Paper, graphs: Paper, trees: Paper, part: str, names: list[str]
) -> None:
    write(routing, graphs, trees)
    assert ledger.names("authors", part) == names


def test_venues_by_a_part_of_their_name(
    ledger: Ledger, write: Write, routing: Paper, graphs: Paper, trees: Paper
) -> None:
    write(routing, graphs, trees, replace(trees, id="more", venue="ICLR"))
    assert ledger.names("venue", "iclr") == ["ICLR"]
    assert ledger.names("venue", "ete") == ["École d'été"]
    assert ledger.names("venue", "ann") == []
