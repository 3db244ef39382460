"""Local days as one line of real minutes.

On the line an hour that the clocks skip has no minutes, and an hour that happens twice has its
minutes twice. Lessons are measured on the line, so they may cross midnight and are exact to the
minute on days when the clocks change.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from instainstru_core.domains.availability.policy.bits import (
    DAY_BYTES,
    DAY_MINUTES,
    stretch,
    to_bytes,
)
from instainstru_core.kernel.time import Span, midnight, to_local

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)
CLOSED = bytes(DAY_BYTES)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a local day in which the clocks run without a jump."""

    elapsed: int
    wall: int
    length: int


PLAIN = (Segment(0, 0, DAY_MINUTES),)
"""A day on which the clocks run without a jump."""


@lru_cache(maxsize=4096)
def segments(day: date, zone_name: str) -> tuple[Segment, ...]:
    """The parts of a local day: one, or two when the clocks change."""
    start, end = midnight(day, zone_name), midnight(day + ONE_DAY, zone_name)
    total = (end - start) // MINUTE
    if total == DAY_MINUTES:
        return PLAIN
    found: list[Segment] = []
    for elapsed in range(total):
        local = to_local(start + elapsed * MINUTE, zone_name)
        wall = local.hour * 60 + local.minute
        if found and wall == found[-1].wall + found[-1].length:
            found[-1] = Segment(found[-1].elapsed, found[-1].wall, found[-1].length + 1)
        else:
            found.append(Segment(elapsed, wall, 1))
    return tuple(found)


@lru_cache(maxsize=4096)
def is_plain(first: date, last: date, zone_name: str) -> bool:
    """Whether the clocks run without a jump on all these local days."""
    span = (last - first).days + 1
    return all(segments(first + day * ONE_DAY, zone_name) == PLAIN for day in range(span))


def day_length(parts: Sequence[Segment]) -> int:
    """How many real minutes a local day has."""
    return parts[-1].elapsed + parts[-1].length


def wall_minute(parts: Sequence[Segment], elapsed: int) -> int:
    """What the clock on the wall shows so many minutes after the day began."""
    part = next(part for part in reversed(parts) if part.elapsed <= elapsed)
    return part.wall + elapsed - part.elapsed


def elapsed_minute(parts: Sequence[Segment], wall: int) -> int:
    """How long after the day began the clock first shows this minute, or has gone past it."""
    for part in parts:
        if wall < part.wall + part.length:
            return part.elapsed + max(wall - part.wall, 0)
    return day_length(parts)


def at_wall(day: date, wall: int, zone_name: str) -> datetime:
    """The instant at which the clock of a day first shows this minute, or has gone past it."""
    return midnight(day, zone_name) + elapsed_minute(segments(day, zone_name), wall) * MINUTE


@dataclass(frozen=True, slots=True)
class Line:
    """Real minutes from `start` on: bit i is the minute that begins i minutes later."""

    start: datetime
    length: int
    bits: int

    def minute(self, instant: datetime) -> int:
        """The first minute of the line that begins at or after the instant, kept inside it."""
        return min(max(-((self.start - instant) // MINUTE), 0), self.length)

    def without(self, span: Span) -> "Line":
        """The line with every minute cleared that the span touches."""
        return self.without_all(((span.start, span.end),))

    def without_all(self, spans: Iterable[tuple[datetime, datetime]]) -> "Line":
        """The line with every minute cleared between the two instants of each pair."""
        taken = 0
        for start, end in spans:
            first = max((start - self.start) // MINUTE, 0)
            last = min(-((self.start - end) // MINUTE), self.length)
            if last > first:
                taken |= ((1 << (last - first)) - 1) << first
        return Line(self.start, self.length, self.bits & ~taken)

    def is_open(self, span: Span) -> bool:
        """Whether every minute of the span is set. False outside the line."""
        if span.start < self.start or span.end > self.start + self.length * MINUTE:
            return False
        wanted = stretch((span.start - self.start) // MINUTE, self.minute(span.end))
        return self.bits & wanted == wanted


def line(days: Mapping[date, int], first: date, last: date, zone_name: str) -> Line:
    """The open minutes of the local days `first` to `last`. A day that is not there is closed."""
    whole = [first + offset * ONE_DAY for offset in range((last - first).days + 1)]
    if is_plain(first, last, zone_name):
        stored = b"".join([to_bytes(days[day]) if day in days else CLOSED for day in whole])
        length = len(whole) * DAY_MINUTES
        return Line(midnight(first, zone_name), length, int.from_bytes(stored, "little"))
    bits = offset = 0
    for day in whole:
        parts = segments(day, zone_name)
        open_minutes = days.get(day, 0)
        for part in parts:
            piece = (open_minutes >> part.wall) & stretch(0, part.length)
            bits |= piece << (offset + part.elapsed)
        offset += day_length(parts)
    return Line(midnight(first, zone_name), offset, bits)
