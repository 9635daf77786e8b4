"""The model in a process of its own: what it writes, and that nothing but it ends when it crashes or hangs."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import ContextOverflowError, ModelError, ModelNotFoundError
from assistant.models import load_chat, load_isolated
from assistant.models.isolated import IsolatedChat
from assistant.models.pulse import Pulse
from assistant.protocols import ChatModel, Document, Message
from assistant.settings import load

Tiny = Callable[..., Path]

HELLO = [Message("system", "Be brief."), Message("user", "Hello")]
SAYS = [b"<think>", b"Hm", b"</think>", b"One", b" two", b" three."]
LONG = [Message("user", "Tell a long story of a cat, a dog and a fish that went to sea in a boat.")]


@pytest.fixture
def chat(tiny: Tiny) -> Iterator[IsolatedChat]:
    with closing(IsolatedChat(load(model=tiny(says=SAYS), threads=1))) as chat:
        yield chat


def said(
    chat: ChatModel, messages: Sequence[Message] = HELLO, most: int = 32, stop: threading.Event | None = None
) -> str:
    return "".join(piece.text for piece in chat.stream(messages, max_tokens=most, stop=stop) if not piece.thinking)


def test_everything_is_as_in_this_process(chat: IsolatedChat, tiny: Tiny) -> None:
    with closing(load_chat(load(model=tiny(says=SAYS), threads=1))) as here:
        assert (chat.name, chat.context, chat.count(HELLO)) == (here.name, here.context, here.count(HELLO))
        assert list(chat.stream(HELLO, max_tokens=32)) == list(here.stream(HELLO, max_tokens=32))
        assert said(chat, most=1) == "One"


def test_documents_reach_the_other_process(tiny: Tiny) -> None:
    template = "{% for d in documents or [] %}{{ d.title }}{{ d.text }}{% endfor %}{{ messages[-1].content }}"
    settings = load(model=tiny(template=template), threads=1)
    question = [Message("user", "cats\npurr\n\nWhy?", documents=(Document("cats", "purr"),), rest="Why?")]
    with closing(IsolatedChat(settings)) as there, closing(load_chat(settings)) as here:
        assert there.count(question) == here.count(question) == len("catspurrWhy?")


def test_it_is_another_process_and_stays_the_same(chat: IsolatedChat) -> None:
    first = chat.process
    assert first != os.getpid()
    assert said(chat) == said(chat) == "One two three."
    assert chat.process == first


def test_model_that_cannot_be_loaded_is_told_as_here(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="There is no chat model") as caught:
        IsolatedChat(load(model=str(tmp_path / "none.gguf")))
    with pytest.raises(ModelNotFoundError) as here:
        load_chat(load(model=str(tmp_path / "none.gguf")))
    assert (str(caught.value), caught.value.remedy) == (str(here.value), here.value.remedy)


def test_errors_of_the_model_come_over_as_they_are(chat: IsolatedChat) -> None:
    with pytest.raises(ContextOverflowError, match="the context holds 4096"):
        said(chat, [Message("user", "a" * 5000)])
    assert said(chat) == "One two three."


def test_closing_the_generator_frees_the_turn(chat: IsolatedChat) -> None:
    with closing(chat.stream(HELLO, max_tokens=32)) as pieces:
        next(pieces)
    assert said(chat) == "One two three."


def test_stop_set_beforehand(chat: IsolatedChat) -> None:
    stop = threading.Event()
    stop.set()
    assert said(chat, stop=stop) == ""
    assert said(chat) == "One two three."


def test_second_request_waits_for_the_first(chat: IsolatedChat) -> None:
    first = chat.stream(HELLO, max_tokens=32)
    next(first)
    answers: list[str] = []
    second = threading.Thread(target=lambda: answers.append(said(chat)))
    second.start()
    while chat.waiting == 0:
        pass
    assert chat.count(HELLO) > 0  # counting waits for nobody
    assert answers == []
    first.close()
    second.join()
    assert answers == ["One two three."]


def test_closed(chat: IsolatedChat) -> None:
    chat.close()
    for use in (lambda: said(chat), lambda: chat.count(HELLO)):
        with pytest.raises(ModelError, match="The model was closed"):
            use()
    chat.close()


def test_process_of_a_model_that_nobody_uses_any_more_ends(tiny: Tiny) -> None:
    process = IsolatedChat(load(model=tiny(says=SAYS), threads=1)).process
    gc.collect()
    while Path(f"/proc/{process}").exists():  # for ever, where nobody ends it
        time.sleep(0.01)


def test_process_that_ends_between_two_questions_is_started_anew(chat: IsolatedChat) -> None:
    first = chat.process
    os.kill(first, signal.SIGKILL)
    while chat.process == first:
        pass
    assert said(chat) == "One two three."


@pytest.mark.parametrize("use", [lambda chat: said(chat), lambda chat: chat.count(HELLO)])
def test_process_that_is_stopped_is_ended(tiny: Tiny, use: Callable[[IsolatedChat], object]) -> None:
    with closing(IsolatedChat(load(model=tiny(says=SAYS), threads=1), pulse=Pulse(still=2))) as chat:
        first = chat.process
        os.kill(first, signal.SIGSTOP)
        with pytest.raises(ModelError, match=r"^The language model hung for 2 seconds, and was ended\.$") as caught:
            use(chat)
        assert "started anew" in caught.value.remedy
        assert said(chat) == "One two three."
        assert chat.process != first


def test_process_that_does_not_stop_is_ended(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.process.GRACE", 0.5)
    with closing(IsolatedChat(load(model=tiny(says=SAYS), threads=1))) as chat:
        first, stop = chat.process, threading.Event()
        os.kill(first, signal.SIGSTOP)
        threading.Timer(0.2, stop.set).start()
        assert said(chat, stop=stop) == ""
        assert said(chat) == "One two three."
        assert chat.process != first


def test_addresses_need_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("assistant.models.endpoint.Endpoint", lambda model, **_: asked.append(model))
    load_isolated(load(model="http://127.0.0.1:9/v1"))
    assert asked == ["http://127.0.0.1:9/v1"]


def test_nothing_is_printed_and_an_interrupt_is_for_the_parent(
    chat: IsolatedChat, capfd: pytest.CaptureFixture[str]
) -> None:
    os.kill(chat.process, signal.SIGINT)
    assert said(chat) == "One two three."
    assert capfd.readouterr() == ("", "")


PARENT = """
import sys, time
from assistant.models.isolated import IsolatedChat
from assistant.protocols import Message
from assistant.settings import load
chat = IsolatedChat(load(model=sys.argv[1], threads=1))
pieces = chat.stream([Message("user", "Tell a long story.")], max_tokens=4000)
print(chat.process, next(pieces).text, flush=True)
time.sleep(1000)
"""


@pytest.mark.model
def test_no_orphan_stays_when_the_parent_is_killed() -> None:
    command = [sys.executable, "-c", PARENT, "smollm2-135m"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        assert parent.stdout.readline().strip()
        parent.kill()
        parent.wait()
        # The child holds the other end for as long as it lives.
        assert parent.stderr.read() == b""


# ---------------------------------------------------------------------------------------------------------------------
# The packaged model, which writes for long enough to be killed meanwhile.


@pytest.fixture(scope="module")
def real() -> Iterator[IsolatedChat]:
    with closing(IsolatedChat(load(threads=1))) as chat:
        yield chat


@pytest.mark.model
@pytest.mark.parametrize(
    ("how", "message"),
    [
        (signal.SIGKILL, "was ended by the system, perhaps for want of memory"),
        (signal.SIGSEGV, "crashed (SIGSEGV)"),
        (signal.SIGABRT, "crashed (SIGABRT)"),
    ],
)
def test_real_killed_amid_an_answer_and_the_next_question_works(
    real: IsolatedChat, how: signal.Signals, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    pieces = real.stream(LONG, max_tokens=2000)
    next(pieces)
    os.kill(real.process, how)
    with pytest.raises(ModelError) as caught:
        list(pieces)
    assert message in str(caught.value)
    assert "started anew" in caught.value.remedy
    assert len(said(real, LONG, most=8)) > 8
    assert capfd.readouterr() == ("", "")


@pytest.mark.model
def test_real_writes_what_it_writes_here(real: IsolatedChat) -> None:
    with closing(load_chat(load(threads=1))) as here:
        assert list(real.stream(LONG, max_tokens=24)) == list(here.stream(LONG, max_tokens=24))


@pytest.mark.model
def test_real_stopped_amid_an_answer_and_the_next_question_works() -> None:
    with closing(IsolatedChat(load(threads=1), pulse=Pulse(still=3))) as chat:
        pieces = chat.stream(LONG, max_tokens=2000)
        next(pieces)
        os.kill(chat.process, signal.SIGSTOP)
        with pytest.raises(ModelError, match=r"hung for \d+ seconds"):
            list(pieces)
        assert len(said(chat, LONG, most=8)) > 8


@pytest.mark.model
def test_real_reading_for_longer_than_a_process_may_be_still_is_no_hang() -> None:
    with closing(IsolatedChat(load(threads=1), pulse=Pulse(still=3))) as chat:
        process = chat.process
        assert said(chat, [Message("user", "A sentence that nobody has read before. " * 150)], most=4) != ""
        assert chat.process == process


@pytest.mark.model
def test_real_stop_while_it_reads_and_while_it_writes(real: IsolatedChat) -> None:
    process = real.process
    stop = threading.Event()
    long = [Message("user", "A sentence that nobody has read before. " * 300)]
    threading.Timer(0.1, stop.set).start()
    assert said(real, long, stop=stop) == ""
    stop.clear()
    pieces = real.stream(LONG, max_tokens=2000, stop=stop)
    next(pieces)
    stop.set()
    assert len(list(pieces)) < 1000
    assert said(real, LONG, most=4) != ""
    assert real.process == process
