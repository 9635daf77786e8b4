"""Counting a prompt's tokens for a model on a server, as exactly as the server allows."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from assistant.errors import EndpointError
from assistant.models.server import Server
from assistant.protocols import Message

BYTES = 3
"""Bytes of a token, where the server cannot count: abstracts have four and more, so that the estimate is high."""

AROUND = 8
"""Tokens that a template puts around a message."""

AT_ONCE: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}
"""Asks the template not to let the model think, where it has the choice; the prompt has other tokens then."""

AWAY = (0, 429, 503)
"""Statuses, or none, that do not tell how a server counts."""

SOON = 3.0
"""Seconds a count may take; a server that is busy may count only when it is done."""

Way = Callable[[Sequence[Message]], int]


def plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Return messages as the protocol writes them."""
    return [{"role": message.role, "content": message.content} for message in messages]


def dig(value: Any, *path: str | int) -> Any:
    """Follow keys and places into a value read from JSON; None where there is no such.

    >>> dig({"choices": [{"delta": {"content": "a"}}]}, "choices", 0, "delta", "content")
    'a'
    """
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value


class Counter:
    """Finds out once how the server counts.

    Args:
        server: The server.
        model: The model's name there.
    """

    def __init__(self, server: Server, model: str) -> None:
        self._server = server
        self._model = model
        self._ways: list[tuple[str, Way]] = [
            ("the server", self._vllm),
            ("the server", self._llama_server),
            ("the server, but for the template", self._llama_cpp_python),
            ("an estimate", estimate),
        ]

    @property
    def by(self) -> str:
        """Who counts."""
        return self._ways[0][0]

    def count(self, messages: Sequence[Message]) -> int:
        """Count the tokens of the prompt that messages become; an estimate where the server is away or busy."""
        while True:
            way = self._ways[0]
            try:
                return way[1](messages)
            except EndpointError as error:
                if error.status in AWAY:
                    return estimate(messages)
                with suppress(ValueError):  # another thread found it out at the same time
                    self._ways.remove(way)

    def _vllm(self, messages: Sequence[Message]) -> int:
        body = {"model": self._model, "messages": plain(messages), "add_generation_prompt": True, **AT_ONCE}
        return self._whole(self._post("tokenize", body), "count")

    def _llama_server(self, messages: Sequence[Message]) -> int:
        prompt = dig(self._post("apply-template", {"messages": plain(messages), **AT_ONCE}), "prompt")
        tokens = {"content": prompt, "add_special": True, "parse_special": True}
        found = dig(self._post("tokenize", tokens), "tokens")
        return self._whole({"count": len(found)} if isinstance(found, list) else None, "count")

    def _llama_cpp_python(self, messages: Sequence[Message]) -> int:
        body = {"input": "\n".join(message.content for message in messages)}
        return self._whole(self._post("extras/tokenize/count", body), "count") + AROUND * len(messages)

    def _post(self, path: str, body: object) -> Any:
        return self._server.post(f"{self._server.address.root}/{path}", body, timeout=SOON)

    def _whole(self, found: Any, name: str) -> int:
        number = dig(found, name)
        if isinstance(number, int) and number > 0:
            return number
        raise self._server.trouble.not_a_model()


def estimate(messages: Sequence[Message]) -> int:
    """Estimate the tokens of a prompt, rather too many than too few.

    >>> estimate([Message("user", "How long do cats sleep?")])
    16
    """
    return sum(-(-len(message.content.encode("utf-8", errors="replace")) // BYTES) + AROUND for message in messages)
