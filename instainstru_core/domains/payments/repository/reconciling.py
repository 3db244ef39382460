"""The provider's books beside ours."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.types import DateTime, Integer

from instainstru_core.domains.payments.models import BalanceLine, Reconciliation
from instainstru_core.domains.payments.types import BalanceChange

OUTSIDE = ("payout", "payout_cancel", "payout_failure", "topup", "topup_reversal")
"""Kinds of lines between the provider and our own bank: no business of any lesson."""

_OURS = """
    SELECT vendor_charge_id AS source_id, captured_cents - fee_cents AS cents, captured_at AS at
    FROM charges WHERE captured_cents > 0
    UNION ALL
    SELECT vendor_id, -cents, refunded_at FROM refunds
    UNION ALL
    SELECT vendor_id, -cents, transferred_at FROM transfers
    UNION ALL
    SELECT result ->> 'id', (request ->> 'cents')::int, finished_at FROM payment_commands
    WHERE action = 'reverse' AND state = 'confirmed'
    UNION ALL
    SELECT vendor_id, -(withdrawn_cents + fee_cents), opened_at FROM chargebacks
    WHERE withdrawn_cents + fee_cents <> 0
"""

_DIFFERENCES = text(
    f"""
    WITH ours AS (
        SELECT source_id, sum(cents) AS cents, min(at) AS at FROM ({_OURS}) AS facts
        GROUP BY source_id
    ), theirs AS (
        SELECT coalesce(source_id, vendor_id) AS source_id, sum(net_cents) AS cents,
            min(at) AS at, min(kind) AS kind
        FROM balance_lines WHERE kind NOT IN {OUTSIDE}
        GROUP BY 1
    )
    SELECT coalesce(ours.source_id, theirs.source_id) AS source_id, theirs.kind,
        ours.cents AS our_cents, theirs.cents AS their_cents
    FROM ours FULL OUTER JOIN theirs USING (source_id)
    WHERE ours.cents IS DISTINCT FROM theirs.cents
      AND least(ours.at, theirs.at) < :until
    ORDER BY least(ours.at, theirs.at), 1
    LIMIT :most
    """  # noqa: S608 - put together from constants
).bindparams(bindparam("until", type_=DateTime(timezone=True)), bindparam("most", type_=Integer))


class Difference(NamedTuple):
    """Something that only one side knows, or that both know differently."""

    source_id: str
    kind: str | None
    our_cents: int | None
    their_cents: int | None


def keep_lines(session: Session, lines: Sequence[BalanceChange]) -> None:
    """Write lines of the provider's books; those that are known stay as they are."""
    if lines:
        session.execute(
            insert(BalanceLine)
            .values(
                [
                    {
                        "vendor_id": line.id,
                        "kind": line.kind,
                        "cents": line.cents,
                        "fee_cents": line.fee_cents,
                        "net_cents": line.net_cents,
                        "source_id": line.source_id,
                        "at": line.at,
                    }
                    for line in lines
                ]
            )
            .on_conflict_do_nothing()
        )


def differences(session: Session, *, until: datetime, limit: int) -> list[Difference]:
    """Where the two books differ about what happened before this instant, oldest first."""
    rows = session.execute(_DIFFERENCES, {"until": until, "most": limit})
    return [Difference._make(row) for row in rows]


def latest(session: Session) -> Reconciliation | None:
    """The last comparison."""
    return session.scalars(
        select(Reconciliation).order_by(Reconciliation.id.desc()).limit(1)
    ).one_or_none()


def net_of_lines(session: Session) -> int:
    """What all lines add up to, our own bank left out."""
    total = session.scalar(
        select(func.sum(BalanceLine.net_cents)).where(BalanceLine.kind.not_in(OUTSIDE))
    )
    return int(total or 0)


def count_lines(session: Session, *, since: datetime, until: datetime) -> int:
    """How many lines there are of this time."""
    count = session.scalar(
        select(func.count()).where(BalanceLine.at >= since, BalanceLine.at < until)
    )
    return count or 0
