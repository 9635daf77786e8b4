"""What the tests of several readers do with what was read."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from assistant.readers.fields import Record
from assistant.types import Paper


def only(records: Iterable[Record]) -> Paper:
    """The one paper that was read."""
    (paper,) = records
    assert isinstance(paper, Paper), paper
    return paper


def titles(records: Iterable[Record]) -> list[str]:
    """The title of each paper, and of what is none, what is said of it."""
    return [record.title if isinstance(record, Paper) else str(record) for record in records]


def json_values(names: list[str]) -> st.SearchStrategy[Any]:
    """Any value that JSON can hold, with objects of these names in it."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=3),
        max_leaves=5,
    )
