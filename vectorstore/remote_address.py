"""Addresses of libraries on a Chroma server: `chroma+http://host:8000/papers?tenant=lab&database=physics`."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from assistant.errors import SettingsError
from assistant.settings import SHARED

SCHEMES = {"chroma+http": ("http", 8000), "chroma+https": ("https", 443)}
"""What an address begins with, and the protocol and the usual port it stands for; 8000 is Chroma's own."""

TENANT = "default_tenant"
DATABASE = "default_database"
"""Those that every Chroma server has."""

CLOUD = "trychroma.com"
"""Chroma Cloud answers under this domain."""

_COLLECTION = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,120}[a-zA-Z0-9]")
"""Chroma's rule for names, but shorter: the collection beside it has a longer one, of at most 128 characters."""

REMEDY = "Write it as chroma+http://HOST:PORT/COLLECTION or chroma+https://HOST/COLLECTION?tenant=T&database=D."


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a library is on a Chroma server."""

    protocol: str
    host: str
    port: int
    collection: str
    tenant: str = TENANT
    database: str = DATABASE

    @property
    def server(self) -> str:
        """The server's own address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}://{host}:{self.port}"

    @property
    def is_cloud(self) -> bool:
        """True for Chroma Cloud."""
        return self.host == CLOUD or self.host.endswith("." + CLOUD)

    def __str__(self) -> str:
        return f"{self.collection} at {self.server}"


def is_address(text: str) -> bool:
    """Tell whether a text is meant as an address, not as a folder.

    >>> is_address("chroma+http://lab:8000/papers"), is_address("~/papers")
    (True, False)
    """
    return text.startswith(SHARED)


def parse(text: str) -> Address:
    """Read an address.

    >>> str(parse("chroma+http://lab.example/papers"))
    'papers at http://lab.example:8000'

    Raises:
        SettingsError: It is none.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"{text!r} is no address of a library: {error}.", remedy=REMEDY) from error
    if parts.username or parts.password:
        # Not repeated: whoever reads the screen or a log would have it.
        raise SettingsError(
            "The address of a library holds a name or a password.",
            remedy="Leave it out; a token is read from the environment variable CARREL_CHROMA_TOKEN.",
        )
    protocol, usual = SCHEMES.get(parts.scheme, ("", 0))
    collection = parts.path.strip("/")
    if not protocol or not parts.hostname or not _COLLECTION.fullmatch(collection):
        raise SettingsError(f"{text!r} is no address of a library.", remedy=REMEDY)
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(set(options) - {"tenant", "database"}):
        raise SettingsError(f"{text!r} has an unknown part {unknown[0]!r}.", remedy=REMEDY)
    return Address(protocol=protocol, host=parts.hostname, port=port or usual, collection=collection, **options)
