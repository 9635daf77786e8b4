"""A chat model that runs in this process through llama.cpp."""

import codecs
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

from assistant.errors import ContextOverflowError, ModelError
from assistant.models import prefix
from assistant.models.drafting import Pen
from assistant.models.gguf import check
from assistant.models.loading import check_fits, check_gpu
from assistant.models.native import Logits, NativeModel
from assistant.models.states import States, file_identity
from assistant.models.template import PromptTemplate
from assistant.models.thinking import Splitter, is_part, opened
from assistant.models.turnstile import Turnstile
from assistant.protocols import Message, Piece

LEAST_TO_WRITE = 16
"""Tokens that must be left for the answer."""

SHORTEST_LOOP = 4
LONGEST_LOOP = 32
"""Tokens of a stretch that counts as a loop when it is repeated."""


class LlamaChat:
    """A GGUF model that writes the likeliest continuation, the same for the same prompt.

    What two prompts in a row begin with alike is read once. Requests from several threads wait their turn.

    Args:
        path: The GGUF file.
        name: Name for people; default the file's stem.
        context: Tokens that prompt and answer may take together.
        threads: Threads to compute with.
        gpu_layers: Layers put on a GPU; -1 means all.
        writing: Threads to write with; default half of the others.
        flash: Compute attention in one go; default as llama.cpp chooses.
        states: Folder where what the model makes of its instructions is kept for the next process.
        thinks: Let it think before it answers, where its template can switch that.
        thinking: Tokens the model may think before it answers; then it is told to answer.

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
        writing: int | None = None,
        flash: bool | None = None,
        states: Path | None = None,
        thinks: bool = False,
        thinking: int = 512,
    ) -> None:
        card = check(path)
        check_gpu(gpu_layers)
        if not gpu_layers:
            check_fits(card, context)
        native = NativeModel(
            path, context=context, threads=threads, gpu_layers=gpu_layers, writing=writing, flash=flash
        )
        self._template = PromptTemplate(
            native.metadata("tokenizer.chat_template"),
            bos=native.text_of(native.begin_token),
            eos=native.text_of(native.last_token),
            thinking=thinks,
        )
        # SentencePiece puts a space before a text, unless the file says otherwise.
        vocabulary, spaces = (native.metadata(f"tokenizer.ggml.{one}") for one in ("model", "add_space_prefix"))
        self._spaces = vocabulary == "llama" and spaces != "false"
        self._native: NativeModel | None = native
        self._context = native.context
        self._name = name or path.stem
        self._thinking = thinking
        self._read: list[int] = []
        self._cut: list[int] = []
        self._turnstile = Turnstile()
        about = (file_identity(path), native.build, native.context, threads, gpu_layers, flash)
        self._states = States(states, about) if states else None

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

    @property
    def read(self) -> int:
        """Tokens of the prompt that are read; the number grows while it reads."""
        return len(self._read)

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """Return the prompt's tokens; control tokens spelled inside a message are plain text."""
        native = self._loaded()
        tokens: list[int] = []
        for segment in self._template.render(messages):
            read = native.plain if segment.is_content else native.tokenize
            # Control tokens have no text.
            goes_on = self._spaces and bool(tokens) and native.piece(tokens[-1]) != b""
            tokens += continued(read, segment.text) if goes_on else read(segment.text)
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
        with self._turnstile.enter(stop) as admitted:
            if admitted:
                splitter = Splitter(self._opened(messages))
                yield from self._write(self._loaded(), prompt, splitter, max_tokens, stop or threading.Event())

    def _opened(self, messages: Sequence[Message]) -> str:
        """Return the mark that ends the thinking which the template opens; empty where it opens none."""
        last = self._template.render(messages)[-1]
        return "" if last.is_content else opened(last.text)

    def _write(
        self, native: NativeModel, prompt: list[int], splitter: Splitter, most: int, stop: threading.Event
    ) -> Iterator[Piece]:
        logits = self._read_prompt(native, prompt, stop)
        if logits is None:
            return
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        room = self.context - len(prompt)
        # What thinking may take is what the answer leaves.
        answer, thought = most, min(self._thinking, room - most)
        pen = Pen(native, prompt, logits)
        while not stop.is_set() and room > 0:
            left = thought if splitter.is_thinking else answer - splitter.pending
            if left <= 0 or is_looping(pen.written):
                end = native.tokenize(f"\n{splitter.closing}\n\n")
                if not splitter.is_thinking or len(end) > room:
                    break
                # Lost in thought; it answers once it reads that its thinking is over.
                yield from splitter.feed(splitter.closing, 0)
                pen.insert(end)
                room -= len(end)
                continue
            token = pen.next(min(left, room))
            if native.is_end(token):
                break
            # A token may end inside a character; the decoder keeps those bytes for the next.
            for piece in splitter.feed(decoder.decode(native.piece(token)) or self._mark(native, token)):
                answer = most if piece.takes_back else answer - (0 if piece.thinking else piece.tokens)
                thought -= piece.tokens if piece.thinking else 0
                yield piece
            pen.write(token)
            room -= 1
        yield from splitter.finish()

    def _mark(self, native: NativeModel, token: int) -> str:
        """Return the text of a control token that begins or ends thinking; empty for all others."""
        text = "" if native.piece(token) else native.text_of(token)
        return text if is_part(text) else ""

    def _read_prompt(self, native: NativeModel, prompt: list[int], stop: threading.Event) -> Logits | None:
        # The last token is always read again: its logits are wanted. What the model wrote itself is never kept.
        cut = self._cuts(native, prompt)
        keep = prefix.shared(self._read, prompt, self._cut, cut)
        if not native.forget(keep):
            keep = 0
        begin = cut[0] if len(cut) > 1 and native.is_end(prompt[cut[0] - 1]) else 0
        if keep == 0 < begin and self._restored(native, prompt[:begin]):
            keep = begin
        self._read, self._cut = prompt[:keep], [one for one in cut if one <= keep]
        logits = None
        for start, end in prefix.parts(cut, after=keep):
            if stop.is_set():
                return None
            logits = native.read_unless(stop, prompt[start:end])
            if logits is None:
                return None
            self._read += prompt[start:end]
            self._cut.append(end)
            if end == begin and self._states is not None:
                self._states.save(self._read, native.state())
        return logits

    def _restored(self, native: NativeModel, beginning: list[int]) -> bool:
        state = self._states.load(beginning) if self._states is not None else None
        return state is not None and native.restore(state)

    def _cuts(self, native: NativeModel, prompt: Sequence[int]) -> list[int]:
        turns = [place for place, token in enumerate(prompt, start=1) if native.is_end(token)]
        paragraphs, before = [], b""
        for place, token in enumerate(prompt, start=1):
            text = native.piece(token)
            if b"\n\n" in before[-1:] + text:
                paragraphs.append(place)
            before = text or before
        return prefix.cuts(len(prompt), paragraphs, turns)

    def _loaded(self) -> NativeModel:
        if self._native is None:
            raise ModelError("The model was closed.", remedy="Open it again.")
        return self._native

    def close(self) -> None:
        """Free the model's memory, once whoever writes with it is done; nobody waits here for that."""
        self._native = None


def continued(read: Callable[[str], list[int]], text: str) -> list[int]:
    """Split a text that continues another, without the space that is put before a beginning."""
    begun, found = read("\n"), read(f"\n{text}")
    return found[len(begun) :] if found[: len(begun)] == begun else read(text)


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
