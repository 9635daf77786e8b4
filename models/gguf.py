"""What a GGUF file says of itself before it is loaded.

Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import struct
from pathlib import Path

from assistant.errors import ModelError, ModelNotFoundError

MAGIC = b"GGUF"
HEADER = struct.Struct("<4sIQQ")
"""Magic, version, number of tensors, number of metadata entries."""


def check(path: Path) -> None:
    """Make sure that a file can be a GGUF model, before llama.cpp sees it.

    Raises:
        ModelNotFoundError: There is no such file.
        ModelError: It is a folder, cannot be read, or is not GGUF.
    """
    if not path.exists():
        raise ModelNotFoundError(f"There is no model file {path}.")
    if path.is_dir():
        raise ModelError(f"{path} is a folder, not a GGUF file.")
    try:
        with path.open("rb") as file:
            head = file.read(HEADER.size)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    _check_header(head, path)


def _check_header(head: bytes, path: Path) -> None:
    if len(head) < HEADER.size or not head.startswith(MAGIC):
        raise ModelError(f"{path} is not a GGUF file.", remedy="Give a model in GGUF format, such as *.Q4_K_M.gguf.")
    _, version, tensors, _ = HEADER.unpack(head)
    if version not in (2, 3):
        raise ModelError(f"{path} is GGUF of version {version}; versions 2 and 3 can be read.")
    if tensors == 0:
        raise ModelError(f"{path} holds no weights.", remedy="Download the model again.")
