"""A bank takes a charge back: what that freezes, what it costs, and what comes back."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.bookings.service import advancing, books, losing, steps
from instainstru_core.domains.bookings.service.lesson import Lesson, chain_id_of, held
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    CancelledBy,
    Ending,
    Outcome,
)
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import ChargebackChange, DisputeSeen, DisputeState
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow


@operation("bookings.note_chargeback")
def note_chargeback(uow: Uow, chain_id: str, seen: DisputeSeen) -> None:
    """Take over how a dispute about this lesson's charge stands. Again changes nothing."""
    lesson = held(uow, chain_id)
    change = payments.note_chargeback(uow, seen)
    if change is None or chain_id_of(change.reference) != chain_id:
        return
    _withdraw(uow, change, seen)
    if change.before is None:
        _opened(uow, lesson, change)
    match change.state:
        case DisputeState.WON:
            _won(uow, lesson, change)
        case DisputeState.LOST:
            _lost(uow, lesson, change)
        case DisputeState.OPEN:
            pass
    audit.record(
        uow,
        "bookings.note_chargeback",
        subject_kind="booking",
        subject_id=lesson.booking.id,
        details={"state": change.state, "cents": change.cents},
    )
    if not payments.pending(uow, lesson.reference):
        advancing.decide_again(uow, lesson)


@operation("bookings.note_other_chargeback")
def note_other_chargeback(uow: Uow, seen: DisputeSeen, *, student_id: str) -> None:
    """The same for a charge that was not for a lesson: credit, a tip, a debt.

    Credit that was bought is frozen, then revoked if the dispute is lost; what is spent of it
    becomes a debt. A tip stays with its instructor: the loss is the platform's.
    """
    change = payments.note_chargeback(uow, seen)
    if change is None:
        return
    reference = change.reference
    _withdraw(uow, change, seen)
    if change.before is None:
        credits.freeze(uow, reference)
        if credits.spent(uow, reference) > 0:
            payments.restrict(uow, student_id, reference)
    if change.state is not DisputeState.OPEN:
        credits.unfreeze(uow, reference)
    if change.state is DisputeState.WON:
        losing.lift_restriction(uow, student_id, reference)
    if change.state is DisputeState.LOST:
        payments.restrict(uow, student_id, reference)
        losing.lose_credit(uow, reference, change.cents, student_id=student_id, key=change.id)
    audit.record(
        uow,
        "bookings.note_chargeback",
        subject_kind="charge",
        subject_id=reference.partition(":")[2],
        details={"state": change.state, "cents": change.cents},
    )


def _withdraw(uow: Uow, change: ChargebackChange, seen: DisputeSeen) -> None:
    """Post what the bank took, or gave back, since we last knew."""
    if change.withdrawn_cents or change.fee_cents:
        books.withdraw(
            uow,
            change.reference,
            key=f"chargeback:{change.id}:{seen.withdrawn_cents}:{seen.fee_cents}:{seen.state}",
            cents=Cents(change.withdrawn_cents),
            fee=Cents(change.fee_cents),
        )


def _opened(uow: Uow, lesson: Lesson, change: ChargebackChange) -> None:
    """The payout is frozen, and so is credit that the lesson issued."""
    row = lesson.money
    row.is_disputed = True
    row.charged_back_cents += change.cents
    credits.freeze(uow, lesson.reference)
    if credits.spent(uow, lesson.reference) > 0:
        payments.restrict(uow, row.student_id, lesson.reference)


def _won(uow: Uow, lesson: Lesson, change: ChargebackChange) -> None:
    """Everything is as before; the instructor is paid the same amount again."""
    row = lesson.money
    row.is_disputed = False
    row.charged_back_cents -= change.cents
    credits.unfreeze(uow, lesson.reference)
    losing.lift_restriction(uow, row.student_id, lesson.reference)
    if row.settled_at is not None:
        row.outcome = Outcome.DISPUTE_WON


def _lost(uow: Uow, lesson: Lesson, change: ChargebackChange) -> None:
    """The money is gone: whoever had a part of it gives it back, as far as it is there.

    Of a lesson that is not settled yet a part may be gone: it goes on, and settling it takes that
    part from everybody.
    """
    row = lesson.money
    row.is_disputed = False
    credits.unfreeze(uow, lesson.reference)
    payments.restrict(uow, row.student_id, lesson.reference)
    is_all = row.refund_due_cents + row.charged_back_cents >= row.captured_cents
    if row.settled_at is not None:
        losing.lose(uow, lesson, change.cents, key=change.id)
    elif is_all:
        _end(uow, lesson)
    if is_all:
        credits.revoke_milestone(uow, reference=lesson.reference)
    if is_all and row.settled_at is not None:
        row.outcome = Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND


def _end(uow: Uow, lesson: Lesson) -> None:
    """A locked lesson whose money the bank took back does not take place."""
    booking = lesson.booking
    if booking.status in {BookingStatus.PENDING, BookingStatus.CONFIRMED}:
        booking.status = BookingStatus.CANCELLED
        booking.cancelled_at = uow.now
        booking.cancelled_by = CancelledBy.ADMIN
        booking.cancellation_reason = "The payment was disputed at the bank"
        uow.session.flush()
        availability.release(uow, steps.occupies(booking.id))
    steps.end(uow, lesson, Ending.CHARGED_BACK)
