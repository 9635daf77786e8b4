"""Telling what a model thinks from what it answers, in the stream of its words."""

from collections.abc import Iterable, Iterator

from assistant.protocols import Piece

PAIRS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "<seed:think>": "</seed:think>",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "<|START_THINKING|>": "<|END_THINKING|>",
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
    "<|channel>thought": "<channel|>",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
}
"""What models put before and behind their thinking."""

MARKS = (*PAIRS, *PAIRS.values())


def opened(prompt: str) -> str:
    r"""Return the mark that will end the thinking which a prompt opens for the model; empty where it opens none.

    >>> opened("<|im_start|>assistant\n<think>\n"), opened("<think>\n\n</think>\n\n")
    ('</think>', '')
    """
    end = prompt.rstrip()
    return next((closing for opening, closing in PAIRS.items() if end.endswith(opening)), "")


def is_part(text: str) -> bool:
    """Tell whether a text is a mark or a part of one."""
    return any(text in mark for mark in MARKS)


class Splitter:
    """Takes a text piece by piece, and gives it back with its thinking told apart, without the marks around it.

    Thinking counts as such before the answer begins; a mark that an answer mentions is a part of the answer. Where
    a thought ends that nobody saw begin, all that was said before it was thought, and is taken back.

    Args:
        closing: The mark that ends the thinking which the prompt has opened; empty where it has not.
    """

    def __init__(self, closing: str = "") -> None:
        self.closing = closing
        """The mark that is waited for; empty in the answer."""
        self.pending = 0
        """Tokens of what is held back, as it may be the beginning of a mark."""
        self._held = ""
        self._line = ""
        self._has_begun = False
        self._has_thought = bool(closing)
        self._trims = False

    @property
    def is_thinking(self) -> bool:
        """True amid a thought."""
        return bool(self.closing)

    def feed(self, text: str, tokens: int = 1) -> Iterator[Piece]:
        """Take the next piece."""
        self._held += text
        self.pending += tokens
        while marked := self._mark():
            yield from marked
        ready = len(self._held) - held_back(self._held, self._marks())
        if ready or (self.pending and not self._held):
            yield self._piece(self._held[:ready])
            self._held = self._held[ready:]

    def finish(self) -> Iterator[Piece]:
        """Give back what is held still: it began like a mark, and is none."""
        if self._held:
            yield self._piece(self._held)
            self._held = ""

    def _marks(self) -> tuple[str, ...]:
        """Return the marks that mean something here."""
        if self.closing:
            return (self.closing,)
        return (*(() if self._has_begun else PAIRS), *(() if self._has_thought else PAIRS.values()))

    def _mark(self) -> list[Piece]:
        """Pass the first mark in what is held, and return what stands before it; nothing where there is none."""
        if self._trims:
            self._held = self._held.lstrip()
        if self.closing:
            before, mark, rest = self._held.partition(self.closing)
            if not mark:
                return []
            self._held, self._trims, piece = rest, True, self._piece(before)
            self.closing = ""
            return [piece]
        if not self._has_begun:
            text = self._held.lstrip()
            for opening in PAIRS:
                if text.startswith(opening):
                    self.closing, self._held, self._has_thought, self._trims = PAIRS[opening], "", True, True
                    piece = self._piece("")
                    self._held = text.removeprefix(opening)
                    return [piece]
        return [] if self._has_thought else self._taken_back()

    def _taken_back(self) -> list[Piece]:
        """Look for the end of a thought that nobody saw begin: a mark on a line of its own."""
        for mark in PAIRS.values():
            before, found, rest = self._held.partition(mark)
            if found and not (self._line + before).rpartition("\n")[2].strip():
                piece = Piece(before, self.pending, thinking=True, takes_back=True)
                self._held, self._line, self.pending = rest, "", 0
                self._has_begun, self._has_thought, self._trims = False, True, True
                return [piece]
        return []

    def _piece(self, text: str) -> Piece:
        piece = Piece(text, self.pending, thinking=self.is_thinking)
        self.pending = 0
        if text:
            self._trims = False
        if not self.closing and text.strip():
            self._has_begun = True
        self._line = (self._line + text).rpartition("\n")[2]
        return piece


def held_back(text: str, marks: Iterable[str]) -> int:
    """Count the last characters of a text that may be the beginning of a mark.

    >>> held_back("so <th", ["<think>", "<thought>"]), held_back("so", ["<think>"])
    (3, 0)
    """
    lengths = (size for mark in marks for size in range(1, len(mark)) if text.endswith(mark[:size]))
    return max(lengths, default=0)


def separate(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Tell the thinking apart in the pieces that a model wrote; what is told already passes as it is."""
    splitter = Splitter()
    for piece in pieces:
        if piece.thinking:
            yield piece
        else:
            yield from splitter.feed(piece.text, piece.tokens)
    yield from splitter.finish()
