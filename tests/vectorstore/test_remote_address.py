"""Addresses of libraries on a Chroma server."""

import pytest

from assistant.errors import SettingsError
from assistant.vectorstore.remote_address import Address, parse


def test_says_all_there_is() -> None:
    assert parse("chroma+https://api.trychroma.com/papers?tenant=lab&database=physics") == Address(
        protocol="https", host="api.trychroma.com", port=443, collection="papers", tenant="lab", database="physics"
    )
    assert parse("chroma+http://[::1]:9000/my.papers").server == "http://[::1]:9000"


def test_leaves_the_usual_out() -> None:
    one = parse("chroma+http://lab.example/papers")
    assert (one.port, one.tenant, one.database) == (8000, "default_tenant", "default_database")
    assert str(one) == "papers at http://lab.example:8000"
    assert not one.is_cloud
    assert parse("chroma+https://api.trychroma.com/papers").is_cloud
    assert not parse("chroma+https://nottrychroma.com/papers").is_cloud


@pytest.mark.parametrize(
    "text",
    [
        "chroma+ftp://host/papers",
        "chroma+http://host",
        "chroma+http://host/",
        "chroma+http:///papers",
        "chroma+http://host/a",
        "chroma+http://host/two/parts",
        "chroma+http://host/pa pers",
        "chroma+http://host:port/papers",
        "chroma+http://host/papers?tennant=lab",
        "chroma+http:/host/papers",
    ],
)
def test_what_is_none_is_told_with_the_right_form(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text)
    assert "chroma+http://HOST:PORT/COLLECTION" in caught.value.remedy


def test_a_secret_in_an_address_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        parse("chroma+http://ann:hunter2@host/papers")
    assert "hunter2" not in f"{caught.value} {caught.value.remedy}"
    assert "CARREL_CHROMA_TOKEN" in caught.value.remedy
