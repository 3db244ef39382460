"""The provider's books beside ours."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, DateTime, Integer, String, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.payments.models import BalanceLine, Reconciliation
from instainstru_core.domains.payments.types import BalanceChange

OUTSIDE = ("payout", "payout_cancel", "payout_failure", "topup", "topup_reversal")
"""Kinds of lines between the provider and our own bank: no business of any lesson."""

FEES = ("stripe_fee", "stripe_fx_fee", "tax_fee")
"""Kinds of lines that the provider takes for itself: posted as they are read."""

REFUNDS = ("refund", "refund_failure", "payment_refund", "payment_failure_refund")
"""Kinds of lines about what goes back to those who paid."""

_OURS = f"""
    SELECT coalesce(vendor_charge_id, intent_id) AS source_id,
        captured_cents - fee_cents AS cents, captured_at AS at
    FROM charges WHERE captured_cents > 0
    UNION ALL
    SELECT vendor_id, -cents, refunded_at FROM refunds
    UNION ALL
    SELECT vendor_id, cents, failed_at FROM refunds WHERE failed_at IS NOT NULL
    UNION ALL
    SELECT vendor_id, -cents, transferred_at FROM transfers
    UNION ALL
    SELECT result ->> 'id', (request ->> 'cents')::int, finished_at FROM payment_commands
    WHERE action = 'reverse' AND state = 'confirmed'
    UNION ALL
    SELECT vendor_id, cents, reversed_at FROM outside_reversals
    UNION ALL
    SELECT vendor_id, -(withdrawn_cents + fee_cents), coalesce(closed_at, opened_at)
    FROM chargebacks WHERE withdrawn_cents + fee_cents <> 0
    UNION ALL
    SELECT source_id, net_cents, at FROM balance_lines WHERE kind IN {FEES}
"""  # noqa: S608 - put together from constants
"""Every money fact, under the provider's name for what it came from."""

_DIFFERENCES = text(
    f"""
    WITH asked AS (
        SELECT source_id FROM ({_OURS}) AS facts WHERE at >= :since
        UNION
        SELECT source_id FROM balance_lines WHERE at >= :since AND kind NOT IN {OUTSIDE}
        UNION
        SELECT unnest(:known)
    ), ours AS (
        SELECT source_id, sum(cents) AS cents, max(at) AS at
        FROM ({_OURS}) AS facts JOIN asked USING (source_id)
        GROUP BY source_id
    ), theirs AS (
        SELECT source_id, sum(net_cents) AS cents, max(at) AS at, min(kind) AS kind
        FROM balance_lines JOIN asked USING (source_id)
        WHERE kind NOT IN {OUTSIDE}
        GROUP BY source_id
    )
    SELECT source_id, theirs.kind, ours.cents AS our_cents, theirs.cents AS their_cents
    FROM ours FULL OUTER JOIN theirs USING (source_id)
    WHERE ours.cents IS DISTINCT FROM theirs.cents
      AND greatest(ours.at, theirs.at) < :until
    ORDER BY least(ours.at, theirs.at), source_id
    LIMIT :most
    """  # noqa: S608 - put together from constants
).bindparams(
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("until", type_=DateTime(timezone=True)),
    bindparam("known", type_=ARRAY(String)),
    bindparam("most", type_=Integer),
)

_SUM_OF_FACTS = text(f"SELECT sum(cents)::bigint FROM ({_OURS}) AS facts")  # noqa: S608 - as above
_FIRST_FACT = text(f"SELECT min(at) FROM ({_OURS}) AS facts")  # noqa: S608 - as above


_REFUNDS_ASKED = text(
    f"""
    SELECT source_id FROM (
        SELECT source_id, sum(net_cents) AS cents FROM balance_lines
        WHERE source_id IN (
            SELECT source_id FROM balance_lines
            WHERE kind IN {REFUNDS} AND (at >= :since OR source_id = ANY(:known))
        ) GROUP BY source_id
    ) AS theirs LEFT JOIN (
        SELECT vendor_id AS source_id,
            CASE WHEN failed_at IS NULL THEN -refunds.cents ELSE 0 END AS cents FROM refunds
    ) AS ours USING (source_id)
    WHERE theirs.cents IS DISTINCT FROM ours.cents
    ORDER BY source_id LIMIT :most
    """  # noqa: S608 - put together from constants
).bindparams(
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("known", type_=ARRAY(String)),
    bindparam("most", type_=Integer),
)


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
                        "source_id": line.source_id or line.id,
                        "at": line.at,
                    }
                    for line in lines
                ]
            )
            .on_conflict_do_nothing()
        )


def differences(
    session: Session, *, since: datetime, until: datetime, known: Sequence[str], limit: int
) -> list[Difference]:
    """Where the two books differ, oldest first.

    Looked at is what something happened to from `since` on, and what was `known` to differ. What
    something happened to after `until` is left for the next time.
    """
    asked = {"since": since, "until": until, "known": list(known), "most": limit}
    return [Difference._make(row) for row in session.execute(_DIFFERENCES, asked)]


def refunds_to_ask(
    session: Session, *, since: datetime, known: Sequence[str], limit: int
) -> list[str]:
    """Refunds whose lines, since then or `known` to differ, say something else than we know."""
    asked = {"since": since, "known": list(known), "most": limit}
    return [row[0] for row in session.execute(_REFUNDS_ASKED, asked)]


def sum_of_facts(session: Session) -> int:
    """What all money facts add up to: by the ledger's rules, its balance at the provider."""
    return session.scalar(_SUM_OF_FACTS) or 0


def first_fact_at(session: Session) -> datetime | None:
    """When money moved for the first time."""
    found: datetime | None = session.scalar(_FIRST_FACT)
    return found


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
