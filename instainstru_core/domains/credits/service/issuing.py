"""Credit that comes into being: issued anew, earned, or given back after it was used."""

from collections import Counter
from datetime import datetime

from instainstru_core.domains.credits import policy, repository
from instainstru_core.domains.credits.models import CreditLot
from instainstru_core.domains.credits.service.lots import as_held
from instainstru_core.domains.credits.types import CreditSource, Expiry
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.policy import credit, debit
from instainstru_core.domains.ledger.types import Account, AccountKind, Entry
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

EXPENSE = Account(AccountKind.CREDIT_EXPENSE)


@operation("credits.issue")
def issue(
    uow: Uow,
    *,
    user_id: str,
    cents: int,
    source: CreditSource,
    key: str,
    funded_by: Account,
    reference: str | None = None,
    expires_at: datetime | Expiry = Expiry.STANDARD,
    note: str | None = None,
    milestone: int | None = None,
) -> str | None:
    """Issue credit once per key and return its lot; None when it was issued before, or is nothing.

    So it is where the person has earned this milestone already.
    Without an expiry it lives 365 x 24 hours from now.
    """
    if cents == 0:
        return None
    lot_id = new_id()
    values = {
        "id": lot_id,
        "key": key,
        "user_id": user_id,
        "source": source,
        "reference": reference,
        "issued_cents": cents,
        "available_cents": cents,
        "issued_at": uow.now,
        "expires_at": policy.expiry(expires_at, now=uow.now),
        "note": note,
        "milestone": milestone,
    }
    if not repository.add_lot(uow.session, values):
        return None
    ledger.post(
        uow,
        key=f"credits.issue:{key}",
        fact="credit_issued",
        reference=reference or f"credit:{lot_id}",
        entries=[
            debit(funded_by.kind, cents, funded_by.owner_id),
            credit(AccountKind.CREDITS_LIABILITY, cents, user_id),
        ],
    )
    return lot_id


@operation("credits.award_milestone")
def award_milestone(uow: Uow, *, user_id: str, completed: int, reference: str) -> int:
    """Issue what the student's lesson with this number earns: once for each number, however often
    lessons stop counting and count again, and once per reference.
    """
    earned = policy.milestone(completed)
    if earned is None:
        return 0
    source, cents = earned
    issued = issue(
        uow,
        user_id=user_id,
        cents=cents,
        source=source,
        key=f"credits.milestone:{reference}",
        funded_by=EXPENSE,
        reference=reference,
        milestone=completed,
    )
    return 0 if issued is None else cents


@operation("credits.restore")
def restore(uow: Uow, *, reference: str, cents: int, funded_by: Account, key: str) -> int:
    """Issue again what was revoked of a reference's credit, on its old expiry, once per key.

    At most what is revoked still; how much that was is told.
    """
    lots = repository.lock_issued(uow.session, reference, repository.ISSUED)
    if not lots:
        return 0
    first = lots[0]
    again = sum(lot.issued_cents for lot in lots) - first.issued_cents
    back = min(cents, sum(lot.revoked_cents for lot in lots) - again)
    issue(
        uow,
        user_id=first.user_id,
        cents=back,
        source=first.source,
        key=f"credits.restore:{key}",
        funded_by=funded_by,
        reference=reference,
        expires_at=first.expires_at or Expiry.NEVER,
    )
    return back


@operation("credits.reinstate")
def reinstate(uow: Uow, *, reference: str, cents: int, funded_by: Account, key: str) -> int:
    """Give back credit that a reference consumed or forfeited, each part on its old expiry.

    At most what it still has used up, the latest to expire first; what has expired goes straight
    to breakage and counts. Once per key: a repeat gets the same answer.
    """
    used = {one.reservation.id: one for one in repository.lock_used(uow.session, reference)}
    keys = {one.lot.id: f"{key}:{one.lot.id}" for one in used.values()}
    if before := repository.issued_under(uow.session, [*keys.values()]):
        return before
    lots = {one.lot.id: one.lot for one in used.values()}
    back: Counter[str] = Counter()
    for part in policy.plan_release(map(as_held, used.values()), cents):
        used[part.id].reservation.reinstated_cents += part.cents
        back[used[part.id].lot.id] += part.cents
    entries: list[Entry] = []
    for lot_id, amount in back.items():
        entries += _come_back(uow, lots[lot_id], amount, reference=reference, key=keys[lot_id])
    total = back.total()
    ledger.post(
        uow,
        key=f"credits.reinstate:{key}",
        fact="credit_reinstated",
        reference=reference,
        entries=[debit(funded_by.kind, total, funded_by.owner_id), *entries],
    )
    return total


def _come_back(uow: Uow, old: CreditLot, cents: int, *, reference: str, key: str) -> list[Entry]:
    """A new lot for so much of an old one, ending when that ended."""
    expired = policy.is_expired(old.expires_at, uow.now)
    repository.add_lot(
        uow.session,
        {
            "id": new_id(),
            "key": key,
            "user_id": old.user_id,
            "source": CreditSource.REINSTATEMENT,
            "reference": reference,
            "issued_cents": cents,
            "available_cents": 0 if expired else cents,
            "expired_cents": cents if expired else 0,
            "issued_at": uow.now,
            "expires_at": old.expires_at,
        },
    )
    if expired:
        return [credit(AccountKind.BREAKAGE, cents)]
    return [credit(AccountKind.CREDITS_LIABILITY, cents, old.user_id)]
