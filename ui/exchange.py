"""The folder through which files come to the page and leave it, inside the home and for a while only."""

import contextlib
import secrets
import shutil
import tempfile
import threading
import time
from pathlib import Path

NAME = "temporary"
"""The folder in a home; each process that serves has one of its own within."""

ADDRESS = "/carrel/files/"
"""Begins the address of what is offered."""

STALE = 24 * 3600
"""Seconds after which what a process left behind is taken away: it was killed."""

UNUSED = 3600
"""Seconds that a file waits to be added, or to be fetched."""


class Exchange:
    """Takes files in, and offers some to be fetched.

    Args:
        home: The home.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder: Path | None = None
        self._offered: dict[str, Path] = {}
        self._making = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where files are put; made when it is first asked for."""
        with self._making:
            if self._folder is None:
                place = self._home / NAME
                place.mkdir(exist_ok=True)
                for left in place.iterdir():
                    if _age(left) > STALE:
                        shutil.rmtree(left, ignore_errors=True)
                self._folder = Path(tempfile.mkdtemp(dir=place))
            return self._folder

    def received(self, path: str) -> Path | None:
        """Return a file that was sent, None where the path is of anything else."""
        with contextlib.suppress(OSError, ValueError):
            file = Path(path).resolve(strict=True)
            if file.is_file() and file.is_relative_to(self.folder.resolve()):
                return file
        return None

    def discard(self, file: Path) -> None:
        """Delete a file that was sent, and what was sent long ago and never used."""
        for one in (file, *self.folder.glob("*/*"), *self.folder.glob("*")):
            with contextlib.suppress(OSError):
                if one == file or (one.is_file() and _age(one) > UNUSED):
                    one.unlink()
        with contextlib.suppress(OSError):
            if file.parent != self.folder:
                file.parent.rmdir()

    def place(self, name: str) -> Path:
        """Return the path of a file that is about to be written and offered."""
        folder = self.folder / f"out-{secrets.token_hex(8)}"
        folder.mkdir()
        return folder / name

    def offer(self, file: Path) -> str:
        """Offer a file; returns its address, which nobody can guess."""
        token = secrets.token_urlsafe(24)
        self._offered[token] = file
        return f"{ADDRESS}{token}"

    def offered(self, token: str) -> Path | None:
        """Return what is offered under an address, None where there is nothing."""
        file = self._offered.get(token)
        return file if file is not None and file.is_file() else None

    def close(self) -> None:
        """Delete the folder with all that is in it."""
        with self._making:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None
                with contextlib.suppress(OSError):
                    (self._home / NAME).rmdir()


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime
