"""The Dockerfile and `compose.yaml`, as far as can be told without building the image."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LINES = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8")).splitlines()
STEPS = [line.split(maxsplit=1) for line in LINES if line and not line.startswith("#")]
FINAL = STEPS[max(at for at, (name, _) in enumerate(STEPS) if name == "FROM") :]
"""The steps of the image that is kept."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return found


def _of(name: str) -> list[str]:
    return [rest for step, rest in FINAL if step == name]


def _copied() -> Iterator[str]:
    for step, rest in STEPS:
        if step == "COPY" and not rest.startswith("--from"):
            yield from (one.rstrip("/") for one in rest.split()[:-1])


def test_every_folder_and_file_of_the_package_is_copied() -> None:
    needed = {*PROJECT["tool"]["setuptools"]["package-dir"].values(), "pyproject.toml", "README.md", "LICENSE"}
    assert needed <= set(_copied())
    assert all((ROOT / one).exists() for one in _copied())


def test_only_what_is_copied_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == set(_copied())


def test_llama_cpp_is_compiled_for_any_processor() -> None:
    steps = [f"{name} {rest}" for name, rest in STEPS]
    portable = next(at for at, step in enumerate(steps) if "GGML_NATIVE=OFF" in step)
    compiled = next(at for at, step in enumerate(steps) if "pip install" in step and "llama-cpp-python" in step)
    assert portable < compiled


def test_no_compiler_is_left_in_the_image() -> None:
    installed = " ".join(_of("RUN"))
    assert not re.search(r"\b(g\+\+|gcc|clang|make|cmake|build-essential)\b", installed)
    assert "pip install" not in installed


def test_nobody_is_root_and_one_folder_is_written() -> None:
    (user,) = _of("USER")
    assert int(user) > 0
    assert _of("VOLUME") == ["/data"]
    assert "CARREL_HOME=/data" in " ".join(_of("ENV"))
    assert FINAL.index(["USER", user]) < FINAL.index(["ENTRYPOINT", '["carrel"]'])
    assert any("urlopen" in check for check in _of("HEALTHCHECK"))


def test_the_page_is_read_only_and_only_on_this_machine(services: dict[str, Any]) -> None:
    page = services["page"]
    assert page["read_only"] is True
    assert page["volumes"] == ["page:/data"]
    assert page["tmpfs"] == ["/tmp"]
    assert [port.rsplit(":", 2)[0] for port in page["ports"]] == ["127.0.0.1"]
    assert "ports" not in services["chroma"]


def test_no_service_may_do_more_than_it_must(services: dict[str, Any]) -> None:
    for one in services.values():
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]


def test_the_server_is_of_the_version_that_is_tested(services: dict[str, Any]) -> None:
    (pinned,) = (one for one in PROJECT["project"]["dependencies"] if one.startswith("chromadb=="))
    assert services["chroma"]["image"] == f"chromadb/chroma:{pinned.removeprefix('chromadb==')}"
    assert services["page"]["environment"]["CARREL_LIBRARY"] == "chroma+http://chroma:8000/papers"
