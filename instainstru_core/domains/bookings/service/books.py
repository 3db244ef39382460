"""What a lesson posts to the ledger. Its pot takes in card money and credit and ends empty."""

from instainstru_core.domains.bookings.policy.settlement import Recovery, Settlement
from instainstru_core.domains.bookings.service.lesson import Lesson
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.credits.types import CreditSource
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.policy import pot as ledger_pot
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.kernel.money import ZERO, Cents
from instainstru_core.kernel.uow import Uow

REVENUE = Account(AccountKind.PLATFORM_REVENUE)
DISPUTE_LOSSES = Account(AccountKind.DISPUTE_LOSSES)
ESCALATION_LOSSES = Account(AccountKind.ESCALATION_LOSSES)


def pot(lesson: Lesson) -> Account:
    return Account(AccountKind.HELD, lesson.money.chain_id)


def payable(lesson: Lesson) -> Account:
    return Account(AccountKind.INSTRUCTOR_PAYABLE, lesson.money.instructor_id)


def debt(lesson: Lesson) -> Account:
    return Account(AccountKind.STUDENT_DEBT, lesson.money.student_id)


def allowance(lesson: Lesson) -> Account:
    return Account(AccountKind.DEBT_ALLOWANCE, lesson.money.student_id)


def settle(uow: Uow, lesson: Lesson, settled: Settlement) -> None:
    """Move reserved credit where it belongs, issue new one, and empty the pot.

    What was to be refunded and neither was nor became credit, the bank has given back already.
    """
    reference = lesson.reference
    if settled.released > ZERO:
        credits.release(uow, reference=reference, cents=settled.released.amount)
    if settled.consumed > ZERO:
        credits.consume(uow, reference=reference)
    if settled.forfeited > ZERO:
        credits.forfeit(uow, reference=reference)
    if settled.issued > ZERO:
        issue(uow, lesson, settled.issued, key=f"settle:{reference}")
    given = Cents(lesson.money.refunded_cents + lesson.money.refund_settled_cents)
    lost = settled.refunded - given if settled.refunded > ZERO else ZERO
    ledger.post(
        uow,
        key=f"settle:{reference}",
        fact=f"settled_{settled.outcome}",
        reference=reference,
        entries=[
            Entry(ESCALATION_LOSSES, settled.subsidy),
            Entry(pot(lesson), ZERO - settled.subsidy),
            Entry(pot(lesson), settled.owed + settled.revenue + lost),
            Entry(payable(lesson), ZERO - settled.owed),
            Entry(REVENUE, ZERO - settled.revenue),
            Entry(DISPUTE_LOSSES, ZERO - lost),
        ],
    )


def issue(uow: Uow, lesson: Lesson, cents: Cents, *, key: str) -> None:
    """New credit for the student, out of the lesson's pot."""
    credits.issue(
        uow,
        user_id=lesson.money.student_id,
        cents=cents.amount,
        source=CreditSource.CANCELLATION,
        key=key,
        funded_by=pot(lesson),
        reference=lesson.reference,
    )


def pay_back(uow: Uow, lesson: Lesson, *, key: str, credit: Cents, bank: Cents) -> None:
    """A refund that was refused leaves the pot: as credit, or it makes good what the bank took."""
    credits.issue(
        uow,
        user_id=lesson.money.student_id,
        cents=credit.amount,
        source=CreditSource.REFUND,
        key=key,
        funded_by=pot(lesson),
        reference=lesson.reference,
    )
    ledger.post(
        uow,
        key=key,
        fact="refund_made_by_bank",
        reference=lesson.reference,
        entries=[Entry(pot(lesson), bank), Entry(DISPUTE_LOSSES, ZERO - bank)],
    )


def claim(uow: Uow, lesson: Lesson, cents: Cents) -> None:
    """What the student owes for a lesson the platform stood in for; not counted on until paid."""
    ledger.post(
        uow,
        key=f"claim:{lesson.reference}",
        fact="debt_claimed",
        reference=lesson.reference,
        entries=[Entry(debt(lesson), cents), Entry(allowance(lesson), ZERO - cents)],
    )


def claim_again(uow: Uow, reference: str, *, key: str, student_id: str, cents: Cents) -> None:
    """A bank kept what paid a debt, which is a loss until it is paid once more: it is owed."""
    ledger.post(
        uow,
        key=key,
        fact="debt_restored",
        reference=reference,
        entries=[
            Entry(Account(AccountKind.STUDENT_DEBT, student_id), cents),
            Entry(DISPUTE_LOSSES, ZERO - cents),
        ],
    )


def pay_claim(uow: Uow, reference: str, command_id: str, student_id: str, cents: Cents) -> None:
    """The student paid what a lost dispute left open: the money lies in the debt's pot."""
    ledger.post(
        uow,
        key=f"debt_paid:{command_id}",
        fact="debt_paid",
        reference=reference,
        entries=[
            Entry(ledger_pot(reference), cents),
            Entry(Account(AccountKind.STUDENT_DEBT, student_id), ZERO - cents),
        ],
    )


def recover(uow: Uow, lesson: Lesson, recovered: Recovery, *, debt_reference: str) -> bool:
    """The student paid the claim: its money, which lies in the debt's pot, makes good the loss.

    False where they had paid it before.
    """
    debt_pot = ledger_pot(debt_reference)
    posted = ledger.post(
        uow,
        key=f"recover:{lesson.reference}",
        fact="debt_paid",
        reference=lesson.reference,
        entries=[
            Entry(debt_pot, recovered.captured),
            Entry(pot(lesson), ZERO - recovered.captured),
            Entry(pot(lesson), recovered.loss_recovered + recovered.revenue),
            Entry(ESCALATION_LOSSES, ZERO - recovered.loss_recovered),
            Entry(REVENUE, ZERO - recovered.revenue),
            Entry(allowance(lesson), recovered.captured),
            Entry(debt(lesson), ZERO - recovered.captured),
        ],
    )
    if posted and recovered.issued > ZERO:
        issue(uow, lesson, recovered.issued, key=f"recover:{lesson.reference}")
    return posted


def take_back(
    uow: Uow, lesson: Lesson, *, key: str, refund: Cents, payout: Cents, reinstated: Cents
) -> None:
    """A refund ordered by staff: the instructor's part comes back, the rest is the platform's.

    The pot gets what the refund and the credit given back will take out of it.
    """
    given = refund + reinstated
    ledger.post(
        uow,
        key=key,
        fact="refund_ordered",
        reference=lesson.reference,
        entries=[
            Entry(payable(lesson), payout),
            Entry(REVENUE, given - payout),
            Entry(pot(lesson), ZERO - given),
        ],
    )


def withdraw(uow: Uow, reference: str, *, key: str, cents: Cents, fee: Cents) -> None:
    """A bank took a disputed amount and its fee; a negative amount gives it back."""
    clearing = Account(AccountKind.STRIPE_CLEARING)
    ledger.post(
        uow,
        key=key,
        fact="chargeback_withdrawn" if cents > ZERO else "chargeback_returned",
        reference=reference,
        entries=[Entry(DISPUTE_LOSSES, cents + fee), Entry(clearing, ZERO - cents - fee)],
    )


def lose(uow: Uow, lesson: Lesson, *, key: str, payout: Cents, spent: Cents) -> None:
    """A lost dispute: the instructor's part and spent credit, now a debt, lessen the loss."""
    ledger.post(
        uow,
        key=key,
        fact="chargeback_lost",
        reference=lesson.reference,
        entries=[
            Entry(payable(lesson), payout),
            Entry(debt(lesson), spent),
            Entry(DISPUTE_LOSSES, ZERO - payout - spent),
        ],
    )
