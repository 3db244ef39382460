"""How a lesson's money ends: taken or given back, shared out as the policy says, and paid."""

from datetime import datetime, timedelta

from devstack.seeding.money.books import HELD, PAYABLE, TOOK, Books, Card
from devstack.seeding.money.people import Account
from devstack.seeding.money.state import Life
from devstack.seeding.money.wallets import Wallet
from instainstru_core.domains.bookings.policy import agenda, settlement
from instainstru_core.domains.bookings.policy.settlement import Settlement
from instainstru_core.domains.bookings.types import Ending
from instainstru_core.domains.credits.types import CreditSource
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments.errors import CardDeclined, HoldGone
from instainstru_core.kernel.money import Cents

REVENUE = str(AccountKind.PLATFORM_REVENUE)
DEBT = str(AccountKind.STUDENT_DEBT)
ALLOWANCE = str(AccountKind.DEBT_ALLOWANCE)
ESCALATION_LOSSES = str(AccountKind.ESCALATION_LOSSES)
UNPAYABLE = "instructor_cannot_be_paid"
UNCOLLECTED = "capture_failed_for_72_hours"
STEP = timedelta(seconds=1)


def finish(
    books: Books,
    life: Life,
    wallet: Wallet,
    at: datetime,
    ending: Ending,
    *,
    account: Account,
    now: datetime,
) -> None:
    """Take the held amount or let it go, share it out, and pay the instructor."""
    row, charge = life.row, life.charge
    row.ending, row.ended_at = ending, at
    if charge is not None:
        if ending in settlement.KEEPS_CARD:
            books.capture(at, charge)
            row.captured_at, row.captured_cents = charge.captured_at, charge.captured
        else:
            books.void(at, charge)
            row.authorized_at = row.capture_before = None
    settled = settlement.settlement(
        ending,
        life.quote.price,
        credit=Cents(row.credit_cents),
        captured=Cents(row.captured_cents),
        is_locked=False,
    )
    _share(books, life, wallet, at + STEP, settled)
    row.credit_back_cents = settled.released.amount + settled.issued.amount
    pay(books, life, at + STEP, account, now=now)


def escalate(
    books: Books, life: Life, wallet: Wallet, at: datetime, *, card: Card, account: Account
) -> None:
    """The hold was gone and the card refused for three days: the platform stands in."""
    row, charge = life.row, life.charge
    if charge is None:
        msg = "an escalation without a hold"
        raise ValueError(msg)
    row.ending, row.ended_at, row.payment_method_id = Ending.LESSON_TAKEN, at, card.id
    books.lose_hold(at, charge, HoldGone.code)
    row.authorized_at = row.capture_before = None
    row.capture_first_failed_at = at + STEP
    until = row.capture_first_failed_at + agenda.ESCALATE_AFTER
    again = row.capture_first_failed_at
    while again < until:
        books.refuse_hold(again, life.reference, card, row.card_cents, CardDeclined.code)
        row.capture_failures += 1
        row.capture_last_failed_at, again = again, again + agenda.CAPTURE_WAIT
    row.capture_failure = CardDeclined.code
    settled = settlement.escalated(
        Ending.LESSON_TAKEN, life.quote.price, credit=Cents(row.credit_cents), can_be_paid=True
    )
    row.escalated_at = until
    _share(books, life, wallet, until, settled)
    row.credit_back_cents = settled.released.amount
    books.post(
        until, f"claim:{life.reference}", "debt_claimed", life.reference,
        (DEBT, row.student_id, row.card_cents), (ALLOWANCE, row.student_id, -row.card_cents),
    )  # fmt: skip
    row.debt_cents = row.card_cents
    row.review_reason, row.review_since = UNCOLLECTED, until
    books.lock(row.student_id, until, life.reference)
    pay(books, life, until, account, now=until)


def pay(books: Books, life: Life, at: datetime, account: Account, *, now: datetime) -> None:
    """Send what the instructor is owed: what the charge covers, then the rest."""
    row, charge = life.row, life.charge
    left = row.owed_cents - row.paid_cents
    if left <= 0:
        return
    if account.disabled_at is not None and account.disabled_at <= at:
        _note_unpaid(life, at, now)
        return
    covered = 0 if charge is None else min(left, charge.captured - charge.refunded)
    sources = ((charge, covered), (None, left - covered))
    for number, (source, cents) in enumerate(sources):
        if cents > 0:
            life.transfers.append(
                books.transfer(
                    at + TOOK * (number + 1),
                    life.reference,
                    row.instructor_id,
                    account.vendor_id,
                    cents,
                    source=source,
                )
            )
            row.paid_cents += cents


def _note_unpaid(life: Life, at: datetime, now: datetime) -> None:
    """Nobody could be paid: tried again, and shown to people after a few times."""
    row = life.row
    while at <= now:
        row.transfer_failures += 1
        row.transfer_last_failed_at = at
        if row.transfer_failures == agenda.TRANSFER_PATIENCE:
            row.review_since, row.review_reason = at, UNPAYABLE
        patient = row.transfer_failures < agenda.TRANSFER_PATIENCE
        at += agenda.TRANSFER_WAIT if patient else agenda.TRANSFER_LONG_WAIT


def _share(books: Books, life: Life, wallet: Wallet, at: datetime, settled: Settlement) -> None:
    """Credit goes where it belongs, the pot is emptied, the instructor's share is owed."""
    row, reference, pot = life.row, life.reference, life.row.chain_id
    if row.credit_cents:
        if settled.released.amount:
            wallet.release(at, reference, settled.released.amount)
        if settled.consumed.amount:
            wallet.consume(at, reference)
        if settled.forfeited.amount:
            wallet.forfeit(at, reference)
    wallet.issue(
        at, settled.issued.amount, CreditSource.CANCELLATION, key=f"settle:{reference}",
        funded_by=(HELD, pot), reference=reference,
    )  # fmt: skip
    owed, revenue = settled.owed.amount, settled.revenue.amount
    subsidy = settled.subsidy.amount
    books.post(
        at, f"settle:{reference}", f"settled_{settled.outcome}", reference,
        (ESCALATION_LOSSES, "", subsidy), (HELD, pot, owed + revenue - subsidy),
        (PAYABLE, row.instructor_id, -owed), (REVENUE, "", -revenue),
    )  # fmt: skip
    row.outcome, row.settled_at, row.owed_cents = settled.outcome, at, owed
