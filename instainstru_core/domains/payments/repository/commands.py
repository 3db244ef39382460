"""Named queries over commands, charges, refunds and transfers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    DateTime,
    Integer,
    Select,
    String,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from instainstru_core.domains.payments.models import (
    Charge,
    PaymentCommand,
    Transfer,
)
from instainstru_core.domains.payments.types import Action, CommandState
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.direct import Direct, Insert

OPEN = (CommandState.REQUESTED, CommandState.SENT)

_IS_OPEN = PaymentCommand.state.in_([literal_column(f"'{state}'") for state in OPEN])
"""As the index says it, so that a prepared statement finds the index too."""

_COMMANDS = Base.metadata.tables[PaymentCommand.__tablename__]
_ASKED = {
    **{
        name: bindparam(f"its_{name}", type_=String)
        for name in ("id", "reference", "action", "part", "state")
    },
    **{
        name: bindparam(f"its_{name}", type_=_COMMANDS.c[name].type)
        for name in ("request", "requested_at", "due_at")
    },
}
_OPEN: Select[PaymentCommand] = select(PaymentCommand).where(
    PaymentCommand.reference == bindparam("reference", type_=String), _IS_OPEN
)
_OF_REFERENCE = _COMMANDS.c.reference == _ASKED["reference"]
_ATTEMPT = (
    select(func.coalesce(func.max(_COMMANDS.c.attempt), 0) + 1)
    .where(_OF_REFERENCE)
    .where(_COMMANDS.c.action == _ASKED["action"], _COMMANDS.c.part == _ASKED["part"])
    .scalar_subquery()
)
_REQUEST = Direct(
    lambda: (
        insert(_COMMANDS)
        .from_select(
            [*_ASKED, "sent_at", "calls", "attempt"],
            select(*_ASKED.values(), _ASKED["requested_at"], literal(1), _ATTEMPT).where(
                ~select(_COMMANDS.c.id).where(_OF_REFERENCE, _IS_OPEN).exists()
            ),
        )
        .returning(_COMMANDS.c.attempt)
    )
)
_NEW_CHARGE = Insert(Base.metadata.tables[Charge.__tablename__])
_TRANSFERS: Select[Transfer] = (
    select(Transfer)
    .where(Transfer.reference == bindparam("reference", type_=String))
    .order_by(Transfer.id)
)
_CHARGE_OF_INTENT: Select[Charge] = select(Charge).where(
    Charge.intent_id == bindparam("intent_id", type_=String)
)
_CHARGE_AT_PROVIDER: Select[Charge] = select(Charge).where(
    Charge.vendor_charge_id == bindparam("vendor_charge_id", type_=String)
)
_DUE: Select[str] = (
    select(PaymentCommand.reference)
    .where(
        _IS_OPEN,
        PaymentCommand.due_at <= bindparam("now", type_=DateTime(timezone=True)),
        PaymentCommand.reference > bindparam("after", type_=String),
    )
    .order_by(PaymentCommand.reference)
    .limit(bindparam("most", type_=Integer))
)


def open_command(session: Session, reference: str) -> PaymentCommand | None:
    """The open command of a reference, if there is one."""
    return session.scalars(_OPEN, {"reference": reference}).one_or_none()


def request(
    session: Session,
    *,
    command_id: str,
    reference: str,
    action: Action,
    part: str,
    request: dict[str, Any],
    now: datetime,
    due_at: datetime,
) -> int | None:
    """Write down a command that is sent now, and count it; None while another one is open."""
    values = {
        "its_id": command_id,
        "its_reference": reference,
        "its_action": action.value,
        "its_part": part,
        "its_state": CommandState.SENT.value,
        "its_request": request,
        "its_requested_at": now,
        "its_due_at": due_at,
    }
    written = _REQUEST.within(session, values)
    return written[0][0] if written else None


def record(session: Session, command_id: str, **changes: object) -> bool:
    """Change an open command, held until the transaction ends; False where it is over."""
    return _record(tuple(changes)).changed(session, {"its_id": command_id, **changes}) > 0


@cache
def _record(names: tuple[str, ...]) -> Direct:
    """Changes these columns of a command."""
    values = {name: bindparam(name, type_=_COMMANDS.c[name].type) for name in names}
    its_own = _COMMANDS.c.id == bindparam("its_id", type_=String)
    return Direct(lambda: update(_COMMANDS).where(its_own, _IS_OPEN).values(values))


def by_id(session: Session, ids: Collection[str]) -> dict[str, PaymentCommand]:
    """The commands of these ids. Those that are not ours are left out."""
    query = select(PaymentCommand).where(PaymentCommand.id.in_(ids))
    return {row.id: row for row in session.scalars(query)}


def begin_charge(session: Session, charge: Charge) -> None:
    """Write a new charge; the row itself stays out of the session."""
    _NEW_CHARGE.one(session, charge)


def charge(session: Session, charge_id: str) -> Charge | None:
    return session.get(Charge, charge_id)


def charge_of_intent(session: Session, intent_id: str) -> Charge | None:
    return session.scalars(_CHARGE_OF_INTENT, {"intent_id": intent_id}).one_or_none()


def charge_at_provider(session: Session, vendor_charge_id: str) -> Charge | None:
    asked = {"vendor_charge_id": vendor_charge_id}
    return session.scalars(_CHARGE_AT_PROVIDER, asked).one_or_none()


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
    count = session.scalar(select(func.count()).where(_IS_OPEN, PaymentCommand.due_at < before))
    return count or 0


def open_commands(session: Session, *, after: str, limit: int) -> Sequence[PaymentCommand]:
    """Open commands in order of id, beyond `after`."""
    return session.scalars(
        select(PaymentCommand)
        .where(_IS_OPEN, PaymentCommand.id > after)
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
