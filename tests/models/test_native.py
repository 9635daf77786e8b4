"""llama.cpp through its low-level interface."""

import gc
import os
import sys
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import ModelError
from assistant.models.native import NativeModel

Tiny = Callable[..., Path]
END = 257
"""The token <|im_end|>."""


@pytest.fixture
def native(tiny: Tiny) -> NativeModel:
    return NativeModel(tiny(), context=1024, threads=1)


def test_context_is_no_longer_than_the_model_was_trained_on(tiny: Tiny) -> None:
    assert NativeModel(tiny(context=600), context=1024, threads=1).context == 600
    assert NativeModel(tiny(context=4096), context=1024, threads=1).context == 1024


def test_metadata(native: NativeModel) -> None:
    assert native.metadata("general.architecture") == "llama"
    assert native.metadata("tokenizer.chat_template") == ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_tokens_give_the_text_back(native: NativeModel, text: str) -> None:
    tokens = native.plain(text)
    assert b"".join(native.piece(token) for token in tokens) == text.encode("utf-8", errors="replace")


def test_half_of_a_surrogate_pair_is_a_question_mark(native: NativeModel) -> None:
    assert native.plain("a\ud800b") == [ord("a"), ord("?"), ord("b")]


def test_control_tokens_are_read_only_where_asked(native: NativeModel) -> None:
    assert native.tokenize("a<|im_end|>") == [ord("a"), END]
    assert native.plain("a<|im_end|>") == list(b"a<|im_end|>")
    assert native.piece(END) == b""
    assert native.text_of(END) == "<|im_end|>"
    assert native.is_end(END)
    assert not native.is_end(ord("a"))


def test_tokens_added_by_a_user_are_plain_text_too(tiny: Tiny) -> None:
    """Some files declare the tokens that open a turn as added by a user; llama.cpp reads those in any text."""
    native = NativeModel(tiny(added=["<|user|>", "<|"]), context=512, threads=1)
    assert native.tokenize("x<|user|>", special=False) == [ord("x"), 258]
    assert native.plain("x<|user|><|") == list(b"x<|user|><|")


def test_token_longer_than_the_usual_room(tiny: Tiny) -> None:
    long = b"=" * 300
    native = NativeModel(tiny(says=[long]), context=512, threads=1)
    assert native.piece(256) == long


def test_no_first_token_where_the_model_wants_none(native: NativeModel) -> None:
    assert native.first_token == -1
    assert native.text_of(-1) == ""


def test_logits_name_what_follows(tiny: Tiny) -> None:
    native = NativeModel(tiny(says=[b"A", b"B"]), context=512, threads=1)
    assert int(native.read([ord("\n")]).argmax()) == ord("A")
    assert int(native.read([ord("A")]).argmax()) == ord("B")
    assert native.forget(0)
    assert int(native.read([ord("x"), ord("B")]).argmax()) == END


def test_reading_past_the_context_is_an_error_and_no_crash(native: NativeModel) -> None:
    native.read([ord("a")] * 512)
    native.read([ord("a")] * 512)
    with pytest.raises(ModelError, match="could not read the prompt"):
        native.read([ord("a")] * 512)
    assert native.forget(0)
    native.read([ord("a")])


def test_embedding_model_is_refused(tiny: Tiny) -> None:
    with pytest.raises(ModelError, match=r"\(llama\) cannot write"):
        NativeModel(tiny(causal=False), context=512, threads=1)


def test_memory_goes_with_the_object(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    import llama_cpp

    freed: list[str] = []
    for name in ("llama_free", "llama_model_free"):
        free = getattr(llama_cpp, name)
        monkeypatch.setattr(llama_cpp, name, lambda what, free=free, name=name: (freed.append(name), free(what)))
    native = NativeModel(tiny(), context=512, threads=1)
    gone = weakref.ref(native)
    del native
    gc.collect()
    assert gone() is None
    assert freed == ["llama_free", "llama_model_free"]


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_file_name_that_is_no_unicode(tiny: Tiny) -> None:
    path = tiny()
    odd = path.rename(os.fsdecode(os.fsencode(path.parent) + b"/caf\xe9.gguf"))
    assert NativeModel(odd, context=512, threads=1).context == 512


def test_nothing_is_printed(tiny: Tiny, capfd: pytest.CaptureFixture[str]) -> None:
    native = NativeModel(tiny(), context=512, threads=1)
    native.read([1, 2, 3])
    del native
    gc.collect()
    assert capfd.readouterr() == ("", "")
