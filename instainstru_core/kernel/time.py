"""Half-open spans of instants, and the way between wall clocks and UTC.

A local time that the clocks skip (spring) does not exist and is refused; a local time that
happens twice (autumn) means its first occurrence.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

BUSINESS_ZONE = "America/New_York"


class NonexistentLocalTime(ValueError):
    """The clocks skip this wall-clock time on this day."""


class UnknownZone(ValueError):
    """No such time zone."""


@dataclass(frozen=True, slots=True)
class Span:
    """The instants from `start` up to, not including, `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            msg = "a span must not end before it starts"
            raise ValueError(msg)

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        """Touching spans do not overlap; an empty span overlaps nothing."""
        return max(self.start, other.start) < min(self.end, other.end)

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def widened(self, margin: timedelta) -> "Span":
        return Span(self.start - margin, self.end + margin)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The zone of this IANA name. Raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as failure:
        raise UnknownZone(name) from failure


def to_utc(local: datetime, zone_name: str) -> datetime:
    """The UTC instant of a naive wall-clock time. Raises NonexistentLocalTime."""
    if local.tzinfo is not None:
        msg = "a wall-clock time carries no zone of its own"
        raise ValueError(msg)
    place = zone(zone_name)
    instant = local.replace(tzinfo=place, fold=0).astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) != local:
        raise NonexistentLocalTime(f"{local:%Y-%m-%d %H:%M} does not exist in {zone_name}")
    return instant


def to_local(instant: datetime, zone_name: str) -> datetime:
    """The naive wall-clock time of an instant."""
    return instant.astimezone(zone(zone_name)).replace(tzinfo=None)


def local_day(instant: datetime, zone_name: str = BUSINESS_ZONE) -> date:
    """The calendar day of an instant in this zone."""
    return instant.astimezone(zone(zone_name)).date()


def midnight(day: date, zone_name: str = BUSINESS_ZONE) -> datetime:
    """The first instant of a local day, in UTC, also where midnight itself is skipped."""
    return datetime.combine(day, time.min, tzinfo=zone(zone_name)).astimezone(UTC)


def day_span(first: date, last: date, zone_name: str = BUSINESS_ZONE) -> Span:
    """All instants of the local days `first` to `last`, both included."""
    return Span(midnight(first, zone_name), midnight(last + timedelta(days=1), zone_name))


def monday_of(day: date) -> date:
    """The Monday of the week that holds this day."""
    return day - timedelta(days=day.weekday())
