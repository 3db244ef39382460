"""What staff may do with a booking now. Pure; the services judge again when it is done."""

from dataclasses import dataclass
from datetime import datetime

from instainstru_core.domains.bookings.policy import absence, lifecycle
from instainstru_core.domains.bookings.policy.absence import ReportVerdict
from instainstru_core.domains.bookings.policy.agenda import Case
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    CancellationVerdict,
    CancelledBy,
    Party,
    StaffMove,
)


@dataclass(frozen=True, slots=True)
class Situation:
    """A lesson's case, and what else decides about the moves of staff."""

    case: Case
    cancelled_by: CancelledBy | None
    was_confirmed: bool
    was_reported: bool
    report_is_open: bool
    is_reviewed: bool


def staff_moves(found: Situation, now: datetime) -> list[StaffMove]:
    """Everything that staff may do now, in the order of the vocabulary."""
    allowed = {
        StaffMove.CANCEL: _may_cancel(found, now),
        StaffMove.REFUND: _may_refund(found),
        StaffMove.SETTLE_REFUND: _may_settle_refund(found.case),
        StaffMove.COMPLETE: _may_complete(found, now),
        StaffMove.REPORT_ABSENCE: _may_report(found, now),
        StaffMove.RESOLVE_REPORT: found.report_is_open,
        StaffMove.RELEASE_REVIEW: found.is_reviewed or found.case.is_blocked,
    }
    return [move for move, holds in allowed.items() if holds]


def _may_cancel(found: Situation, now: datetime) -> bool:
    verdict = lifecycle.cancellation(
        status=found.case.status,
        cancelled_by=found.cancelled_by,
        starts_at=found.case.starts_at,
        by=CancelledBy.ADMIN,
        now=now,
    )
    return verdict is CancellationVerdict.ALLOWED


def _may_refund(found: Situation) -> bool:
    """What was taken and is settled; or a hold, which is let go as a whole."""
    case = found.case
    if case.is_disputed or case.is_blocked or case.moving is not None:
        return False
    if case.is_captured:
        left = case.captured_cents - case.refund_due_cents - case.charged_back_cents
        return case.is_settled and left > 0
    return case.ending is None and found.was_confirmed and not found.report_is_open


def _may_settle_refund(case: Case) -> bool:
    """A refund was refused, and no bank is looking into the charge any more."""
    return case.is_blocked and not case.is_disputed and case.outstanding_cents > 0


def _may_complete(found: Situation, now: datetime) -> bool:
    case = found.case
    if case.status in {BookingStatus.PENDING, BookingStatus.COMPLETED} or now < case.ends_at:
        return False
    return lifecycle.may_become(case.status, BookingStatus.COMPLETED, by=Party.ADMIN)


def _may_report(found: Situation, now: datetime) -> bool:
    verdict = absence.report(
        status=found.case.status,
        starts_at=found.case.starts_at,
        ends_at=found.case.ends_at,
        absent=Absent.MUTUAL,
        by=Party.ADMIN,
        is_reported=found.was_reported,
        is_settled=found.case.ending is not None,
        now=now,
    )
    return verdict is ReportVerdict.ALLOWED
