"""What a reference did with credit: how much it used, how much it issued."""

from instainstru_core.domains.credits import repository
from instainstru_core.domains.credits.types import Moved
from instainstru_core.kernel.uow import Uow


def used(uow: Uow, reference: str) -> Moved:
    """Credit that this reference consumed or forfeited, and what of it has not come back."""
    found = repository.lock_used(uow.session, reference)
    back = sum(one.reservation.reinstated_cents for one in found)
    total = sum(one.reservation.cents for one in found)
    return Moved(total, total - back)


def issued(uow: Uow, reference: str) -> Moved:
    """Credit that this reference issued, and what of it can still be revoked."""
    lots = repository.lock_issued(uow.session, reference, repository.ISSUED)
    total = sum(lot.issued_cents for lot in lots)
    return Moved(total, sum(lot.available_cents for lot in lots))


def spent(uow: Uow, reference: str) -> int:
    """How much of what this reference issued is reserved for or used by something else."""
    sources = repository.ISSUED | repository.PAID_BACK
    lots = repository.lock_issued(uow.session, reference, sources)
    return sum(
        lot.reserved_cents + lot.consumed_cents + lot.forfeited_cents - lot.claimed_cents
        for lot in lots
    )
