"""Whether a lesson may be moved. Pure. Source: policy v2.1.1 section 2.9, and `docs/money.md`."""

from datetime import datetime
from enum import StrEnum

from instainstru_core.domains.bookings.policy.lifecycle import MIDDLE_NOTICE
from instainstru_core.domains.bookings.types import BookingStatus


class MoveVerdict(StrEnum):
    """What becomes of a wish to move a lesson."""

    ALLOWED = "allowed"
    LOCKED = "locked"
    WINDOW_CLOSED = "window_closed"
    LIMIT_REACHED = "limit_reached"
    IMPOSSIBLE = "impossible"


def verdict(
    *,
    status: BookingStatus,
    starts_at: datetime,
    now: datetime,
    is_locked: bool,
    late_move_used: bool,
    is_moving: bool,
) -> MoveVerdict:
    """The refusals come in this order: locked, window closed, limit reached.

    Exactly 12 hours before the start there is still time. One late move uses up all later ones.
    """
    if status is not BookingStatus.CONFIRMED or is_moving:
        return MoveVerdict.IMPOSSIBLE
    if is_locked:
        return MoveVerdict.LOCKED
    if starts_at - now < MIDDLE_NOTICE:
        return MoveVerdict.WINDOW_CLOSED
    return MoveVerdict.LIMIT_REACHED if late_move_used else MoveVerdict.ALLOWED
