"""A chat model that runs in this process through llama.cpp."""

import codecs
import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from assistant.errors import ContextOverflowError, ModelError
from assistant.models.gguf import check
from assistant.models.loading import check_fits, check_gpu
from assistant.models.native import Logits, NativeModel
from assistant.models.template import PromptTemplate
from assistant.models.thinking import CLOSE, OPEN, Splitter
from assistant.models.turnstile import Turnstile
from assistant.protocols import Message, Piece

LEAST_TO_WRITE = 16
"""Tokens that must be left for the answer."""

SHORTEST_LOOP = 4
LONGEST_LOOP = 32
"""Tokens of a stretch that counts as a loop when it is repeated."""

MOST_THOUGHTS = 512
"""Tokens that a model may think before it is made to answer."""

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
        thinking: Let it think before it answers, if it can.

    Raises:
        ModelNotFoundError: There is no such file.
        ModelError: It is not a whole GGUF chat model, there is not enough memory, or it cannot be loaded.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str = "",
        context: int = 4096,
        threads: int = 2,
        gpu_layers: int = 0,
        thinking: bool = False,
    ) -> None:
        card = check(path)
        check_gpu(gpu_layers)
        if not gpu_layers:
            check_fits(card, context)
        native = NativeModel(path, context=context, threads=threads, gpu_layers=gpu_layers)
        self._template = PromptTemplate(
            native.metadata("tokenizer.chat_template"),
            bos=native.text_of(native.begin_token),
            eos=native.text_of(native.last_token),
            thinking=thinking,
        )
        self._thoughts = MOST_THOUGHTS if thinking else 0
        self._native: NativeModel | None = native
        self._context = native.context
        self._name = name or path.stem
        self._read: list[int] = []
        self._turnstile = Turnstile()
        # On a GPU a chunk takes milliseconds, and short ones waste it.
        self._chunk = 512 if gpu_layers else int(min(max(READ_BUDGET / max(native.parameters, 1), 8), 512))

    @property
    def name(self) -> str:
        """A name for people."""
        return self._name

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may take together."""
        return self._context

    @property
    def waiting(self) -> int:
        """Requests that wait for the one being answered."""
        return self._turnstile.waiting

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """Return the prompt's tokens; control tokens spelled inside a message are plain text."""
        native = self._loaded()
        tokens = [
            token
            for segment in self._template.render(messages)
            for token in (native.plain if segment.is_content else native.tokenize)(segment.text)
        ]
        first = native.first_token
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
        splitter = Splitter(thinking=self._template.opens_thought(messages))
        with self._turnstile.enter(stop) as admitted:
            if admitted:
                stop = stop or threading.Event()
                logits = self._read_prompt(self._loaded(), prompt, stop)
                yield from self._write(self._loaded(), logits, splitter, max_tokens, room, stop)

    def _write(
        self,
        native: NativeModel,
        logits: Logits | None,
        splitter: Splitter,
        most: int,
        room: int,
        stop: threading.Event,
    ) -> Iterator[Piece]:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        closing = native.tokenize(f"{CLOSE}\n\n")
        most_thoughts = min(self._thoughts, room - most - len(closing))
        written: list[int] = []
        thoughts = answered = 0
        while logits is not None and not stop.is_set() and answered < most and room > 0:
            if splitter.thinking and (thoughts >= most_thoughts or is_looping(written)):
                # It has thought enough, or was not to think at all: it is made to answer.
                if room <= len(closing):
                    return
                splitter.feed(f"{CLOSE}\n\n")
                logits, room = native.read(closing), room - len(closing)
                written = []
                continue
            token = int(logits.argmax())
            if is_looping(written) or native.is_end(token):
                break
            # A token may end inside a character; the decoder keeps those bytes for the next.
            thought, text = splitter.feed(decoder.decode(native.piece(token)) or _mark(native, token))
            yield Piece(text, thought=thought)
            thoughts, answered = thoughts + splitter.thinking, answered + (not splitter.thinking)
            written.append(token)
            logits, room = native.read([token]), room - 1
        thought, text = splitter.end()
        if thought or text:
            yield Piece(text, tokens=0, thought=thought)

    def _read_prompt(self, native: NativeModel, prompt: list[int], stop: threading.Event) -> Logits | None:
        # The last token is always read again: its logits are wanted. Only whole chunks are kept, and never what the
        # model wrote itself: tokens read in a batch of another size get slightly other numbers, and so other words.
        keep = min(shared_prefix(self._read, prompt), len(prompt) - 1) // self._chunk * self._chunk
        if not native.forget(keep):
            keep = 0
        self._read = self._read[:keep]
        logits = None
        for start in range(keep, len(prompt), self._chunk):
            if stop.is_set():
                return None
            chunk = prompt[start : start + self._chunk]
            logits = native.read(chunk)
            self._read += chunk
        return logits

    def _loaded(self) -> NativeModel:
        if self._native is None:
            raise ModelError("The model was closed.", remedy="Open it again.")
        return self._native

    def close(self) -> None:
        """Free the model's memory, once whoever writes with it is done; nobody waits here for that."""
        self._native = None


def _mark(native: NativeModel, token: int) -> str:
    """Return the text of a token that stands around a thought; some files count these as control tokens."""
    text = native.text_of(token)
    return text if text in (OPEN, CLOSE) else ""


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
