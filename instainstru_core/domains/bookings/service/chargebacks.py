"""A bank takes a charge back: what that freezes, what it costs, and what comes back."""

from datetime import datetime

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.service import advancing, books, losing
from instainstru_core.domains.bookings.service.debts import PREFIX as DEBT
from instainstru_core.domains.bookings.service.debts import Debt, hold, owe_again
from instainstru_core.domains.bookings.service.lesson import Lesson, chain_id_of, held
from instainstru_core.domains.bookings.types import Outcome
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import ChargebackChange, DisputeSeen, DisputeState
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow


@operation("bookings.note_chargeback")
def note_chargeback(uow: Uow, chain_id: str, seen: DisputeSeen, *, asked_at: datetime) -> None:
    """Take over how a dispute about this lesson's charge stands. Again changes nothing.

    `asked_at` is when the provider was asked: an older answer that comes later is left alone.
    """
    lesson = held(uow, chain_id)
    change = payments.note_chargeback(uow, seen, asked_at=asked_at)
    if change is None or chain_id_of(change.reference) != chain_id:
        return
    _withdraw(uow, change, seen, asked_at)
    lesson.money.charged_back_cents += change.more_cents
    lesson.money.is_disputed = change.open_cents > 0
    if change.before is None:
        _opened(uow, lesson, change.state)
    if not change.is_over:
        _follow(uow, lesson, change)
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
def note_other_chargeback(
    uow: Uow, reference: str, seen: DisputeSeen, *, student_id: str, asked_at: datetime
) -> None:
    """The same for a charge that was not for a lesson: credit, a tip, a debt.

    Credit that was bought is frozen, then revoked if the dispute is lost; what is spent of it
    becomes a debt. A debt is owed again whose payment the bank has kept. A tip stays with its
    instructor: the loss is the platform's.
    """
    paid_for = _held(uow, reference)
    change = payments.note_chargeback(uow, seen, asked_at=asked_at)
    if change is None or change.reference != reference:
        return
    _withdraw(uow, change, seen, asked_at)
    if change.before is None:
        credits.freeze(uow, reference)
        if change.state is DisputeState.OPEN and credits.spent(uow, reference) > 0:
            losing.restrict(uow, student_id, reference)
    if not change.is_over and change.state is not DisputeState.OPEN:
        _follow_other(uow, change, student_id, paid_for)
    audit.record(
        uow,
        "bookings.note_chargeback",
        subject_kind="charge",
        subject_id=reference.partition(":")[2],
        details={"state": change.state, "cents": change.cents},
    )


def _follow(uow: Uow, lesson: Lesson, change: ChargebackChange) -> None:
    match change.state:
        case DisputeState.WON:
            _won(uow, lesson, change)
        case DisputeState.LOST:
            _lost(uow, lesson, change)
        case DisputeState.OPEN:
            pass


def _held(uow: Uow, reference: str) -> Debt | None:
    """Hold what a debt may come of, or come back to; what that is, where a debt was paid."""
    top_up_id = credits.top_up_of(reference)
    if top_up_id is not None:
        credits.held_debt(uow, top_up_id)
    return hold(uow, reference) if reference.startswith(DEBT) else None


def _follow_other(
    uow: Uow, change: ChargebackChange, student_id: str, paid_for: Debt | None
) -> None:
    """The bank has decided about a charge that was not for a lesson."""
    reference = change.reference
    if not change.open_cents:
        credits.unfreeze(uow, reference)
    if change.state is DisputeState.WON:
        losing.lift_restriction(uow, student_id)
        return
    if paid_for is not None:
        owed = change.cents
        owe_again(uow, paid_for, owed, key=change.id)
    else:
        owed = losing.lose_credit(
            uow, reference, change.cents, student_id=student_id, key=change.id
        )
    losing.restrict_for_good(uow, student_id, reference, owed_cents=owed)


def _withdraw(uow: Uow, change: ChargebackChange, seen: DisputeSeen, asked_at: datetime) -> None:
    """Post what the bank took, or gave back, since we last knew. It may take it once more."""
    if change.withdrawn_cents or change.fee_cents:
        stands = f"{seen.withdrawn_cents}:{seen.fee_cents}:{seen.state}"
        books.withdraw(
            uow,
            change.reference,
            key=f"chargeback:{change.id}:{stands}:{asked_at.isoformat()}",
            cents=Cents(change.withdrawn_cents),
            fee=Cents(change.fee_cents),
        )


def _opened(uow: Uow, lesson: Lesson, state: DisputeState) -> None:
    """The payout is frozen, and so is credit that the lesson issued."""
    credits.freeze(uow, lesson.reference)
    if state is DisputeState.OPEN and credits.spent(uow, lesson.reference) > 0:
        losing.restrict(uow, lesson.money.student_id, lesson.reference)


def _won(uow: Uow, lesson: Lesson, change: ChargebackChange) -> None:
    """Everything is as before; the instructor is paid the same amount again.

    What staff gave back in full meanwhile stays given back: nothing of the charge stands then.
    """
    row = lesson.money
    row.charged_back_cents -= change.cents
    if not change.open_cents:
        credits.unfreeze(uow, lesson.reference)
    losing.lift_restriction(uow, row.student_id)
    is_given_back = row.refund_due_cents >= row.captured_cents
    if row.settled_at is not None and not row.charged_back_cents and not is_given_back:
        row.outcome = Outcome.DISPUTE_WON


def _lost(uow: Uow, lesson: Lesson, change: ChargebackChange) -> None:
    """The money is gone: whoever had a part of it gives it back, as far as it is there.

    A lesson that is not settled yet goes on: what the bank kept counts when it is settled, and if
    it is all of the charge the agenda ends the lesson. How much that is may not be known yet.
    """
    row = lesson.money
    if not change.open_cents:
        credits.unfreeze(uow, lesson.reference)
    owed = 0
    if row.settled_at is not None:
        owed = losing.lose(uow, lesson, change.cents, key=change.id, open_cents=change.open_cents)
    losing.restrict_for_good(uow, row.student_id, lesson.reference, owed_cents=owed)
    if row.settled_at is None:
        return
    if losing.gone_for_good(lesson, change.open_cents) >= row.captured_cents:
        credits.revoke_milestone(uow, reference=lesson.reference)
        row.outcome = Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND
