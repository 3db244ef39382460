"""What students still owe for lessons: paid with another card, it unlocks their account."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.policy import settlement as rules
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.schemas import DebtView, RetryPayment
from instainstru_core.domains.bookings.service import books, losing
from instainstru_core.domains.bookings.service.lesson import Lesson, held
from instainstru_core.domains.bookings.service.views import own_side
from instainstru_core.domains.bookings.types import Outcome, Side
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
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


@operation("bookings.debts")
def debts(uow: Uow) -> list[DebtView]:
    """What the signed-in student owes, lesson by lesson."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    found = repository.debts(uow.session, uow.actor.id or "")
    return [DebtView(booking_id=row.booking_id, cents=row.debt_cents) for row in found]


@operation("bookings.pay_debt")
def pay_debt(uow: Uow, booking_id: str, command: RetryPayment) -> Command:
    """Charge what is owed for this lesson to a card, now."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    lesson = held(uow, own_side(uow, booking_id, Side.STUDENT).chain_id)
    row = lesson.money
    reference = PREFIX + row.chain_id
    resumed = payments.resume(uow, reference)
    if resumed is not None:
        return resumed
    if row.debt_cents <= 0:
        raise NothingOwed("Nothing is owed for this lesson.", booking_id=booking_id)
    card = payments.usable_card(uow, row.student_id, command.payment_method_id)
    call = AuthorizeCall(
        student_id=row.student_id,
        customer_id=card.customer_vendor_id,
        payment_method_id=card.vendor_id,
        cents=row.debt_cents,
        purpose=Purpose.DEBT,
        off_session=True,
    )
    return payments.request(uow, reference=reference, call=call)


@operation("bookings.advance_debt")
def advance_debt(uow: Uow, chain_id: str) -> Command | None:
    """Go on where a crash left the payment of a debt."""
    held(uow, chain_id)
    return payments.resume(uow, PREFIX + chain_id)


@operation("bookings.absorb_debt")
def absorb_debt(uow: Uow, command: Command, outcome: CallOutcome) -> Recorded | None:
    """Take in what came of charging a debt: paid, it is forgotten and the account is free."""
    lesson = held(uow, command.reference.removeprefix(PREFIX))
    recorded = payments.record(uow, command, outcome)
    if recorded is not None and recorded.state is CommandState.CONFIRMED:
        _paid(uow, lesson, command)
    return recorded


def _paid(uow: Uow, lesson: Lesson, command: Command) -> None:
    row, reference = lesson.money, command.reference
    cents = Cents(row.debt_cents)
    if row.escalated_at is not None:
        _make_good(uow, lesson, reference)
    else:
        pot = Account(AccountKind.HELD, row.chain_id)
        ledger.post(
            uow,
            key=f"debt_paid:{command.id}",
            fact="debt_paid",
            reference=reference,
            entries=[Entry(pot, cents), Entry(books.debt(lesson), Cents(0) - cents)],
        )
    row.debt_cents = 0
    payments.make_good(uow, lesson.reference)
    if row.review_reason == "capture_failed_for_72_hours":
        row.review_reason = row.review_since = None
    uow.session.flush()
    if not repository.debts(uow.session, row.student_id):
        payments.unlock(uow, row.student_id)
    losing.lift_restriction(uow, row.student_id)
    audit.record(
        uow,
        "bookings.pay_debt",
        subject_kind="booking",
        subject_id=lesson.booking.id,
        details={"cents": cents.amount},
    )


def _make_good(uow: Uow, lesson: Lesson, reference: str) -> None:
    """What the platform stood in for is paid after all: the ending's credit is issued."""
    row = lesson.money
    if row.ending is None:
        msg = "an escalation without an ending"
        raise ValueError(msg)
    recovered = rules.recovery(
        row.ending,
        lesson.price,
        credit=Cents(row.credit_cents),
        was_paid=row.outcome is Outcome.CAPTURE_FAILURE_INSTRUCTOR_PAID,
    )
    books.recover(uow, lesson, recovered, debt_reference=reference)
    row.credit_back_cents += recovered.issued.amount
