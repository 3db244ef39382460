"""What students still owe, for lessons and for bought credit that a bank took back after it was
spent. Paid with a card, it unlocks their account.

The lesson or the top-up that it is owed for is held first by everything that changes a debt.
"""

from typing import NamedTuple

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.policy import settlement as rules
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.schemas import DebtView, RetryPayment
from instainstru_core.domains.bookings.service import books, losing
from instainstru_core.domains.bookings.service.lesson import Lesson, held
from instainstru_core.domains.bookings.service.views import own_side
from instainstru_core.domains.bookings.types import DebtKind, Outcome, Side
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.credits.service.topping_up import PREFIX as TOP_UP
from instainstru_core.domains.credits.types import TopUpDebt
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.errors import NothingOwed
from instainstru_core.domains.payments.types import (
    AuthorizeCall,
    Command,
    CommandState,
    Purpose,
    Recorded,
)
from instainstru_core.domains.payments.types import Outcome as CallOutcome
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow

PREFIX = "debt:"


class Debt(NamedTuple):
    """What somebody owes for one thing, which is held: a lesson, or else a top-up of this id."""

    id: str
    student_id: str
    cents: int
    lesson: Lesson | None = None

    @property
    def reference(self) -> str:
        """What it is owed for."""
        return self.lesson.reference if self.lesson else TOP_UP + self.id


@operation("bookings.debts")
def debts(uow: Uow) -> list[DebtView]:
    """What the signed-in student owes, lesson by lesson, then for bought credit."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    return _debts(uow, uow.actor.id or "")


@operation("bookings.debts_of")
def debts_of(uow: Uow, student_id: str) -> list[DebtView]:
    """The same of any student. For staff."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    return _debts(uow, student_id)


@operation("bookings.pay_debt")
def pay_debt(uow: Uow, booking_id: str, command: RetryPayment) -> Command:
    """Charge what is owed for this lesson to a card, now."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    lesson = held(uow, own_side(uow, booking_id, Side.STUDENT).chain_id)
    return _charge(uow, _of_lesson(lesson), command)


@operation("bookings.pay_top_up_debt")
def pay_top_up_debt(uow: Uow, top_up_id: str, command: RetryPayment) -> Command:
    """Charge what is owed for bought credit to a card, now."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    return _charge(uow, _of_top_up(credits.own_debt(uow, top_up_id)), command)


@operation("bookings.advance_debt")
def advance_debt(uow: Uow, own_id: str) -> Command | None:
    """Go on where a crash left the payment of a debt."""
    hold(uow, PREFIX + own_id)
    return payments.resume(uow, PREFIX + own_id)


@operation("bookings.absorb_debt")
def absorb_debt(uow: Uow, command: Command, outcome: CallOutcome) -> Recorded | None:
    """Take in what came of charging a debt: paid, it is forgotten and the account is free."""
    debt = hold(uow, command.reference)
    recorded = payments.record(uow, command, outcome)
    if recorded is not None and recorded.state is CommandState.CONFIRMED:
        _paid(uow, debt, command, Cents(recorded.cents))
    return recorded


def hold(uow: Uow, reference: str) -> Debt:
    """What is owed under the reference of a debt's payment. Raises BookingNotFound."""
    own_id = reference.removeprefix(PREFIX)
    bought = credits.held_debt(uow, own_id)
    return _of_lesson(held(uow, own_id)) if bought is None else _of_top_up(bought)


def owe_again(uow: Uow, debt: Debt, cents: int, *, key: str) -> None:
    """A bank has kept so much of what paid this debt: it is owed as before."""
    losing.owe_again(uow, PREFIX + debt.id, cents, student_id=debt.student_id, key=key)
    _owe(uow, debt, cents)


def _debts(uow: Uow, student_id: str) -> list[DebtView]:
    return [
        DebtView(
            kind=one.kind,
            booking_id=one.own_id if one.kind is DebtKind.LESSON else None,
            top_up_id=one.own_id if one.kind is DebtKind.TOP_UP else None,
            cents=one.cents,
        )
        for one in repository.owed(uow.session, student_id)
    ]


def _of_lesson(lesson: Lesson) -> Debt:
    row = lesson.money
    return Debt(row.chain_id, row.student_id, row.debt_cents, lesson)


def _of_top_up(owed: TopUpDebt) -> Debt:
    return Debt(owed.id, owed.user_id, owed.cents)


def _charge(uow: Uow, debt: Debt, command: RetryPayment) -> Command:
    """The call for a debt that is held; one that is under way is gone on with."""
    reference = PREFIX + debt.id
    resumed = payments.resume(uow, reference)
    if resumed is not None:
        return resumed
    if debt.cents <= 0:
        raise NothingOwed("Nothing is owed for this.", reference=debt.reference)
    card = payments.usable_card(uow, debt.student_id, command.payment_method_id)
    call = AuthorizeCall(
        student_id=debt.student_id,
        customer_id=card.customer_vendor_id,
        payment_method_id=card.vendor_id,
        cents=debt.cents,
        purpose=Purpose.DEBT,
        off_session=True,
    )
    return payments.request(uow, reference=reference, call=call)


def _paid(uow: Uow, debt: Debt, command: Command, cents: Cents) -> None:
    """What was charged is owed no more. More may have come to be owed meanwhile: that stays."""
    lesson = debt.lesson
    if lesson is None or not _make_good(uow, lesson, command.reference):
        books.pay_claim(uow, command.reference, command.id, debt.student_id, cents)
    _owe(uow, debt, -cents.amount)
    if cents.amount >= debt.cents:
        payments.make_good(uow, debt.reference)
        payments.make_good(uow, command.reference)
    if lesson and lesson.money.review_reason == "capture_failed_for_72_hours":
        lesson.money.review_reason = lesson.money.review_since = None
    uow.session.flush()
    if not repository.debts(uow.session, debt.student_id):
        payments.unlock(uow, debt.student_id)
    losing.lift_restriction(uow, debt.student_id)
    audit.record(
        uow,
        "bookings.pay_debt",
        subject_kind="booking" if lesson else "top_up",
        subject_id=lesson.booking.id if lesson else debt.id,
        details={"cents": cents.amount},
    )


def _owe(uow: Uow, debt: Debt, cents: int) -> None:
    if debt.lesson is None:
        credits.owe(uow, debt.id, cents)
    else:
        debt.lesson.money.debt_cents += cents


def _make_good(uow: Uow, lesson: Lesson, reference: str) -> bool:
    """What the platform stood in for is paid after all: the ending's credit is issued.

    That happens once. What is owed for it again, because a bank took the payment back, is a debt
    like any other.
    """
    row = lesson.money
    if row.escalated_at is None:
        return False
    if row.ending is None:
        msg = "an escalation without an ending"
        raise ValueError(msg)
    recovered = rules.recovery(
        row.ending,
        lesson.price,
        credit=Cents(row.credit_cents),
        was_paid=row.outcome is Outcome.CAPTURE_FAILURE_INSTRUCTOR_PAID,
    )
    if not books.recover(uow, lesson, recovered, debt_reference=reference):
        return False
    row.credit_back_cents += recovered.issued.amount
    return True
