"""Damage inside of what SQLite stores is found, and named."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import LedgerError
from assistant.types import Paper
from assistant.vectorstore.backup import save
from assistant.vectorstore.ledger import Ledger

Write = Callable[..., None]

LONG = "Content cats purr at 25 hertz, and hungry cats purr higher. " * 8
CATS = Paper(id="cats", title="Why cats purr", abstract=LONG)
FISH = Paper(id="fish", title="How fish sleep", abstract="Fish rest with open eyes.")


def _spoil(ledger: Ledger, table: str, column: str, value: bytes) -> None:
    with ledger.database.write() as connection:
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE row = 1", (value,))


def test_whole_ledger_has_no_findings(ledger: Ledger, write: Write) -> None:
    write(CATS, FISH, Paper(id="bare", title="A title only"))
    assert ledger.check() == []


@pytest.mark.parametrize(
    ("table", "column", "value", "finding"),
    [
        ("papers", "abstract", b"x\x9c no stream", "the abstract of cats"),
        ("vectors", "vector", b"\x00\x00\x00\x3f" + b"\x7f" * 64, "the vector of cats"),
        ("vectors", "vector", b"\x00\x00", "the vector of cats"),
        ("sentences", "vectors", b"\x01", "the sentences of cats"),
        ("sentences", "spans", b"\x00\x02\x05\x00\x01\x00", "the sentences of cats"),
    ],
)
def test_damage_is_named(ledger: Ledger, write: Write, table: str, column: str, value: bytes, finding: str) -> None:
    write(CATS, FISH)
    _spoil(ledger, table, column, value)
    assert ledger.check() == [finding]


def test_paper_without_vectors_is_named(ledger: Ledger, write: Write) -> None:
    write(CATS, FISH)
    with ledger.database.write() as connection:
        connection.execute("DELETE FROM vectors WHERE row = 2")
    assert ledger.check() == ["the vector of fish"]


def test_damaged_abstract_is_an_error_with_a_remedy(ledger: Ledger, write: Write) -> None:
    write(CATS)
    _spoil(ledger, "papers", "abstract", b"x\x9c no stream")
    with pytest.raises(LedgerError, match="The abstract of cats is damaged") as caught:
        ledger.page()
    assert "carrel restore" in caught.value.remedy


def test_damage_is_not_saved_over_a_backup(ledger: Ledger, write: Write, tmp_path: Path) -> None:
    write(CATS)
    _spoil(ledger, "papers", "abstract", b"x\x9c no stream")
    (tmp_path / "good.carrel").write_bytes(b"the backup of yesterday")
    with pytest.raises(LedgerError, match="was not saved: the abstract of cats"), closing(ledger):
        save(ledger, tmp_path / "none.toml", tmp_path / "good.carrel", lambda step: None)
    assert (tmp_path / "good.carrel").read_bytes() == b"the backup of yesterday"
