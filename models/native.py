"""llama.cpp through the low-level interface of llama-cpp-python: one model, one context, no printing.

The high-level `Llama` class redirects the whole process's standard output while it loads, which swallows
what other threads print, and offers no way to stop while it reads a prompt. This wrapper does neither.
"""

import ctypes
import functools
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError
from assistant.models.native_weights import BUSY, NativeWeights, free

Logits = npt.NDArray[np.float32]
"""Scores of the next token, shape (size of the vocabulary,)."""

PATIENCE = 0.1
"""Seconds after which a batch that is being read is given up."""


class NativeModel(NativeWeights):
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
        super().__init__(path, gpu_layers)
        self._aborting = ctypes.create_string_buffer(2)
        with BUSY:
            self.context: int = min(context, self._api.llama_model_n_ctx_train(self._model))
            self._threads = (threads, writing or max(threads // 2, 1))
            self._ctx = self._make_context(flash)
            # The last to be registered is freed first: the context before its model.
            weakref.finalize(self, free, self._api.llama_free, self._ctx).atexit = False

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
        with BUSY:
            status = int(self._api.llama_decode(self._ctx, batch))
        if status != 0:
            raise ModelError(f"llama.cpp could not read the prompt (status {status}).")

    def state(self) -> bytes:
        """Return all that was made of the tokens read so far; empty where that cannot be told."""
        with BUSY:
            size = self._api.llama_state_seq_get_size(self._ctx, 0)
            buffer = (ctypes.c_uint8 * size)()
            written = self._api.llama_state_seq_get_data(self._ctx, buffer, size, 0)
        return bytes(buffer) if written == size else b""

    def restore(self, state: bytes) -> bool:
        """Put what was made of some tokens in the place of all that was read; False where it does not fit."""
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        with BUSY:
            self.forget(0)
            if self._api.llama_state_seq_set_data(self._ctx, buffer, len(state), 0) == len(state):
                return True
            self.forget(0)
        return False


@functools.cache
def _strlen() -> Any:
    """Return the C function that llama.cpp asks whether to go on: it says no once there is a byte in the buffer.

    A function of Python would need the interpreter's lock from within llama.cpp, at every step.
    """
    return ctypes.CDLL(None).strlen
