"""What the engine and the library ask of a model; anything that offers it will do."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from assistant.types import Filters, Hit, Paper, Topic

Vectors = npt.NDArray[np.float32]
"""Unit vectors, one a row: shape (n, dimension)."""

Scores = npt.NDArray[np.float32]
"""Numbers, one or a row of them for each of several things."""

TextKind = Literal["query", "passage"]
Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that a message quotes."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the chat given to a model."""

    role: Role
    content: str
    documents: tuple[Document, ...] = ()
    """What the content quotes, for models that have a place of their own for it."""
    rest: str = ""
    """The content without the documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderIdentity:
    """What must agree between two vectors before they may be compared."""

    name: str
    revision: str
    dimension: int
    query_prompt: str = ""
    passage_prompt: str = ""
    max_tokens: int = 0
    """Tokens read of a text; 0 where it was not noted, as libraries of former versions do not."""

    def agrees(self, other: "EmbedderIdentity | None") -> bool:
        """Tell whether vectors of both may be compared."""
        if other is None or (self.max_tokens and other.max_tokens):
            return self == other
        return replace(self, max_tokens=0) == replace(other, max_tokens=0)


class Embedder(Protocol):
    """Turns text into unit vectors."""

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, revision, dimension and prompts."""
        ...

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Embed texts; the two kinds may differ by a prompt.

        Returns:
            Shape (len(texts), dimension), each row of length 1.
        """
        ...


@runtime_checkable
class Comparer(Protocol):
    """Compares a question with texts more closely than by one vector each, at more cost; some embedders can."""

    def compare(self, question: str, texts: Sequence[str]) -> Scores:
        """Say how well each text holds each word of the question.

        Returns:
            Shape (len(texts), words of the question), about 0 to 1; a word may be a part of one.
        """
        ...

    def legible(self, question: str) -> float:
        """Say what share of a question the embedder can read, 0 to 1: of other scripts it knows next to nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text that a model wrote."""

    text: str
    tokens: int = 1
    thinking: bool = False
    """True where the model thinks: this is no part of its answer."""
    takes_back: bool = False
    """True where all text before turns out to be thinking too."""


class ChatModel(Protocol):
    """A language model that continues a chat."""

    @property
    def name(self) -> str:
        """A name for people."""
        ...

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may take together."""
        ...

    def count(self, messages: Sequence[Message]) -> int:
        """Count the tokens of the prompt these messages become, template included."""
        ...

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Generator[Piece, None, None]:
        """Write the next message piece by piece; closing the generator stops it.

        Args:
            messages: The chat so far.
            max_tokens: The most tokens to write; thinking does not count, and has a limit of its own.
            stop: When set, writing ends within a token and reading within half a second.

        Raises:
            ContextOverflowError: The prompt leaves no room to write.
        """
        ...

    def close(self) -> None:
        """Free the model's memory; it cannot be used afterwards."""
        ...


class Retriever(Protocol):
    """Papers that can be searched: all that the engine asks of a library."""

    @property
    def embedder(self) -> Embedder:
        """Embeds what is compared with the papers."""
        ...

    def __len__(self) -> int:
        """Count the papers."""
        ...

    def retrieve(self, query: str, k: int, filters: Filters | None = None) -> list[Hit]:
        """Find the k papers nearest to a query, best first, each with its sentences."""
        ...

    def get(self, *ids: str) -> list[Paper]:
        """Return the papers of these ids, without those unknown."""
        ...


class Holdings(Protocol):
    """What a library holds: what a question says of years, authors and venues is compared with it."""

    def topics(self, n: int | None = None) -> list[Topic]:
        """Return the library's themes, the largest first; by itself as many as suit it."""
        ...

    def count(self, filters: Filters | None = None) -> int:
        """Count the papers that filters admit."""
        ...

    def authors(self, part: str) -> list[str]:
        """Return the authors with a text in their name, as they are spelled, each once."""
        ...

    def venues(self, part: str) -> list[str]:
        """Return the venues with a text in their name, as they are spelled, each once."""
        ...
