"""What the models take alone, and how much of an answer is not theirs."""

import statistics
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

import numpy as np

from assistant.api import Assistant
from assistant.models.catalogue import find
from assistant.models.native import NativeModel
from assistant.protocols import ChatModel, Message, Piece
from assistant.types import Done


class Timed:
    """A chat model that notes the prompts it was given and the seconds it took.

    Args:
        model: What writes.
    """

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.messages: list[Message] = []
        self.reading = self.writing = 0.0
        self.pieces = 0

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def context(self) -> int:
        """The model's context."""
        return self._model.context

    def count(self, messages: Sequence[Message]) -> int:
        """Count a prompt's tokens."""
        return self._model.count(messages)

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Generator[Piece, None, None]:
        """Write, and note the time until each piece."""
        self.messages, self.reading, self.writing, self.pieces = list(messages), 0.0, 0.0, 0
        with closing(self._model.stream(messages, max_tokens=max_tokens, stop=stop)) as pieces:
            while True:
                start = time.perf_counter()
                piece = next(pieces, None)
                seconds = time.perf_counter() - start
                if self.pieces == 0:
                    self.reading += seconds
                else:
                    self.writing += seconds
                if piece is None:
                    return
                self.pieces += piece.tokens
                yield piece

    def close(self) -> None:
        """Leave the model to its owner."""


def lines(assistant: Assistant, questions: Sequence[str]) -> Iterator[str]:
    """Ask, and return the lines about the share of the models and what they take alone."""
    timed = Timed(assistant.model)
    watched = Assistant(assistant.library, model=timed, settings=assistant.settings)
    rest, retrieving, own, raw, reading = [], [], [], [], []
    native = _raw(assistant)
    for question in questions:
        timed.pieces = 0
        answer = next(event.answer for event in watched.stream(question) if isinstance(event, Done))
        if timed.pieces < 2:
            continue
        total = answer.timings.total
        retrieving.append(answer.timings.retrieve)
        rest.append((total - timed.reading - timed.writing - answer.timings.retrieve) / total)
        own.append((timed.pieces - 1) / timed.writing)
        prompt = _tokens(assistant, timed.messages)
        read_rate, write_rate = alone(native, prompt, timed.pieces)
        raw.append(write_rate)
        reading.append(read_rate)
    if own:
        yield f"retrieval, median                      {1000 * statistics.median(retrieving):8.0f} ms"
        yield f"neither retrieval nor model, median    {100 * statistics.median(rest):8.1f} % of an answer"
        yield f"Carrel writes, median                  {statistics.median(own):8.1f} tokens a second"
        yield f"llama.cpp alone, the same tokens       {statistics.median(raw):8.1f} tokens a second"
        yield f"Carrel's share of that, pair by pair   {_ratio(own, raw):8.2f}"
        yield f"llama.cpp alone reads, median          {statistics.median(reading):8.0f} tokens a second"
    yield f"question embedded by Carrel, median    {_embedding(assistant, questions):8.1f} ms"


def alone(native: NativeModel, prompt: Sequence[int], written: int) -> tuple[float, float]:
    """Let llama.cpp read a prompt and write as many tokens, with nothing around it.

    Returns:
        Tokens a second, read and written.
    """
    native.forget(0)
    start = time.perf_counter()
    for at in range(0, len(prompt), 512):
        logits = native.read(prompt[at : at + 512])
    middle = time.perf_counter()
    for _ in range(written - 1):
        logits = native.read([int(np.argmax(logits))])
    end = time.perf_counter()
    return len(prompt) / (middle - start), (written - 1) / (end - middle)


def _raw(assistant: Assistant) -> NativeModel:
    from assistant.models.cpu import usable_cores

    path, _ = find(assistant.settings.model, "chat")
    threads = assistant.settings.threads or usable_cores()
    return NativeModel(path, context=assistant.settings.context, threads=threads)


def _tokens(assistant: Assistant, messages: Sequence[Message]) -> list[int]:
    tokens: list[int] = assistant.model.tokens(messages)  # type: ignore[attr-defined]
    return tokens


def _ratio(own: Sequence[float], raw: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(own, raw, strict=True))


def _embedding(assistant: Assistant, questions: Sequence[str]) -> float:
    times = []
    for question in questions:
        start = time.perf_counter()
        assistant.library.embedder.embed([question], "query")
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)
