"""Choosing a language model or an embedder, and remembering the choice in a home's settings file."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.errors import ModelError
from assistant.gate import is_calibrated
from assistant.models import address, stored
from assistant.models.catalogue import Located, known, locate
from assistant.models.entries import Purpose
from assistant.settings import Settings, save

UNCALIBRATED = "Refusing is uncalibrated for this embedder: the line fitted for all-MiniLM-L6-v2 decides."
NO_TEMPLATE = "Its file brings no chat template; ChatML is used, which it may not have been taught."

Setting = Literal["model", "embedder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A model that can be used."""

    setting: Setting
    value: str
    """What is written into the settings: a name, or a path from the root."""
    located: Located
    remarks: tuple[str, ...]
    """What a person should know of it."""


def examine(name: str, settings: Settings) -> Choice:
    """Find out that a model is here and can be used, before anything is changed.

    Args:
        name: A name of the catalogue, of a model that was imported, a path, or the address of a server.
        settings: What holds now.

    Raises:
        ModelNotFoundError: It is not on this machine.
        ModelError: It is incomplete, of a kind that is not used, or does not fit.
    """
    if address.is_address(name):
        address.key_for(address.parse(name))
        located = Located(path=Path(name), title=name)
        return Choice(setting="model", value=name, located=located, remarks=tuple(_of_environment("model")))
    purpose = _purpose(name, settings.home)
    if purpose == "reranker":
        raise ModelError(
            f"{name} is a reranker, and Carrel uses none yet.", remedy="Choose a chat model or an embedder."
        )
    located = locate(name, purpose, settings.home)
    remarks = _of_chat(located, settings) if purpose == "chat" else _of_embedder(located)
    setting: Setting = "model" if purpose == "chat" else "embedder"
    is_name = known(name, settings.home) or stored.get(settings.home, name)
    value = name if is_name else str(located.path.absolute())
    return Choice(setting=setting, value=value, located=located, remarks=(*remarks, *_of_environment(setting)))


def _purpose(name: str, home: Path) -> Purpose:
    if found := known(name, home):
        return found[0]
    if model := stored.get(home, name):
        return model.purpose
    return "embedder" if name and Path(os.path.expanduser(name)).is_dir() else "chat"


def _of_chat(located: Located, settings: Settings) -> Iterator[str]:
    from assistant.models.gguf import check
    from assistant.models.loading import check_fits, is_known

    card = check(located.path)
    check_fits(card, settings.context)
    if not is_known(card.architecture):
        yield f"The installed llama.cpp seems not to know its architecture, {card.architecture}."
    if not card.template:
        yield NO_TEMPLATE
    if card.context and card.context < settings.context:
        yield f"It reads at most {card.context} tokens; the settings ask for {settings.context}."


def _of_embedder(located: Located) -> Iterator[str]:
    from assistant.models.embedder import check_folder

    check_folder(located.path)
    if not is_calibrated(located.title):
        yield UNCALIBRATED


def _of_environment(setting: Setting) -> Iterator[str]:
    variable = f"CARREL_{setting.upper()}"
    if value := os.environ.get(variable):
        yield f"{variable} is set to {value}, and holds as long as it is."


def remember(home: Path, choice: Choice) -> None:
    """Write a choice into the settings file; see `settings.save`.

    Raises:
        HomeError: The file cannot be written.
        SettingsError: It is not TOML.
    """
    save(home, **{choice.setting: choice.value})
