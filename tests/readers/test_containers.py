"""Files in files."""

import bz2
import gzip
import io
import lzma
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import readers
from assistant.errors import ReadError
from assistant.readers import containers, read
from assistant.types import Noted, Paper, Skipped

CATS = b"@misc{cats, title = {On Cats}}"
DOGS = b"TY  - JOUR\nTI  - On Dogs\nAU  - Lee, Ann\nER  - \n"
LINES = b'{"title": "On Cats"}\n{"title": "On Dogs"}\n'


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


@pytest.fixture
def told(tmp_path: Path) -> Callable[[bytes], list[str]]:
    """Read bytes as a file called `a`; tell the papers as `source: title`."""

    def tell(data: bytes) -> list[str]:
        path = tmp_path / "a"
        path.write_bytes(data)
        return [f"{one.source}: {one.title}" if isinstance(one, Paper) else str(one) for one in read(path, "a")]

    return tell


Told = Callable[[bytes], list[str]]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize(
    "data", [LINES, b'[{"title": "On Cats"},\n{"title": "On Dogs"}]', CATS + b"\n@misc{a, title={On Dogs}}"]
)
def test_a_packed_file_is_read_as_what_it_holds(told: Told, pack: Callable[[bytes], bytes], data: bytes) -> None:
    assert told(pack(data)) == ["a: On Cats", "a: On Dogs"]


def test_a_zip_gives_the_papers_of_its_files_in_turn(told: Told) -> None:
    data = zipped({"cats.bib": CATS, "more/": b"", "more/dogs.txt": DOGS, "all.jsonl": LINES})
    assert told(data) == [
        "a/cats.bib: On Cats",
        "a/more/dogs.txt: On Dogs",
        "a/all.jsonl: On Cats",
        "a/all.jsonl: On Dogs",
    ]


def test_a_bad_member_costs_itself_only(told: Told) -> None:
    assert told(zipped({"photo.png": b"\x89PNG...", "empty.bib": b"", "cats.bib": CATS, "letter": b"Dear cat."})) == [
        "a/photo.png: looks like an image, which Carrel does not read.",
        "a/empty.bib: is empty.",
        "a/cats.bib: On Cats",
        "a/letter: looks like text that lists no papers, which Carrel does not read.",
    ]


def test_what_systems_hide_is_passed_over(told: Told) -> None:
    hidden = {"__MACOSX/._cats.bib": b"\x00\x05", ".DS_Store": b"x", "a/.git/x": b"y", "Thumbs.db": b"z"}
    assert told(zipped(hidden | {"./cats.bib": CATS})) == ["a/cats.bib: On Cats"]
    with pytest.raises(ReadError, match=r"^a is an empty archive"):
        told(zipped(hidden))


def test_names_lead_nowhere(told: Told) -> None:
    names = {"../../etc/cats.bib": CATS, "/root/cats.bib": CATS, "c:\\cats\\\x1bcats.bib": CATS, "Kätzchen.bib": CATS}
    assert [line.partition(":  ")[0] for line in told(zipped(names))] == [
        "a/etc/cats.bib: On Cats",
        "a/root/cats.bib: On Cats",
        "a/c:/cats/cats.bib: On Cats",
        "a/Kätzchen.bib: On Cats",
    ]


def test_packing_goes_two_deep(told: Told) -> None:
    inner = zipped({"cats.bib": CATS})
    assert told(zipped({"in.zip": inner, "dogs.ris.gz": gzip.compress(DOGS)})) == [
        "a/in.zip/cats.bib: On Cats",
        "a/dogs.ris.gz: On Dogs",
    ]
    assert told(gzip.compress(inner)) == ["a/cats.bib: On Cats"]
    assert told(zipped({"in.zip": zipped({"in.zip": inner, "dogs": DOGS})})) == [
        "a/in.zip/in.zip: is packed more than twice over.",
        "a/in.zip/dogs: On Dogs",
    ]
    with pytest.raises(ReadError, match=r"^a is packed more than twice over"):
        told(gzip.compress(gzip.compress(gzip.compress(CATS))))


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}, "an office document"),
        ({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, "an office document"),
        ({"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<x/>"}, "an electronic book"),
        ({"META-INF/MANIFEST.MF": b"x"}, "a program"),
        ({}, "an empty archive"),
    ],
)
def test_a_zip_of_something_else_is_refused_in_words(told: Told, files: dict[str, bytes], reason: str) -> None:
    with pytest.raises(ReadError, match=f"^a is {reason}"):
        told(zipped(files))
    assert told(zipped({"x": zipped(files), "cats": CATS})) == [f"a/x: is {reason}.", "a/cats: On Cats"]


def test_a_member_with_a_password_is_named(told: Told) -> None:
    data = bytearray(zipped({"secret.bib": CATS, "cats.bib": CATS}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert told(bytes(data)) == ["a/secret.bib: it is protected by a password", "a/cats.bib: On Cats"]


def test_a_damaged_member_is_named(told: Told) -> None:
    data = bytearray(zipped({"dogs.txt": DOGS * 50, "cats.bib": CATS}))
    data[60:70] = bytes(10)
    first, *_, last = told(bytes(data))
    assert "damaged" in first
    assert last == "a/cats.bib: On Cats"


def test_a_bomb_is_not_unpacked(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "_FREE", 1 << 20)
    bomb = b" " * (1 << 22)
    with pytest.raises(ReadError, match="it would unpack to more than 200 times its size"):
        told(gzip.compress(bomb))
    assert told(gzip.compress(CATS + bomb))[0] == "a: On Cats"
    assert told(zipped({"bomb": bomb, "cats": CATS})) == [
        "a/bomb: it is damaged or cannot be read: it would unpack to more than 200 times its size",
        "a/cats: On Cats",
    ]
    monkeypatch.setattr(containers, "MOST_UNPACKED", 1 << 20)
    with pytest.raises(ReadError, match=r"^a would unpack to more than 200 times"):
        told(zipped({"bomb": bomb}))


def test_too_much_for_the_memory_is_refused(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MOST_BYTES", 40)
    with pytest.raises(ReadError, match=r"^a is too large to be read at once"):
        told(DOGS)
    assert told(zipped({"dogs": DOGS, "cats": CATS}))[0] == "a/dogs: is too large to be read at once."
    assert told(LINES) == ["a: On Cats", "a: On Dogs"]


def test_an_archive_of_too_many_files_says_where_it_stops(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MOST_MEMBERS", 1)
    *_, last = told(zipped({"cats": CATS, "dogs": DOGS}))
    assert last.startswith("a, file 2: nothing is read from here on")


def test_a_cut_file_gives_what_it_holds(told: Told) -> None:
    noise = random.Random(0)
    entries = b"\n".join(b"@misc{k%d, title = {Cat %d}}" % (noise.getrandbits(60), number) for number in range(20_000))
    *papers, last = told(gzip.compress(entries)[:-4000])
    assert papers[:2] == ["a: Cat 0", "a: Cat 1"]
    assert 10_000 < len(papers) < 20_000
    assert last.startswith("a: the file is damaged, and nothing is read from there on")


def test_a_cut_archive_is_refused(told: Told) -> None:
    with pytest.raises(ReadError, match=r"^a is damaged"):
        told(zipped({"cats": CATS})[:-30])


def test_files_are_taken_out_one_at_a_time_and_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({f"{number}.pdf": b"%PDF-1.4 nothing" for number in range(3)}))
    records = read(path, "a.zip")
    assert len(list((tmp_path / "tmp").iterdir())) == 1
    assert len(list(records)) == 3
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_archive_that_is_left_unread_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"cats": CATS, "dogs": DOGS}))
    next(read(path))


PACKED = zipped({"cats.bib": CATS, "dogs.ris.gz": gzip.compress(DOGS), "in.zip": zipped({"all.jsonl": LINES})})
WHOLES = [PACKED, gzip.compress(PACKED), gzip.compress(LINES), bz2.compress(CATS), lzma.compress(DOGS)]


@given(st.sampled_from(WHOLES), st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=4)), max_size=6))
def test_any_damage_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, damages: list[tuple[int, bytes]]
) -> None:
    data = bytearray(whole)
    for at, put in damages:
        data[at % len(data) : at % len(data) + len(put)] = put
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data)
    try:
        records = list(read(path))
    except ReadError:
        return
    assert records
    assert all(isinstance(record, Paper | Skipped | Noted) for record in records)
