"""Tells a model that works slowly from one that hangs, by what its process does and by how fast it was so far."""

STILL = 30.0
"""Seconds without a token and without computing after which a process counts as hung: stopped, or waiting for ever."""

STUCK = 60.0
"""Seconds at least that it may compute without getting further."""

FIRST = 900.0
"""The same before it got anywhere, when nothing is known of its speed."""

TOKENS = 2048
"""How many tokens' time, at the slowest pace seen, it may compute: four batches of 512, which are read at once."""

TIMES = 10
"""How many times the longest pause seen a pause may last."""

LEAST = 0.02
"""Seconds of computing that count; sending a sign of life takes less in `STILL` seconds."""


class Patience:
    """So many seconds of silence.

    Args:
        seconds: The most.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        """The most."""
        self._silent = 0.0

    @property
    def ended(self) -> float:
        """The seconds that passed in vain; 0 as long as there is hope."""
        return self._silent if self._silent > self.seconds else 0.0

    def wait(self, seconds: float) -> None:
        """Note that nothing came. Counted, not read from a clock, which goes on while this machine sleeps."""
        self._silent += seconds

    def beat(self, computed: float, read: int) -> None:
        """Note a sign of life, which says nothing here."""

    def step(self, tokens: int = 1) -> None:
        """Note that it got further."""
        self._silent = 0.0


class Pulse(Patience):
    """As many seconds as the model may need by what is known of it; kept from one request to the next.

    Args:
        still: Seconds without computing, at least.
        stuck: Seconds of computing without getting further, at least.
    """

    def __init__(self, still: float = STILL, stuck: float = STUCK) -> None:
        super().__init__(still)
        self._stuck = stuck
        self._longest = 0.0
        self._pace = 0.0
        self.begin()

    def begin(self) -> None:
        """A new request."""
        self._silent = self._stepless = self._computed = 0.0
        self._read = 0

    @property
    def ended(self) -> float:
        """The seconds that passed in vain; 0 as long as there is hope."""
        if self._silent > max(self.seconds, TIMES * self._longest):
            return self._silent
        most = max(self._stuck, TOKENS * self._pace) if self._pace else max(self._stuck, FIRST)
        return self._stepless if self._stepless > most else 0.0

    def wait(self, seconds: float) -> None:
        """Note that nothing came."""
        self._silent += seconds
        self._stepless += seconds

    def beat(self, computed: float, read: int) -> None:
        """Note a sign of life.

        Args:
            computed: Seconds that the process has computed since it began, on all cores.
            read: Tokens of the prompt that it has read.
        """
        if abs(computed - self._computed) > LEAST:
            self._rest()
            self._computed = computed
        if read != self._read:
            tokens, self._read = abs(read - self._read), read
            self.step(tokens)

    def step(self, tokens: int = 1) -> None:
        """Note that it got further by some tokens."""
        self._pace = max(self._pace, self._stepless / tokens)
        self._stepless = 0.0
        self._rest()

    def _rest(self) -> None:
        self._longest = max(self._longest, self._silent)
        self._silent = 0.0
