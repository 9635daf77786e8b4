"""A chat model that runs in this process through llama.cpp."""

import codecs
import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from assistant.errors import ContextOverflowError
from assistant.models.gguf import check
from assistant.models.native import Logits, NativeModel
from assistant.models.template import PromptTemplate
from assistant.models.turnstile import Turnstile
from assistant.protocols import Message, Piece

LEAST_TO_WRITE = 16
"""Tokens that must be left for the answer."""

SHORTEST_LOOP = 4
LONGEST_LOOP = 32
"""Tokens of a stretch that counts as a loop when it is repeated."""

READ_BUDGET = 10e9
"""Parameters times tokens read between two looks at `stop`: a quarter of a second on two slow cores."""


class LlamaChat:
    """A GGUF model that writes the likeliest continuation, the same for the same prompt.

    What two prompts in a row begin with alike is read once. Requests from several threads wait their turn.

    Args:
        path: The GGUF file.
        name: Name for people; default the file's stem.
        context: Tokens that prompt and answer may take together.
        threads: Threads to compute with.
        gpu_layers: Layers put on a GPU; -1 means all.

    Raises:
        ModelNotFoundError: There is no such file.
        ModelError: It is not a GGUF chat model, or cannot be loaded.
    """

    def __init__(
        self, path: Path, *, name: str = "", context: int = 4096, threads: int = 2, gpu_layers: int = 0
    ) -> None:
        check(path)
        self._native = NativeModel(path, context=context, threads=threads, gpu_layers=gpu_layers)
        self._template = PromptTemplate(
            self._native.metadata("tokenizer.chat_template"),
            bos=self._native.text_of(self._native.first_token),
            eos=self._native.text_of(self._native.last_token),
        )
        self._name = name or path.stem
        self._read: list[int] = []
        self._turnstile = Turnstile()
        self._chunk = int(min(max(READ_BUDGET / max(self._native.parameters, 1), 8), 512))

    @property
    def name(self) -> str:
        """A name for people."""
        return self._name

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may take together."""
        return self._native.context

    @property
    def waiting(self) -> int:
        """Requests that wait for the one being answered."""
        return self._turnstile.waiting

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """Return the prompt's tokens; control tokens spelled inside a message are plain text."""
        tokens = [
            token
            for segment in self._template.render(messages)
            for token in self._native.tokenize(segment.text, special=not segment.is_content)
        ]
        first = self._native.first_token
        return tokens if first < 0 or tokens[:1] == [first] else [first, *tokens]

    def count(self, messages: Sequence[Message]) -> int:
        """Count the tokens of the prompt these messages become, template included."""
        return len(self.tokens(messages))

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Generator[Piece, None, None]:
        """Write the next message piece by piece; see `ChatModel.stream`."""
        prompt = self.tokens(messages)
        room = self.context - len(prompt)
        if room < LEAST_TO_WRITE:
            raise ContextOverflowError(f"The prompt has {len(prompt)} tokens; the context holds {self.context}.")
        with self._turnstile.enter(stop) as admitted:
            if admitted:
                yield from self._write(prompt, min(max_tokens, room), stop or threading.Event())

    def _write(self, prompt: list[int], most: int, stop: threading.Event) -> Iterator[Piece]:
        logits = self._read_prompt(prompt, stop)
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        start = len(prompt)
        for _ in range(most):
            if logits is None or stop.is_set() or is_looping(self._read[start:]):
                return
            token = int(logits.argmax())
            if self._native.is_end(token):
                return
            # A token may end inside a character; the decoder keeps those bytes for the next.
            yield Piece(decoder.decode(self._native.piece(token)))
            logits = self._advance([token])

    def _read_prompt(self, prompt: list[int], stop: threading.Event) -> Logits | None:
        # The last token is always read again: its logits are wanted.
        keep = min(shared_prefix(self._read, prompt), len(prompt) - 1)
        if not self._native.forget(keep):
            keep = 0
        self._read = self._read[:keep]
        logits = None
        for start in range(keep, len(prompt), self._chunk):
            if stop.is_set():
                return None
            logits = self._advance(prompt[start : start + self._chunk])
        return logits

    def _advance(self, tokens: list[int]) -> Logits:
        logits = self._native.read(tokens)
        self._read += tokens
        return logits

    def close(self) -> None:
        """Free the model's memory, once whoever uses it is done."""
        with self._turnstile.enter():
            self._native.close()


def is_looping(tokens: Sequence[int]) -> bool:
    """Tell whether a text ends in the same stretch three times over, as small models do when they are lost.

    >>> is_looping([7, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4])
    True
    """
    tail = list(tokens[-3 * LONGEST_LOOP :])
    return any(
        tail[-size:] == tail[-2 * size : -size] == tail[-3 * size : -2 * size]
        for size in range(SHORTEST_LOOP, len(tail) // 3 + 1)
    )


def shared_prefix(left: Sequence[int], right: Sequence[int]) -> int:
    """Count the tokens two sequences begin with alike.

    >>> shared_prefix([1, 2, 3], [1, 2, 4, 5])
    2
    """
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
