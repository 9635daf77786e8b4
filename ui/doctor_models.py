"""What the doctor finds of the models: their files, or the server they are on, and what was measured with them."""

from collections.abc import Iterator

from assistant.gate import is_calibrated
from assistant.models.address import is_address
from assistant.models.catalogue import Located, locate, verify
from assistant.models.choosing import NO_TEMPLATE, UNCALIBRATED
from assistant.settings import Settings
from assistant.ui import words
from assistant.ui.findings import Finding


def chat(settings: Settings, name: str = "model") -> Iterator[Finding]:
    """Look at a language model; `name` is what the finding is called."""
    from assistant.models.gguf import check
    from assistant.models.loading import check_fits, check_gpu

    if is_address(settings.model):
        yield _endpoint(settings, name)
        return
    located = locate(settings.model, "chat", settings.home)
    card = check(located.path)
    yield _weights(name, located)
    check_gpu(settings.gpu_layers)
    check_fits(card, settings.context)
    if not card.template:
        yield Finding(name=name, text=NO_TEMPLATE)


def _endpoint(settings: Settings, name: str) -> Finding:
    from assistant.models.endpoint import Endpoint
    from assistant.protocols import Message

    model = Endpoint(settings.model, context=settings.context)
    model.count([Message("user", "Which tokens are these?")])
    where = words.promise([] if model.address.is_local else [model.address.host])
    told = (
        f"{model.name}, context {model.context:,} tokens, counted by {model.counted_by}; {where[0].lower()}{where[1:]}"
    )
    return Finding(name=name, text=told.rstrip("."))


def embedder(settings: Settings) -> Iterator[Finding]:
    """Look at the embedder's files."""
    located = locate(settings.embedder, "embedder", settings.home)
    yield _weights("embedder", located)
    if not is_calibrated(located.title):
        yield Finding(name="embedder", text=UNCALIBRATED)


def _weights(name: str, located: Located) -> Finding:
    if located.weights is None:
        path = located.path
        size = f", {words.size(path.stat().st_size)}" if path.is_file() else ""
        return Finding(name=name, text=f"{located.title}{size}, {path}; not of the catalogue, its hash is not known")
    verify(located.weights, located.sha256, located.remedy)
    parts = (located.title, words.size(located.weights.stat().st_size), located.licence, "hash as it should be")
    return Finding(name=name, text=", ".join(filter(None, parts)))


def measured(settings: Settings) -> Iterator[Finding]:
    """Look for what `tune` measured with the language model."""
    from assistant.models import tuning

    if is_address(settings.model):
        return
    path = locate(settings.model, "chat", settings.home).path
    tuned = tuning.load(settings.home, path)
    if tuned is None:
        text = "nothing measured on this machine with this model; `carrel doctor --tune` finds the quickest settings"
        yield Finding(name="tuning", text=text)
        return
    reading, writing = (words.count(threads, "thread") for threads in (tuned.reading_threads, tuned.writing_threads))
    text = (
        f"reads with {reading}, {tuned.read_tokens_per_second:.0f} tokens a second, "
        f"and writes with {writing}, {tuned.write_tokens_per_second:.0f}; "
        f"flash attention {'on' if tuned.flash else 'off'}, embeds in {tuned.precision}"
    )
    given = "; the threads of the settings hold instead" if settings.threads else ""
    yield Finding(name="tuning", text=text + given)
