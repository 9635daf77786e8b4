"""Addresses of models, and the keys of their servers."""

import pytest

from assistant.errors import ModelError
from assistant.models.address import Address, is_address, key_for, outside, parse

LAB = parse("http://lab:8000/v1")


@pytest.mark.parametrize(
    ("given", "base", "host", "model"),
    [
        ("http://lab:8000/v1", "http://lab:8000/v1", "lab:8000", ""),
        ("http://lab:8000/v1/", "http://lab:8000/v1", "lab:8000", ""),
        ("http://lab:8000", "http://lab:8000/v1", "lab:8000", ""),
        ("https://lab.example/api/openai#big", "https://lab.example/api/openai", "lab.example", "big"),
        ("http://[::1]:8080/v1#a/b:7b", "http://[::1]:8080/v1", "[::1]:8080", "a/b:7b"),
        ("HTTP://lab#with%20space", "http://lab/v1", "lab", "with space"),
    ],
)
def test_parts(given: str, base: str, host: str, model: str) -> None:
    found = parse(given)
    assert (found.base, found.host, found.model) == (base, host, model)


def test_what_is_the_servers_own_stands_beside_the_protocol() -> None:
    assert LAB.root == "http://lab:8000"
    assert parse("http://lab/api").root == "http://lab/api"


@pytest.mark.parametrize("given", ["http://", "http://:80/v1", "http://a b/v1", "http://lab:port", "http://[::1/v1"])
def test_no_address(given: str) -> None:
    with pytest.raises(ModelError, match="is not the address of a model") as caught:
        parse(given)
    assert "http://HOST:PORT/v1" in caught.value.remedy


@pytest.mark.parametrize("given", ["http://me:secret@lab/v1", "http://secret@lab/v1", "http://lab/v1?key=secret"])
def test_secrets_have_no_place_in_it_and_are_not_repeated(given: str) -> None:
    with pytest.raises(ModelError, match="holds a name, a password or a query") as caught:
        parse(given)
    assert "secret" not in str(caught.value) + caught.value.remedy
    assert "CARREL_API_KEY" in caught.value.remedy


@pytest.mark.parametrize("given", ["smollm2-135m", "/models/a.gguf", "C:\\a.gguf", "httpd.gguf", ""])
def test_other_names_are_none(given: str) -> None:
    assert not is_address(given)


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("localhost", True), ("[::1]", True), ("192.168.0.2", False), ("localhost.lab", False)],
)
def test_only_loopback_is_this_machine(host: str, local: bool) -> None:
    assert parse(f"http://{host}:8080/v1").is_local is local


def test_hosts_outside() -> None:
    assert outside("smollm2-135m", "http://localhost/v1") == []
    assert outside("http://lab:8000/v1#a", "http://lab:8000/v1#b", "https://cloud/v1") == ["lab:8000", "cloud"]


HERE, CLOUD = parse("http://localhost:8080/v1"), parse("https://cloud.example/v1")


@pytest.mark.parametrize(
    ("address", "environment", "key"),
    [
        (LAB, {"CARREL_API_KEY": " ours\n"}, "ours"),
        (CLOUD, {"CARREL_API_KEY": "ours", "OPENAI_API_KEY": "theirs"}, "ours"),
        (CLOUD, {"OPENAI_API_KEY": "theirs"}, "theirs"),
        (HERE, {"OPENAI_API_KEY": "theirs"}, "theirs"),
        (CLOUD, {"CARREL_API_KEY": "", "OPENAI_API_KEY": "theirs"}, ""),
        (CLOUD, {}, ""),
    ],
)
def test_key(address: Address, environment: dict[str, str], key: str) -> None:
    assert key_for(address, environment) == key


def test_key_of_another_service_does_not_cross_a_network_in_the_clear() -> None:
    assert key_for(LAB, {"OPENAI_API_KEY": "theirs"}) == ""


@pytest.mark.parametrize("key", ["sécret", "se cret", "sec\nret"])
def test_what_can_be_no_key_is_not_repeated(key: str) -> None:
    with pytest.raises(ModelError, match="CARREL_API_KEY is not a key") as caught:
        key_for(LAB, {"CARREL_API_KEY": key})
    assert key not in str(caught.value)
