"""Credit that ends: by its date, or because what it was issued for is undone."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from instainstru_core.domains.credits import policy, repository
from instainstru_core.domains.credits.models import CreditLot
from instainstru_core.domains.credits.service.lots import no_longer_owed, post_expiry
from instainstru_core.domains.credits.types import CreditSweep, Revocable, Revoked
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.policy import credit
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

_EXPENSE = Account(AccountKind.CREDIT_EXPENSE)
STEP = 200
"""How many lots one transaction expires."""


@operation("credits.expire_due")
def expire_due(uow: Uow, *, after: str = "", limit: int = STEP) -> CreditSweep:
    """Expire what is available of the next lots that have ended, in order of id.

    What is reserved stays until it is given back. Lots that somebody works on are left for the
    next sweep.
    """
    require(uow.actor, Permission.CREDITS_MANAGE_ANY)
    lots = repository.lock_expired(uow.session, now=uow.now, after=after, limit=limit)
    total = 0
    for lot in lots:
        cents = lot.available_cents
        lot.available_cents = 0
        lot.expired_cents += cents
        key = f"{lot.id}:{lot.expired_cents}"
        post_expiry(uow, lot, cents, key=key, reference=f"credit:{lot.id}")
        total += cents
    return CreditSweep(
        expired_lots=len(lots),
        expired_cents=total,
        next_after=lots[-1].id if len(lots) == limit else None,
    )


@operation("credits.overdue")
def overdue(uow: Uow, *, since: datetime) -> int:
    """How many lots ended at this instant or before it, and were not expired."""
    require(uow.actor, Permission.OPERATIONS_READ)
    return repository.ended_before(uow.session, since)


@operation("credits.freeze")
def freeze(uow: Uow, reference: str) -> int:
    """Let nothing of what a reference issued or earned be reserved; return how many lots.

    So it is with what took the place of a refund. The amounts stay as they are, and so does what
    is reserved already.
    """
    lots = [lot for lot in _issued_or_earned(uow, reference) if lot.frozen_at is None]
    for lot in lots:
        lot.frozen_at = uow.now
    return len(lots)


@operation("credits.unfreeze")
def unfreeze(uow: Uow, reference: str) -> int:
    """Let what a reference issued or earned be reserved again; return how many lots."""
    lots = [lot for lot in _issued_or_earned(uow, reference) if lot.frozen_at is not None]
    for lot in lots:
        lot.frozen_at = None
    return len(lots)


@operation("credits.revoke")
def revoke(uow: Uow, *, reference: str, cents: int | None = None, into: Account) -> Revoked:
    """Take back so much of what a reference issued, or all; frozen or not.

    What is reserved elsewhere or used up counts as spent, for the caller to claim; it is counted
    once, so that a repeat finds nothing. What has expired is neither. Milestones are not touched.
    """
    lots = repository.lock_issued(uow.session, reference, repository.ISSUED)
    return _revoke(uow, lots, cents, reference=reference, into=into)


@operation("credits.revoke_paid_back")
def revoke_paid_back(uow: Uow, *, reference: str, cents: int, into: Account) -> Revoked:
    """Take back so much of what took the place of a refund: the bank gave the same money back."""
    lots = repository.lock_issued(uow.session, reference, repository.PAID_BACK)
    return _revoke(uow, lots, cents, reference=reference, into=into)


@operation("credits.revoke_milestone")
def revoke_milestone(uow: Uow, *, reference: str) -> Revoked:
    """Take back what a reference earned as a milestone, as far as it is there.

    Its lesson counts all the same: nobody else earns the milestone.
    """
    lots = repository.lock_issued(uow.session, reference, repository.EARNED)
    return _revoke(uow, lots, None, reference=reference, into=_EXPENSE)


@operation("credits.pass_on_milestone")
def pass_on_milestone(uow: Uow, *, reference: str) -> int | None:
    """The same of a reference whose lesson counts no more, so that another lesson has its number
    now, or will: which number that is, if it earned one.
    """
    lots = repository.lock_issued(uow.session, reference, repository.EARNED)
    number = next((lot.milestone for lot in lots if lot.milestone is not None), None)
    for lot in lots:
        lot.milestone = None
    _revoke(uow, lots, None, reference=reference, into=_EXPENSE)
    uow.session.flush()
    return number


def _revoke(
    uow: Uow, lots: Sequence[CreditLot], cents: int | None, *, reference: str, into: Account
) -> Revoked:
    rows = {lot.id: lot for lot in lots}
    plan = policy.plan_revocation([_revocable(uow, lot) for lot in lots], cents)
    by_user: Counter[str] = Counter()
    for one in plan:
        lot = rows[one.id]
        lot.available_cents -= one.revoked_cents
        lot.revoked_cents += one.revoked_cents
        lot.claimed_cents += one.spent_cents
        by_user[lot.user_id] += one.revoked_cents
    total = by_user.total()
    first = next((rows[one.id] for one in plan if one.revoked_cents), None)
    if first is not None:
        ledger.post(
            uow,
            key=f"credits.revoke:{first.id}:{first.revoked_cents}",
            fact="credit_revoked",
            reference=reference,
            entries=[*no_longer_owed(by_user), credit(into.kind, total, into.owner_id)],
        )
    return Revoked(revoked_cents=total, spent_cents=sum(one.spent_cents for one in plan))


def _revocable(uow: Uow, lot: CreditLot) -> Revocable:
    """What of a lot can be undone. What ended is not there, whether it was swept or not."""
    ended = policy.is_expired(lot.expires_at, uow.now)
    available = 0 if ended else lot.available_cents
    gone = lot.expired_cents + lot.revoked_cents + lot.claimed_cents
    return Revocable(
        id=lot.id,
        available_cents=available,
        open_cents=max(0, lot.issued_cents - gone - (lot.available_cents - available)),
        expires_at=lot.expires_at,
        issued_at=lot.issued_at,
    )


def _issued_or_earned(uow: Uow, reference: str) -> Sequence[CreditLot]:
    sources = repository.ISSUED | repository.EARNED | repository.PAID_BACK
    return repository.lock_issued(uow.session, reference, sources)
