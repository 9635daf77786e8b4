"""The model behind an address: a server that does as it is told, and servers over the packaged model."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.errors import ContextOverflowError, EndpointError, ModelError
from assistant.models import load_chat
from assistant.models.counting import estimate
from assistant.models.endpoint import Endpoint
from assistant.models.llama import LlamaChat
from assistant.protocols import Message
from assistant.settings import load

HELLO = [Message("system", "Be brief."), Message("user", "Hello")]
KEY = "sk-very-secret-0123456789"
WORDS = ("One", " two", " three.")

Act = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Does what the test wants at a path, and 404 elsewhere."""

    protocol_version = "HTTP/1.1"
    server: "Fake"

    def do_GET(self) -> None:
        self._act()

    def do_POST(self) -> None:
        self._act()

    def _act(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.body = json.loads(self.rfile.read(length)) if length else None
        self.server.seen.append((self.path, dict(self.headers), self.body))
        self.close_connection = True
        with suppress(ConnectionError):
            self.server.acts.get(self.path, status(404))(self)

    def log_message(self, *_: object) -> None:
        pass

    def reply(self, content: bytes, code: int = 200, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def event(self, value: object) -> None:
        self.wfile.write(b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n")
        self.wfile.flush()

    def word(self, text: str, finish: str | None = None) -> None:
        self.event({"choices": [{"delta": {"content": text}, "finish_reason": finish}]})


class Fake(ThreadingHTTPServer):
    """A server on loopback, with what it does by path, and what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.acts: dict[str, Act] = {"/v1/models": models("tiny"), "/v1/chat/completions": speak(*WORDS)}
        self.seen: list[tuple[str, dict[str, str], Any]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.seen]

    def handle_error(self, *_: object) -> None:
        pass


def status(code: int, content: bytes = b"", **headers: str) -> Act:
    return lambda handler: handler.reply(content, code, **headers)


def replies(value: object) -> Act:
    return lambda handler: handler.reply(json.dumps(value).encode())


def models(*names: str, **more: object) -> Act:
    return replies({"object": "list", "data": [{"id": name, **more} for name in names]})


def speak(*texts: str, usage: dict[str, int] | None = None, finish: str = "stop") -> Act:
    def act(handler: Handler) -> None:
        handler.begin()
        handler.event({"choices": [{"delta": {"role": "assistant", "content": None}, "finish_reason": None}]})
        for text in texts:
            handler.word(text)
        handler.event({"choices": [{"delta": {}, "finish_reason": finish}]})
        if usage:
            handler.event({"choices": [], "usage": usage})
        handler.event(b"[DONE]")

    return act


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    server = Fake()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def said(chat: Endpoint | LlamaChat, messages: Sequence[Message] = HELLO, most: int = 32) -> str:
    return "".join(piece.text for piece in chat.stream(messages, max_tokens=most))


def failure(fake: Fake, act: Act, **wishes: float) -> ModelError:
    """Return what is raised where the server does this when it is to write."""
    fake.acts["/v1/chat/completions"] = act
    with pytest.raises(ModelError) as caught:
        said(Endpoint(fake.address, **wishes))  # type: ignore[arg-type]
    return caught.value


def test_writes_piece_by_piece(fake: Fake) -> None:
    pieces = list(Endpoint(fake.address).stream(HELLO, max_tokens=32))
    assert [(piece.text, piece.tokens) for piece in pieces] == [("One", 1), (" two", 1), (" three.", 1)]
    path, _, body = fake.seen[-1]
    assert path == "/v1/chat/completions"
    assert body == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        "max_tokens": 544,  # it may think first
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "chat_template_kwargs": {"enable_thinking": False},
        "reasoning_effort": "none",
    }


def test_load_chat_takes_an_address(fake: Fake) -> None:
    chat = load_chat(load(model=fake.address, context=777))
    assert (chat.name, chat.context) == (f"tiny at 127.0.0.1:{fake.server_port}", 777)


def test_named_by_the_address_or_by_the_only_model(fake: Fake) -> None:
    fake.acts["/v1/models"] = models("org/one", "two")
    assert Endpoint(f"{fake.address}#org/one").name == f"one at 127.0.0.1:{fake.server_port}"
    with pytest.raises(ModelError, match=r"has 2 models: org/one, two\.") as caught:
        Endpoint(fake.address)
    assert caught.value.remedy.endswith("/v1#org/one.")


def test_named_where_the_server_keeps_no_list(fake: Fake) -> None:
    del fake.acts["/v1/models"]
    assert said(Endpoint(f"{fake.address}#one")) == "One two three."
    with pytest.raises(EndpointError, match="knows no such model or path") as caught:
        Endpoint(fake.address)
    assert "/v1" in caught.value.remedy


@pytest.mark.parametrize(
    ("listed", "props", "context"),
    [
        ({"max_model_len": 8192}, None, 8192),
        ({"meta": {"n_ctx": 2048, "n_ctx_train": 32768}}, None, 2048),
        ({"meta": {"n_ctx_train": 32768}}, {"default_generation_settings": {"n_ctx": 1024}}, 1024),
        ({}, {"default_generation_settings": "?"}, 777),
        ({}, None, 777),
    ],
)
def test_context_of_the_server_else_of_the_settings(
    fake: Fake, listed: dict[str, Any], props: object, context: int
) -> None:
    fake.acts["/v1/models"] = models("tiny", **listed)
    if props:
        fake.acts["/props"] = replies(props)
    assert Endpoint(fake.address, context=777).context == context


# ---------------------------------------------------------------------------------------------------------------------
# Counting.


def test_vllm_counts(fake: Fake) -> None:
    fake.acts["/tokenize"] = replies({"count": 23, "tokens": [1] * 23})
    chat = Endpoint(fake.address)
    assert (chat.count(HELLO), chat.counted_by) == (23, "the server")
    assert fake.seen[-1][2]["messages"][1] == {"role": "user", "content": "Hello"}


def test_llama_server_counts(fake: Fake) -> None:
    fake.acts["/tokenize"] = lambda handler: handler.reply(
        json.dumps({"tokens": list(range(len((handler.body or {}).get("content", ""))))}).encode()
    )
    fake.acts["/apply-template"] = replies({"prompt": "<s>Be brief. Hello"})
    chat = Endpoint(fake.address)
    assert (chat.count(HELLO), chat.counted_by) == (18, "the server")


def test_llama_cpp_python_counts_all_but_the_template(fake: Fake) -> None:
    fake.acts["/extras/tokenize/count"] = replies({"count": 5})
    chat = Endpoint(fake.address)
    assert (chat.count(HELLO), chat.counted_by) == (21, "the server, but for the template")


def test_estimated_where_the_server_cannot_count(fake: Fake) -> None:
    chat = Endpoint(fake.address)
    assert (chat.count(HELLO), chat.counted_by) == (estimate(HELLO), "an estimate")
    assert estimate([Message("user", "数学")]) == 10


def test_estimated_while_the_server_is_busy(fake: Fake) -> None:
    fake.acts["/extras/tokenize/count"] = status(503)
    chat = Endpoint(fake.address)
    assert chat.count(HELLO) == estimate(HELLO)
    fake.acts["/extras/tokenize/count"] = replies({"count": 5})
    assert chat.count(HELLO) == 21


def test_how_the_server_counts_is_found_out_once(fake: Fake) -> None:
    chat = Endpoint(fake.address)
    chat.count(HELLO)
    before = len(fake.seen)
    chat.count(HELLO)
    assert len(fake.seen) == before


def test_what_was_read_and_written_is_as_the_server_says(fake: Fake) -> None:
    fake.acts["/v1/chat/completions"] = speak(*WORDS, usage={"prompt_tokens": 19, "completion_tokens": 7})
    chat = Endpoint(fake.address)
    pieces = list(chat.stream(HELLO, max_tokens=32))
    assert sum(piece.tokens for piece in pieces) == 7
    assert chat.count(HELLO) == 19
    assert chat.count(HELLO[1:]) == estimate(HELLO[1:])


def test_prompt_that_leaves_no_room(fake: Fake) -> None:
    chat = Endpoint(fake.address, context=30)
    with pytest.raises(ContextOverflowError, match="the context holds 30"):
        said(chat)
    assert "/v1/chat/completions" not in fake.paths


def test_writes_no_more_than_asked_nor_than_fits(fake: Fake) -> None:
    chat = Endpoint(fake.address, context=estimate(HELLO) + 20)
    assert said(chat, most=2) == "One two"
    assert said(chat, most=0) == ""
    said(chat, most=100)
    assert fake.seen[-1][2]["max_tokens"] == 20
    assert said(Endpoint(fake.address, thinking=0), most=2) == "One two"
    assert fake.seen[-1][2]["max_tokens"] == 2


# ---------------------------------------------------------------------------------------------------------------------
# Thinking.


def thoughts(chat: Endpoint, most: int = 32) -> tuple[str, str]:
    pieces = list(chat.stream(HELLO, max_tokens=most))
    assert not any(piece.takes_back for piece in pieces)
    return tuple("".join(piece.text for piece in pieces if piece.thinking is kind) for kind in (True, False))  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning", "thinking"])
def test_thinking_that_the_server_tells_apart(fake: Fake, name: str) -> None:
    def think(handler: Handler) -> None:
        handler.begin()
        for delta in ({name: "H"}, {name: "m.", "content": ""}, {"content": "Yes.", name: None}):
            handler.event({"choices": [{"delta": delta}]})
        handler.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})

    fake.acts["/v1/chat/completions"] = think
    assert thoughts(Endpoint(fake.address)) == ("Hm.", "Yes.")


def test_thinking_that_the_server_leaves_in_the_text(fake: Fake) -> None:
    fake.acts["/v1/chat/completions"] = speak("<th", "ink>", "Hm.", "</think>", "\n\n", "Yes.")
    assert thoughts(Endpoint(fake.address)) == ("Hm.", "Yes.")


def test_thinking_takes_nothing_of_the_answer_and_has_a_limit(fake: Fake) -> None:
    fake.acts["/v1/chat/completions"] = speak("<think>", *["a"] * 5, "</think>", *["b"] * 5)
    assert thoughts(Endpoint(fake.address, thinking=7), most=5) == ("aaaaa", "bbbbb")
    assert thoughts(Endpoint(fake.address, thinking=7), most=2) == ("aaaaa", "bb")
    assert thoughts(Endpoint(fake.address, thinking=4), most=5) == ("aaa", "")


def test_thinking_that_nobody_saw_begin_takes_nothing_of_the_answer_either(fake: Fake) -> None:
    fake.acts["/v1/chat/completions"] = speak("H", "m.\n", "</think>", "\n\n", "Y", "e", "s.")
    pieces = list(Endpoint(fake.address).stream(HELLO, max_tokens=4))
    assert [piece.takes_back for piece in pieces].count(True) == 1
    assert "".join(piece.text for piece in pieces) == "Hm.\nYes."


def test_only_who_thinks_is_given_room_for_it(fake: Fake) -> None:
    chat = Endpoint(fake.address, thinking=100)
    room = []
    for texts in (["Yes."], ["<think>", "Hm."], ["Yes."], ["Yes."]):
        fake.acts["/v1/chat/completions"] = speak(*texts)
        said(chat)
        room.append(fake.seen[-1][2]["max_tokens"])
    assert room == [132, 32, 132, 32]


# ---------------------------------------------------------------------------------------------------------------------
# What goes wrong.


@pytest.mark.parametrize(
    ("act", "message", "remedy"),
    [
        (status(401), "wants a key", "CARREL_API_KEY"),
        (status(403), "wants a key", "CARREL_API_KEY"),
        (
            status(404, b'{"error": {"message": "model \'tiny\' not found", "type": "x"}}'),
            "knows no such model or path: model 'tiny' not found.",
            "#NAME",
        ),
        (status(429), "has too much to do", "in a while"),
        (status(503, b'{"error": {"message": "Loading model"}}'), "is not ready: Loading model.", "in a while"),
        (status(500, b"<html>Oops</html>"), "failed (status 500).", "what the server says"),
        (status(500, b'{"error": "out of memory"}'), "failed (status 500): out of memory.", "what the server says"),
        (status(400, b'{"detail": "no such role"}'), "refuses: no such role.", "what the server says"),
        (
            status(400, b'{"error": {"message": "the context size is 512"}}'),
            "the context size is 512",
            "CARREL_CONTEXT",
        ),
        (status(302, b"", Location="http://elsewhere/v1"), "sends elsewhere: http://elsewhere/v1", "if you trust it"),
        (status(200, b"<html>Welcome</html>"), "is not what a model's server says", "OpenAI-compatible"),
        (status(200, b'{"choices": [{"message": {"content": "Hi"}}]}'), "is not what a model's server says", "/v1"),
        (status(200, b"data: {broken\n\n"), "is not what a model's server says", "/v1"),
        (status(200, b"x" * 3_000_000), "is not what a model's server says", "/v1"),
        (status(200, b'data: {"error": {"message": "out of memory"}}\n\n'), "failed: out of memory.", "says"),
        (status(200, b'error: {"message": "slot died"}\n\n'), "failed: slot died.", "says"),
        (status(200, b'data: {"choices": [{"delta": {"content": "Hi"}}]}\n\n'), "broke off its answer", "Ask again"),
        (status(200), "broke off its answer", "Ask again"),
        (status(200, b"data: [[[]]]\n\ndata: 7\n\ndata: null\n\n"), "broke off its answer", "Ask again"),
    ],
)
def test_failures_in_words(fake: Fake, act: Act, message: str, remedy: str) -> None:
    error = failure(fake, act)
    assert message in str(error)
    assert remedy in error.remedy
    assert len(str(error)) < 400
    assert "\n" not in str(error)


def test_answer_broken_off(fake: Fake) -> None:
    def hang_up(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.word("One")
        handler.connection.shutdown(socket.SHUT_RDWR)

    assert "broke off its answer" in str(failure(fake, hang_up))


def test_server_that_says_only_in_one_piece_why_it_writes_nothing(fake: Fake) -> None:
    def act(handler: Handler) -> None:
        if (handler.body or {}).get("stream"):
            handler.begin()
        else:
            handler.reply(b'{"error": {"message": "maximum context length is 512"}}', 400)

    error = failure(fake, act)
    assert isinstance(error, ContextOverflowError)
    assert "maximum context length is 512" in str(error)
    assert "CARREL_CONTEXT" in error.remedy


def test_answer_without_its_last_line_is_whole_where_it_says_so(fake: Fake) -> None:
    def short(handler: Handler) -> None:
        handler.begin()
        handler.word("One", finish="stop")

    fake.acts["/v1/chat/completions"] = short
    assert said(Endpoint(fake.address)) == "One"


def test_nobody_answers() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with pytest.raises(EndpointError, match=f"No server answers at 127.0.0.1:{port}") as caught:
        Endpoint(f"http://127.0.0.1:{port}/v1")
    assert "See that it runs" in caught.value.remedy


def test_server_that_went_away_and_came_back(fake: Fake) -> None:
    chat = Endpoint(fake.address)
    assert said(chat) == "One two three."
    speaking = fake.acts.pop("/v1/chat/completions")
    with pytest.raises(EndpointError):
        said(chat)
    fake.acts["/v1/chat/completions"] = speaking
    assert said(chat) == "One two three."


def test_silence_lasts_only_so_long(fake: Fake) -> None:
    over = threading.Event()

    def wait(handler: Handler) -> None:
        handler.begin()
        while not over.wait(0.02):
            handler.wfile.write(b": still here\n\n")

    error = failure(fake, wait, patience=0.3)
    over.set()
    assert "has said nothing for 0.3 seconds" in str(error)
    assert "smaller model" in error.remedy


def test_server_that_replies_nothing_at_all(fake: Fake) -> None:
    over = threading.Event()
    error = failure(fake, lambda handler: over.wait() and None, patience=0.3)
    over.set()
    assert "has said nothing" in str(error)


@pytest.mark.parametrize("unknown", ["stream_options", "reasoning_effort"])
def test_who_knows_no_extras_is_asked_without_them(fake: Fake, unknown: str) -> None:
    def strict(handler: Handler) -> None:
        if unknown in (handler.body or {}):
            handler.reply(b'{"error": {"message": "Unrecognized request argument"}}', 400)
        else:
            speak(*WORDS)(handler)

    fake.acts["/v1/chat/completions"] = strict
    chat = Endpoint(fake.address)
    assert said(chat) == "One two three."
    before = len(fake.seen)
    assert said(chat) == "One two three."
    assert fake.paths[before:] == ["/v1/chat/completions"]
    assert ("stream_options" in fake.seen[-1][2]) is (unknown != "stream_options")


def test_server_that_does_not_stop_is_left(fake: Fake) -> None:
    def babble(handler: Handler) -> None:
        handler.begin()
        while True:
            handler.word("a")

    fake.acts["/v1/chat/completions"] = babble
    assert said(Endpoint(fake.address), most=5) == "aaaaa"


# ---------------------------------------------------------------------------------------------------------------------
# Stopping.


def broken_off(handler: Handler, gone: threading.Event) -> None:
    """Wait until the client has hung up."""
    with suppress(ConnectionError):
        handler.connection.recv(1)
    gone.set()


@pytest.mark.parametrize("after", [0, 2])
def test_stop_ends_the_request_before_the_first_word_and_amid_them(fake: Fake, after: int) -> None:
    stop, gone = threading.Event(), threading.Event()

    def act(handler: Handler) -> None:
        if after:
            handler.begin()
        for text in WORDS[:after]:
            handler.word(text)
        threading.Timer(0.1, stop.set).start()
        broken_off(handler, gone)

    fake.acts["/v1/chat/completions"] = act
    pieces = Endpoint(fake.address).stream(HELLO, max_tokens=32, stop=stop)
    assert [piece.text for piece in pieces] == list(WORDS[:after])
    assert gone.wait(10)


def test_closing_the_generator_ends_the_request(fake: Fake) -> None:
    gone = threading.Event()

    def act(handler: Handler) -> None:
        handler.begin()
        handler.word("One")
        broken_off(handler, gone)

    fake.acts["/v1/chat/completions"] = act
    with closing(Endpoint(fake.address).stream(HELLO, max_tokens=32)) as pieces:
        assert next(pieces).text == "One"
    assert gone.wait(10)


def test_stop_set_beforehand(fake: Fake) -> None:
    stop = threading.Event()
    stop.set()
    assert list(Endpoint(fake.address).stream(HELLO, max_tokens=32, stop=stop)) == []
    assert "/v1/chat/completions" not in fake.paths


def test_second_request_waits_for_the_first(fake: Fake) -> None:
    chat = Endpoint(fake.address)
    first = chat.stream(HELLO, max_tokens=32)
    next(first)
    answers: list[str] = []
    second = threading.Thread(target=lambda: answers.append(said(chat)))
    second.start()
    while chat.waiting == 0:
        pass
    assert fake.paths.count("/v1/chat/completions") == 1
    assert answers == []
    first.close()
    second.join()
    assert answers == ["One two three."]


def test_closed(fake: Fake) -> None:
    chat = Endpoint(fake.address)
    chat.close()
    with pytest.raises(ModelError, match="The model was closed"):
        said(chat)


# ---------------------------------------------------------------------------------------------------------------------
# What others may see.


def test_key_goes_along_and_nowhere_else(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CARREL_API_KEY", KEY)
    with caplog.at_level(logging.DEBUG):
        chat = Endpoint(fake.address)
        said(chat)
        error = failure(fake, status(500, json.dumps({"error": f"bad request by Bearer {KEY}"}).encode()))
    assert {headers["Authorization"] for _, headers, _ in fake.seen} == {f"Bearer {KEY}"}
    assert KEY not in f"{error} {error.remedy} {chat!r} {chat._server!r} {caplog.text}"
    assert "bad request by Bearer …" in str(error)
    assert "does not accept the key" in str(failure(fake, status(401)))


def test_redirection_is_not_followed_so_that_no_other_host_hears(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Fake()
    monkeypatch.setenv("CARREL_API_KEY", KEY)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    fake.acts["/v1/models"] = status(307, b"", Location=f"{other.address}/models")
    with pytest.raises(EndpointError, match="sends elsewhere"):
        Endpoint(fake.address)
    assert other.seen == []
    other.shutdown()
    other.server_close()


def test_proxy_of_the_environment_is_not_used_for_this_machine(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert said(Endpoint(fake.address)) == "One two three."


# ---------------------------------------------------------------------------------------------------------------------
# The packaged model behind a server.

QUESTION = [
    Message("system", "Answer from the quotations."),
    Message("user", "“Cats sleep between twelve and sixteen hours a day.”\n\nQuestion: How long do cats sleep?"),
]


@pytest.mark.model
def test_real_model_behind_a_server_writes_what_it_writes_here(fake: Fake) -> None:
    with closing(load_chat(load(threads=1))) as model:

        def write(handler: Handler) -> None:
            body = handler.body
            messages = [Message(**one) for one in body["messages"]]
            handler.begin()
            count = 0
            for piece in model.stream(messages, max_tokens=body["max_tokens"]):
                handler.word(piece.text)
                count += piece.tokens
            handler.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
            handler.event(
                {"choices": [], "usage": {"prompt_tokens": model.count(messages), "completion_tokens": count}}
            )
            handler.event(b"[DONE]")

        fake.acts["/v1/chat/completions"] = write
        endpoint = Endpoint(fake.address)
        expected = list(model.stream(QUESTION, max_tokens=24))
        pieces = list(endpoint.stream(QUESTION, max_tokens=24))
        assert "".join(piece.text for piece in pieces) == "".join(piece.text for piece in expected) != ""
        assert sum(piece.tokens for piece in pieces) == len(expected)
        assert endpoint.count(QUESTION) == model.count(QUESTION)
