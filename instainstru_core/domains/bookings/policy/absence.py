"""Who may say that somebody did not come, when, and who may object. Pure.

Source: policy v2.1.1 section 2.10, and `docs/money.md`.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from instainstru_core.domains.bookings.types import Absent, BookingStatus, Party

WINDOW = timedelta(hours=24)
REPORTABLE = frozenset({BookingStatus.CONFIRMED, BookingStatus.COMPLETED})

MAY_REPORT = {
    Absent.INSTRUCTOR: frozenset({Party.STUDENT, Party.ADMIN, Party.SYSTEM}),
    Absent.STUDENT: frozenset({Party.INSTRUCTOR, Party.ADMIN, Party.SYSTEM}),
    Absent.MUTUAL: frozenset({Party.ADMIN, Party.SYSTEM}),
}
MAY_DISPUTE = {
    Absent.INSTRUCTOR: frozenset({Party.INSTRUCTOR}),
    Absent.STUDENT: frozenset({Party.STUDENT}),
    Absent.MUTUAL: frozenset({Party.STUDENT, Party.INSTRUCTOR}),
}


class ReportVerdict(StrEnum):
    """What becomes of a report."""

    ALLOWED = "allowed"
    NOT_YOURS = "not_yours"
    NOT_NOW = "not_now"
    IMPOSSIBLE = "impossible"
    REPORTED_BEFORE = "reported_before"


def report(
    *,
    status: BookingStatus,
    starts_at: datetime,
    ends_at: datetime,
    absent: Absent,
    by: Party,
    is_reported: bool,
    is_settled: bool,
    now: datetime,
) -> ReportVerdict:
    """From the start until 24 hours after the end, both instants included, once."""
    if is_reported:
        return ReportVerdict.REPORTED_BEFORE
    if by not in MAY_REPORT[absent]:
        return ReportVerdict.NOT_YOURS
    if status not in REPORTABLE or is_settled:
        return ReportVerdict.IMPOSSIBLE
    if not starts_at <= now <= ends_at + WINDOW:
        return ReportVerdict.NOT_NOW
    return ReportVerdict.ALLOWED


def may_dispute(
    *, absent: Absent, by: Party, reported_at: datetime, is_disputed: bool, now: datetime
) -> bool:
    """Within 24 hours of the report, once. Silence confirms it at exactly 24 hours."""
    in_time = now < reported_at + WINDOW
    return by in MAY_DISPUTE[absent] and in_time and not is_disputed
