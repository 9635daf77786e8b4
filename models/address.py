"""The address of a model on a server, such as `http://127.0.0.1:8080/v1#qwen3`, and the key that the server wants."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from assistant.errors import ModelError

SCHEMES = ("http://", "https://")
REMEDY = "Give it as http://HOST:PORT/v1, or as http://HOST:PORT/v1#MODEL where the server has several models."


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a model is, and by what name it goes there."""

    base: str
    """What the paths of the protocol are put behind, such as `http://127.0.0.1:8080/v1`."""
    host: str
    """Host and port, for people."""
    model: str = ""
    """Empty where the server has only one, or it is not said."""
    is_local: bool = False
    """True where nothing leaves this machine: the host is one of its loopback addresses."""

    @property
    def root(self) -> str:
        """The address without `/v1`, behind which servers have what is their own."""
        return self.base.removesuffix("/v1")


def is_address(model: str) -> bool:
    """Tell whether the name of a model is an address.

    >>> is_address("http://localhost:8080/v1"), is_address("smollm2-135m")
    (True, False)
    """
    return model.lower().startswith(SCHEMES)


def parse(model: str) -> Address:
    """Read an address; without a path it means `/v1`.

    >>> parse("http://localhost:11434#llama3.2:3b")
    Address(base='http://localhost:11434/v1', host='localhost:11434', model='llama3.2:3b', is_local=True)

    Raises:
        ModelError: It is none, or holds what does not belong there.
    """
    try:
        parts = urlsplit(model)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ModelError(f"{model} is not the address of a model: {error}.", remedy=REMEDY) from None
    if parts.username or parts.password or parts.query:
        # It is not repeated here: there may be a password in it.
        raise ModelError(
            "The model's address holds a name, a password or a query.",
            remedy="Give the address alone, and the server's key in CARREL_API_KEY.",
        )
    if not host or any(character.isspace() for character in model):
        raise ModelError(f"{model} is not the address of a model.", remedy=REMEDY)
    shown = f"[{host}]" if ":" in host else host
    return Address(
        base=f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1'}",
        host=f"{shown}:{port}" if port else shown,
        model=unquote(parts.fragment),
        is_local=is_loopback(host),
    )


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its address, whatever a name server says.

    >>> is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("lab.example")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def outside(*models: str) -> list[str]:
    """Return the hosts, beyond this machine, that models of these names send text to."""
    places = [parse(model) for model in models if is_address(model)]
    return list(dict.fromkeys(place.host for place in places if not place.is_local))


def key_for(address: Address, environment: Mapping[str, str] = os.environ) -> str:
    """Return the server's key; empty where none is set.

    `OPENAI_API_KEY` counts where `CARREL_API_KEY` is not set, but belongs to another service: it crosses a network
    encrypted only.

    Raises:
        ModelError: What is set cannot be a key.
    """
    name, safe = "CARREL_API_KEY", address.is_local or address.base.startswith("https")
    if name not in environment and safe:
        name = "OPENAI_API_KEY"
    key = environment.get(name, "").strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ModelError(f"{name} is not a key.", remedy="Set it to the key alone; keys are letters, digits and signs.")
    return key
