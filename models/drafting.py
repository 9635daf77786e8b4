"""Guessing what a model writes next from what it has read: an answer repeats its evidence.

Several guessed tokens are read in one batch, which costs little more than one, and those the model would not have
written are forgotten (prompt lookup; Saxena 2023, after Leviathan, Kalman and Matias 2023).
"""

from collections.abc import Sequence

from assistant.models.native import Logits, NativeModel

PAIR = 2
"""Tokens that must agree before the next are guessed."""

FIRST, MOST = 3, 8
"""Tokens guessed at once: at first, and at most."""

FAR = 16
"""Tokens compared backwards, to choose between places that end alike."""


class Drafter:
    """Guesses from a prompt. It guesses more after a good guess and less after a bad one.

    Args:
        prompt: What the model has read.
    """

    def __init__(self, prompt: Sequence[int]) -> None:
        self._prompt = list(prompt)
        self._size = FIRST
        self._after: dict[tuple[int, int], list[int]] = {}
        for place in range(PAIR, len(self._prompt)):
            self._after.setdefault((self._prompt[place - 2], self._prompt[place - 1]), []).append(place)

    def guess(self, written: Sequence[int]) -> list[int]:
        """Return the tokens that followed in the prompt where it reads most like the end of what was written.

        >>> Drafter([1, 2, 3, 4, 9, 2, 3, 5]).guess([1, 2, 3])
        [4, 9, 2]
        """
        if len(written) < PAIR:
            return []
        places = self._after.get((written[-2], written[-1]), ())
        best = max(places, key=lambda place: self._alike(place, written), default=None)
        return [] if best is None else self._prompt[best : best + self._size]

    def learn(self, guessed: int, right: int) -> None:
        """Take note of how many of the guessed tokens were right."""
        if guessed and right == guessed:
            self._size = min(2 * self._size, MOST)
        elif guessed:
            self._size = max(right, 1)

    def _alike(self, place: int, written: Sequence[int]) -> int:
        """Count the tokens before a place of the prompt that are those written last."""
        count = 0
        for back in range(1, min(place, len(written), FAR) + 1):
            if self._prompt[place - back] != written[-back]:
                break
            count += 1
        return count


class Pen:
    """Lets a model write, the likeliest token each time.

    Args:
        model: What writes; it has read the prompt.
        prompt: The prompt.
        logits: Those after the prompt.
    """

    def __init__(self, model: NativeModel, prompt: Sequence[int], logits: Logits) -> None:
        self._model = model
        self._drafter = Drafter(prompt if model.can_forget else ())
        self.written: list[int] = []
        """What was written, since the last insertion."""
        self._unread: list[int] = []
        self._read = len(prompt)
        self._guess: list[int] = []
        self._right = 0
        self._following = [int(logits.argmax())]

    def next(self, most: int) -> int:
        """Return the token that the model would write now.

        Args:
            most: Tokens that may be written from here on.
        """
        if self._unread:
            self._guess = self._drafter.guess(self.written)[: max(most - 1, 0)]
            self._following = self._model.likeliest([*self._unread, *self._guess])
            self._read += len(self._unread)
            self._unread = []
        return self._following[self._right]

    def write(self, token: int) -> None:
        """Write the token that was returned last."""
        self.written.append(token)
        # What the model says after a guessed token counts as long as it would have written that token.
        if self._guess[self._right : self._right + 1] == [token]:
            self._right += 1
            self._read += 1
        else:
            self._settle()
            self._unread = [token]

    def insert(self, tokens: Sequence[int]) -> None:
        """Put tokens down that the model did not write."""
        self._settle()
        self._following = [int(self._model.read([*self._unread, *tokens]).argmax())]
        self._read += len(self._unread) + len(tokens)
        self._unread, self.written = [], []

    def _settle(self) -> None:
        """Forget the guesses that were wrong."""
        self._drafter.learn(len(self._guess), self._right)
        if self._right < len(self._guess):
            self._model.forget(self._read)
        self._guess, self._right = [], 0
