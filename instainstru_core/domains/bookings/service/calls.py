"""The steps of a lesson's money that ask the provider: what is asked, and with which amounts."""

from instainstru_core.domains.bookings.policy.agenda import TRANSFER_PATIENCE, Decision
from instainstru_core.domains.bookings.service import steps
from instainstru_core.domains.bookings.service.lesson import Lesson, case_of
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.errors import CardNotFound, CardNotReady
from instainstru_core.domains.payments.schemas import Card
from instainstru_core.domains.payments.types import (
    AuthorizeCall,
    CaptureCall,
    Command,
    Purpose,
    RefundCall,
    ReverseCall,
    TransferCall,
    VoidCall,
)
from instainstru_core.kernel.uow import Uow

STALE = "stale"
UNPAID = "instructor_cannot_be_paid"


def authorize(uow: Uow, lesson: Lesson, _: Decision) -> Command | None:
    """Hold the card's part; without a usable card that fails here and now."""
    row = lesson.money
    try:
        card = payments.usable_card(uow, row.student_id, row.payment_method_id)
    except (CardNotFound, CardNotReady):
        row.payment_method_id = None
        return None
    return hold(uow, lesson, card, off_session=True)


def hold(uow: Uow, lesson: Lesson, card: Card, *, off_session: bool) -> Command:
    """Hold the card's part on this card."""
    row = lesson.money
    call = AuthorizeCall(
        student_id=row.student_id,
        customer_id=card.customer_vendor_id,
        payment_method_id=card.vendor_id,
        cents=row.card_cents,
        purpose=Purpose.LESSON,
        off_session=off_session,
    )
    return payments.request(uow, reference=lesson.reference, call=call)


def capture(uow: Uow, lesson: Lesson, _: Decision) -> Command:
    charge = payments.charge(uow, _charge_id(lesson))
    call = CaptureCall(charge.id, charge.intent_id, charge.amount_cents)
    return payments.request(uow, reference=lesson.reference, call=call)


def void(uow: Uow, lesson: Lesson, _: Decision) -> Command:
    charge = payments.charge(uow, _charge_id(lesson))
    return payments.request(
        uow, reference=lesson.reference, call=VoidCall(charge.id, charge.intent_id)
    )


def void_stale(uow: Uow, lesson: Lesson, _: Decision) -> Command:
    charge = payments.charge(uow, lesson.money.stale_charge_id or "")
    return payments.request(
        uow, reference=lesson.reference, call=VoidCall(charge.id, charge.intent_id), part=STALE
    )


def refund(uow: Uow, lesson: Lesson, decision: Decision) -> Command:
    charge = payments.charge(uow, _charge_id(lesson))
    call = RefundCall(charge.id, charge.intent_id, decision.cents, "requested_by_customer")
    return payments.request(uow, reference=lesson.reference, call=call)


def is_too_much(lesson: Lesson, command: Command) -> bool:
    """Whether more was to be refunded than is to go back now: somebody gave some back meanwhile."""
    call = command.call
    return isinstance(call, RefundCall) and call.cents > case_of(lesson).outstanding_cents


def is_too_much_back(lesson: Lesson, command: Command) -> bool:
    """Whether more was to be taken back than is to come back now: some came back meanwhile."""
    call, row = command.call, lesson.money
    return isinstance(call, ReverseCall) and call.cents > row.paid_cents - lesson.still_owed_cents


def transfer(uow: Uow, lesson: Lesson, decision: Decision) -> Command | None:
    """Pay the instructor: first what the charge itself covers, then the rest from our balance.

    The provider caps transfers out of a charge at its amount. What is paid again, after a dispute,
    comes from our balance, like everything when the card was never charged.
    """
    row = lesson.money
    payee = payments.payee(uow, row.instructor_id)
    if payee is None or not payee.is_ready:
        note_unpaid(uow, lesson)
        return None
    source = None
    cents = decision.cents
    if row.charge_id is not None and row.captured_cents and not row.charged_back_cents:
        sent = payments.transfers(uow, lesson.reference)
        if not any(made.charge_id == row.charge_id for made in sent):
            source = payments.charge(uow, row.charge_id)
            cents = min(cents, source.captured_cents - source.refunded_cents)
    if cents <= 0:
        source, cents = None, decision.cents
    call = TransferCall(
        instructor_id=row.instructor_id,
        account_id=payee.vendor_id,
        cents=cents,
        purpose=Purpose.LESSON,
        charge_id=source.id if source else None,
        source_charge_id=source.vendor_charge_id if source else None,
    )
    part = "card" if source else "balance"
    return payments.request(uow, reference=lesson.reference, call=call, part=part)


def reverse(uow: Uow, lesson: Lesson, decision: Decision) -> Command:
    """Take back from the latest transfer that has something left."""
    sent = [made for made in payments.transfers(uow, lesson.reference) if made.net_cents > 0]
    latest = sent[-1]
    call = ReverseCall(latest.id, latest.vendor_id, min(decision.cents, latest.net_cents))
    return payments.request(uow, reference=lesson.reference, call=call, part=latest.id)


def note_unpaid(uow: Uow, lesson: Lesson) -> None:
    """An instructor could not be paid. After a few times people look at it."""
    row = lesson.money
    row.transfer_failures += 1
    row.transfer_last_failed_at = uow.now
    if row.transfer_failures >= TRANSFER_PATIENCE:
        steps.review(uow, lesson, UNPAID)


def _charge_id(lesson: Lesson) -> str:
    if lesson.money.charge_id is None:
        msg = "a lesson without a charge"
        raise LookupError(msg)
    return lesson.money.charge_id
