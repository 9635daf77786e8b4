"""llama-cpp-python's own server over the packaged model, as the model behind an address."""

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from model_server import CONTEXT, ModelServer

from assistant import Library, ask
from assistant.errors import ContextOverflowError, ModelError
from assistant.models import load_chat
from assistant.models.endpoint import Endpoint
from assistant.models.fake import FakeChat
from assistant.protocols import Message
from assistant.settings import load

pytestmark = pytest.mark.model

QUESTION = [
    Message("system", "Answer from the quotations."),
    Message("user", "“Cats sleep between twelve and sixteen hours a day.”\n\nQuestion: How long do cats sleep?"),
]
PAPERS = """\
{"id": "cats", "title": "Why cats purr", "abstract": "We recorded forty old cats. Cats purr at 25 hertz when content."}
{"id": "fish", "title": "How fish sleep", "abstract": "Fish rest with open eyes. They have no eyelids to close."}
"""
LONG = [Message("user", "Tell a long story of a cat, a dog and a fish that went to sea in a boat.")]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    missing = [name for name in ("sse_starlette", "starlette_context") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"llama-cpp-python's server needs {' and '.join(missing)}; `make dev` installs them")
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("library")
    (home / "papers.jsonl").write_text(PAPERS, encoding="utf-8")
    with Library(home) as library:
        library.add(home / "papers.jsonl")
        yield library


def said(chat: Endpoint, messages: list[Message], most: int) -> str:
    return "".join(piece.text for piece in chat.stream(messages, max_tokens=most))


def test_writes_and_counts(server: ModelServer) -> None:
    chat = Endpoint(server.address, context=CONTEXT)
    assert chat.name.startswith("SmolLM2-135M-Instruct.Q4_1 at 127.0.0.1:")
    pieces = list(chat.stream(QUESTION, max_tokens=24))
    assert "hours" in "".join(piece.text for piece in pieces)
    assert 0 < len(pieces) <= 24
    assert chat.counted_by == "the server, but for the template"
    with closing(load_chat(load(threads=1))) as model:
        assert abs(chat.count(QUESTION) - model.count(QUESTION)) <= 16


def test_stops_while_it_reads(server: ModelServer) -> None:
    chat, stop = Endpoint(server.address, context=CONTEXT), threading.Event()
    long = [Message("user", "A sentence that nobody has read before. " * 40)]
    threading.Timer(0.2, stop.set).start()
    assert list(chat.stream(long, max_tokens=200, stop=stop)) == []
    # It still reads to the end, as it looks up only between two words; then it answers the next.
    assert said(chat, QUESTION, 4)


def test_stops_while_it_writes(server: ModelServer) -> None:
    chat, stop = Endpoint(server.address, context=CONTEXT), threading.Event()
    pieces = chat.stream(LONG, max_tokens=2000, stop=stop)
    next(pieces)
    stop.set()
    assert len(list(pieces)) < 1000
    assert said(chat, QUESTION, 4)


def test_prompt_that_is_too_long_for_it_is_told_in_words(server: ModelServer) -> None:
    chat = Endpoint(server.address, context=100_000)  # more than it has
    with pytest.raises(ContextOverflowError, match=f"maximum context length is {CONTEXT} tokens") as caught:
        said(chat, [Message("user", "a cat " * CONTEXT)], 8)
    assert "CARREL_CONTEXT" in caught.value.remedy
    assert said(chat, QUESTION, 4)


def test_silence_lasts_only_so_long(server: ModelServer) -> None:
    chat = Endpoint(server.address, context=CONTEXT, patience=0.1)
    with pytest.raises(ModelError, match=r"has said nothing for 0\.1 seconds"):
        said(chat, [Message("user", "Another sentence that nobody has read. " * 40)], 8)


def test_answers_with_it_are_checked_as_any(server: ModelServer, library: Library) -> None:
    answer = ask("At how many hertz do cats purr?", library=library, model=server.address)
    assert answer.answered
    assert answer.citations[0].quote == "Cats purr at 25 hertz when content."
    assert answer.model.endswith(f" at 127.0.0.1:{server.address.rpartition(':')[2].removesuffix('/v1')}")
    assert answer.timings.tokens_written > 0


def test_larger_model_behind_it_is_asked_where_the_small_one_fails(server: ModelServer, library: Library) -> None:
    answer = ask(
        "At how many hertz do cats purr?",
        library=library,
        model=FakeChat("Dogs bark at 900 volts."),
        larger_model=server.address,
    )
    assert (answer.answered, answer.asked_larger, answer.larger_failed) == (True, True, "")
    assert answer.model != "fake"


def test_killed_amid_an_answer_is_one_line_and_started_again_it_answers(server: ModelServer) -> None:
    """The last test of this server: the next would wait for its start."""
    chat = Endpoint(server.address, context=CONTEXT)
    pieces = chat.stream(LONG, max_tokens=2000)
    next(pieces)
    server.kill()
    with pytest.raises(ModelError, match="broke off its answer") as caught:
        list(pieces)
    assert "Ask again" in caught.value.remedy
    with pytest.raises(ModelError, match="No server answers"):
        said(chat, QUESTION, 4)
    server.start()
    assert said(chat, QUESTION, 4)
