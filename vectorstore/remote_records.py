"""How a paper is written into a record of a Chroma server, and read from it.

The record is whole in itself: paper, the records it was merged of, and its vectors lie compressed in the metadata
`record0`, `record1` and so on, as Chroma limits a value's length. What else the metadata say is made from that, for
searching and for other programs.
"""

import base64
import dataclasses
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assistant.errors import LibraryError
from assistant.protocols import Vectors
from assistant.types import Paper, Span
from assistant.vectorstore import codes, indexing
from assistant.vectorstore.records import Entry, mark, marks, packed, spans
from assistant.words import fold

SCHEMA = 1
"""Raised whenever records are written in another way."""

PIECE = 4000
"""Characters of one value; Chroma Cloud admits 4096 bytes."""

PIECES = 14
"""Values that a record may fill, of the 32 that Chroma Cloud admits."""

MARKS = 6
"""Fingerprints kept of a paper: its numbers, and those of the records it was merged of."""

DOCUMENT = 16_000
"""Bytes of the text that Chroma searches; Chroma Cloud admits 16,384."""

SHOWN = 1000
"""Characters of a title or of all authors, as other programs see them."""

KINDS = {"authors": "a", "venue": "v", "topics": "t", "source": "s"}
"""What the words of each field are marked with in the metadata `words`."""

OPTIONAL = ("year", "venue", "doi", "authors", "source", "words", *(f"mark{at}" for at in range(MARKS)))
OPTIONAL += tuple(f"record{at}" for at in range(PIECES))


@dataclass(frozen=True)
class Stored:
    """A paper as it is stored."""

    id: str
    """Of the record."""
    order: int
    """Grows with every paper that is new."""
    blob: str

    @property
    def row(self) -> int:
        """The number by which a search names the paper."""
        return int(self.id, 16)

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """Paper, parts and vectors.

        Raises:
            LibraryError: The record is damaged.
        """
        try:
            found: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(self.blob)))
        except (ValueError, zlib.error) as error:
            raise LibraryError(
                f"The record {self.id} on the server is damaged.", remedy="Remove its paper there and add it again."
            ) from error
        return found

    @cached_property
    def paper(self) -> Paper:
        """The paper."""
        return _paper(self.content["paper"])

    @cached_property
    def words(self) -> Mapping[str, int]:
        """How often each stem occurs."""
        return indexing.count(self.paper.title, self.paper.abstract)

    @property
    def parts(self) -> list[Paper]:
        """The records it was merged of, if there are several."""
        return [_paper(part) for part in self.content["parts"]]

    @cached_property
    def vector(self) -> Vectors:
        """Of title and abstract, as `codes.unpack` returns it."""
        vector: Vectors = codes.unpack([self._bytes("vector")])[0]
        return vector

    @cached_property
    def sentences(self) -> tuple[list[Span], Vectors]:
        """Places and vectors of the sentences."""
        own = spans(self._bytes("spans"))
        coded = np.frombuffer(self._bytes("sentences"), dtype=np.uint8).reshape(len(own), -1)
        if not own:
            return [], self.vector[None][:0]
        return own, codes.decode(np.repeat(self.vector[None], len(own), axis=0), coded)

    @property
    def embedding(self) -> tuple[str, str, str]:
        """The vectors as they are kept."""
        return self.content["vector"], self.content["spans"], self.content["sentences"]

    def _bytes(self, name: str) -> bytes:
        return base64.b64decode(self.content[name])


def read(record: Mapping[str, Any], key: str) -> Stored:
    """Read a record.

    Args:
        record: Its metadata.
        key: Where its id is among them.
    """
    pieces = [record.get(f"record{at}") or "" for at in range(PIECES)]
    return Stored(record[key], int(record.get("order", 0)), "".join(pieces))


def record_id(paper: str) -> str:
    """Return the id of a paper's record: Chroma limits the length of ids, and a search wants numbers."""
    return f"{mark(paper):016x}"


def write(entry: Entry, order: int, former: Stored | None) -> tuple[dict[str, Any], list[float], str]:
    """Return metadata, vector and document of a paper's record.

    Args:
        entry: The paper.
        order: Kept with it.
        former: What is stored now; gives the vectors where title and abstract are the same.

    Raises:
        LibraryError: The vectors are those of a paper that is gone.
    """
    if entry.embedding is not None:
        parts = packed(entry.embedding)
        kept, vector = _texts(*parts), codes.unpack([parts[0]])[0]
    elif former is not None:
        kept, vector = former.embedding, former.vector
    else:
        raise LibraryError(f"{entry.paper.id} was removed by another just now.", remedy="Add it again.")
    content = {
        "paper": _plain(entry.paper),
        "parts": [_plain(part) for part in entry.parts],
        **dict(zip(("vector", "spans", "sentences"), kept, strict=True)),
    }
    # Bytes written as text are as short as before once they are compressed.
    blob = base64.b64encode(zlib.compress(json.dumps(content).encode(), 9)).decode()
    metadata: dict[str, Any] = dict.fromkeys(OPTIONAL)
    # A paper of hundreds of sentences fills longer ones, which only a server of one's own admits.
    size = max(PIECE, -(-len(blob) // PIECES))
    metadata |= {f"record{at}": blob[at * size : (at + 1) * size] for at in range(-(-len(blob) // size))}
    metadata |= {name: value for name, value in _said(entry) if value}
    metadata |= {"order": order, "has_abstract": bool(entry.paper.abstract)}
    return metadata, vector.tolist(), _document(entry.paper)


def words_of(kind: str, text: str) -> Iterator[str]:
    """Return the words of a name as they are kept in the metadata `words`.

    >>> list(words_of("authors", "Bo Søndergård"))
    ['a:bo', 'a:søndergard']
    """
    return (f"{KINDS[kind]}:{word}" for word in re.findall(r"\w+", fold(text)))


def names(paper: Paper, kind: str) -> Sequence[str]:
    """Return the names that a field of a paper holds."""
    value = getattr(paper, kind)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _said(entry: Entry) -> Iterator[tuple[str, Any]]:
    paper = entry.paper
    yield "id", paper.id[:SHOWN]
    yield "title", paper.title[:SHOWN]
    yield "authors", "; ".join(paper.authors)[:SHOWN]
    yield "year", paper.year
    yield "venue", (paper.venue or "")[:SHOWN]
    yield "doi", paper.doi
    yield "source", paper.source[:SHOWN]
    yield "words", sorted({word for kind in KINDS for name in names(paper, kind) for word in words_of(kind, name)})
    own = dict.fromkeys(one for part in (paper, *entry.parts) for one in marks(part))
    yield from ((f"mark{at}", one) for at, one in enumerate(list(own)[:MARKS]))


def _document(paper: Paper) -> str:
    text = f"{paper.title}\n{paper.abstract}".encode(errors="replace")[:DOCUMENT]
    return text.decode(errors="ignore")


def _texts(*values: bytes) -> tuple[str, ...]:
    return tuple(base64.b64encode(value).decode() for value in values)


def _plain(paper: Paper) -> dict[str, Any]:
    given = {field.name: getattr(paper, field.name) for field in dataclasses.fields(paper)}
    return {name: value for name, value in given.items() if value or name in ("id", "title")}


def _paper(fields: Mapping[str, Any]) -> Paper:
    given: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in fields.items()}
    return Paper(**given)
