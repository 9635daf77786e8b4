import re
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.types import Filters
from assistant.ui import given

MEANT = Filters(
    years=(2020, 2022),
    authors=("Ann Lee", "Bo Li"),
    venue="Nature",
    topics=("cats",),
    ids=("lee24",),
    with_abstract=True,
)


def test_what_a_program_gives() -> None:
    assert given.filters() == given.filters(None, None, None, None, None, None, None) == Filters()
    assert given.filters([2020, 2022], ["Ann Lee", "Bo Li"], "Nature", ["cats"], "", ["lee24"], True) == MEANT
    assert given.filters([None, 2020]) == Filters(years=(None, 2020))
    assert given.filters([None, None]) == Filters()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"years": 2020}, "years are not a first and a last year."),
        ({"years": [2020]}, "years are not a first and a last year."),
        ({"years": ["2020", None]}, "years are not a first and a last year."),
        ({"years": [True, None]}, "years are not a first and a last year."),
        ({"years": [10**30, None]}, "years are not a first and a last year."),
        ({"years": [2022, 2020]}, "No year is from 2022 and to 2020."),
        ({"authors": "Ann Lee"}, "authors are no list of texts."),
        ({"topics": [1]}, "topics are no list of texts."),
        ({"ids": {"a": 1}}, "ids are no list of texts."),
        ({"ids": ["\ud800"]}, "ids are no list of texts."),
        ({"venue": ["Nature"]}, "venue is no text."),
        ({"source": 7}, "source is no text."),
        ({"with_abstract": "yes"}, "with_abstract is neither true nor false."),
    ],
)
def test_what_a_program_gives_wrongly(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        given.filters(**wrong)
