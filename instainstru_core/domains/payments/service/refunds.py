"""Refunds of which we did not know, and refunds of whomever that failed after they were made.

Not known is what somebody made in the provider's dashboard, and what a call of ours had made when
we took it for failed.
"""

from collections.abc import Sequence

from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Entry
from instainstru_core.domains.payments.models import Charge, PaymentCommand, Refund
from instainstru_core.domains.payments.repository import commands
from instainstru_core.domains.payments.repository import refunds as repository
from instainstru_core.domains.payments.service.effects import CLEARING, given_back, pot
from instainstru_core.domains.payments.service.makers import is_left_to, makers_of
from instainstru_core.domains.payments.types import Intent, RefundChange, RefundSeen
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow

DASHBOARD = "provider_dashboard"
"""Why a refund was made whose reason the provider does not tell."""


def note_refunds(uow: Uow, intent_id: str, seen: Sequence[RefundSeen]) -> list[RefundChange]:
    """Take over all refunds of an intent as they stand; what is new is told, and posted once.

    A refund of a command that is under way is left to it. Of a charge of which we do not know yet
    that it was taken nothing is concluded; it is asked about again.
    """
    charge = repository.charge_of_intent(uow.session, intent_id)
    if charge is None or not charge.captured_cents:
        return []
    known = repository.known(uow.session, [one.id for one in seen])
    makers = makers_of(uow, seen)
    undone = [
        _failed(uow, charge, known[one.id])
        for one in seen
        if one.is_undone and one.id in known and known[one.id].failed_at is None
    ]
    made = [
        _made(uow, charge, one, makers.get(one.command_id or ""))
        for one in reversed(seen)
        if one.id not in known and not is_left_to(makers.get(one.command_id or ""))
    ]
    uow.session.flush()
    return [*undone, *(change for change in made if change is not None)]


def refunds_differ(uow: Uow, seen: Intent) -> bool:
    """Whether more or less of an intent's charge was given back than we know."""
    charge = commands.charge_of_intent(uow.session, seen.id)
    return charge is not None and charge.refunded_cents != seen.refunded_cents


def _made(
    uow: Uow, charge: Charge, seen: RefundSeen, maker: PaymentCommand | None
) -> RefundChange | None:
    """A refund that we did not know of. One that came to nothing before we heard is only noted."""
    command_id = None if maker is None else maker.id
    reason = maker.request["reason"] if maker else seen.reason or DASHBOARD
    uow.session.add(
        Refund(
            id=new_id(),
            charge_id=charge.id,
            command_id=command_id,
            vendor_id=seen.id,
            cents=seen.cents,
            reason=reason,
            refunded_at=uow.now,
            failed_at=uow.now if seen.is_undone else None,
        )
    )
    if seen.is_undone:
        return None
    given_back(
        uow,
        charge,
        seen.cents,
        key=f"refund:{command_id}" if command_id else f"refund:outside:{seen.id}",
        fact="refunded" if command_id else "refunded_at_provider",
        of=charge.reference,
    )
    return RefundChange(
        seen.id, charge.id, seen.cents, reason, has_failed=False, command_id=command_id
    )


def _failed(uow: Uow, charge: Charge, row: Refund) -> RefundChange:
    """The money is ours again, and still to be given."""
    row.failed_at = uow.now
    charge.refunded_cents -= row.cents
    ledger.post(
        uow,
        key=f"refund_failed:{row.vendor_id}",
        fact="refund_failed",
        reference=charge.reference,
        entries=[
            Entry(CLEARING, Cents(row.cents)),
            Entry(pot(charge.reference), Cents(-row.cents)),
        ],
    )
    return RefundChange(
        row.vendor_id,
        charge.id,
        row.cents,
        row.reason,
        has_failed=True,
        command_id=row.command_id,
    )
