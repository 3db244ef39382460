"""The steps of a lesson's money that need nobody else: each turns facts into other facts."""

from datetime import datetime

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.bookings.events import (
    BookingCompleted,
    BookingDropped,
    CaptureFailed,
    HoldFailed,
    HoldWarned,
    LessonSettled,
    NoShowResolved,
    PayerLocked,
)
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.policy import settlement as rules
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.service import books, giving_back, losing
from instainstru_core.domains.bookings.service.lesson import PREFIX, Lesson
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    Ending,
    NoShowResolution,
    ReportResult,
)
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.payments import service as payments
from instainstru_core.kernel import locks
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow

NO_CARD = "payments.card_not_found"
CONFIRMED_ABSENCE = {
    Absent.INSTRUCTOR: (Ending.INSTRUCTOR_NO_SHOW, ReportResult.INSTRUCTOR_ABSENT),
    Absent.STUDENT: (Ending.STUDENT_NO_SHOW, ReportResult.STUDENT_ABSENT),
    Absent.MUTUAL: (Ending.MUTUAL_NO_SHOW, ReportResult.NOBODY_CAME),
}

TOOK_PLACE = frozenset({Ending.LESSON_TAKEN, Ending.DISPUTE_UPHELD})


def end(uow: Uow, lesson: Lesson, ending: Ending) -> None:
    """Decide how the lesson ended. What follows for the money is the policy's business.

    One that was completed and turns out not to have taken place has earned no milestone: it is the
    lesson's that has its number now. While it counts as completed all the same, as where a bank
    took the money back, nobody else has.
    """
    lesson.money.ending = ending
    lesson.money.ended_at = uow.now
    if lesson.booking.completed_at is None or ending in TOOK_PLACE:
        return
    if lesson.booking.status is BookingStatus.COMPLETED:
        credits.revoke_milestone(uow, reference=lesson.reference)
    else:
        _pass_on_milestone(uow, lesson)


def occupies(booking_id: str) -> str:
    """What the time that a booking occupies is known by."""
    return f"booking:{booking_id}"


def expire_checkout(uow: Uow, lesson: Lesson) -> None:
    """A checkout that was not paid for in time is over."""
    _drop(uow, lesson, was_confirmed=False)


def drop(uow: Uow, lesson: Lesson) -> None:
    """A confirmed lesson whose hold was refused until 12 hours before: no charge, slot freed."""
    _drop(uow, lesson, was_confirmed=True)


def warn(uow: Uow, lesson: Lesson) -> None:
    lesson.money.warned_at = uow.now
    uow.emit(HoldWarned(booking_id=lesson.booking.id))


def note_no_card(uow: Uow, lesson: Lesson) -> None:
    """Without a card a hold, or taking the amount, fails like a refused one."""
    let_go(lesson)
    note_failure(uow, lesson, NO_CARD)


def note_failure(uow: Uow, lesson: Lesson, code: str) -> None:
    """A card was refused: before the lesson its hold, after its end the amount itself."""
    row = lesson.money
    if row.ending is not None:
        row.capture_failures += 1
        row.capture_first_failed_at = row.capture_first_failed_at or uow.now
        row.capture_last_failed_at = uow.now
        row.capture_failure = code
        if row.capture_failures == 1:
            uow.emit(CaptureFailed(booking_id=lesson.booking.id))
        return
    row.hold_failures += 1
    row.hold_first_failed_at = row.hold_first_failed_at or uow.now
    row.hold_last_failed_at = uow.now
    row.hold_failure = code
    uow.emit(HoldFailed(booking_id=lesson.booking.id, reason=code, attempt=row.hold_failures))


def complete(uow: Uow, lesson: Lesson, *, at: datetime | None = None) -> None:
    """The lesson took place: at its end, unless somebody said so later."""
    row = lesson.booking
    completed_at = at or row.ends_at
    row.completed_at = completed_at
    count(uow, lesson)
    uow.emit(
        BookingCompleted(
            booking_id=row.id,
            student_id=row.student_id,
            instructor_id=row.instructor_id,
            completed_at=completed_at,
        )
    )
    _audit(uow, "bookings.complete", row)


def count(uow: Uow, lesson: Lesson) -> None:
    """The lesson is one of those that its student completed, maybe again after a report.

    A student's lessons are counted one after the other, so that each has a number of its own. A
    lesson whose report is open keeps what it earned; so nobody earns the same number meanwhile.
    """
    row = lesson.booking
    locks.advisory(uow.session, [f"milestones:{row.student_id}"])
    row.status = BookingStatus.COMPLETED
    uow.session.flush()
    credits.award_milestone(
        uow,
        user_id=row.student_id,
        completed=repository.completed_lessons(uow.session, row.student_id),
        reference=lesson.reference,
    )


def end_taken(uow: Uow, lesson: Lesson) -> None:
    end(uow, lesson, Ending.LESSON_TAKEN)


def end_unpaid(_: Uow, lesson: Lesson) -> None:
    """A cancellation that would have charged, without a card that can be: no charge."""
    lesson.money.ending = Ending.STUDENT_CANCEL_UNPAID


def resolve_no_show(
    uow: Uow,
    lesson: Lesson,
    *,
    resolution: NoShowResolution = NoShowResolution.CONFIRMED_NO_DISPUTE,
) -> None:
    """A report stands: by silence, or because staff say so.

    A lesson that a bank ended meanwhile stays ended as it is.
    """
    report = lesson.report
    if report is None:
        msg = "a no-show without a report"
        raise LookupError(msg)
    report.resolution = resolution
    report.resolved_at = uow.now
    report.resolved_by = uow.actor.id
    result: ReportResult | None = None
    if lesson.money.ending is None and resolution is NoShowResolution.DISPUTE_UPHELD:
        result = ReportResult.TOOK_PLACE
        end(uow, lesson, Ending.DISPUTE_UPHELD)
        complete(uow, lesson)
    elif lesson.money.ending is None:
        ending, result = CONFIRMED_ABSENCE[report.absent]
        end(uow, lesson, ending)
    uow.emit(NoShowResolved(booking_id=lesson.booking.id, resolution=resolution, result=result))
    _audit(uow, "bookings.resolve_no_show", lesson.booking, resolution=resolution)


def settle(uow: Uow, lesson: Lesson) -> None:
    """Share out what came in: one journal, credits on their way, the instructor's share owed."""
    row = lesson.money
    settled = rules.settlement(
        _ending(lesson),
        lesson.price,
        credit=Cents(credits.reserved(uow, lesson.reference)),
        captured=Cents(row.captured_cents),
        is_locked=row.locked_at is not None,
    )
    books.settle(uow, lesson, settled)
    row.outcome = settled.outcome
    row.settled_at = uow.now
    if row.locked_at is not None:
        repository.unlock_moved(uow.session, row.chain_id)
    row.owed_cents = settled.owed.amount
    row.credit_back_cents += settled.released.amount + settled.issued.amount
    if row.ending not in rules.KEEPS_CARD:
        row.refund_due_cents = row.refunded_cents + row.refund_settled_cents
    elif row.refund_due_cents:
        giving_back.take_earlier(uow, lesson)
    if row.charged_back_cents and row.ending is not Ending.CHARGED_BACK:
        losing.lose(uow, lesson, row.charged_back_cents, key=lesson.reference)
    uow.emit(LessonSettled(booking_id=lesson.booking.id, outcome=settled.outcome))


def escalate(uow: Uow, lesson: Lesson) -> None:
    """72 hours without the amount: the platform pays the instructor, the student is locked."""
    row = lesson.money
    payee = payments.payee(uow, row.instructor_id)
    settled = rules.escalated(
        _ending(lesson),
        lesson.price,
        credit=Cents(credits.reserved(uow, lesson.reference)),
        can_be_paid=payee is not None and payee.is_ready,
    )
    books.settle(uow, lesson, settled)
    books.claim(uow, lesson, Cents(row.card_cents))
    payments.lock(uow, row.student_id, lesson.reference)
    row.outcome = settled.outcome
    row.settled_at = row.escalated_at = uow.now
    row.owed_cents = settled.owed.amount
    row.credit_back_cents = settled.released.amount
    row.debt_cents = row.card_cents
    review(uow, lesson, "capture_failed_for_72_hours")
    uow.emit(PayerLocked(booking_id=lesson.booking.id, student_id=row.student_id))
    uow.emit(LessonSettled(booking_id=lesson.booking.id, outcome=settled.outcome))


def let_go(lesson: Lesson) -> None:
    """Do without the hold that is there: the next step gives it back."""
    row = lesson.money
    if row.authorized_at is not None:
        row.stale_charge_id, row.authorized_at = row.charge_id, None
        row.capture_before = None


def review(uow: Uow, lesson: Lesson, reason: str) -> None:
    """Ask people to look at this lesson's money. The first reason stands until they did."""
    row = lesson.money
    if row.review_since is None:
        row.review_since = uow.now
        row.review_reason = reason
        _audit(uow, "bookings.review", lesson.booking, reason=reason)


def block(uow: Uow, lesson: Lesson, reason: str) -> None:
    """Stop until people have looked at it."""
    lesson.money.is_blocked = True
    review(uow, lesson, reason)


def _pass_on_milestone(uow: Uow, lesson: Lesson) -> None:
    """What it earned is the lesson's that has its number now; without one yet, the next one's."""
    row = lesson.booking
    locks.advisory(uow.session, [f"milestones:{row.student_id}"])
    number = credits.pass_on_milestone(uow, reference=lesson.reference)
    if number is None:
        return
    heir = repository.completed_lesson(uow.session, row.student_id, number)
    if heir is not None:
        credits.award_milestone(
            uow, user_id=row.student_id, completed=number, reference=PREFIX + heir
        )


def _drop(uow: Uow, lesson: Lesson, *, was_confirmed: bool) -> None:
    row = lesson.booking
    row.status = BookingStatus.PAYMENT_FAILED
    availability.release(uow, occupies(row.id))
    end(uow, lesson, Ending.PAYMENT_FAILED)
    uow.emit(BookingDropped(booking_id=row.id, was_confirmed=was_confirmed))
    _audit(uow, "bookings.drop", row, was_confirmed=was_confirmed)


def _ending(lesson: Lesson) -> Ending:
    if lesson.money.ending is None:
        msg = "nothing has ended"
        raise ValueError(msg)
    return lesson.money.ending


def _audit(uow: Uow, action: str, row: Booking, **details: str | bool) -> None:
    audit.record(uow, action, subject_kind="booking", subject_id=row.id, details=details)
