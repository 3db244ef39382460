"""Saying that somebody did not come, objecting, and what staff make of it."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.errors import (
    NotDisputable,
    NothingToResolve,
    NotReportable,
    ReportedBefore,
)
from instainstru_core.domains.bookings.events import NoShowReported, NoShowResolved
from instainstru_core.domains.bookings.models import NoShowReport
from instainstru_core.domains.bookings.policy import absence
from instainstru_core.domains.bookings.policy.absence import ReportVerdict
from instainstru_core.domains.bookings.schemas import (
    DisputeReport,
    ReportAbsence,
    ResolveReport,
)
from instainstru_core.domains.bookings.service import advancing, steps
from instainstru_core.domains.bookings.service.calling_off import call_off
from instainstru_core.domains.bookings.service.lesson import Lesson, held
from instainstru_core.domains.bookings.service.views import visible
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    CancelledBy,
    Ending,
    NoShowResolution,
    Party,
    ReportResult,
    Side,
)
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.authority import ActorKind, Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

PARTIES = {Side.STUDENT: Party.STUDENT, Side.INSTRUCTOR: Party.INSTRUCTOR, Side.STAFF: Party.ADMIN}
REPORT_REFUSALS = {
    ReportVerdict.REPORTED_BEFORE: (
        ReportedBefore,
        "There is a report about this lesson already. Whoever it is about can object to it.",
    ),
    ReportVerdict.NOT_YOURS: (
        NotReportable,
        "You can report that the other side did not come, nothing else.",
    ),
    ReportVerdict.IMPOSSIBLE: (
        NotReportable,
        "Only a confirmed or completed lesson that is not settled can be reported.",
    ),
    ReportVerdict.NOT_NOW: (
        NotReportable,
        "A lesson can be reported from its start until 24 hours after its end.",
    ),
}


@operation("bookings.report_absence")
def report_absence(
    uow: Uow, booking_id: str, command: ReportAbsence, *, fence: int | None = None
) -> Command | None:
    """Somebody did not come: nothing is charged until this is settled."""
    lesson, party = _seen(uow, booking_id, fence)
    report(uow, lesson, command.absent, party, command.reason)
    return None


def report(uow: Uow, lesson: Lesson, absent: Absent, by: Party, reason: str | None) -> None:
    """Write a report down, if this party may. The lesson's money waits from then on."""
    row = lesson.booking
    verdict = absence.report(
        status=row.status,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        absent=absent,
        by=by,
        is_reported=lesson.report is not None,
        is_settled=lesson.money.ending is not None,
        now=uow.now,
    )
    if verdict is not ReportVerdict.ALLOWED:
        kind, words = REPORT_REFUSALS[verdict]
        raise kind(words, booking_id=row.id)
    if payments.pending(uow, lesson.reference):
        raise payments.command_open(lesson.reference)
    person = uow.actor.id if uow.actor.kind is ActorKind.USER else None
    lesson.report = NoShowReport(
        booking_id=row.id,
        absent=absent,
        reported_by=by,
        reporter_id=person,
        reason=reason,
        reported_at=uow.now,
        status_before=row.status,
    )
    uow.session.add(lesson.report)
    row.status = BookingStatus.NO_SHOW
    uow.emit(NoShowReported(booking_id=row.id, absent=absent))
    _audit(uow, "bookings.report_absence", lesson, absent=absent)
    advancing.proceed(uow, lesson)


@operation("bookings.dispute_report")
def dispute_report(
    uow: Uow, booking_id: str, command: DisputeReport, *, fence: int | None = None
) -> Command | None:
    """Whoever a report is about objects: from now on staff decide."""
    lesson, party = _seen(uow, booking_id, fence)
    found = lesson.report
    if (
        found is None
        or found.resolution is not None
        or not absence.may_dispute(
            absent=found.absent,
            by=party,
            reported_at=found.reported_at,
            is_disputed=found.disputed_at is not None,
            now=uow.now,
        )
    ):
        raise NotDisputable(
            "Whoever a report is about can object to it once, within 24 hours.",
            booking_id=booking_id,
        )
    found.disputed_at = uow.now
    found.disputed_by = party
    found.dispute_reason = command.reason
    steps.review(uow, lesson, "no_show_disputed")
    _audit(uow, "bookings.dispute_report", lesson)
    return advancing.proceed(uow, lesson)


@operation("bookings.resolve_report")
def resolve_report(
    uow: Uow, booking_id: str, command: ResolveReport, *, fence: int | None = None
) -> Command | None:
    """Staff decide: the report stands, the objection does, or the lesson goes on as if nothing.

    Where the lesson has ended otherwise meanwhile, the report is closed and nothing changes.
    """
    require(uow.actor, Permission.BOOKINGS_MANAGE_ANY)
    lesson, _ = _seen(uow, booking_id, fence)
    if lesson.report is None or lesson.report.resolution is not None:
        raise NothingToResolve("There is no open report about this lesson.", booking_id=booking_id)
    _clear_review(lesson)
    if lesson.money.ending is not None:
        _resolved(uow, lesson, lesson.report, command.resolution)
    elif command.resolution is NoShowResolution.DISMISSED:
        _dismiss(uow, lesson, lesson.report)
    elif command.resolution is NoShowResolution.CANCELLED:
        _void(uow, lesson, lesson.report)
    else:
        steps.resolve_no_show(uow, lesson, resolution=command.resolution)
    return advancing.proceed(uow, lesson)


def _dismiss(uow: Uow, lesson: Lesson, found: NoShowReport) -> None:
    """As if nobody had said anything: the lesson is what it was before, and counts as it did."""
    if found.status_before is BookingStatus.COMPLETED:
        steps.count(uow, lesson)
    else:
        lesson.booking.status = found.status_before
    _resolved(uow, lesson, found, NoShowResolution.DISMISSED, result=ReportResult.GOES_ON)


def _void(uow: Uow, lesson: Lesson, found: NoShowReport) -> None:
    """Nobody is to blame: no charge, or all of it back."""
    call_off(uow, lesson.booking, CancelledBy.ADMIN, "No-show report resolved")
    steps.end(uow, lesson, Ending.ADMIN_CANCEL_REFUND)
    _resolved(uow, lesson, found, NoShowResolution.CANCELLED)


def _resolved(
    uow: Uow,
    lesson: Lesson,
    found: NoShowReport,
    resolution: NoShowResolution,
    *,
    result: ReportResult | None = None,
) -> None:
    found.resolution = resolution
    found.resolved_at = uow.now
    found.resolved_by = uow.actor.id
    uow.emit(NoShowResolved(booking_id=lesson.booking.id, resolution=resolution, result=result))
    _audit(uow, "bookings.resolve_no_show", lesson, resolution=resolution)


def _clear_review(lesson: Lesson) -> None:
    if lesson.money.review_reason == "no_show_disputed":
        lesson.money.review_since = lesson.money.review_reason = None


def _seen(uow: Uow, booking_id: str, fence: int | None) -> tuple[Lesson, Party]:
    named, side = visible(uow, booking_id)
    staff = side is Side.STAFF
    require(uow.actor, Permission.BOOKINGS_MANAGE_ANY if staff else Permission.BOOKINGS_REPORT_OWN)
    lesson = held(uow, named.booking.chain_id, fence=fence)
    if lesson.booking.id != booking_id:
        raise NotReportable("This lesson was moved. Look at the booking it was moved to.")
    return lesson, PARTIES[side]


def _audit(uow: Uow, action: str, lesson: Lesson, **details: str) -> None:
    audit.record(uow, action, subject_kind="booking", subject_id=lesson.booking.id, details=details)
