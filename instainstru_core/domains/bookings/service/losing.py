"""What a lost dispute takes from whom, and how long a student stays restricted."""

from instainstru_core.domains.bookings.events import DebtOpened, PayerRestricted
from instainstru_core.domains.bookings.policy.settlement import running_share
from instainstru_core.domains.bookings.service import books
from instainstru_core.domains.bookings.service.lesson import Lesson
from instainstru_core.domains.bookings.types import DebtCause
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import DisputeState
from instainstru_core.kernel.money import ZERO, Cents
from instainstru_core.kernel.uow import Uow


def lose(uow: Uow, lesson: Lesson, cents: int, *, key: str, open_cents: int = 0) -> int:
    """The bank keeps so much of the charge: whoever had a part of it gives that back.

    The instructor's share, credit that was used and credit that was issued go back in proportion,
    as differences of a running total. Issued credit that is gone becomes a debt. What other
    disputes are about that are still open does not count yet. How much the student owes for it is
    told.
    """
    row = lesson.money
    gone = gone_for_good(lesson, open_cents)

    def share(amount: int) -> int:
        before = running_share(amount, part=gone - cents, whole=row.captured_cents)
        return running_share(amount, part=gone, whole=row.captured_cents) - before

    used = credits.used(uow, lesson.reference)
    credits.reinstate(
        uow,
        reference=lesson.reference,
        cents=min(share(used.original_cents), used.left_cents),
        funded_by=books.DISPUTE_LOSSES,
        key=f"chargeback:{key}",
    )
    issued = credits.issued(uow, lesson.reference)
    revoked = credits.revoke(
        uow,
        reference=lesson.reference,
        cents=share(issued.original_cents),
        into=books.DISPUTE_LOSSES,
    )
    twice = credits.revoke_paid_back(
        uow,
        reference=lesson.reference,
        cents=_given_twice(lesson, cents, gone),
        into=books.DISPUTE_LOSSES,
    )
    spent = revoked.spent_cents + twice.spent_cents
    books.lose(
        uow,
        lesson,
        key=f"chargeback_lost:{key}",
        payout=Cents(share(row.owed_cents)),
        spent=Cents(spent),
    )
    row.debt_cents += spent
    _tell(uow, row.student_id, lesson.reference, DebtCause.LESSON, spent)
    return spent


def gone_for_good(lesson: Lesson, open_cents: int) -> int:
    """What of a charge staff gave back or a bank has kept, without what disputes are open about."""
    return lesson.money.refund_due_cents + lesson.money.charged_back_cents - open_cents


def _given_twice(lesson: Lesson, cents: int, gone: int) -> int:
    """What of these cents the student has as credit already, in the place of a refund."""
    over = max(0, gone - lesson.money.captured_cents)
    return min(over, cents) if lesson.money.refund_settled_cents else 0


def lose_credit(uow: Uow, reference: str, cents: int, *, student_id: str, key: str) -> int:
    """The bank keeps what was paid for credit: so much of it is revoked, or owed where spent.

    How much is owed is told.
    """
    revoked = credits.revoke(uow, reference=reference, cents=cents, into=books.DISPUTE_LOSSES)
    owed = Cents(revoked.spent_cents)
    top_up_id = credits.top_up_of(reference)
    if top_up_id is not None and owed > ZERO:
        credits.owe(uow, top_up_id, owed.amount)
        _tell(uow, student_id, reference, DebtCause.CREDIT, owed.amount)
    ledger.post(
        uow,
        key=f"chargeback_lost:{key}",
        fact="chargeback_lost",
        reference=reference,
        entries=[
            Entry(Account(AccountKind.STUDENT_DEBT, student_id), owed),
            Entry(books.DISPUTE_LOSSES, ZERO - owed),
        ],
    )
    return owed.amount


def owe_again(uow: Uow, reference: str, cents: int, *, student_id: str, key: str) -> None:
    """The bank keeps what paid a debt: so much of it is owed as before."""
    books.claim_again(
        uow, reference, key=f"debt_restored:{key}", student_id=student_id, cents=Cents(cents)
    )
    _tell(uow, student_id, reference, DebtCause.PAYMENT, cents)


def _tell(uow: Uow, student_id: str, reference: str, because: DebtCause, cents: int) -> None:
    if cents > 0:
        uow.emit(
            DebtOpened(student_id=student_id, reference=reference, because=because, cents=cents)
        )


def restrict(uow: Uow, student_id: str, reference: str) -> None:
    """A bank looks at a payment whose credit is spent: its student books nothing meanwhile."""
    if payments.restrict(uow, student_id, reference):
        uow.emit(PayerRestricted(student_id=student_id, reference=reference, is_lost=False))


def restrict_for_good(uow: Uow, student_id: str, reference: str, *, owed_cents: int) -> None:
    """A dispute is lost: its student books nothing until what it left open is paid, of which they
    are told with the debt; or until staff have looked, where there is nothing to pay.
    """
    payments.restrict(uow, student_id, reference)
    if owed_cents <= 0:
        uow.emit(PayerRestricted(student_id=student_id, reference=reference, is_lost=True))


def lift_restriction(uow: Uow, student_id: str) -> None:
    """A dispute is won or made good. Another keeps the student restricted: one that was lost and
    not made good, or an open one whose credit is spent.
    """
    for reference, state in payments.standing_chargebacks(uow, student_id).items():
        if state is DisputeState.LOST or credits.spent(uow, reference) > 0:
            return
    payments.lift_restriction(uow, student_id)
