"""Library, model and engine put together."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import models
from assistant.errors import EmptyLibraryError, ModelError, QuestionError, SettingsError
from assistant.library import Library
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.protocols import ChatModel
from assistant.settings import Settings, override
from assistant.types import Done, Evidence, Token, Turn
from assistant.wiring import Assistant, open_assistant

ASKED = "At how many hertz do cats purr when content?"
UNKNOWN = "Who won the football championship in Brazil?"


@pytest.fixture
def library(filled: Path) -> Iterator[Library]:
    with Library(filled, embedder=FakeEmbedder(dimension=512)) as library:
        yield library


@pytest.fixture
def uncaught(monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """Errors that threads ended with; otherwise they would be printed."""
    errors: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda given: errors.append(given.exc_value))
    return errors


def _threads_end() -> None:
    for thread in threading.enumerate():
        if "_try_to_load" in thread.name:
            thread.join()


def failing(error: Exception) -> Callable[[Settings], ChatModel]:
    def load(_: Settings) -> ChatModel:
        raise error

    return load


def test_answers(library: Library) -> None:
    *_, done = Assistant(library, model=FakeChat("Cats purr at 25 hertz.")).stream(ASKED)
    assert isinstance(done, Done)
    assert done.answer.answered
    assert done.answer.citations[0].quote == "Cats purr at 25 hertz when content."


def test_ready_model_is_used_and_none_loaded(library: Library) -> None:
    model = FakeChat("Yes.")
    assistant = Assistant(library, model=model, load=failing(AssertionError("loaded")))
    assistant.warm_up()
    list(assistant.stream(ASKED))
    assert assistant.model is model
    assert len(model.requests) == 1


def test_model_is_loaded_once_for_all_threads(library: Library) -> None:
    loaded: list[Settings] = []
    go = threading.Barrier(4)

    def load(settings: Settings) -> ChatModel:
        loaded.append(settings)
        return FakeChat("Yes.")

    assistant = Assistant(library, load=load)
    seen: list[ChatModel] = []

    def work() -> None:
        go.wait()
        seen.append(assistant.model)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    list(assistant.stream(ASKED))
    assert loaded == [library.settings]
    assert [model is seen[0] for model in seen] == [True] * 4


def test_model_that_the_settings_name(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    model = FakeChat()
    monkeypatch.setattr(models, "load_chat", lambda settings: model if settings == library.settings else None)
    assert Assistant(library).model is model


@pytest.mark.parametrize("error", [ModelError("It is broken."), OSError("disk"), ImportError("llama_cpp")])
def test_error_in_loading_is_raised_when_the_model_is_needed(
    library: Library, uncaught: list[BaseException | None], error: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    events = Assistant(library, load=failing(error)).stream(ASKED)
    assert isinstance(next(events), Evidence)
    with pytest.raises(type(error), match=str(error)):
        next(events)
    _threads_end()
    assert uncaught == []
    assert capfd.readouterr().err == ""


def test_error_in_loading_does_not_matter_where_the_model_is_not_needed(
    library: Library, uncaught: list[BaseException | None]
) -> None:
    *_, done = Assistant(library, load=failing(ModelError("It is broken."))).stream(UNKNOWN)
    assert isinstance(done, Done)
    assert not done.answer.answered
    _threads_end()
    assert uncaught == []


def test_warming_up_raises_what_went_wrong(library: Library, uncaught: list[BaseException | None]) -> None:
    with pytest.raises(ModelError, match="It is broken"):
        Assistant(library, load=failing(ModelError("It is broken."))).warm_up()
    assert uncaught == []


def test_warming_up_loads(library: Library) -> None:
    loaded: list[Settings] = []
    assistant = Assistant(library, load=lambda settings: (loaded.append(settings), FakeChat())[1])
    assistant.warm_up()
    assert loaded == [library.settings]


def test_empty_library(tmp_path: Path) -> None:
    with Library(tmp_path, embedder=FakeEmbedder()) as library:
        with pytest.raises(EmptyLibraryError, match="is empty") as caught:
            list(Assistant(library, model=FakeChat()).stream(ASKED))
        assert "carrel add" in caught.value.remedy


def test_empty_question(library: Library) -> None:
    with pytest.raises(QuestionError):
        list(Assistant(library, model=FakeChat()).stream(" "))


def test_history(library: Library) -> None:
    assistant = Assistant(library, model=FakeChat(""))
    *_, done = assistant.stream(ASKED)
    assert isinstance(done, Done)
    for history in ([done.answer], [Turn(question=ASKED, text="", paper_ids=("cats",))]):
        *_, follow_up = assistant.stream("How many of them?", history)
        assert isinstance(follow_up, Done)
        assert follow_up.answer.standalone == "How many of them? (Why cats purr)"


def test_closing_the_stream_stops_the_model(library: Library) -> None:
    closed: list[bool] = []

    class Chat(FakeChat):
        def stream(self, *given, **wishes):  # type: ignore[no-untyped-def]
            try:
                yield from super().stream(*given, **wishes)
            finally:
                closed.append(True)

    events = Assistant(library, model=Chat("one two three")).stream(ASKED)
    while not isinstance(next(events), Token):
        pass
    assert closed == []
    events.close()
    assert closed == [True]


def test_close(library: Library) -> None:
    model = FakeChat()
    Assistant(library, model=model).close()
    assert model.closed


def test_close_before_anything_was_loaded(library: Library) -> None:
    Assistant(library, load=failing(AssertionError("loaded"))).close()


def test_open(home: Path, tmp_path: Path) -> None:
    with_default = open_assistant(papers=3)
    assert (with_default.library.home, with_default.settings.papers) == (home, 3)
    with_default.close()
    elsewhere = open_assistant(tmp_path)
    assert elsewhere.library.home == tmp_path
    elsewhere.close()
    with pytest.raises(SettingsError):
        open_assistant(paper=3)


def test_another_model_answers_from_the_next_question_on(library: Library) -> None:
    former, latter = FakeChat("Cats purr at 25 hertz."), FakeChat("Cats purr at 25 hertz.")
    assistant = Assistant(library, model=former)
    under_way = assistant.stream(ASKED)
    seen = next(event for event in under_way if isinstance(event, Token))
    assistant.use(latter, override(assistant.settings, model="other"))
    assert isinstance(seen, Token)
    assert isinstance(list(under_way)[-1], Done)
    list(assistant.stream(ASKED))
    assert (len(former.requests), len(latter.requests)) == (1, 1)
    assert (assistant.model, assistant.settings.model) == (latter, "other")
