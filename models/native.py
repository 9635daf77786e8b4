"""llama.cpp through the low-level interface of llama-cpp-python: one model, one context, no printing.

The high-level `Llama` class redirects the whole process's standard output while it loads, which swallows
what other threads print, and offers no way to stop while it reads a prompt. This wrapper does neither.
"""

import atexit
import ctypes
import functools
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError
from assistant.models.cpu import has_amx
from assistant.models.gguf import look
from assistant.models.loading import refused

Logits = npt.NDArray[np.float32]
"""Scores of the next token, shape (size of the vocabulary,)."""


PATIENCE = 0.1
"""Seconds after which a batch that is being read is given up."""

_busy = threading.RLock()
"""Held while llama.cpp loads, computes or frees. At exit it is taken for good: to end amid any of it is a crash."""


class NativeModel:
    """A GGUF model in memory with one context; not thread-safe. Its memory is freed with the object.

    Args:
        path: The GGUF file.
        context: Tokens of the context; the model's own length where that is smaller.
        threads: Threads for reading the prompt.
        gpu_layers: Layers put on a GPU; -1 means all.
        writing: Threads for writing; default half of the others.
        flash: Compute attention in one go; default as llama.cpp chooses.

    Raises:
        ModelError: llama.cpp cannot load the file, or there is not enough memory.
    """

    def __init__(
        self,
        path: Path,
        *,
        context: int,
        threads: int,
        gpu_layers: int = 0,
        writing: int | None = None,
        flash: bool | None = None,
    ) -> None:
        import llama_cpp

        self._api = llama_cpp
        self._aborting = ctypes.create_string_buffer(2)
        _start_backend()
        with _busy:
            self._model = self._load(path, gpu_layers)
            weakref.finalize(self, _free, llama_cpp.llama_model_free, self._model).atexit = False
            self._check_writes(path)
            self.context: int = min(context, llama_cpp.llama_model_n_ctx_train(self._model))
            self._threads = (threads, writing or max(threads // 2, 1))
            self._ctx = self._make_context(flash)
            # The last to be registered is freed first: the context before its model.
            weakref.finalize(self, _free, llama_cpp.llama_free, self._ctx).atexit = False
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

    def _make_context(self, flash: bool | None) -> Any:
        params = self._api.llama_context_default_params()
        params.n_ctx = self.context
        # A fixed batch keeps the arithmetic, and so the answers, the same from run to run.
        params.n_batch = params.n_ubatch = 512
        # Writing waits for memory, not for arithmetic; more threads gain little on a quiet machine, and on a
        # busy one they wait for each other at every step and write many times slower.
        params.n_threads_batch, params.n_threads = self._threads
        if flash is not None:
            params.flash_attn_type = int(flash)
        params.no_perf = True
        params.abort_callback = ctypes.cast(_strlen(), self._api.ggml_abort_callback)
        params.abort_callback_data = ctypes.cast(self._aborting, ctypes.c_void_p)
        ctx = self._api.llama_init_from_model(self._model, params)
        if not ctx:
            raise ModelError("There is not enough memory for the model's context.", remedy="Lower CARREL_CONTEXT.")
        return ctx

    def use_threads(self, reading: int, writing: int) -> None:
        """Compute with other numbers of threads from now on."""
        self._threads = (reading, writing)
        self._api.llama_set_n_threads(self._ctx, writing, reading)

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

    def forget(self, keep: int) -> bool:
        """Drop all but the first `keep` tokens read; False where this model can only drop all, and did."""
        memory = self._api.llama_get_memory(self._ctx)
        if self._api.llama_memory_seq_rm(memory, -1, keep, -1):
            return True
        self._api.llama_memory_clear(memory, True)
        return False

    def read(self, tokens: Sequence[int]) -> Logits:
        """Read at most 512 tokens after those read before.

        Returns:
            The logits after the last of them, until more is read.

        Raises:
            ModelError: llama.cpp refuses the batch.
        """
        self._decode(tokens)
        return self._logits(-1)

    def likeliest(self, tokens: Sequence[int]) -> list[int]:
        """Read tokens while writing, and return the likeliest token after each."""
        reading, writing = self._threads
        # llama.cpp takes more than one token for a prompt; but this is a step of writing, one of many.
        self.use_threads(writing, writing)
        try:
            self._decode(tokens, every=True)
        finally:
            self.use_threads(reading, writing)
        return [int(self._logits(place).argmax()) for place in range(len(tokens))]

    def _logits(self, place: int) -> Logits:
        logits = self._api.llama_get_logits_ith(self._ctx, place)
        if not logits:
            raise ModelError("The model gives no scores for a next word: it is no language model.")
        size = self._api.llama_vocab_n_tokens(self._vocab)
        return np.ctypeslib.as_array(logits, shape=(size,))

    def read_unless(self, stop: threading.Event, tokens: Sequence[int]) -> Logits | None:
        """Read as `read` does, in a thread of its own, so that it can be given up amid a long batch.

        Returns:
            None where `stop` was set meanwhile; what was read of the batch must then be forgotten.
        """
        found: list[Logits] = []
        failed: list[ModelError] = []

        def work() -> None:
            try:
                found.append(self.read(tokens))
            except ModelError as error:
                failed.append(error)

        worker = threading.Thread(target=work, name="reading", daemon=True)
        worker.start()
        try:
            while worker.is_alive() and not stop.is_set():
                worker.join(PATIENCE)
        finally:
            # Also where Ctrl-C was pressed.
            self._aborting.raw = b"\1\0"
            worker.join()
            self._aborting.raw = b"\0\0"
        if failed and not stop.is_set():
            raise failed[0]
        return found[0] if found else None

    def _decode(self, tokens: Sequence[int], *, every: bool = False) -> None:
        """Let llama.cpp compute, and keep the logits after the last token, or after every one."""
        array = (self._api.llama_token * len(tokens))(*tokens)
        wanted = (ctypes.c_int8 * len(tokens))(*[1] * len(tokens))
        batch = self._api.llama_batch_get_one(array, len(tokens))
        if every:
            batch.logits = ctypes.cast(wanted, ctypes.POINTER(ctypes.c_int8))
        with _busy:
            status = int(self._api.llama_decode(self._ctx, batch))
        if status != 0:
            raise ModelError(f"llama.cpp could not read the prompt (status {status}).")

    def state(self) -> bytes:
        """Return all that was made of the tokens read so far; empty where that cannot be told."""
        with _busy:
            size = self._api.llama_state_seq_get_size(self._ctx, 0)
            buffer = (ctypes.c_uint8 * size)()
            written = self._api.llama_state_seq_get_data(self._ctx, buffer, size, 0)
        return bytes(buffer) if written == size else b""

    def restore(self, state: bytes) -> bool:
        """Put what was made of some tokens in the place of all that was read; False where it does not fit."""
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        with _busy:
            self.forget(0)
            if self._api.llama_state_seq_set_data(self._ctx, buffer, len(state), 0) == len(state):
                return True
            self.forget(0)
        return False

    @property
    def build(self) -> str:
        """The build of llama.cpp, and what it uses of this processor."""
        return f"{self._api.__version__} {self._api.llama_print_system_info().decode()}"


@functools.cache
def _strlen() -> Any:
    """Return the C function that llama.cpp asks whether to go on: it says no once there is a byte in the buffer.

    A function of Python would need the interpreter's lock from within llama.cpp, at every step.
    """
    return ctypes.CDLL(None).strlen


def _free(free: Callable[[Any], None], what: Any) -> None:
    with _busy:
        free(what)


@functools.cache
def _start_backend() -> None:
    """Start llama.cpp once and turn its log off."""
    import llama_cpp

    # A C function that looks at no argument and does nothing. One of Python would need the interpreter's lock from
    # within llama.cpp, for every line, and where the interpreter is ending that kills the process.
    silence = ctypes.cast(ctypes.pythonapi.Py_IsInitialized, llama_cpp.llama_log_callback)
    llama_cpp.llama_log_set(silence, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    atexit.register(_busy.acquire)
