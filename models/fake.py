"""Deterministic stand-ins for models: for tests of Carrel, and of programs that use it.

They need no weights and answer at once. Nothing that claims a result may be measured with them.
"""

import re
import threading
import zlib
from collections.abc import Generator, Sequence

import numpy as np

from assistant.errors import ContextOverflowError
from assistant.models.thinking import separate
from assistant.protocols import EmbedderIdentity, Message, Piece, TextKind, Vectors


class FakeEmbedder:
    """A bag of words, hashed into a few dimensions: texts that share words are near each other.

    Args:
        dimension: Length of the vectors.
        name: Name in the identity; two names stand for two embedders that do not fit together.
    """

    def __init__(self, dimension: int = 64, name: str = "fake") -> None:
        self._dimension = dimension
        self._name = name
        self.embedded: list[str] = []
        """Every text embedded, in order."""

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, revision, dimension and prompts."""
        return EmbedderIdentity(name=self._name, revision="1", dimension=self._dimension)

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Embed texts; see `Embedder.embed`."""
        self.embedded += texts
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self._dimension] += 1
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        unit: Vectors = vectors / lengths
        return unit


class FakeChat:
    """Writes what it was told to, word by word, and remembers what it was asked.

    Args:
        replies: Texts to write, one a request; the last is repeated. Without any it repeats the first quotation.
        context: Words that prompt and answer may take together.
    """

    name = "fake"

    def __init__(self, *replies: str, context: int = 4096) -> None:
        self._replies = list(replies)
        self.context = context
        self.requests: list[tuple[Message, ...]] = []
        """The messages of every request, in order."""
        self.closed = False

    def count(self, messages: Sequence[Message]) -> int:
        """Count words, as if each were a token."""
        return sum(len(message.content.split()) for message in messages)

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Generator[Piece, None, None]:
        """Write the next message piece by piece; see `ChatModel.stream`."""
        if self.count(messages) >= self.context:
            raise ContextOverflowError("The prompt does not fit.")
        self.requests.append(tuple(messages))
        answered = 0
        for piece in separate(map(Piece, re.findall(r"\S+\s*", self._reply(messages)))):
            answered += 0 if piece.thinking else piece.tokens
            if answered > max_tokens or (stop is not None and stop.is_set()):
                return
            yield piece

    def _reply(self, messages: Sequence[Message]) -> str:
        if not self._replies:
            quoted = re.search(r"“(.*?)”", messages[-1].content, re.DOTALL)
            return quoted[1] if quoted else ""
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True
