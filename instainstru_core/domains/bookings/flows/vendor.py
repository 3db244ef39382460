"""What the provider tells by itself. Events are hints: what holds is asked for again.

So it does not matter whether an event comes twice, late, or after one that happened later.
"""

from typing import Any, cast

from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.flows.driving import Cashier, drive
from instainstru_core.domains.bookings.flows.extras import resume
from instainstru_core.domains.bookings.service.lesson import PREFIX, chain_id_of
from instainstru_core.domains.bookings.service.tips import PREFIX as TIP
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.errors import CommandOpen
from instainstru_core.domains.payments.flows.webhooks import object_id, object_of
from instainstru_core.domains.payments.types import Intent
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.ports import InProgress
from instainstru_core.kernel.uow import Uow

COMMAND = "command_id"
"""Under this name the provider keeps which command of ours made something."""

STANDING = frozenset({"pending", "succeeded"})
"""Where a refund is that was made and has not failed."""


def on_intent_event(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
    """A payment intent has moved: to be confirmed, held, taken, canceled, refused."""
    on_intent(cashier, actor=actor, intent_id=object_id(event))


def on_charge_event(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
    """A charge has moved: captured, expired, refunded."""
    intent_id = object_of(event).get("payment_intent")
    if isinstance(intent_id, str):
        on_intent(cashier, actor=actor, intent_id=intent_id)


def on_refund_event(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
    """A refund was made, changed or failed. One that we made and that stands is known already."""
    about = object_of(event)
    intent_id, metadata = about.get("payment_intent"), about.get("metadata")
    is_ours = isinstance(metadata, dict) and COMMAND in metadata
    if isinstance(intent_id, str) and not (is_ours and about.get("status") in STANDING):
        on_intent(cashier, actor=actor, intent_id=intent_id, about_refunds=True)


def on_transfer_event(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
    """A transfer was taken back. What we took back ourselves is known already."""
    shown = cast("dict[str, Any]", object_of(event).get("reversals") or {})
    latest = cast("list[dict[str, Any]]", shown.get("data") or [{}])[0]
    if COMMAND not in (latest.get("metadata") or {}):
        on_transfer(cashier, actor=actor, transfer_id=object_id(event))


def on_dispute_event(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
    """A bank has opened, changed or closed a dispute."""
    on_dispute(cashier, actor=actor, dispute_id=object_id(event))


def on_intent(
    cashier: Cashier, *, actor: Actor, intent_id: str, about_refunds: bool = False
) -> None:
    """Ask how an intent stands and let what it is for follow.

    A command that waits for a browser is asked about at once; one that is under way is left alone,
    its caller will know. A hold that nobody here knows of is let go. Refunds are asked about where
    word came of one, or where more or less was given back than we know.
    """
    seen = cashier.gateway.intent(intent_id)
    with cashier.begin(actor) as uow:
        reference = _reference(uow, seen.id, seen.command_id)
    if reference is None:
        return
    if not reference.startswith(PREFIX):
        resume(cashier, actor=actor, reference=reference, at_once=True)
        _look_at_refunds(cashier, actor, reference, seen, asked=about_refunds)
        return
    chain_id = chain_id_of(reference)
    with cashier.begin(actor) as uow:
        is_orphan = service.note_intent(uow, chain_id, seen)
    if is_orphan:
        cashier.gateway.void(key=f"orphan:{seen.id}", intent_id=seen.id)
    _look_at_refunds(cashier, actor, reference, seen, asked=about_refunds)
    drive_at_once(cashier, actor=actor, chain_id=chain_id)


def on_refund(cashier: Cashier, *, actor: Actor, refund_id: str) -> None:
    """Ask about a refund of which nobody told, and let the money follow."""
    intent_id = cashier.gateway.refund_made(refund_id).intent_id
    if intent_id is not None:
        on_intent(cashier, actor=actor, intent_id=intent_id, about_refunds=True)


def on_reversal(cashier: Cashier, *, actor: Actor, line_id: str) -> None:
    """Ask what a line of the provider's books says was taken back, and let the money follow."""
    transfer_id = cashier.gateway.reversed_transfer(line_id)
    if transfer_id is not None:
        on_transfer(cashier, actor=actor, transfer_id=transfer_id)


def on_transfer(cashier: Cashier, *, actor: Actor, transfer_id: str) -> None:
    """Ask what was taken back of a transfer, and let the money follow."""
    with cashier.begin(actor) as uow:
        reference = payments.reference_of_transfer(uow, transfer_id)
    if reference is None:
        return
    seen = cashier.gateway.reversals(transfer_id)
    with cashier.begin(actor) as uow:
        if not reference.startswith(PREFIX):
            service.note_tip_reversals(uow, reference.removeprefix(TIP), transfer_id, seen)
            return
        service.note_reversals(uow, chain_id_of(reference), transfer_id, seen)
    drive_at_once(cashier, actor=actor, chain_id=chain_id_of(reference))


def _look_at_refunds(
    cashier: Cashier, actor: Actor, reference: str, seen: Intent, *, asked: bool
) -> None:
    with cashier.begin(actor) as uow:
        if not (asked or payments.refunds_differ(uow, seen)):
            return
    refunds = cashier.gateway.refunds(seen.id)
    with cashier.begin(actor) as uow:
        if reference.startswith(PREFIX):
            service.note_refunds(uow, chain_id_of(reference), seen.id, refunds)
        else:
            service.note_other_refunds(uow, reference, seen.id, refunds)


def on_dispute(cashier: Cashier, *, actor: Actor, dispute_id: str) -> None:
    """Ask how a dispute stands, and let the money follow."""
    asked_at = cashier.clock()
    seen = cashier.gateway.dispute(dispute_id=dispute_id)
    with cashier.begin(actor) as uow:
        reference = payments.reference_of_charge(uow, seen.charge_id)
        if reference is None:
            return
        if not reference.startswith(PREFIX):
            student_id = payments.payer_of_charge(uow, seen.charge_id)
            service.note_other_chargeback(
                uow, reference, seen, student_id=student_id, asked_at=asked_at
            )
            return
        service.note_chargeback(uow, chain_id_of(reference), seen, asked_at=asked_at)
    drive_at_once(cashier, actor=actor, chain_id=chain_id_of(reference))


def drive_at_once(cashier: Cashier, *, actor: Actor, chain_id: str) -> None:
    """Drive a lesson on; whoever is at it already does what there is to do."""
    try:
        drive(cashier, actor=actor, chain_id=chain_id, at_once=True)
    except (CommandOpen, InProgress):
        return


def _reference(uow: Uow, intent_id: str, command_id: str | None) -> str | None:
    known = payments.reference_of_intent(uow, intent_id)
    if known is not None or command_id is None:
        return known
    return payments.reference_of_command(uow, command_id)
