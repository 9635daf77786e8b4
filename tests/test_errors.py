"""The tree of errors."""

import re
from collections.abc import Iterator

import pytest

from assistant import errors
from assistant.errors import CarrelError


def _tree(kind: type[CarrelError], depth: int = 0) -> Iterator[tuple[int, type[CarrelError]]]:
    yield depth, kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child, depth + 1)


EVERY = [kind for _, kind in _tree(CarrelError)]


def test_drawn_as_it_is() -> None:
    drawn = re.findall(r"^    ([│├└─ ]*)(\w+Error)\b", errors.__doc__ or "", flags=re.MULTILINE)
    assert [(len(branch) // 4, name) for branch, name in drawn] == [
        (depth, kind.__name__) for depth, kind in _tree(CarrelError)
    ]


@pytest.mark.parametrize("kind", EVERY)
def test_each_says_what_to_do_in_a_sentence(kind: type[CarrelError]) -> None:
    error = kind("Something is wrong.")
    assert str(error) == "Something is wrong."
    assert re.fullmatch(r"[A-Z].+\.", error.remedy)
    assert "\n" not in error.remedy


@pytest.mark.parametrize("kind", EVERY)
def test_wrong_use_exits_with_2_and_failure_with_1(kind: type[CarrelError]) -> None:
    assert kind.exit_code == (2 if issubclass(kind, errors.UsageError) else 1)


def test_remedy_of_its_own() -> None:
    assert errors.ModelError("It is broken.", remedy="Buy another.").remedy == "Buy another."
    assert errors.ModelError("It is broken.").remedy == errors.ModelError.remedy


def test_kinds_can_be_caught_together() -> None:
    assert issubclass(errors.QuestionError, errors.UsageError)
    assert issubclass(errors.ContextOverflowError, errors.ModelError)
    assert issubclass(errors.EmptyLibraryError, errors.LibraryError)
