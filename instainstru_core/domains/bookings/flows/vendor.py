"""What the provider tells by itself. Events are hints: what holds is asked for again."""

from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.flows.driving import Cashier, drive
from instainstru_core.domains.bookings.flows.extras import resume
from instainstru_core.domains.bookings.service.lesson import PREFIX, chain_id_of
from instainstru_core.domains.payments import service as payments
from instainstru_core.kernel.authority import Actor


def on_intent(cashier: Cashier, *, actor: Actor, reference: str | None) -> None:
    """Something happened to a payment intent of ours: look at the lesson it is for.

    A command that waits for a browser is asked about at once; one that is under way is left alone,
    its caller will know.
    """
    if reference is None:
        return
    if not reference.startswith(PREFIX):
        resume(cashier, actor=actor, reference=reference)
        return
    drive(cashier, actor=actor, chain_id=chain_id_of(reference), at_once=True)


def on_charge(cashier: Cashier, *, actor: Actor, vendor_charge_id: str) -> None:
    """Something happened to a charge: look at what it is for."""
    with cashier.begin(actor) as uow:
        reference = payments.reference_of_charge(uow, vendor_charge_id)
    on_intent(cashier, actor=actor, reference=reference)


def on_dispute(cashier: Cashier, *, actor: Actor, dispute_id: str) -> None:
    """A bank opened, changed or closed a dispute: ask how it stands, and let the money follow."""
    seen = cashier.gateway.dispute(dispute_id)
    with cashier.begin(actor) as uow:
        reference = payments.reference_of_charge(uow, seen.charge_id)
        if reference is None or not reference.startswith(PREFIX):
            return
        service.note_chargeback(uow, chain_id_of(reference), seen)
    drive(cashier, actor=actor, chain_id=chain_id_of(reference))
