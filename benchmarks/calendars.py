"""What the arithmetic of calendars costs by itself, without a database.

    python -m benchmarks.calendars

One instructor's free starts of 30 days, and the first free start of each of 5,000 instructors
whose calendars are loaded, the medians of many runs on made-up but lively calendars.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np

from benchmarks.results import Result
from instainstru_core.domains.availability import policy
from instainstru_core.domains.availability.policy.many import (
    Asked,
    Columns,
    first_starts,
    free_rows,
)
from instainstru_core.domains.availability.types import Buffers, Busy, Calendar, OpenDay
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import BUSINESS_ZONE, Span, midnight

FIRST = date(2026, 6, 16)
NOW = datetime(2026, 6, 15, 14, tzinfo=UTC)
MANY = 5_000
MONTH = 30
TRAVELS, TAGGED = 0.3, 0.1
HABITS = (((15, 20),), ((9, 13), (14, 19)), ((17, 21),), ((8, 18),), ((10, 14), (16, 20)))


def results() -> list[Result]:
    """Both measurements against their targets."""
    month, many = free_starts_of_a_month(), filter_of_many()
    alone = "the policy alone"
    return [
        Result(
            "free starts of 30 days", alone, month * 1e6, 200, "us", "as minutes, of one calendar"
        ),
        Result(
            f"filter {MANY:,} calendars", alone, many * 1e3, 15, "ms", "loaded ones, one evening"
        ),
    ]


def free_starts_of_a_month() -> float:
    """Seconds for the starts of 30 days of one instructor with a lesson a day."""
    calendar = _calendar(Random(7))

    def starts() -> object:
        return policy.free_minutes(
            calendar,
            first=FIRST,
            last=FIRST + timedelta(days=MONTH - 1),
            minutes=60,
            lesson_format=LessonFormat.INSTRUCTOR_LOCATION,
            now=NOW,
        )

    return median_of(starts, 300)


def filter_of_many() -> float:
    """Seconds for who of 5,000 has room on one evening, and from when."""
    dice = Random(11)
    columns = _columns(dice)
    kinds = dice.choices(list(LessonFormat), k=MANY)
    lengths = np.array(dice.choices((30, 45, 60, 90), k=MANY), dtype=np.int64)
    asked = Asked([FIRST], 16 * 60, 20 * 60, NOW)

    def starts() -> object:
        return first_starts(columns, free_rows(columns, kinds), asked, lengths)

    return median_of(starts, 50)


def median_of(work: Callable[[], object], times: int) -> float:
    """The median of so many runs, in seconds; the first is not counted."""
    work()
    took: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def _calendar(dice: Random) -> Calendar:
    start = midnight(FIRST, BUSINESS_ZONE)
    days = {FIRST + timedelta(days=offset): _day(dice) for offset in range(MONTH + 1)}
    lessons: list[Busy] = []
    for offset in range(MONTH):
        begins_at = start + timedelta(days=offset, hours=dice.randint(9, 19))
        lessons.append(
            Busy(Span(begins_at, begins_at + timedelta(hours=1)), dice.random() < TRAVELS)
        )
    buffers = Buffers(timedelta(minutes=15), timedelta(minutes=60))
    return Calendar(BUSINESS_ZONE, buffers, True, days, tuple(lessons))


def _day(dice: Random) -> OpenDay:
    bits = sum(policy.stretch(start * 60, end * 60) for start, end in dice.choice(HABITS))
    online = policy.stretch(18 * 60, 24 * 60) & bits if dice.random() < TAGGED else 0
    return OpenDay(bits, online, 0)


def _columns(dice: Random) -> Columns:
    days = [[_day(dice) for _ in range(2)] for _ in range(MANY)]
    tagged = [row for row, each in enumerate(days) if any(day.low for day in each)]
    busy = [row for row in range(MANY) for _ in range(dice.randint(0, 2))]
    starts = np.array([dice.randint(9, 19) * 60 for _ in busy], dtype=np.int64)

    def plane(
        rows: list[list[OpenDay]], name: str
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        stored = b"".join(policy.to_bytes(getattr(day, name)) for each in rows for day in each)
        return np.frombuffer(stored, np.uint8).reshape(len(rows), 2, policy.DAY_BYTES)

    marked = [days[row] for row in tagged]
    return Columns(
        zone_name=BUSINESS_ZONE,
        first=FIRST,
        open=plane(days, "bits"),
        tagged=np.array(tagged, dtype=np.int64),
        low=plane(marked, "low"),
        high=plane(marked, "high"),
        usual=np.full(MANY, 15, dtype=np.int64),
        travel=np.full(MANY, 60, dtype=np.int64),
        protected=np.ones(MANY, dtype=np.bool_),
        busy=np.array(busy, dtype=np.int64),
        starts=starts,
        ends=starts + 60,
        travels=np.array([dice.random() < TRAVELS for _ in busy], dtype=np.bool_),
        taught=np.ones(len(busy), dtype=np.bool_),
    )


def main() -> None:
    """Print both."""
    for result in results():
        print(f"{result.what}: {result.shown}, {result.promised}")


if __name__ == "__main__":
    main()
