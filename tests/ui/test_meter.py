"""How far a task is, in words."""

from collections.abc import Iterable

import pytest

from assistant.types import Progress
from assistant.ui.meter import Meter, duration, pace


def _told(steps: Iterable[tuple[float, int]], total: int | None, stage: str = "reindex") -> list[str]:
    """Take steps, each with its second and how much is done."""
    taken = list(steps)
    seconds = iter([second for second, _ in taken])
    meter = Meter(lambda: next(seconds))
    return [meter.told(Progress(stage=stage, done=done, total=total)) for _, done in taken]


def test_rate_and_time_left() -> None:
    assert _told([(0, 0), (10, 400), (20, 800)], 12_000) == [
        "0 of 12,000",
        "400 of 12,000, 40 a second, 5 min left",
        "800 of 12,000, 40 a second, 5 min left",
    ]


def test_what_was_done_before_does_not_count_for_the_rate() -> None:
    assert _told([(0, 900), (10, 920)], 1000)[-1] == "920 of 1,000, 2 a second, 40 s left"


def test_rate_is_that_of_the_last_half_minute() -> None:
    slow, fast = [(float(second), second) for second in range(60)], [(60.0 + s, 60 + 10 * s) for s in range(40)]
    assert _told(slow + fast, 1000)[-1] == "450 of 1,000, 10 a second, 55 s left"


def test_slow_task() -> None:
    assert _told([(0, 0), (120, 64)], 1000)[-1] == "64 of 1,000, 32 a minute, 29 min left"


def test_unknown_total() -> None:
    assert _told([(0, 64), (2, 128)], None)[-1] == "128, 32 a second"


def test_download_is_told_in_bytes() -> None:
    steps = [(0, 0), (10, 100_000_000), (20, 200_000_000)]
    assert _told(steps, 1_000_000_000, "pull") == [
        "0 bytes of 1.0 GB",
        "100 MB of 1.0 GB, 10 MB a second, 90 s left",
        "200 MB of 1.0 GB, 10 MB a second, 80 s left",
    ]


def test_bytes_are_told_as_a_share() -> None:
    assert _told([(0, 0), (4, 1 << 30)], 2 << 30, "packing") == ["0%", "50%, 4 s left"]
    assert _told([(0, 0)], 0, "packing") == ["0%"]


@pytest.mark.parametrize("steps", [[(0, 90), (1, 40)], [(0, 0), (0, 64)], [(5, 64)]])
def test_no_rate_where_there_is_none_to_tell(steps: list[tuple[float, int]]) -> None:
    assert _told(steps, 100)[-1] == f"{steps[-1][1]} of 100"


def test_more_than_all() -> None:
    assert _told([(0, 0), (10, 120)], 100)[-1] == "120 of 100, 12 a second, 0 s left"


@pytest.mark.parametrize(("rate", "said"), [(0.01, "1 a minute"), (1.5, "90 a minute"), (2, "2 a second")])
def test_pace(rate: float, said: str) -> None:
    assert pace(rate) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (99, "99 s"), (100, "2 min"), (5399, "90 min"), (5400, "1.5 h"), (360000, "100.0 h")],
)
def test_duration(seconds: float, said: str) -> None:
    assert duration(seconds) == said
