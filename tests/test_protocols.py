"""What models and libraries offer is what the engine asks of them."""

import inspect
from dataclasses import replace
from typing import Any

import pytest

from assistant.library import Library
from assistant.models.embedder import SentenceEmbedder
from assistant.models.fake import FakeChat, FakeEmbedder
from assistant.models.llama import LlamaChat
from assistant.protocols import ChatModel, Embedder, EmbedderIdentity, Holdings, Message, Piece, Retriever

OFFERS = [
    (Embedder, FakeEmbedder),
    (Embedder, SentenceEmbedder),
    (ChatModel, FakeChat),
    (ChatModel, LlamaChat),
    (Retriever, Library),
    (Holdings, Library),
]


def _members(protocol: type) -> dict[str, Any]:
    asked = {name: member for name, member in vars(protocol).items() if not name.startswith("_")}
    return asked | {name: vars(protocol)[name] for name in ("__len__",) if name in vars(protocol)}


@pytest.mark.parametrize(("protocol", "offer"), OFFERS)
def test_offers_every_member(protocol: type, offer: type) -> None:
    # FakeChat's name and context are plain attributes, which a property of a protocol admits.
    instance = offer() if offer in (FakeChat, FakeEmbedder) else offer
    assert [name for name in _members(protocol) if not hasattr(instance, name)] == []


@pytest.mark.parametrize(("protocol", "offer"), OFFERS)
def test_methods_take_the_same_arguments(protocol: type, offer: type) -> None:
    for name, member in _members(protocol).items():
        if inspect.isfunction(member):
            asked = [(one.name, one.kind, one.default) for one in inspect.signature(member).parameters.values()]
            offered = inspect.signature(getattr(offer, name)).parameters.values()
            assert [(one.name, one.kind, one.default) for one in offered] == asked, name


def test_little_is_asked() -> None:
    """A small surface: whoever grows it thinks of those who wrote a model or a library of their own."""
    assert sorted(_members(Retriever)) == ["__len__", "embedder", "get", "retrieve"]
    assert sorted(_members(Holdings)) == ["authors", "count", "topics", "venues"]
    assert sorted(_members(ChatModel)) == ["close", "context", "count", "name", "stream"]
    assert sorted(_members(Embedder)) == ["embed", "identity"]


def test_values_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Message("user", "x").content = "y"  # type: ignore[misc]
    assert Piece("x") == Piece("x", tokens=1)


MINILM = EmbedderIdentity(name="minilm", revision="1", dimension=384, max_tokens=256)


@pytest.mark.parametrize(
    "change", [{"name": "x"}, {"revision": "2"}, {"dimension": 8}, {"query_prompt": "q: "}, {"max_tokens": 512}]
)
def test_embedders_that_do_not_agree(change: dict[str, Any]) -> None:
    assert not MINILM.agrees(replace(MINILM, **change))
    assert not MINILM.agrees(None)


def test_embedder_whose_longest_text_was_not_noted_agrees() -> None:
    former = replace(MINILM, max_tokens=0)
    assert MINILM.agrees(MINILM)
    assert MINILM.agrees(former)
    assert former.agrees(MINILM)
    assert not former.agrees(replace(MINILM, revision="2"))
