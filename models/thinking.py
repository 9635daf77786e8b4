"""Separating what a model thinks from what it answers: many think first, between two marks of their own."""

OPEN, CLOSE = "<think>", "</think>"
"""The marks of the families in the catalogue that can think."""


class Splitter:
    """Separates thoughts from the answer, however the text is cut into pieces.

    Args:
        thinking: The prompt has opened a thought already.
    """

    def __init__(self, *, thinking: bool = False) -> None:
        self.thinking = thinking
        """Whether what comes next is a thought."""
        self._held = ""
        self._thought = thinking
        self._answering = False

    def feed(self, text: str) -> tuple[str, str]:
        """Take a piece of text; return what of it was thought, and what is answered.

        A piece that may be the beginning of a mark is held back until the next.

        >>> splitter = Splitter()
        >>> splitter.feed("<think>Well"), splitter.feed(".</thi"), splitter.feed("nk> Yes")
        (('Well', ''), ('.', ''), ('', 'Yes'))
        """
        if self._answering:
            return "", text  # an answer may speak of the marks
        text, self._held = self._held + text, ""
        thought = ""
        while True:
            if self.thinking:
                before, mark, after = text.partition(CLOSE)
                if not mark:
                    ready, self._held = _held_back(text, CLOSE)
                    return thought + ready, ""
                thought, text, self.thinking = thought + before, after, False
            start = text.lstrip()
            if not start.startswith(OPEN):
                break
            text, self.thinking, self._thought = start.removeprefix(OPEN), True, True
        if OPEN.startswith(start):
            self._held = text
            return thought, ""
        self._answering = True
        return thought, self._stripped(text)

    def end(self) -> tuple[str, str]:
        """Return what was held back, once nothing more comes."""
        text, self._held = self._held, ""
        return (text, "") if self.thinking else ("", self._stripped(text))

    def _stripped(self, text: str) -> str:
        # Behind a thought there are empty lines.
        return text.lstrip() if self._thought else text


def _held_back(text: str, mark: str) -> tuple[str, str]:
    """Divide a text before what may be the beginning of a mark."""
    for size in range(min(len(mark) - 1, len(text)), 0, -1):
        if mark.startswith(text[-size:]):
            return text[:-size], text[-size:]
    return text, ""
