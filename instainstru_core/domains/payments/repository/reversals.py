"""Named queries over what was taken back of transfers without us."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ARRAY, DateTime, Integer, String, bindparam, select, text
from sqlalchemy.orm import Session

from instainstru_core.domains.payments.models import OutsideReversal, PaymentCommand, Transfer
from instainstru_core.domains.payments.types import Action, CommandState

KINDS = ("transfer_refund",)
"""Kinds of the provider's lines about what comes back of a transfer."""

_ASKED = text(
    f"""
    SELECT vendor_id FROM balance_lines AS line
    WHERE kind IN ({", ".join(f"'{kind}'" for kind in KINDS)})
      AND (at >= :since OR source_id = ANY(:known))
      AND NOT EXISTS (SELECT FROM outside_reversals WHERE vendor_id = line.source_id)
      AND NOT EXISTS (
        SELECT FROM payment_commands
        WHERE action = 'reverse' AND state = 'confirmed' AND result ->> 'id' = line.source_id
      )
    ORDER BY vendor_id LIMIT :most
    """  # noqa: S608 - put together from constants
).bindparams(
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("known", type_=ARRAY(String)),
    bindparam("most", type_=Integer),
)


def transfer_at_provider(
    session: Session, vendor_id: str, *, lock: bool = False
) -> Transfer | None:
    """A transfer by the provider's id; locked, it is held until the transaction ends."""
    query = select(Transfer).where(Transfer.vendor_id == vendor_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def known(session: Session, vendor_ids: Collection[str]) -> frozenset[str]:
    """Those of these reversals that we know: taken in here, or made by a command of ours."""
    outside = select(OutsideReversal.vendor_id).where(OutsideReversal.vendor_id.in_(vendor_ids))
    made = PaymentCommand.result["id"].astext
    ours = select(made).where(
        PaymentCommand.action == Action.REVERSE,
        PaymentCommand.state == CommandState.CONFIRMED,
        made.in_(vendor_ids),
    )
    return frozenset(session.scalars(outside)) | frozenset(session.scalars(ours))


def to_ask(session: Session, *, since: datetime, known: Collection[str], limit: int) -> list[str]:
    """The provider's lines, since then or `known` to differ, of reversals that we do not know."""
    asked = {"since": since, "known": list(known), "most": limit}
    return [row[0] for row in session.execute(_ASKED, asked)]
