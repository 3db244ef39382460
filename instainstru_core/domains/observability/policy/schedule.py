"""When scheduled jobs are due, and which of their times passed without them. Pure."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from instainstru_core.domains.observability.types import Timing
from instainstru_core.kernel.time import NonexistentLocalTime, local_day, to_utc

LEAST_GRACE = timedelta(seconds=10)
MOST_GRACE = timedelta(minutes=10)
SKEW = timedelta(seconds=30)
"""By how much the clocks of two machines may differ."""

LOOK_BACK = timedelta(days=90)
DAY = timedelta(days=1)
MINUTE, HOUR = 60, 3_600
HOURS = 24


def words(timing: Timing) -> str:
    """When a job is due, in the zone of its schedule: every 5 minutes, daily at 03:15."""
    if timing.every_seconds is not None:
        return f"every {_duration(timing.every_seconds)}"
    if len(timing.hours) == HOURS:
        return f"hourly at {_listed(f':{minute:02}' for minute in timing.minutes)}"
    times = (f"{hour:02}:{minute:02}" for hour in timing.hours for minute in timing.minutes)
    return f"daily at {_listed(times)}"


def next_due(
    timing: Timing, *, zone_name: str, last: datetime | None, now: datetime
) -> datetime | None:
    """The next moment it is due, which is now where it should have run; None where unknown.

    Jobs that come every so often are counted from the last time.
    """
    if timing.every_seconds is not None:
        return None if last is None else max(last + timedelta(seconds=timing.every_seconds), now)
    return next(_times(timing, zone_name, after=now, until=now + 2 * DAY), None)


def missed(timing: Timing, *, zone_name: str, since: datetime, now: datetime) -> int:
    """How many times it was due since then and did not run, after a grace for each.

    A job is given as long as it takes until it is due again, at least 10 seconds and at most 10
    minutes.
    """
    since = max(since, now - LOOK_BACK)
    if timing.every_seconds is not None:
        every = timedelta(seconds=timing.every_seconds)
        grace = min(max(every, LEAST_GRACE), MOST_GRACE)
        return max((now - grace - since) // every, 0)
    until = now - MOST_GRACE
    return sum(1 for _ in _times(timing, zone_name, after=since + SKEW, until=until))


def late_after(cadence: timedelta) -> timedelta:
    """How long ago the last success of a job may be: three times its cadence and ten minutes, and
    two hours beyond the cadence at most.
    """
    return min(cadence * 3 + timedelta(minutes=10), cadence + timedelta(hours=2))


def _times(
    timing: Timing, zone_name: str, *, after: datetime, until: datetime
) -> Iterator[datetime]:
    """The moments after the one and up to the other; what the clocks skip is never due."""
    day = local_day(after, zone_name)
    while day <= local_day(until, zone_name):
        for hour in timing.hours:
            for minute in timing.minutes:
                try:
                    at = to_utc(datetime.combine(day, time(hour, minute)), zone_name)
                except NonexistentLocalTime:
                    continue
                if after < at <= until:
                    yield at
        day += DAY


def _duration(seconds: float) -> str:
    for size, name in ((HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return name if count == 1 else f"{count} {name}s"
    return "second" if seconds == 1 else f"{seconds:g} seconds"


def _listed(parts: Iterator[str]) -> str:
    return ", ".join(parts)
