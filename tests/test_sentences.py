import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.sentences import split

PIECES = """
We can't cannot isn't e.g. i.e. Fig. 2 et al. (2020) U.S. 3.14 https://x.org/a.b?c "Yes." … ... ‘no’ «oui» naïve
图神经 网络。很好！ A.I. Dr. vs. — - 1) [3] $x_i$ . ! ? ; Ω ﬁ İ
"""
SPACES = ("\u00ad", "\u200b", "\ufeff", "\u2003", "\n", "\n\n", "\t")
WORDS = st.sampled_from((*PIECES.split(), *SPACES))
TEXTS = st.text() | st.lists(WORDS, max_size=40).map(" ".join) | st.lists(WORDS, max_size=20).map("".join)


def _seen(text: str) -> str:
    """Return the text without space and marks that are not seen, such as the zero-width space."""
    return "".join(char for char in text if not char.isspace() and unicodedata.category(char) != "Cf")


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "We route each query to one of two models. It saves half of the cost!",
            ["We route each query to one of two models.", "It saves half of the cost!"],
        ),
        (
            "Graphs (see Fig. 2 and Smith et al. 2020) are everywhere, e.g. in the U.S. power grid. They grow.",
            ["Graphs (see Fig. 2 and Smith et al. 2020) are everywhere, e.g. in the U.S. power grid. They grow."],
        ),
        (
            "The error falls from 3.14 to 2.71 on all sets. Is it worth the trouble, then? We do think so, all in all.",
            [
                "The error falls from 3.14 to 2.71 on all sets.",
                "Is it worth the trouble, then?",
                "We do think so, all in all.",
            ],
        ),
        (
            "First paragraph without a full stop at its end\n\nSecond paragraph, which has one at its end.",
            ["First paragraph without a full stop at its end", "Second paragraph, which has one at its end."],
        ),
        (
            "图神经网络在分子性质预测中表现出色。我们提出的路由方法显著降低了成本！",
            ["图神经网络在分子性质预测中表现出色。", "我们提出的路由方法显著降低了成本！"],
        ),
    ],
)
def test_sentences_of_abstracts(text: str, expected: list[str]) -> None:
    assert _sentences(text) == expected


def test_short_pieces_belong_to_their_neighbour() -> None:
    text = "We study two tasks at home: (1) Cooking dinner; (2) Shopping. Both are hard for machines."
    assert _sentences(text) == [text[:61], text[62:]]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t"])
def test_empty_text_has_no_sentences(text: str) -> None:
    assert split(text) == []


def test_text_without_an_end_is_one_sentence() -> None:
    assert _sentences("no capital and no stop") == ["no capital and no stop"]


def test_contractions_keep_their_letters() -> None:
    text = "It can't be done in time, and it doesn't matter. We couldn't measure any difference at all."
    assert _sentences(text) == [
        "It can't be done in time, and it doesn't matter.",
        "We couldn't measure any difference at all.",
    ]


@given(TEXTS)
@example("a\u00adb can't. \u200b x\ufeffy")
def test_sentences_lie_in_order_and_only_space_lies_between(text: str) -> None:
    end = 0
    for start, stop in split(text):
        assert end <= start < stop <= len(text)
        assert not _seen(text[end:start])
        assert text[start:stop] == text[start:stop].strip()
        end = stop
    assert not _seen(text[end:])
