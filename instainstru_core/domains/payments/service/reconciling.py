"""Comparing the ledger with the provider's books."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.domains.payments.models import Reconciliation
from instainstru_core.domains.payments.repository import reconciling as repository
from instainstru_core.domains.payments.repository import reversals
from instainstru_core.domains.payments.repository.reconciling import Difference
from instainstru_core.domains.payments.schemas import DifferenceView, ReconciliationView
from instainstru_core.domains.payments.types import BalanceChange
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import ZERO, Cents
from instainstru_core.kernel.uow import Uow

FIRST_LOOK_BACK = timedelta(days=60)
OVERLAP = timedelta(days=2)
"""Lines may appear late: each comparison reads this much of the time before again."""

LAG = timedelta(hours=1)
"""What is younger may still be on its way from one book to the other."""

MOST_DIFFERENCES = 200
LEDGER = "ledger"
"""What a difference is called that is between the ledger and the facts that it was posted for."""


@operation("payments.reconcile_from")
def reconcile_from(uow: Uow) -> datetime:
    """From when on the provider's lines are to be read.

    The first time, and when there was too much to tell the last time, that is everything.
    """
    last = repository.latest(uow.session)
    if last is not None and len(last.differences["items"]) < MOST_DIFFERENCES:
        return last.until - OVERLAP
    first = repository.first_fact_at(uow.session) or uow.now
    return min(first - OVERLAP, uow.now - FIRST_LOOK_BACK)


@operation("payments.keep_lines")
def keep_lines(uow: Uow, lines: Sequence[BalanceChange]) -> None:
    """Write a page of the provider's lines. What it takes for itself is posted as its fee."""
    repository.keep_lines(uow.session, lines)
    for line in lines:
        if line.kind in repository.FEES:
            taken = Cents(line.net_cents)
            ledger.post(
                uow,
                key=f"provider_fee:{line.id}",
                fact="provider_fee",
                reference=f"provider:{line.id}",
                occurred_at=line.at,
                entries=[
                    Entry(Account(AccountKind.STRIPE_CLEARING), taken),
                    Entry(Account(AccountKind.STRIPE_FEES), ZERO - taken),
                ],
            )


@operation("payments.refunds_to_ask")
def refunds_to_ask(uow: Uow, *, since: datetime) -> list[str]:
    """The provider's refunds whose lines tell something else than we know: made or failed without
    word. At most so many as a comparison tells.
    """
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    known = _known(repository.latest(uow.session))
    return repository.refunds_to_ask(uow.session, since=since, known=known, limit=MOST_DIFFERENCES)


@operation("payments.reversals_to_ask")
def reversals_to_ask(uow: Uow, *, since: datetime) -> list[str]:
    """The provider's lines of what came back of transfers, where nobody told us of it.

    At most so many as a comparison tells.
    """
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    known = _known(repository.latest(uow.session))
    return reversals.to_ask(uow.session, since=since, known=known, limit=MOST_DIFFERENCES)


@operation("payments.compare_books")
def compare_books(uow: Uow, *, since: datetime, read_at: datetime) -> ReconciliationView:
    """Compare money facts with the provider's lines of this time, and write down what differs.

    What differed the last time is looked at again, however old it is. The ledger must agree with
    its own facts at every moment.
    """
    until = read_at - LAG
    last = repository.latest(uow.session)
    known = _known(last)
    found = repository.differences(
        uow.session, since=since, until=until, known=known, limit=MOST_DIFFERENCES
    )
    ours = ledger.balance(uow, Account(AccountKind.STRIPE_CLEARING)).amount
    facts = repository.sum_of_facts(uow.session)
    if ours != facts:
        found.insert(0, Difference(LEDGER, LEDGER, ours, facts))
    row = Reconciliation(
        id=new_id(),
        compared_at=uow.now,
        until=until,
        ledger_cents=ours,
        vendor_cents=repository.net_of_lines(uow.session),
        lines=repository.count_lines(uow.session, since=since, until=read_at),
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


def _known(last: Reconciliation | None) -> list[str]:
    """What differed the last time, by the provider's names."""
    return [item["source_id"] for item in last.differences["items"]] if last else []


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
