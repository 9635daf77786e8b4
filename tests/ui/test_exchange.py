import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.ui.exchange import NAME, STALE, UNUSED, Exchange


@pytest.fixture
def exchange(home: Path) -> Iterator[Exchange]:
    made = Exchange(home)
    yield made
    made.close()


def _sent(exchange: Exchange, name: str = "refs.bib") -> Path:
    folder = exchange.folder / "0123abc"
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("words")
    return file


def _age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_what_was_sent_is_received_once(exchange: Exchange, home: Path) -> None:
    file = _sent(exchange)
    assert file.is_relative_to(home)
    assert exchange.received(str(file)) == file
    exchange.discard(file)
    assert exchange.received(str(file)) is None
    assert list(exchange.folder.iterdir()) == []


@pytest.mark.parametrize("path", ["/etc/passwd", "", "no\0where", "../library.sqlite3", "."])
def test_nothing_else_is_received(exchange: Exchange, home: Path, path: str) -> None:
    (home / "library.sqlite3").touch()
    file = _sent(exchange)
    assert exchange.received(path) is None
    assert exchange.received(str(file.parent)) is None
    assert exchange.received(str(file.parent / ".." / ".." / ".." / "library.sqlite3")) is None


def test_a_link_leads_nowhere(exchange: Exchange) -> None:
    link = _sent(exchange).with_name("link")
    link.symlink_to("/etc/hostname")
    assert exchange.received(str(link)) is None


def test_what_was_sent_and_never_used_goes_with_the_next(exchange: Exchange) -> None:
    left, broken, file = _sent(exchange, "left.bib"), exchange.folder / "tmpbroken", _sent(exchange)
    broken.touch()
    _age(left, UNUSED + 60)
    _age(broken, UNUSED + 60)
    exchange.discard(file)
    assert not left.exists()
    assert not broken.exists()


def test_an_offer_is_fetched_by_its_address_only(exchange: Exchange) -> None:
    file = exchange.place("skipped.txt")
    file.write_text("all")
    address = exchange.offer(file)
    assert exchange.offered(address.rpartition("/")[2]) == file
    assert exchange.offered("guess") is None
    file.unlink()
    assert exchange.offered(address.rpartition("/")[2]) is None


def test_closing_leaves_nothing_behind(exchange: Exchange, home: Path) -> None:
    _sent(exchange)
    exchange.close()
    assert not (home / NAME).exists()


def test_what_a_killed_process_left_is_taken_away_after_a_day(exchange: Exchange, home: Path) -> None:
    for name, age in (("old", STALE + 60), ("new", 0)):
        (home / NAME / name).mkdir(parents=True)
        _age(home / NAME / name, age)
    mine = exchange.folder
    assert {one.name for one in (home / NAME).iterdir()} == {"new", mine.name}
