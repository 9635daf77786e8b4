"""A terminal has a running page answer, where there is one of the same home and settings."""

import socket
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import LibraryError, ModelError
from assistant.library import Library
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.protocols import Message, Piece
from assistant.settings import Settings, load
from assistant.types import Done, Evidence, Filters, Token
from assistant.ui import neighbour
from assistant.ui.cli import main
from assistant.ui.neighbour import Neighbour
from assistant.wiring import Assistant

QUESTION = "At what pitch do cats purr when content?"


@pytest.fixture
def settings(filled: Path) -> Settings:
    return load(filled)


@pytest.fixture
def serving(settings: Settings) -> Iterator[Callable[..., Assistant]]:
    """Serves the filled home with a model."""
    opened: list[Neighbour] = []

    def serve(model: FakeChat) -> Assistant:
        library = Library(settings=settings, embedder=FakeEmbedder(dimension=512))
        assistant = Assistant(library, model=model)
        opened.append(Neighbour(assistant))
        opened[-1].open()
        return assistant

    yield serve
    for one in opened:
        one.close()


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> FakeChat:
    """The model that a process without a neighbour loads."""
    model = FakeChat()
    monkeypatch.setattr("assistant.models.load_embedder", lambda settings: FakeEmbedder(dimension=512))
    monkeypatch.setattr("assistant.models.load_chat", lambda settings: model)
    return model


class Slow(FakeChat):
    """Writes one word, and then waits until it is stopped."""

    def __init__(self) -> None:
        super().__init__("Cats")
        self.stopped = threading.Event()

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[Piece]:  # type: ignore[override]
        yield Piece("Cats ")
        assert stop is not None
        stop.wait(60)
        self.stopped.set()


def test_nobody_answers_where_no_page_runs(settings: Settings) -> None:
    assert neighbour.ask(settings, QUESTION, Filters()) is None


def test_events_are_those_of_the_page(settings: Settings, serving: Callable[..., Assistant]) -> None:
    assistant = serving(FakeChat())
    events = neighbour.ask(settings, QUESTION, Filters())
    assert events is not None
    found, expected = list(events), list(assistant.stream(QUESTION))
    assert [type(one) for one in found] == [type(one) for one in expected]
    assert isinstance(found[0], Evidence)
    assert isinstance(found[-1], Done)
    assert isinstance(expected[-1], Done)
    assert found[-1].answer.text == expected[-1].answer.text
    assert found[-1].answer.citations == expected[-1].answer.citations


def test_terminal_shows_the_same_with_and_without_a_page(
    filled: Path, serving: Callable[..., Assistant], cold: FakeChat, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["--home", str(filled), "ask", QUESTION]
    assert main(command) == 0
    alone = capfd.readouterr()
    assert len(cold.requests) == 1
    warm = FakeChat()
    serving(warm)
    assert main(command) == 0
    assert capfd.readouterr() == alone
    assert (len(cold.requests), len(warm.requests)) == (1, 1)


def test_other_settings_are_answered_cold(
    filled: Path, serving: Callable[..., Assistant], cold: FakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = FakeChat()
    serving(warm)
    assert main(["--home", str(filled), "ask", "--papers", "3", QUESTION]) == 0
    monkeypatch.setenv("CARREL_QUOTES", "2")
    assert main(["--home", str(filled), "ask", QUESTION]) == 0
    assert (len(cold.requests), len(warm.requests)) == (2, 0)


def test_another_version_is_answered_cold(
    settings: Settings, serving: Callable[..., Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    serving(FakeChat())
    ours = neighbour.conditions(settings)
    monkeypatch.setattr(neighbour, "conditions", lambda settings: ours | {"version": "0.0"})
    request = neighbour.Request(conditions=ours, question=QUESTION, filters=Filters(), literal=False)
    connection = neighbour._connected(settings.home / "serve" / "socket")
    assert connection is not None
    with closing(connection):
        connection.send(request)
        assert connection.recv() is False


def test_closing_the_events_stops_the_model(settings: Settings, serving: Callable[..., Assistant]) -> None:
    model = Slow()
    serving(model)
    events = neighbour.ask(settings, QUESTION, Filters())
    assert events is not None
    with closing(events):
        assert any(isinstance(event, Token) for event in events)
        assert not model.stopped.is_set()
    assert model.stopped.wait(10)


def test_error_is_raised_here_as_it_was_there(settings: Settings, serving: Callable[..., Assistant]) -> None:
    serving(FakeChat())
    events = neighbour.ask(settings, QUESTION, Filters(ids=("nobody",)))
    assert events is not None
    with pytest.raises(LibraryError) as caught:
        next(events)
    assert "nobody" in str(caught.value)


def test_fault_of_the_page_is_told(
    settings: Settings, serving: Callable[..., Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = serving(FakeChat())
    monkeypatch.setattr(assistant, "stream", lambda *_, **__: 1 / 0)
    events = neighbour.ask(settings, QUESTION, Filters())
    assert events is not None
    with pytest.raises(ModelError, match="could not answer"):
        next(events)


def test_page_that_closes_stops_its_model(settings: Settings) -> None:
    model = Slow()
    page = Neighbour(Assistant(Library(settings=settings, embedder=FakeEmbedder(dimension=512)), model=model))
    page.open()
    events = neighbour.ask(settings, QUESTION, Filters())
    assert events is not None
    assert any(isinstance(event, Token) for event in events)
    page.close()
    assert model.stopped.wait(10)
    assert neighbour.ask(settings, QUESTION, Filters()) is None


def test_socket_is_the_owners_alone_and_goes_with_the_page(settings: Settings) -> None:
    page = Neighbour(Assistant(Library(settings=settings, embedder=FakeEmbedder(dimension=512)), model=FakeChat()))
    page.open()
    folder = settings.home / "serve"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    page.close()
    assert list(folder.iterdir()) == []


def test_socket_of_a_killed_page_is_replaced(settings: Settings, serving: Callable[..., Assistant]) -> None:
    (settings.home / "serve").mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(settings.home / "serve" / "socket"))
    assert neighbour.ask(settings, QUESTION, Filters()) is None
    serving(FakeChat())
    assert neighbour.ask(settings, QUESTION, Filters()) is not None


def test_second_page_of_a_home_leaves_the_first_alone(settings: Settings, serving: Callable[..., Assistant]) -> None:
    first, second = FakeChat(), FakeChat()
    serving(first)
    serving(second)
    events = neighbour.ask(settings, QUESTION, Filters())
    assert events is not None
    list(events)
    assert (len(first.requests), len(second.requests)) == (1, 0)


def test_home_with_too_long_a_path_has_no_neighbour(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100)
    home.mkdir()
    page = Neighbour(Assistant(Library(home, embedder=FakeEmbedder()), model=FakeChat()))
    page.open()
    page.close()
    assert neighbour.ask(load(home), QUESTION, Filters()) is None
