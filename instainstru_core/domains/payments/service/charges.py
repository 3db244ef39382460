"""What we know of charges, transfers and chargebacks."""

from datetime import datetime

from instainstru_core.domains.payments.models import Chargeback
from instainstru_core.domains.payments.repository import commands as repository
from instainstru_core.domains.payments.service.effects import facts, transfer_facts
from instainstru_core.domains.payments.types import (
    ChargebackChange,
    ChargeFacts,
    DisputeSeen,
    DisputeState,
    TransferFacts,
)
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow


def charge(uow: Uow, charge_id: str) -> ChargeFacts:
    """One charge. Raises LookupError: whoever asks has its id from us."""
    found = repository.charge(uow.session, charge_id)
    if found is None:
        msg = f"charge {charge_id} is missing"
        raise LookupError(msg)
    return facts(found)


def reference_of_intent(uow: Uow, intent_id: str) -> str | None:
    """What a payment intent of the provider is for; None for one that we do not know."""
    found = repository.charge_of_intent(uow.session, intent_id)
    return None if found is None else found.reference


def reference_of_command(uow: Uow, command_id: str) -> str | None:
    """What a command is for; None for one that is not ours."""
    return repository.reference_of_command(uow.session, command_id)


def reference_of_charge(uow: Uow, vendor_charge_id: str) -> str | None:
    """What a charge of the provider is for; None for one that we do not know."""
    found = repository.charge_at_provider(uow.session, vendor_charge_id)
    return None if found is None else found.reference


def payer_of_charge(uow: Uow, vendor_charge_id: str) -> str:
    """Who paid a charge of the provider that is ours. Raises LookupError for another."""
    found = repository.charge_at_provider(uow.session, vendor_charge_id)
    if found is None:
        msg = "a charge that is not ours"
        raise LookupError(msg)
    return found.student_id


def transfers(uow: Uow, reference: str) -> list[TransferFacts]:
    """The transfers of a reference, oldest first."""
    return [transfer_facts(row) for row in repository.transfers(uow.session, reference)]


def due_references(uow: Uow, *, after: str, limit: int) -> list[str]:
    """References with a command that nobody is at any more, in order, beyond `after`."""
    return list(repository.due_references(uow.session, now=uow.now, after=after, limit=limit))


def stuck_commands(uow: Uow, *, before: datetime) -> int:
    """How many open commands nobody has looked at since this instant."""
    return repository.stuck(uow.session, before=before)


def note_chargeback(uow: Uow, seen: DisputeSeen) -> ChargebackChange | None:
    """Take over how a dispute stands. None where the charge is not ours or nothing is new.

    The amounts that moved since we last knew are told, so that they can be posted once.
    """
    row = repository.chargeback(uow.session, seen.id)
    if row is None:
        found = repository.charge_at_provider(uow.session, seen.charge_id)
        if found is None:
            return None
        row = Chargeback(
            id=new_id(),
            vendor_id=seen.id,
            charge_id=found.id,
            reference=found.reference,
            cents=seen.cents,
            reason=seen.reason,
            state=DisputeState.OPEN,
            withdrawn_cents=0,
            fee_cents=0,
            opened_at=uow.now,
        )
        uow.session.add(row)
        before = None
    else:
        before = row.state
    if before is not None and before is not DisputeState.OPEN:
        return None
    change = ChargebackChange(
        id=row.id,
        reference=row.reference,
        cents=seen.cents,
        state=seen.state,
        before=before,
        withdrawn_cents=seen.withdrawn_cents - row.withdrawn_cents,
        fee_cents=seen.fee_cents - row.fee_cents,
    )
    row.state = seen.state
    row.withdrawn_cents = seen.withdrawn_cents
    row.fee_cents = seen.fee_cents
    if seen.state is not DisputeState.OPEN:
        row.closed_at = uow.now
    uow.session.flush()
    return change


def standing_chargebacks(uow: Uow, student_id: str) -> dict[str, DisputeState]:
    """The references of a student with a dispute that is neither won nor made good."""
    found = repository.chargebacks_of_student(uow.session, student_id)
    return {row.reference: row.state for row in found}


def make_good(uow: Uow, reference: str) -> None:
    """The student has paid what a lost dispute about this reference left open."""
    for row in repository.chargebacks(uow.session, reference):
        if row.state is DisputeState.LOST:
            row.settled_at = uow.now
