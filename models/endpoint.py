"""A chat model on a server that speaks OpenAI's protocol: llama.cpp's, Ollama, vLLM and others."""

import threading
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from assistant.errors import ContextOverflowError, EndpointError, ModelError
from assistant.models import address as addresses
from assistant.models.counting import AT_ONCE, Counter, dig, plain
from assistant.models.server import PATIENCE, Server
from assistant.models.thinking import separate
from assistant.models.trouble import message_in
from assistant.models.turnstile import Turnstile
from assistant.protocols import Message, Piece

LEAST_TO_WRITE = 16
"""Tokens that must be left for the answer."""

NAMED = 8
"""Models of a server that are named where one must be chosen."""

UNKNOWN = (400, 422)
"""Statuses with which a server may refuse what it does not know in a request."""

COUNTED: dict[str, Any] = {"stream_options": {"include_usage": True}}
EXTRAS: tuple[dict[str, Any], ...] = ({**COUNTED, **AT_ONCE, "reasoning_effort": "none"}, COUNTED, {})
"""What not every server knows: to tell how many tokens it read and wrote, and to answer without thinking where that can
be chosen, which Ollama spells in its own way. Who refuses the first is asked the next."""

THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Where servers put thinking that they have told apart."""


class Endpoint:
    """A model on a server, asked for the likeliest continuation.

    Requests from several threads wait their turn: some servers cut one off when another comes.

    Args:
        model: Its address; see `address.parse`.
        context: Tokens that prompt and answer may take together, where the server does not say.
        thinking: Tokens the model may think beside its answer; one that goes on thinking is left.
        patience: Seconds without a word after which the server counts as hung.

    Raises:
        ModelError: The server cannot be reached, refuses, or has several models and none is named.
    """

    def __init__(self, model: str, *, context: int = 4096, thinking: int = 512, patience: float = PATIENCE) -> None:
        self.address = addresses.parse(model)
        self._server = Server(self.address, addresses.key_for(self.address), patience)
        found = self._found()
        self._model = str(dig(found, "id") or self.address.model)
        self._context = self._told_context(found) or context
        self._counter = Counter(self._server, self._model)
        self._read: dict[tuple[Message, ...], int] = {}
        self._thinking = self._wanted = thinking
        self._extras = EXTRAS
        self._turnstile = Turnstile()
        self._closed = False

    def _found(self) -> Any:
        """Return what the server says of the model."""
        wanted = self.address.model
        try:
            data = dig(self._server.get(f"{self.address.base}/models"), "data")
        except EndpointError as error:
            if wanted and error.status == 404:
                return None  # it keeps no list
            raise
        models = [one for one in data if isinstance(dig(one, "id"), str)] if isinstance(data, list) else []
        if wanted:
            return next((one for one in models if one["id"] == wanted), None)
        elif not models:
            raise self._server.trouble.not_a_model()
        elif len(models) > 1:
            named = ", ".join(one["id"] for one in models[:NAMED])
            raise ModelError(
                f"The server at {self.address.host} has {len(models)} models: {named}"
                f"{' and others' if len(models) > NAMED else ''}.",
                remedy=f"Name one behind the address, as in {self.address.base}#{models[0]['id']}.",
            )
        return models[0]

    def _told_context(self, found: Any) -> int:
        """Return the context of the running server; what a model was trained with does not tell it."""
        told = dig(found, "max_model_len") or dig(found, "meta", "n_ctx")
        if not told:
            try:
                told = dig(self._server.get(f"{self.address.root}/props"), "default_generation_settings", "n_ctx")
            except ModelError:  # only llama.cpp's server has these
                told = 0
        return told if isinstance(told, int) else 0

    @property
    def name(self) -> str:
        """A name for people."""
        return f"{self._model.rpartition('/')[2].removesuffix('.gguf')} at {self.address.host}"

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may take together."""
        return self._context

    @property
    def waiting(self) -> int:
        """Requests that wait for the one being answered."""
        return self._turnstile.waiting

    @property
    def counted_by(self) -> str:
        """Who counts tokens: the server, or an estimate; known once something was counted."""
        return self._counter.by

    def count(self, messages: Sequence[Message]) -> int:
        """Count the tokens of the prompt these messages become; as the server told it, once it has read them."""
        return self._read.get(tuple(messages)) or self._counter.count(messages)

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Generator[Piece, None, None]:
        """Write the next message piece by piece; see `ChatModel.stream`."""
        if self._closed:
            raise ModelError("The model was closed.", remedy="Open it again.")
        prompt = self.count(messages)
        room = self.context - prompt
        if room < LEAST_TO_WRITE:
            raise ContextOverflowError(f"The prompt has {prompt} tokens; the context holds {self.context}.")
        stop = stop or threading.Event()
        with self._turnstile.enter(stop) as admitted:
            if admitted and max_tokens > 0:
                # One that does not think is told exactly when to end.
                pieces = separate(self._ask(messages, min(max_tokens + self._wanted, room), stop))
                self._wanted = 0
                for piece in limited(pieces, max_tokens, self._thinking):
                    if piece.thinking:
                        self._wanted = self._thinking
                    yield piece

    def _ask(self, messages: Sequence[Message], most: int, stop: threading.Event) -> Iterator[Piece]:
        body = {
            "model": self._model,
            "messages": plain(messages),
            "max_tokens": most,
            "temperature": 0,
            "stream": True,
        }
        while True:
            try:
                yield from self._pieces(messages, {**body, **self._extras[0]}, stop)
                return
            except EndpointError as error:
                if error.status not in UNKNOWN or len(self._extras) == 1:
                    raise
                self._extras = self._extras[1:]

    def _pieces(self, messages: Sequence[Message], body: dict[str, Any], stop: threading.Event) -> Iterator[Piece]:
        written, is_heard, is_over = 0, False, False
        for event in self._events(body, stop):
            is_heard = True
            usage = dig(event, "usage")
            if isinstance(read := dig(usage, "prompt_tokens"), int):
                self._read = {tuple(messages): read}
            if isinstance(told := dig(usage, "completion_tokens"), int):
                yield Piece("", told - written)
                written = told
            is_over = is_over or bool(dig(event, "choices", 0, "finish_reason"))
            for piece in _said(dig(event, "choices", 0, "delta")):
                yield piece
                written += 1
        if not is_over and not stop.is_set():
            raise self._server.trouble.broken() if is_heard else self._why_nothing(messages)

    def _why_nothing(self, messages: Sequence[Message]) -> ModelError:
        """Find out why an answer ended before it began: some servers tell only who wants it in one piece."""
        body = {"model": self._model, "messages": plain(messages), "max_tokens": 1, "temperature": 0}
        try:
            self._server.post(f"{self.address.base}/chat/completions", body)
        except ContextOverflowError as error:
            return error
        except ModelError:
            pass
        return self._server.trouble.broken()

    def _events(self, body: dict[str, Any], stop: threading.Event) -> Iterator[Any]:
        """Return the events of a reply, each a JSON object behind `data:`."""
        for line in self._server.lines(f"{self.address.base}/chat/completions", body, stop):
            name, _, value = line.partition(b":")
            if name not in (b"data", b"error"):
                if line.lstrip().startswith((b"{", b"<")):
                    raise self._server.trouble.not_a_model()
                continue
            if value.strip() == b"[DONE]":
                return
            event = self._server.parsed(value)
            if name == b"error" or dig(event, "error"):
                raise self._server.trouble.failed(message_in(value))
            yield event

    def close(self) -> None:
        """Ask the server nothing more."""
        self._closed = True


def _said(delta: Any) -> Iterator[Piece]:
    """Return what a model thought and wrote since the last event."""
    thought = next((text for name in THOUGHTS if isinstance(text := dig(delta, name), str) and text), "")
    if thought:
        yield Piece(thought, thinking=True)
    if isinstance(text := dig(delta, "content"), str) and text:
        yield Piece(text)


def limited(pieces: Iterator[Piece], answer: int, thought: int) -> Iterator[Piece]:
    """Pass pieces on until the answer, or the thinking before it, has taken all its tokens."""
    left = {False: answer, True: thought}
    for piece in pieces:
        # What only corrects the count comes at the end, and is passed on.
        if piece.text and left[piece.thinking] <= 0:
            return
        left[piece.thinking] -= piece.tokens
        left[False] = answer if piece.takes_back else left[False]
        yield piece
