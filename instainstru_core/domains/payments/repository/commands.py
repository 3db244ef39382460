"""Named queries over commands, charges, refunds and transfers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import DateTime, Integer, Select, String, bindparam, func, select
from sqlalchemy.orm import Session

from instainstru_core.domains.payments.models import (
    Charge,
    Chargeback,
    PaymentCommand,
    Transfer,
)
from instainstru_core.domains.payments.types import Action, CommandState, DisputeState

OPEN = (CommandState.REQUESTED, CommandState.SENT)

_OPEN: Select[PaymentCommand] = select(PaymentCommand).where(
    PaymentCommand.reference == bindparam("reference", type_=String),
    PaymentCommand.state.in_(OPEN),
)
_LOCKED: Select[PaymentCommand] = (
    select(PaymentCommand)
    .where(PaymentCommand.id == bindparam("id", type_=String))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_HISTORY: Select[int, int] = select(
    func.count().filter(PaymentCommand.state.in_(OPEN)),
    func.coalesce(
        func.max(PaymentCommand.attempt).filter(
            PaymentCommand.action == bindparam("action"),
            PaymentCommand.part == bindparam("part", type_=String),
        ),
        0,
    ),
).where(PaymentCommand.reference == bindparam("reference", type_=String))
_TRANSFERS: Select[Transfer] = (
    select(Transfer)
    .where(Transfer.reference == bindparam("reference", type_=String))
    .order_by(Transfer.id)
)
_DUE: Select[str] = (
    select(PaymentCommand.reference)
    .where(
        PaymentCommand.state.in_(OPEN),
        PaymentCommand.due_at <= bindparam("now", type_=DateTime(timezone=True)),
        PaymentCommand.reference > bindparam("after", type_=String),
    )
    .order_by(PaymentCommand.reference)
    .limit(bindparam("most", type_=Integer))
)


def open_command(session: Session, reference: str) -> PaymentCommand | None:
    """The open command of a reference, if there is one."""
    return session.scalars(_OPEN, {"reference": reference}).one_or_none()


def locked_command(session: Session, command_id: str) -> PaymentCommand:
    """A command, held until the transaction ends."""
    return session.scalars(_LOCKED, {"id": command_id}).one()


def history(session: Session, reference: str, action: Action, part: str) -> tuple[int, int]:
    """How many commands of a reference are open, and how often this action was attempted."""
    asked = {"reference": reference, "action": action, "part": part}
    is_open, attempts = session.execute(_HISTORY, asked).one()
    return is_open, attempts


def charge(session: Session, charge_id: str) -> Charge | None:
    return session.get(Charge, charge_id)


def charge_of_intent(session: Session, intent_id: str) -> Charge | None:
    return session.scalars(select(Charge).where(Charge.intent_id == intent_id)).one_or_none()


def charge_at_provider(session: Session, vendor_charge_id: str) -> Charge | None:
    return session.scalars(
        select(Charge).where(Charge.vendor_charge_id == vendor_charge_id)
    ).one_or_none()


def transfer(session: Session, transfer_id: str) -> Transfer | None:
    return session.get(Transfer, transfer_id)


def transfers(session: Session, reference: str) -> Sequence[Transfer]:
    """The transfers of a reference, oldest first."""
    return session.scalars(_TRANSFERS, {"reference": reference}).all()


def due_references(session: Session, *, now: datetime, after: str, limit: int) -> Sequence[str]:
    """References whose open command is to be looked at again, in order."""
    return session.scalars(_DUE, {"now": now, "after": after, "most": limit}).all()


def reference_of_command(session: Session, command_id: str) -> str | None:
    """What a command is for."""
    return session.scalar(select(PaymentCommand.reference).where(PaymentCommand.id == command_id))


def stuck(session: Session, *, before: datetime) -> int:
    """How many open commands should have been looked at before this instant."""
    count = session.scalar(
        select(func.count()).where(PaymentCommand.state.in_(OPEN), PaymentCommand.due_at < before)
    )
    return count or 0


def open_commands(session: Session, *, after: str, limit: int) -> Sequence[PaymentCommand]:
    """Open commands in order of id, beyond `after`."""
    return session.scalars(
        select(PaymentCommand)
        .where(PaymentCommand.state.in_(OPEN), PaymentCommand.id > after)
        .order_by(PaymentCommand.id)
        .limit(limit)
    ).all()


def commands_of(session: Session, reference: str) -> Sequence[PaymentCommand]:
    """Every command of a reference, oldest first."""
    return session.scalars(
        select(PaymentCommand)
        .where(PaymentCommand.reference == reference)
        .order_by(PaymentCommand.id)
    ).all()


def chargeback(session: Session, vendor_id: str) -> Chargeback | None:
    return session.scalars(
        select(Chargeback).where(Chargeback.vendor_id == vendor_id).with_for_update()
    ).one_or_none()


def chargebacks(session: Session, reference: str) -> Sequence[Chargeback]:
    """The chargebacks of a reference, oldest first."""
    return session.scalars(
        select(Chargeback).where(Chargeback.reference == reference).order_by(Chargeback.id)
    ).all()


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
