"""JSON that is broken: what is whole in it is kept, and it takes no longer than sound JSON."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.brokenjson import Broken, parts

A, B, C = {"title": "A"}, {"title": "B"}, {"title": "C"}
CUT = Broken(1, "the file ends within a list", False)


def kept(text: str) -> list[object]:
    return [part for part in parts(text) if not isinstance(part, Broken)]


@pytest.mark.parametrize(
    "text",
    [
        '[{"title": "A"}, {"title": "B" "year": 1, "x": [{"title": "no"}]}, {"title": "C"}]',
        '[\n{"title": "A"},\n{"title": "B"quoted" B"},\n{"title": "C"}\n]',
        '{"total": 3, "data": [{"title": "A"}, {"title": B}, {"title": "C"}]}',
        '{"message": {"facets": {}, "items": [{"title": "A"}, {"title": }, {"title": "C"}]}}',
        '{"title": "A"}\n{"title": \\x}\n{"title": "C"}',
    ],
)
def test_a_broken_object_costs_itself(text: str) -> None:
    first, broken, last = parts(text)
    assert (first, last) == (A, C)
    assert isinstance(broken, Broken)
    assert broken.goes_on


@pytest.mark.parametrize(
    "whole", ['[{"title": "A"}, {"title": "B"}]', '{"data": [{"title": "A"}, {"title": "B"}], "n": 2}']
)
def test_a_cut_file_gives_what_is_before_the_cut(whole: str) -> None:
    assert kept(whole[: whole.index("}, {") + 9]) == [A]
    assert list(parts(whole[: whole.index("}, {") + 1])) == [A, CUT]
    assert list(parts(whole[: whole.index("}, {") + 3])) == [A, CUT]


def test_a_broken_paper_is_no_answer_with_papers() -> None:
    (broken,) = parts('{"title": "A", "references": [{"title": "B"}], "year": }')
    assert broken == Broken(1, "Expecting value", True)


def test_the_line_is_told() -> None:
    _, broken = parts('[{"title": "A"},\n\n{"title": "B')
    assert broken == Broken(3, "Unterminated string starting at", False)


def test_line_breaks_within_texts_are_let_pass() -> None:
    assert list(parts('[{"title": "A\tB\nC"}]')) == [{"title": "A\tB\nC"}]


@given(
    st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.none(), min_size=1), min_size=1), st.booleans()
)
def test_whole_json_is_read_whole(values: list[dict[str, object]], lines: bool) -> None:
    text = "\n".join(map(json.dumps, values)) if lines else json.dumps(values, indent=1)
    assert list(parts(text)) == values


@given(st.text(alphabet='{}[]":,a1\\ \n'))
def test_no_text_breaks_it(text: str) -> None:
    list(parts(text))


@pytest.mark.parametrize(
    "junk", ['{"', '{"}', "[", "{", '{"data":[', '{"a":', '"a" ', "{x}", '{"a": "b" ', "]", '{"data":{']
)
def test_megabytes_of_junk_take_no_time(junk: str) -> None:
    started = time.monotonic()
    list(parts(junk * (2_000_000 // len(junk))))
    assert time.monotonic() - started < 30
