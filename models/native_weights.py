"""A GGUF model in memory, without a context: its weights, what its file says of it, and its vocabulary."""

import atexit
import ctypes
import functools
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.errors import ModelError
from assistant.models.cpu import has_amx
from assistant.models.gguf import look
from assistant.models.loading import refused

BUSY = threading.RLock()
"""Held while llama.cpp loads, computes or frees. At exit it is taken for good: to end amid any of it is a crash."""


class NativeWeights:
    """A model that llama.cpp has loaded. Its memory is freed with the object.

    Args:
        path: The GGUF file.
        gpu_layers: Layers put on a GPU; -1 means all.

    Raises:
        ModelError: llama.cpp cannot load the file, or it cannot write.
    """

    def __init__(self, path: Path, gpu_layers: int = 0) -> None:
        import llama_cpp

        self._api = llama_cpp
        _start_backend()
        with BUSY:
            self._model = self._load(path, gpu_layers)
            weakref.finalize(self, free, llama_cpp.llama_model_free, self._model).atexit = False
            self._check_writes(path)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)

    def _load(self, path: Path, gpu_layers: int) -> Any:
        params = self._api.llama_model_default_params()
        params.n_gpu_layers = 0x7FFFFFFF if gpu_layers < 0 else gpu_layers
        # llama.cpp's tiles crash the process on some of the processors that have them (its issue 20824).
        params.use_extra_bufts = not has_amx()
        model = self._api.llama_model_load_from_file(os.fsencode(path), params)
        if not model:
            raise refused(path, look(path).architecture)
        return model

    def _check_writes(self, path: Path) -> None:
        # llama.cpp would compute with these too, and end the process or write nothing.
        kind = self.metadata("general.architecture")
        if self._api.llama_model_has_encoder(self._model) or self.metadata(f"{kind}.attention.causal") == "false":
            raise ModelError(f"{path} ({kind}) cannot write: it is no model that continues a text.")

    def metadata(self, key: str) -> str:
        """Return a value of the file's metadata as text; empty where it has none."""
        size = self._api.llama_model_meta_val_str(self._model, key.encode(), None, 0)
        if size < 0:
            return ""
        buffer = ctypes.create_string_buffer(size + 1)
        self._api.llama_model_meta_val_str(self._model, key.encode(), buffer, size + 1)
        return buffer.value.decode("utf-8", errors="replace")

    def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Split text into tokens.

        Args:
            text: Any text.
            special: Read control tokens such as `<|im_end|>`; without it they are plain text.
        """
        raw = text.encode("utf-8", errors="replace")
        room = len(raw) + 8
        tokens = (self._api.llama_token * room)()
        count = self._api.llama_tokenize(self._vocab, raw, len(raw), tokens, room, False, special)
        if count < 0:
            raise ModelError("The text cannot be tokenized.")
        return list(tokens[:count])

    def plain(self, text: str) -> list[int]:
        """Split text into tokens none of which has a meaning beyond its letters.

        Some files declare their control tokens as added by a user, and those llama.cpp always reads;
        such a token is taken apart into the tokens of its letters.
        """
        added = self._api.LLAMA_TOKEN_ATTR_CONTROL | self._api.LLAMA_TOKEN_ATTR_USER_DEFINED
        found = []
        for token in self.tokenize(text, special=False):
            word = self.text_of(token) if self._api.llama_vocab_get_attr(self._vocab, token) & added else ""
            found += self.plain(word[0]) + self.plain(word[1:]) if len(word) > 1 else [token]
        return found

    def piece(self, token: int) -> bytes:
        """Return the bytes a token stands for; control tokens stand for none."""
        room = 256
        buffer = ctypes.create_string_buffer(room)
        size = self._api.llama_token_to_piece(self._vocab, token, buffer, room, 0, False)
        if size < 0:
            room = -size
            buffer = ctypes.create_string_buffer(room)
            size = self._api.llama_token_to_piece(self._vocab, token, buffer, room, 0, False)
        return buffer.raw[: max(size, 0)]

    def text_of(self, token: int) -> str:
        """Return a token's text as the vocabulary spells it, control tokens included."""
        raw = self._api.llama_vocab_get_text(self._vocab, token) if token >= 0 else b""
        return (raw or b"").decode("utf-8", errors="replace")

    @property
    def first_token(self) -> int:
        """The token a text begins with, -1 where the model wants none."""
        wanted = self._api.llama_vocab_get_add_bos(self._vocab)
        return int(self._api.llama_vocab_bos(self._vocab)) if wanted else -1

    @property
    def begin_token(self) -> int:
        """The token that a template may begin a text with, wanted or not; -1 where there is none."""
        # Where the file names none, llama.cpp takes one at a guess.
        return int(self.metadata("tokenizer.ggml.bos_token_id") or self.first_token)

    @property
    def last_token(self) -> int:
        """The token that ends a text, -1 where there is none."""
        return int(self._api.llama_vocab_eos(self._vocab))

    def is_end(self, token: int) -> bool:
        """Tell whether the token ends a turn."""
        return bool(self._api.llama_vocab_is_eog(self._vocab, token))

    @property
    def can_forget(self) -> bool:
        """Whether the last tokens alone can be forgotten; models with a state that runs along can only begin anew."""
        recurrent, hybrid = self._api.llama_model_is_recurrent, self._api.llama_model_is_hybrid
        return not (recurrent(self._model) or hybrid(self._model))

    @property
    def build(self) -> str:
        """The build of llama.cpp, and what it uses of this processor."""
        return f"{self._api.__version__} {self._api.llama_print_system_info().decode()}"


def free(how: Callable[[Any], None], what: Any) -> None:
    """Free memory of llama.cpp's, while it does nothing else."""
    with BUSY:
        how(what)


@functools.cache
def _start_backend() -> None:
    """Start llama.cpp once and turn its log off."""
    import llama_cpp

    # A C function that looks at no argument and does nothing. One of Python would need the interpreter's lock from
    # within llama.cpp, for every line, and where the interpreter is ending that kills the process.
    silence = ctypes.cast(ctypes.pythonapi.Py_IsInitialized, llama_cpp.llama_log_callback)
    llama_cpp.llama_log_set(silence, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    atexit.register(BUSY.acquire)
