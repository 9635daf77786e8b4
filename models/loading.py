"""What is found out before a model is loaded: whether it fits, and whether this llama.cpp can do what is asked."""

import mmap
from pathlib import Path

from assistant.errors import ModelError
from assistant.models.gguf import Card
from assistant.models.machine import machine

SMALLER = "Close other programs, lower CARREL_CONTEXT, or take a smaller model; `carrel models list` says which fit."


def check_fits(card: Card, context: int) -> None:
    """Make sure that a model fits into the memory that is free: else the system ends the process at some later time.

    Raises:
        ModelError: It does not.
    """
    needed, here = card.memory(context), machine()
    free = here.free or here.memory
    if free and needed > free:
        raise ModelError(
            f"{card.path.name} takes about {_gigabytes(needed)} of memory with a context of {context} tokens, "
            f"and {_gigabytes(free)} of {_gigabytes(here.memory)} are free.",
            remedy=SMALLER,
        )


def check_gpu(layers: int) -> None:
    """Make sure that layers which are to be computed on a GPU are.

    Raises:
        ModelError: llama.cpp was built without it, and would compute them on the processor without a word.
    """
    import llama_cpp

    if layers and not llama_cpp.llama_supports_gpu_offload():
        raise ModelError(
            f"This build of llama.cpp uses no GPU, and CARREL_GPU_LAYERS is {layers}.",
            remedy="Set it to 0, or build it for your GPU, such as with CMAKE_ARGS=-DGGML_CUDA=on "
            "pip install --force-reinstall --no-cache-dir llama-cpp-python.",
        )


def refused(path: Path, architecture: str) -> ModelError:
    """Say why llama.cpp did not load a file that is all there."""
    if not is_known(architecture):
        return ModelError(
            f"{path} is of the architecture {architecture!r}, which this version of llama.cpp does not know.",
            remedy="Update it with pip install --upgrade llama-cpp-python, or take another model.",
        )
    return ModelError(f"{path} ({architecture}) cannot be loaded: it is damaged, or made for another llama.cpp.")


def is_known(architecture: str) -> bool:
    """Tell whether llama.cpp knows an architecture; it has no list to ask for, so its own texts are searched."""
    import llama_cpp.llama_cpp as binding

    try:
        with Path(binding._lib._name).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as texts:
            return texts.find(architecture.encode() + b"\0") >= 0
    except (AttributeError, OSError, ValueError):  # it lies elsewhere; then nothing is claimed
        return True


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
