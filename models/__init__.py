"""Language models and embedders: the catalogue, loading, running, and fakes for tests."""

from typing import TYPE_CHECKING

from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.models.embedder import SentenceEmbedder
    from assistant.models.llama import LlamaChat


def load_chat(settings: Settings) -> "LlamaChat":
    """Load the language model that the settings name.

    Raises:
        ModelNotFoundError: There is no such model.
        ModelError: It cannot be loaded.
    """
    from assistant.models.catalogue import find
    from assistant.models.cpu import usable_cores
    from assistant.models.llama import LlamaChat

    path, title = find(settings.model, "chat", settings.home)
    threads = settings.threads or usable_cores()
    return LlamaChat(
        path,
        name=title,
        context=settings.context,
        threads=threads,
        gpu_layers=settings.gpu_layers,
        thinking=settings.thinking == "on",
    )


def load_embedder(settings: Settings) -> "SentenceEmbedder":
    """Load the embedder that the settings name.

    Raises:
        ModelNotFoundError: There is no such model.
        ModelError: It cannot be loaded.
    """
    from assistant.models.embedder import SentenceEmbedder
    from assistant.models.minilm import MiniLM

    # The layers that compare word by word were chosen for this model alone.
    kind = MiniLM if settings.embedder == "minilm" else SentenceEmbedder
    return kind(settings.embedder, home=settings.home, precision=settings.precision)
