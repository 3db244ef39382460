"""The rules of a booking's life. Pure: instants and states in, decisions out."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from instainstru_core.domains.bookings.types import (
    BookingStatus,
    CancellationVerdict,
    CancelledBy,
    Notice,
    Party,
    Side,
)

GRID_MINUTES = 15
MAX_ADVANCE = timedelta(days=365)
EARLY_NOTICE = timedelta(hours=24)
MIDDLE_NOTICE = timedelta(hours=12)

_EITHER_SIDE = frozenset({Party.STUDENT, Party.INSTRUCTOR, Party.ADMIN})
_STAFF = frozenset({Party.ADMIN})
_ITSELF = frozenset({Party.SYSTEM})

TRANSITIONS: Mapping[tuple[BookingStatus | None, BookingStatus], frozenset[Party]] = {
    (None, BookingStatus.PENDING): frozenset({Party.STUDENT}),
    (BookingStatus.PENDING, BookingStatus.CONFIRMED): _ITSELF,
    (BookingStatus.PENDING, BookingStatus.PAYMENT_FAILED): _ITSELF,
    (BookingStatus.PENDING, BookingStatus.CANCELLED): _EITHER_SIDE,
    (BookingStatus.PENDING, BookingStatus.COMPLETED): _STAFF,
    (BookingStatus.CONFIRMED, BookingStatus.CANCELLED): _EITHER_SIDE,
    (BookingStatus.CONFIRMED, BookingStatus.COMPLETED): frozenset(
        {Party.INSTRUCTOR, Party.SYSTEM, Party.ADMIN}
    ),
    (BookingStatus.CONFIRMED, BookingStatus.NO_SHOW): _EITHER_SIDE | _ITSELF,
    (BookingStatus.COMPLETED, BookingStatus.CANCELLED): _STAFF,
    (BookingStatus.COMPLETED, BookingStatus.NO_SHOW): _EITHER_SIDE,
    (BookingStatus.NO_SHOW, BookingStatus.CONFIRMED): _STAFF,
    (BookingStatus.NO_SHOW, BookingStatus.COMPLETED): _STAFF,
    (BookingStatus.NO_SHOW, BookingStatus.CANCELLED): _STAFF,
}
"""Every way a booking moves on, and who may move it. What is not here does not happen."""


def may_become(current: BookingStatus | None, wanted: BookingStatus, *, by: Party) -> bool:
    """Whether this party may move a booking so. None is the state before there is a booking."""
    return by in TRANSITIONS.get((current, wanted), frozenset())


def is_terminal(status: BookingStatus) -> bool:
    """Whether nothing can follow."""
    return not any(current is status for current, _ in TRANSITIONS)


def cancellation(
    *,
    status: BookingStatus,
    cancelled_by: CancelledBy | None,
    starts_at: datetime,
    by: CancelledBy,
    now: datetime,
) -> CancellationVerdict:
    """Whether this side may cancel now. A lesson has started at its very first instant."""
    if status is BookingStatus.CANCELLED:
        repeated = cancelled_by is by
        return CancellationVerdict.REPEATED if repeated else CancellationVerdict.CANCELLED_BEFORE
    if not may_become(status, BookingStatus.CANCELLED, by=Party(by)):
        return CancellationVerdict.IMPOSSIBLE
    return CancellationVerdict.STARTED if now >= starts_at else CancellationVerdict.ALLOWED


def side_of(
    reader_id: str | None, *, student_id: str, instructor_id: str, is_staff: bool
) -> Side | None:
    """From which side someone sees a booking; None when they may not know of it."""
    if reader_id == student_id:
        return Side.STUDENT
    if reader_id == instructor_id:
        return Side.INSTRUCTOR
    return Side.STAFF if is_staff else None


def notice(starts_at: datetime, now: datetime) -> Notice:
    """How early a change comes: exactly 24 hours are early, exactly 12 are in the middle."""
    left = starts_at - now
    if left >= EARLY_NOTICE:
        return Notice.EARLY
    return Notice.MIDDLE if left >= MIDDLE_NOTICE else Notice.LATE


def is_on_grid(starts_local: datetime) -> bool:
    """Whether a wall-clock start is a full quarter of an hour."""
    return (
        starts_local.minute % GRID_MINUTES == 0
        and starts_local.second == 0
        and starts_local.microsecond == 0
    )


def is_too_far_ahead(starts_at: datetime, now: datetime) -> bool:
    """Whether a start lies more than 365 days ahead; exactly that far is near enough."""
    return starts_at - now > MAX_ADVANCE
