"""What is found out before a model is loaded."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.errors import ModelError
from assistant.models import loading
from assistant.models.gguf import check
from assistant.models.llama import LlamaChat
from assistant.models.loading import check_fits, check_gpu, is_known
from assistant.models.machine import Machine

Tiny = Callable[..., Path]


def _machine(monkeypatch: pytest.MonkeyPatch, memory: int, free: int) -> None:
    monkeypatch.setattr(loading, "machine", lambda: Machine(memory=memory, free=free, cores=1))


def test_model_that_fits(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    card = check(tiny())
    _machine(monkeypatch, memory=10**9, free=card.memory(4096))
    check_fits(card, 4096)


def test_model_that_does_not_fit(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    _machine(monkeypatch, memory=16 * 10**9, free=10**6)
    with pytest.raises(ModelError, match=r"tiny\.gguf takes about 0\.0 GB .* 0\.0 GB of 16\.0 GB are free") as caught:
        LlamaChat(tiny(), threads=1)
    assert "CARREL_CONTEXT" in caught.value.remedy


def test_machine_that_does_not_say_what_is_free(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    _machine(monkeypatch, memory=10**6, free=0)
    with pytest.raises(ModelError, match="are free"):
        check_fits(check(tiny()), 4096)
    _machine(monkeypatch, memory=0, free=0)
    check_fits(check(tiny()), 4096)


@pytest.mark.parametrize("layers", [-1, 12])
def test_layers_for_a_gpu_that_the_build_does_not_use(tiny: Tiny, monkeypatch: pytest.MonkeyPatch, layers: int) -> None:
    monkeypatch.setattr("llama_cpp.llama_supports_gpu_offload", lambda: False)
    with pytest.raises(ModelError, match=f"uses no GPU, and CARREL_GPU_LAYERS is {layers}") as caught:
        LlamaChat(tiny(), threads=1, gpu_layers=layers)
    assert "Set it to 0" in caught.value.remedy


def test_layers_for_a_gpu_that_the_build_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llama_cpp.llama_supports_gpu_offload", lambda: True)
    check_gpu(-1)


@pytest.mark.parametrize("name", ["llama", "qwen2", "qwen3", "qwen35", "granite", "smollm3"])
def test_architectures_of_the_catalogue_are_known(name: str) -> None:
    assert is_known(name)


def test_architecture_that_is_not_known() -> None:
    assert not is_known("unheard-of")


def test_nothing_is_claimed_where_the_library_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llama_cpp.llama_cpp._lib", SimpleNamespace(_name="/no/such/library.so"))
    assert is_known("unheard-of")
