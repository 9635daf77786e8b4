"""Where a prompt is cut, so that what two prompts begin with alike is read once, and in the same batches.

Tokens read in a batch of another size get slightly other numbers, and may lead to other words. So a part is kept only
where the prompt it was read for was cut at the same places.
"""

from collections.abc import Iterable, Iterator, Sequence

LONGEST = 512
"""Tokens read at once at most."""

LEAST = 128
"""Tokens that a part should have, and what is left after it: a question read alone takes as long as three times as many
tokens read with what stands before them, and seldom are the quotations before it those of the question before."""

TAIL = 16
"""Tokens after the end of a turn that are not worth a part of their own: the template's last words."""


def cuts(size: int, paragraphs: Iterable[int], turns: Iterable[int]) -> list[int]:
    """Choose where to cut a prompt.

    Cut are the first turn, which holds the fixed instructions, and papers, as far as the parts are long enough.

    Args:
        size: Tokens of the prompt.
        paragraphs: How many tokens end with a paragraph, ascending.
        turns: The same for the turns of the conversation.

    Returns:
        The ends of the parts, ascending; the last is the end of the prompt.

    >>> cuts(400, paragraphs=[100, 130, 210, 360], turns=[80, 395])
    [80, 210, 400]
    >>> cuts(700, paragraphs=[], turns=[])
    [512, 700]
    """
    inner = [one for one in paragraphs if one < size]
    ended = [one for one in turns if one <= size - TAIL]
    found: list[int] = []
    for place in [*sorted({*inner, *ended}), size]:
        last = found[-1] if found else 0
        found += range(last + LONGEST, place, LONGEST)
        last = found[-1] if found else 0
        is_worth = place - last >= LEAST and size - place >= LEAST
        if place > last and (place == size or place in ended[:1] or is_worth):
            found.append(place)
    return found


def shared(former: Sequence[int], prompt: Sequence[int], cut_before: Iterable[int], cut_now: Sequence[int]) -> int:
    """Count the tokens that need not be read again.

    Args:
        former: What was read last.
        prompt: What is to be read; its last token always is.
        cut_before: Where the former was cut.
        cut_now: Where the prompt is cut.

    >>> shared([1, 2, 3, 4], [1, 2, 3, 5], [2, 4], [2, 3, 4])
    2
    """
    alike = min(_alike(former, prompt), len(prompt) - 1)
    keep = 0
    for one, other in zip(cut_before, cut_now, strict=False):
        if one != other or one > alike:
            break
        keep = one
    return keep


def parts(cut: Iterable[int], after: int) -> Iterator[tuple[int, int]]:
    """Return beginning and end of each part that follows a place.

    >>> list(parts([80, 190, 300], after=80))
    [(80, 190), (190, 300)]
    """
    for end in cut:
        if end > after:
            yield after, end
            after = end


def _alike(left: Sequence[int], right: Sequence[int]) -> int:
    """Count the tokens two sequences begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(left), len(right)))
