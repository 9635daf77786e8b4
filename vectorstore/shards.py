"""Vectors made beforehand, in a folder that several processes or machines fill: one SQLite file a shard.

Which shard a text belongs to follows from the text alone, so that nothing has to be agreed on. A shard's file is there
when it is complete; until then whoever makes it holds a claim, a small file that others take over when it is no longer
kept fresh. Should two make the same shard, they make the same file.
"""

import dataclasses
import hashlib
import json
import os
import socket
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import LibraryError
from assistant.protocols import EmbedderIdentity
from assistant.vectorstore.records import PAGE, Embedding, Packed, packed, placeholders
from assistant.vectorstore.schema import PAGE_SIZE

VERSION = 1
PLAN = "plan.json"

EXPIRY = 600.0
"""Seconds after which a claim that was not kept fresh is void; a batch takes seconds, on a slow machine a minute."""

TABLE = "CREATE TABLE vectors (text BLOB PRIMARY KEY, vector BLOB, spans BLOB, sentences BLOB)"

Text = tuple[str, str]
"""Title and abstract."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a folder holds, or will hold."""

    shards: int
    texts: int
    """How many there are."""
    digest: str
    """Of all texts."""
    embedder: EmbedderIdentity
    version: int = VERSION


class Shards:
    """A folder of shards.

    Args:
        folder: Must hold a plan.

    Raises:
        LibraryError: It holds none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            fields = json.loads((folder / PLAN).read_text(encoding="utf-8"))
            self.plan = Plan(**fields | {"embedder": EmbedderIdentity(**fields["embedder"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise LibraryError(
                f"{folder} holds no embedded papers.", remedy="Make them with `carrel embed FILE --out FOLDER`."
            ) from error
        if self.plan.version != VERSION:
            raise LibraryError(f"{folder} is of another Carrel.", remedy="Embed the papers anew into another folder.")
        self._opened: dict[int, sqlite3.Connection] = {}

    @property
    def identity(self) -> EmbedderIdentity:
        """The embedder the vectors are from."""
        return self.plan.embedder

    def missing(self) -> list[int]:
        """Return the shards that are not complete."""
        return [number for number in range(self.plan.shards) if not self.file(number).exists()]

    def file(self, number: int) -> Path:
        """Return the file of a shard."""
        return self.folder / f"{number:05}.sqlite3"

    def of(self, texts: Iterable[Text]) -> dict[Text, Packed]:
        """Return what is there of the vectors of texts."""
        by_shard: dict[int, dict[bytes, Text]] = {}
        for text in texts:
            key = digest(text)
            by_shard.setdefault(shard(key, self.plan.shards), {})[key] = text
        found: dict[Text, Packed] = {}
        for number, wanted in by_shard.items():
            if self.file(number).exists():
                found |= {wanted[key]: one for key, one in self._read(number, list(wanted))}
        return found

    def _read(self, number: int, keys: Sequence[bytes]) -> Iterator[tuple[bytes, Packed]]:
        for start in range(0, len(keys), PAGE):
            page = keys[start : start + PAGE]
            try:
                query = f"SELECT text, vector, spans, sentences FROM vectors WHERE text IN ({placeholders(page)})"
                found = self._open(number).execute(query, page).fetchall()
            except sqlite3.DatabaseError as error:
                raise LibraryError(
                    f"{self.file(number)} is damaged ({error}).",
                    remedy="Remove it, and run `carrel embed` again: it makes that one alone.",
                ) from error
            yield from ((key, Packed(*values)) for key, *values in found)

    def write(self, number: int, vectors: Iterable[tuple[Text, Embedding]]) -> None:
        """Make a shard; its file is there when all its vectors are."""
        part = self.folder / f"{number:05}.{uuid.uuid4().hex[:8]}.part"
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as file:
                file.execute(f"PRAGMA page_size = {PAGE_SIZE}")
                file.execute("PRAGMA journal_mode = OFF")  # a file that is not complete is thrown away
                file.execute(TABLE)
                file.execute("BEGIN")
                for text, embedding in vectors:
                    file.execute("INSERT INTO vectors VALUES (?, ?, ?, ?)", (digest(text), *packed(embedding)))
                file.execute("COMMIT")
            with suppress(FileNotFoundError):  # another has made the same shard meanwhile, and put this away
                part.replace(self.file(number))
        finally:
            part.unlink(missing_ok=True)
        for left in self.folder.glob(f"{number:05}.*.part"):  # by a process that was killed
            left.unlink(missing_ok=True)

    def claim(self, number: int) -> "Claim | None":
        """Take a shard to make it; None where another is making it."""
        path = self.folder / f"{number:05}.claim"
        with suppress(FileNotFoundError):
            if _is_void(path):
                path.unlink()
        try:
            with path.open("x", encoding="utf-8") as file:
                json.dump({"host": socket.gethostname(), "process": os.getpid()}, file)
        except FileExistsError:
            return None
        return Claim(path)

    def close(self) -> None:
        """Close the files."""
        while self._opened:
            self._opened.popitem()[1].close()

    def _open(self, number: int) -> sqlite3.Connection:
        if number not in self._opened:
            self._opened[number] = sqlite3.connect(self.file(number))
        return self._opened[number]


@dataclass(frozen=True, slots=True)
class Claim:
    """A shard that this process makes."""

    path: Path

    def keep(self) -> None:
        """Say that it is still being made."""
        with suppress(FileNotFoundError):
            os.utime(self.path)

    def release(self) -> None:
        """Leave it to others."""
        self.path.unlink(missing_ok=True)


def begin(folder: Path, texts: Iterable[Text], shards: int | None, identity: EmbedderIdentity) -> Shards:
    """Begin to fill a folder, or go on with it.

    Args:
        folder: Made where it is missing.
        texts: All that are to be embedded; the same in every process.
        shards: How many; None for as many as it was begun with.
        identity: What embeds them.

    Raises:
        LibraryError: It was begun with other papers, another embedder or another number of shards.
    """
    keys = sorted({digest(text) for text in texts})
    wanted = Plan(shards or 1, len(keys), hashlib.sha256(b"".join(keys)).hexdigest(), identity)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"plan.{uuid.uuid4().hex[:8]}.part"
    draft.write_text(json.dumps(dataclasses.asdict(wanted)), encoding="utf-8")
    # Unlike `replace`, this leaves the plan of another process alone that was quicker.
    with suppress(FileExistsError):
        os.link(draft, folder / PLAN)
    draft.unlink()
    begun = Shards(folder)
    others = {
        "other papers": begun.plan.digest != wanted.digest,
        f"another embedder, {begun.identity.name} ({begun.identity.revision})": begun.identity != identity,
        f"{begun.plan.shards} shards": shards is not None and begun.plan.shards != shards,
    }
    for what, differs in others.items():
        if differs:
            raise LibraryError(f"{folder} was begun with {what}.", remedy="Name another folder with --out.")
    return begun


def digest(text: Text) -> bytes:
    """Return the key of a text."""
    return hashlib.blake2b("\0".join(text).encode(errors="replace"), digest_size=16).digest()


def shard(key: bytes, shards: int) -> int:
    """Return the shard that a text belongs to.

    >>> shard(bytes(15) + b"A", 4)
    1
    """
    return int.from_bytes(key[8:]) % shards


def _is_void(path: Path) -> bool:
    """Tell whether whoever made a claim is gone."""
    with suppress(ValueError, KeyError):
        holder = json.loads(path.read_text(encoding="utf-8"))
        if holder["host"] == socket.gethostname() and not _is_alive(int(holder["process"])):
            return True
    clock = path.with_name(f"clock.{uuid.uuid4().hex[:8]}.part")
    # Of a file on the same disk, so that the clocks of two machines need not agree.
    clock.touch()
    now = clock.stat().st_mtime
    clock.unlink()
    return now - path.stat().st_mtime > EXPIRY


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # where asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
