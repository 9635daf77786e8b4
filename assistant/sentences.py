"""Sentences of a text, by their places in it."""

import re
from collections.abc import Iterator

SHORTEST = 25
"""Characters below which a piece ("(2) Grocery shopping;") belongs to its neighbour and is no sentence."""

CJK_END = re.compile(r"(?<=[。！？])(?=\S)")
"""Between two sentences of Chinese or Japanese, which are not set apart by a space."""


def split(text: str) -> list[tuple[int, int]]:
    """Find the sentences of a text.

    Returns:
        Start and end of each; what lies between them is only space.

    >>> text = "We use e.g. BERT, see Fig. 2. It reaches an R2 of 0.93 vs. 0.59."
    >>> [text[start:end] for start, end in split(text)]
    ['We use e.g. BERT, see Fig. 2.', 'It reaches an R2 of 0.93 vs. 0.59.']
    """
    return list(_merge_short(_segments(text)))


def _segments(text: str) -> Iterator[tuple[int, int]]:
    from syntok import segmenter

    for paragraph in segmenter.analyze(text):
        for sentence in paragraph:
            tokens = list(sentence)
            end = tokens[-1].offset + len(tokens[-1].value)
            yield from _split_cjk(text, tokens[0].offset, end)


def _split_cjk(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for cut in [*(match.start() for match in CJK_END.finditer(text, start, end)), end]:
        yield start, cut
        start = cut


def _merge_short(segments: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    held: tuple[int, int] | None = None
    for start, end in segments:
        if held is not None and (end - start < SHORTEST or held[1] - held[0] < SHORTEST):
            held = held[0], end
            continue
        if held is not None:
            yield held
        held = start, end
    if held is not None:
        yield held
