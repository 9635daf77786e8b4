"""Language models and embedders: the catalogue, loading, running, and fakes for tests."""

from typing import TYPE_CHECKING

from assistant.models import address
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.models.embedder import SentenceEmbedder
    from assistant.protocols import ChatModel


def load_chat(settings: Settings) -> "ChatModel":
    """Load the language model that the settings name, or find it on its server.

    Raises:
        ModelNotFoundError: There is no such model.
        ModelError: It cannot be loaded.
    """
    from assistant.models import tuning

    if address.is_address(settings.model):
        from assistant.models.endpoint import Endpoint

        return Endpoint(settings.model, context=settings.context, thinking=settings.thinking_tokens)
    from assistant.models.catalogue import find
    from assistant.models.cpu import usable_cores
    from assistant.models.llama import LlamaChat

    path, title = find(settings.model, "chat", settings.home)
    tuned = None if settings.threads or settings.gpu_layers else tuning.load(settings.home, path)
    return LlamaChat(
        path,
        name=title,
        context=settings.context,
        threads=tuned.reading_threads if tuned else settings.threads or usable_cores(),
        gpu_layers=settings.gpu_layers,
        thinks=settings.thinking == "on",
        thinking=settings.thinking_tokens,
        writing=tuned.writing_threads if tuned else None,
        flash=tuned.flash if tuned else None,
        states=settings.home / "states",
    )


def load_isolated(settings: Settings) -> "ChatModel":
    """Load the language model in a process of its own, for those who cannot be let down by a crash of llama.cpp.

    Raises:
        ModelNotFoundError: There is no such model.
        ModelError: It cannot be loaded.
    """
    if address.is_address(settings.model):
        return load_chat(settings)
    from assistant.models.isolated import IsolatedChat

    return IsolatedChat(settings)


def outside(settings: Settings) -> list[str]:
    """Return the hosts, beyond this machine, that see questions and quotations."""
    return address.outside(settings.model, settings.larger_model)


def load_embedder(settings: Settings) -> "SentenceEmbedder":
    """Load the embedder that the settings name.

    Raises:
        ModelNotFoundError: There is no such model.
        ModelError: It cannot be loaded.
    """
    from assistant.models import tuning
    from assistant.models.embedder import SentenceEmbedder
    from assistant.models.minilm import MiniLM

    tuned = tuning.load(settings.home) if settings.precision == "auto" else None
    # The layers that compare word by word were chosen for this model alone.
    kind = MiniLM if settings.embedder == "minilm" else SentenceEmbedder
    precision = tuned.precision if tuned else settings.precision
    return kind(settings.embedder, home=settings.home, precision=precision)
