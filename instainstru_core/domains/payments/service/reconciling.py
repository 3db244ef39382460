"""Comparing the ledger with the provider's books."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.domains.payments.models import Reconciliation
from instainstru_core.domains.payments.repository import reconciling as repository
from instainstru_core.domains.payments.schemas import DifferenceView, ReconciliationView
from instainstru_core.domains.payments.types import BalanceChange
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

FIRST_LOOK_BACK = timedelta(days=60)
OVERLAP = timedelta(days=2)
"""Lines may appear late: each comparison reads this much of the time before again."""

LAG = timedelta(hours=1)
"""What is younger may still be on its way from one book to the other."""

MOST_DIFFERENCES = 200


@operation("payments.reconcile_from")
def reconcile_from(uow: Uow) -> datetime:
    """From when on the provider's lines are to be read."""
    last = repository.latest(uow.session)
    return uow.now - FIRST_LOOK_BACK if last is None else last.until - OVERLAP


@operation("payments.keep_lines")
def keep_lines(uow: Uow, lines: Sequence[BalanceChange]) -> None:
    """Write a page of the provider's lines."""
    repository.keep_lines(uow.session, lines)


@operation("payments.compare_books")
def compare_books(uow: Uow, *, since: datetime) -> ReconciliationView:
    """Compare every money fact with the provider's lines, and write down what differs."""
    until = uow.now - LAG
    found = repository.differences(uow.session, until=until, limit=MOST_DIFFERENCES)
    ours = ledger.balance(uow, Account(AccountKind.STRIPE_CLEARING)).amount
    row = Reconciliation(
        id=new_id(),
        compared_at=uow.now,
        until=until,
        ledger_cents=ours,
        vendor_cents=repository.net_of_lines(uow.session),
        lines=repository.count_lines(uow.session, since=since, until=uow.now),
        differences={
            "items": [
                {
                    "source_id": one.source_id,
                    "kind": one.kind,
                    "our_cents": one.our_cents,
                    "their_cents": one.their_cents,
                }
                for one in found
            ]
        },
    )
    uow.session.add(row)
    uow.session.flush()
    return _view(row)


@operation("payments.reconciliation")
def reconciliation(uow: Uow) -> ReconciliationView | None:
    """The last comparison; None where there was none. For staff."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    row = repository.latest(uow.session)
    return None if row is None else _view(row)


def _view(row: Reconciliation) -> ReconciliationView:
    items = row.differences["items"]
    return ReconciliationView(
        compared_at=row.compared_at,
        until=row.until,
        ledger_cents=row.ledger_cents,
        provider_cents=row.vendor_cents,
        lines=row.lines,
        differences=[DifferenceView(**item) for item in items],
        is_clean=not items,
    )
