"""Refunds of the provider's dashboard, and refunds that failed after they were made.

A refund of the dashboard is a refund by staff: it does what is still to go back, and what is more
than that takes from everybody their part of it. So does one of a call of ours that was taken for
failed, and it is called that. A refund that failed is to be made all the same, and staff settle
how, like one that the provider refuses.
"""

from collections.abc import Sequence

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.events import LessonRefunded
from instainstru_core.domains.bookings.policy.settlement import KEEPS_CARD
from instainstru_core.domains.bookings.service import (
    advancing,
    books,
    giving_back,
    losing,
    refund_orders,
    steps,
)
from instainstru_core.domains.bookings.service.lesson import Lesson, case_of, held
from instainstru_core.domains.bookings.service.outside import VOID_REFUSED
from instainstru_core.domains.bookings.service.refund_orders import REFUSED
from instainstru_core.domains.bookings.types import RefundOrigin, RefundReason
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Entry
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.service.effects import pot
from instainstru_core.domains.payments.types import RefundChange, RefundSeen
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import ZERO, Cents
from instainstru_core.kernel.uow import Uow

REASONS = {"duplicate": RefundReason.DUPLICATE}


@operation("bookings.note_refunds")
def note_refunds(uow: Uow, chain_id: str, intent_id: str, seen: Sequence[RefundSeen]) -> None:
    """Take over all refunds of a payment intent of a lesson. Again changes nothing."""
    lesson = held(uow, chain_id)
    changes = payments.note_refunds(uow, intent_id, seen)
    for change in changes:
        if change.charge_id != lesson.money.charge_id:
            _stray(uow, lesson, change)
        elif change.has_failed:
            _failed(uow, lesson, change)
        else:
            _made(uow, lesson, change)
        _audit(uow, "booking", lesson.booking.id, change)
    if changes and not payments.pending(uow, lesson.reference):
        advancing.decide_again(uow, lesson)


@operation("bookings.note_other_refunds")
def note_other_refunds(
    uow: Uow, reference: str, intent_id: str, seen: Sequence[RefundSeen]
) -> None:
    """The same for what was not for a lesson: bought credit, a tip, a debt. The platform bears it.

    Of bought credit that is given back, what is not spent yet is revoked; the instructor keeps a
    tip, and a debt that was paid stays paid.
    """
    for change in payments.note_refunds(uow, intent_id, seen):
        key = f"refund_borne:{change.vendor_id}"
        if change.has_failed:
            _bear(uow, reference, Cents(-change.cents), key=f"{key}:failed")
            credits.restore(
                uow, reference=reference, cents=change.cents, funded_by=books.REVENUE, key=key
            )
        else:
            _bear(uow, reference, Cents(change.cents), key=key)
            credits.revoke(uow, reference=reference, cents=change.cents, into=books.REVENUE)
        _audit(uow, "charge", reference.partition(":")[2], change)


def _bear(uow: Uow, reference: str, cents: Cents, *, key: str) -> None:
    """The platform fills a pot that a refund was made out of; a negative amount comes back."""
    ledger.post(
        uow,
        key=key,
        fact="refund_borne",
        reference=reference,
        entries=[Entry(books.REVENUE, cents), Entry(pot(reference), ZERO - cents)],
    )


def _made(uow: Uow, lesson: Lesson, change: RefundChange) -> None:
    row = lesson.money
    if row.settled_at is not None:
        _beyond_what_was_due(uow, lesson, change)
    elif row.ending is None or row.ending in KEEPS_CARD:  # shared out when it is settled
        _order(uow, lesson, change.cents, change)
        row.refund_due_cents += change.cents
    row.refunded_cents += change.cents
    refund_orders.close_orders(uow, lesson)
    if row.review_reason == REFUSED:
        row.is_blocked = False
        row.review_since = row.review_reason = None
    uow.emit(LessonRefunded(booking_id=lesson.booking.id, cents=change.cents))


def _beyond_what_was_due(uow: Uow, lesson: Lesson, change: RefundChange) -> None:
    """What nobody had ordered is an order, of what is left of the charge. The rest is given twice.

    A refund that is under way does its own part of what is due, unless too little is left for it.
    """
    row = lesson.money
    under_way = payments.open_refund_cents(uow, lesson.reference)
    open_cents = payments.open_chargeback_cents(uow, lesson.reference)
    beyond = change.cents - max(0, case_of(lesson).outstanding_cents - under_way)
    left = row.captured_cents - losing.gone_for_good(lesson, open_cents)
    more = max(0, min(beyond, left))
    if more:
        found = giving_back.shares(uow, lesson, more, open_cents=open_cents)
        order = _order(uow, lesson, more, change)
        giving_back.take(uow, lesson, found, key=f"refund_order:{order}")
        row.refund_due_cents += more
        giving_back.finish(uow, lesson, open_cents=open_cents)
    twice = beyond - more - under_way
    if twice > 0:
        _given_twice(uow, lesson, twice, change)


def _given_twice(uow: Uow, lesson: Lesson, cents: int, change: RefundChange) -> None:
    """The student had it already, as credit in the place of a refund: that is revoked.

    What is spent of it is the platform's: staff gave it.
    """
    row = lesson.money
    as_credit = min(cents, row.refund_settled_cents)
    row.refund_settled_cents -= as_credit
    row.refund_due_cents += cents - as_credit
    _bear(uow, lesson.reference, Cents(cents), key=f"refund_borne:{change.vendor_id}")
    credits.revoke_paid_back(uow, reference=lesson.reference, cents=as_credit, into=books.REVENUE)


def _order(uow: Uow, lesson: Lesson, cents: int, change: RefundChange) -> str:
    reason = REASONS.get(change.reason, RefundReason.OTHER)
    if change.command_id is not None:
        reason = RefundReason.PLATFORM_ERROR
    return giving_back.order(uow, lesson, cents, reason, origin=_origin(change)).id


def _origin(change: RefundChange) -> RefundOrigin:
    """Who made it. One of ours that failed later had been ordered here."""
    if change.command_id is None:
        return RefundOrigin.PROVIDER_DASHBOARD
    return RefundOrigin.STAFF if change.has_failed else RefundOrigin.GIVEN_UP_CALL


def _failed(uow: Uow, lesson: Lesson, change: RefundChange) -> None:
    """The student has not got it. A settled lesson stops until staff have decided how they do."""
    lesson.money.refunded_cents -= change.cents
    refund_orders.open_orders(uow, lesson)
    if lesson.money.settled_at is not None:
        steps.block(uow, lesson, REFUSED)


def _stray(uow: Uow, lesson: Lesson, change: RefundChange) -> None:
    """It is of a charge that the lesson does not count, as of an old hold that somebody took."""
    row = lesson.money
    charge = payments.charge(uow, change.charge_id)
    if charge.id == row.stale_charge_id and charge.refunded_cents >= charge.captured_cents:
        row.stale_charge_id = None
        if row.review_reason == VOID_REFUSED:
            row.is_blocked = False
            row.review_since = row.review_reason = None


def _audit(uow: Uow, kind: str, subject_id: str, change: RefundChange) -> None:
    audit.record(
        uow,
        "bookings.note_refund",
        subject_kind=kind,
        subject_id=subject_id,
        details={
            "refund": change.vendor_id,
            "cents": change.cents,
            "origin": _origin(change),
            "has_failed": change.has_failed,
        },
    )
