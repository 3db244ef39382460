"""What we know of disputes, and of which of them to ask the provider: events may never come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from instainstru_core.domains.payments import policy
from instainstru_core.domains.payments.models import Charge, Chargeback
from instainstru_core.domains.payments.repository import chargebacks as repository
from instainstru_core.domains.payments.types import ChargebackChange, DisputeSeen, DisputeState
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


class DueDispute(NamedTuple):
    """A dispute of which nobody sent word in time: our id of it, and the provider's."""

    id: str
    vendor_id: str


def note_chargeback(uow: Uow, seen: DisputeSeen, *, asked_at: datetime) -> ChargebackChange | None:
    """Take over how a dispute stands. None where the charge is not ours or nothing is new.

    The amounts that moved since we last knew are told, so that they can be posted once. Of two
    answers the one that was asked for later counts, in whatever order they come. A bank's last word
    stands, about the amount too; money may still move after it.
    """
    charge = repository.locked_charge(uow.session, seen.charge_id)
    if charge is None:
        return None
    row = repository.chargeback(uow.session, seen.id)
    if row is not None and row.heard_at is not None and row.heard_at > asked_at:
        return None
    before = None if row is None else row.state
    known_cents = 0 if row is None else row.cents
    row = row or _opened(uow, charge, seen)
    if row.state is DisputeState.OPEN:
        row.cents = seen.cents
    change = ChargebackChange(
        id=row.id,
        reference=row.reference,
        cents=row.cents,
        state=seen.state if row.state is DisputeState.OPEN else row.state,
        before=before,
        withdrawn_cents=seen.withdrawn_cents - row.withdrawn_cents,
        fee_cents=seen.fee_cents - row.fee_cents,
        more_cents=row.cents - known_cents,
    )
    row.state, row.heard_at = change.state, asked_at
    row.withdrawn_cents, row.fee_cents = seen.withdrawn_cents, seen.fee_cents
    row.evidence_due_at = seen.evidence_due_at
    if row.state is not DisputeState.OPEN:
        row.closed_at = row.closed_at or uow.now
    row.ask_at = policy.ask_about_dispute_at(
        row.state,
        heard_at=asked_at,
        evidence_due_at=row.evidence_due_at,
        closed_at=row.closed_at,
        withdrawn_cents=row.withdrawn_cents,
    )
    uow.session.flush()
    if not change.is_news:
        return None
    return replace(change, open_cents=repository.open_cents(uow.session, row.reference))


@operation("payments.due_disputes")
def due_disputes(uow: Uow, *, after: str = "", limit: int = 100) -> list[DueDispute]:
    """Disputes to ask the provider about, in order, beyond `after` of our ids."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    found = repository.due(uow.session, now=uow.now, after=after, limit=limit)
    return [DueDispute(*row) for row in found]


@operation("payments.unheard_disputes")
def unheard_disputes(uow: Uow, seen: Sequence[DisputeSeen]) -> list[str]:
    """Those of a page of the provider's disputes of which we never heard."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    asked = [one.id for one in seen]
    known = repository.known(uow.session, asked)
    return [vendor_id for vendor_id in asked if vendor_id not in known]


@operation("payments.disputes_from")
def disputes_from(uow: Uow) -> datetime:
    """From when on the provider's disputes are to be read: the first time, from the first charge.

    Each look reads some days of the time before again, for what could not be told yet then.
    """
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    looked_until = repository.looked_until(uow.session, repository.DISPUTES)
    first = looked_until or repository.first_charge_at(uow.session) or uow.now
    return first - policy.LOOK_AGAIN


@operation("payments.note_disputes_read")
def note_disputes_read(uow: Uow, *, until: datetime) -> None:
    """Everything up to then was read, and what was new is written. It never goes back."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    repository.note_look(uow.session, repository.DISPUTES, until)


def unasked_disputes(uow: Uow, *, before: datetime) -> int:
    """How many disputes should have been asked about before this instant."""
    return repository.count_due(uow.session, before=before)


def standing_chargebacks(uow: Uow, student_id: str) -> dict[str, DisputeState]:
    """The references of a student with a dispute that is neither won nor made good.

    Of several about one reference a lost one is told.
    """
    found = repository.chargebacks_of_student(uow.session, student_id)
    lost_last = sorted(found, key=lambda row: row.state is DisputeState.LOST)
    return {row.reference: row.state for row in lost_last}


def open_chargeback_cents(uow: Uow, reference: str) -> int:
    """What the disputes of a reference that are open are about, all together."""
    return repository.open_cents(uow.session, reference)


def make_good(uow: Uow, reference: str) -> None:
    """The student has paid what a lost dispute about this reference left open."""
    for row in repository.chargebacks(uow.session, reference):
        if row.state is DisputeState.LOST:
            row.settled_at = uow.now


def _opened(uow: Uow, charge: Charge, seen: DisputeSeen) -> Chargeback:
    row = Chargeback(
        id=new_id(),
        vendor_id=seen.id,
        charge_id=charge.id,
        reference=charge.reference,
        cents=seen.cents,
        reason=seen.reason,
        state=DisputeState.OPEN,
        withdrawn_cents=0,
        fee_cents=0,
        opened_at=uow.now,
    )
    uow.session.add(row)
    return row
