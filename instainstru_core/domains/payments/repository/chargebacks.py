"""Named queries over disputes. The row of the charge is what every change of one holds first."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import DateTime, Integer, Select, String, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.payments.models import Charge, Chargeback, ProviderLook
from instainstru_core.domains.payments.types import DisputeState

DISPUTES = "disputes"
"""The list of the provider's that is read for disputes of which we never heard."""

_DUE: Select[str, str] = (
    select(Chargeback.id, Chargeback.vendor_id)
    .where(
        Chargeback.ask_at <= bindparam("now", type_=DateTime(timezone=True)),
        Chargeback.id > bindparam("after", type_=String),
    )
    .order_by(Chargeback.id)
    .limit(bindparam("most", type_=Integer))
)


def locked_charge(session: Session, vendor_charge_id: str) -> Charge | None:
    """A charge of the provider, held until the transaction ends: two that tell of it take turns."""
    return session.scalars(
        select(Charge).where(Charge.vendor_charge_id == vendor_charge_id).with_for_update()
    ).one_or_none()


def chargeback(session: Session, vendor_id: str) -> Chargeback | None:
    """One dispute, held until the transaction ends, as it is now."""
    return session.scalars(
        select(Chargeback)
        .where(Chargeback.vendor_id == vendor_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def due(session: Session, *, now: datetime, after: str, limit: int) -> Sequence[tuple[str, str]]:
    """Disputes to ask about, in order of our ids."""
    asked = {"now": now, "after": after, "most": limit}
    return [(row.id, row.vendor_id) for row in session.execute(_DUE, asked)]


def count_due(session: Session, *, before: datetime) -> int:
    """How many disputes should have been asked about before this instant."""
    count = session.scalar(select(func.count()).where(Chargeback.ask_at < before))
    return count or 0


def known(session: Session, vendor_ids: Collection[str]) -> frozenset[str]:
    """Those of these disputes that we know of."""
    query = select(Chargeback.vendor_id).where(Chargeback.vendor_id.in_(vendor_ids))
    return frozenset(session.scalars(query))


def chargebacks(session: Session, reference: str) -> Sequence[Chargeback]:
    """The chargebacks of a reference, oldest first."""
    return session.scalars(
        select(Chargeback).where(Chargeback.reference == reference).order_by(Chargeback.id)
    ).all()


def open_cents(session: Session, reference: str) -> int:
    """What the disputes of a reference that are open are about, all together."""
    total = session.scalar(
        select(func.sum(Chargeback.cents)).where(
            Chargeback.reference == reference, Chargeback.state == DisputeState.OPEN
        )
    )
    return int(total or 0)


def chargebacks_of_student(session: Session, student_id: str) -> Sequence[Chargeback]:
    """What stands against a student: neither won nor made good, oldest first."""
    return session.scalars(
        select(Chargeback)
        .join(Charge, Charge.id == Chargeback.charge_id)
        .where(
            Charge.student_id == student_id,
            Chargeback.state != DisputeState.WON,
            Chargeback.settled_at.is_(None),
        )
        .order_by(Chargeback.id)
    ).all()


def looked_until(session: Session, name: str) -> datetime | None:
    """How far a list of the provider's was read."""
    row = session.get(ProviderLook, name, populate_existing=True)
    return None if row is None else row.looked_until


def note_look(session: Session, name: str, until: datetime) -> None:
    """A list was read up to then; of two that read it the one that came further counts."""
    written = insert(ProviderLook).values(name=name, looked_until=until)
    further = func.greatest(ProviderLook.looked_until, written.excluded.looked_until)
    session.execute(
        written.on_conflict_do_update(index_elements=["name"], set_={"looked_until": further})
    )


def first_charge_at(session: Session) -> datetime | None:
    """When a card was held for the first time."""
    return session.scalar(select(func.min(Charge.authorized_at)))
