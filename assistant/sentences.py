"""Sentences of a text, by their places in it."""

import re
from collections.abc import Iterator

SHORTEST = 25
"""Characters below which a piece ("(2) Grocery shopping;") belongs to its neighbour and is no sentence."""

WIDE = re.compile("[\u2e80-\ud7ff\uf900-\ufaff\uff00-\uff60]")
"""A character of Chinese, Japanese or Korean: it says as much as two of an alphabet, at least."""

CJK_END = re.compile(r"(?<=[。！？])(?=\S)")
"""Between two sentences of Chinese or Japanese, which are not set apart by a space."""


LONGEST = 400
"""Characters above which a sentence is cut at every stop: it is a text in lower case, where a stop ends nothing to the
segmenter."""

STOP = re.compile(r"((?<=[\w)\]][\w)\]][.!?])|(?<=\s[.!?]))(?<!\bal\.)(?<!\bvs\.)(?<!\b[Ff]ig\.)(?<!\bno\.)(?=\s)")


def split(text: str) -> list[tuple[int, int]]:
    """Find the sentences of a text.

    Returns:
        Start and end of each; what lies between them is only space.

    >>> text = "We use e.g. BERT, see Fig. 2. It reaches an R2 of 0.93 vs. 0.59."
    >>> [text[start:end] for start, end in split(text)]
    ['We use e.g. BERT, see Fig. 2.', 'It reaches an R2 of 0.93 vs. 0.59.']
    """
    return list(_merge_short(text, _segments(text)))


def _segments(text: str) -> Iterator[tuple[int, int]]:
    from syntok import segmenter

    for paragraph in segmenter.analyze(text):
        for sentence in paragraph:
            tokens = list(sentence)
            end = tokens[-1].offset + len(tokens[-1].value)
            yield from _cut(text, tokens[0].offset, end)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what the segmenter takes for one sentence where it is several."""
    cuts = {match.start() for match in CJK_END.finditer(text, start, end)}
    if end - start > LONGEST:
        cuts.update(match.start() for match in STOP.finditer(text, start, end))
    for cut in (*sorted(cuts), end):
        # The segmenter takes some rare spaces for letters.
        piece = text[start:cut]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = cut


def _merge_short(text: str, segments: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    held: tuple[int, int] | None = None
    for start, end in segments:
        if held is not None and (_width(text[start:end]) < SHORTEST or _width(text[slice(*held)]) < SHORTEST):
            held = held[0], end
            continue
        if held is not None:
            yield held
        held = start, end
    if held is not None:
        yield held


def _width(text: str) -> int:
    return len(text) + len(WIDE.findall(text))
