"""Open days and occupied times, written straight into the tables."""

from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy.dialects.postgresql import Range, insert

from instainstru_core.domains.availability.models import AvailabilityDay, Blackout, OccupiedTime
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Uow

_INSERT = insert(AvailabilityDay)
OPENED = _INSERT.on_conflict_do_update(
    index_elements=["instructor_id", "day"],
    set_={"bits": _INSERT.excluded.bits, "tags": _INSERT.excluded.tags},
)


@cache
def bits(*hours: str) -> bytes:
    """The stored form of open hours such as "09:00-12:00", minute by minute."""
    stored = bytearray(180)
    for window in hours:
        start, end = (_minute(text) for text in window.split("-"))
        for minute in range(start, end):
            stored[minute // 8] |= 1 << (minute % 8)
    return bytes(stored)


@cache
def tags(*hours: str) -> bytes | None:
    """The stored form of the tags of hours such as "09:00-12:00 online_only"."""
    planes = bytearray(360)
    for each in hours:
        window, _, word = each.partition(" ")
        number = ("any", "online_only", "no_travel", "closed").index(word or "any")
        start, end = (_minute(text) for text in window.split("-"))
        for minute in range(start, end):
            planes[minute // 8] |= (number & 1) << (minute % 8)
            planes[180 + minute // 8] |= (number >> 1) << (minute % 8)
    return bytes(planes) if any(planes) else None


def open_day(uow: Uow, instructor_id: str, day: date, *hours: str) -> None:
    """Open these hours of one local day, and no others; "09:00-12:00 no_travel" has a tag."""
    open_days(uow, instructor_id, day, 1, *hours)


def open_days(uow: Uow, instructor_id: str, first: date, count: int, *hours: str) -> None:
    """Open these hours of so many local days in a row, in one statement."""
    stored = {"bits": bits(*(each.split(" ")[0] for each in hours)), "tags": tags(*hours)}
    days = [first + timedelta(days=offset) for offset in range(count)]
    if days:
        rows = [{"instructor_id": instructor_id, "day": day, **stored} for day in days]
        uow.session.execute(OPENED, rows)


def blackout(uow: Uow, instructor_id: str, day: date, reason: str | None = None) -> None:
    """Mark a local day on which the instructor does not teach."""
    uow.session.add(
        Blackout(instructor_id=instructor_id, day=day, reason=reason, created_at=uow.now)
    )
    uow.session.flush()


def occupied(
    uow: Uow,
    instructor_id: str,
    start: datetime,
    end: datetime,
    *,
    student_id: str | None = None,
    travels: bool = False,
    chain_id: str | None = None,
    reference: str | None = None,
    expires_at: datetime | None = None,
) -> str:
    """A span that is taken. Returns its reference."""
    reference = reference or f"test:{new_id()}"
    span = Span(start, end)
    uow.session.add(
        OccupiedTime(
            id=new_id(),
            instructor_id=instructor_id,
            student_id=student_id,
            span=Range(span.start, span.end, bounds="[)"),
            travels=travels,
            chain_id=chain_id or new_id(),
            reference=reference,
            expires_at=expires_at,
        )
    )
    uow.session.flush()
    return reference


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
