"""What happens to a lot when a reservation of it ends, and how it is written down."""

from collections.abc import Iterable, Mapping

from instainstru_core.domains.credits import policy
from instainstru_core.domains.credits.models import CreditLot, CreditReservation
from instainstru_core.domains.credits.repository import Reserved
from instainstru_core.domains.credits.types import Held, Lot, Released, ReservationState
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.policy import credit, debit
from instainstru_core.domains.ledger.types import AccountKind, Entry
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow


def as_lot(row: CreditLot, *, kept_cents: int = 0) -> Lot:
    """What the rules need to know of a lot, and of what a reference has of it already."""
    return Lot(
        id=row.id,
        available_cents=row.available_cents,
        expires_at=row.expires_at,
        issued_at=row.issued_at,
        is_frozen=row.frozen_at is not None,
        kept_cents=kept_cents,
    )


def as_held(one: Reserved) -> Held:
    """What the rules need to know of a reservation: what of it has not come back yet."""
    return Held(
        id=one.reservation.id,
        lot_id=one.lot.id,
        cents=one.reservation.cents - one.reservation.reinstated_cents,
        expires_at=one.lot.expires_at,
        issued_at=one.lot.issued_at,
    )


def give_back(uow: Uow, one: Reserved, cents: int) -> Released:
    """End so much of a reservation on the lot's old expiry. What has expired goes to breakage."""
    lot = one.lot
    if not policy.is_expired(lot.expires_at, uow.now):
        end(uow, one, cents, ReservationState.RELEASED)
        lot.available_cents += cents
        return Released(released_cents=cents, expired_cents=0)
    ended = end(uow, one, cents, ReservationState.EXPIRED)
    lot.expired_cents += cents
    post_expiry(uow, lot, cents, key=ended, reference=one.reservation.reference)
    return Released(released_cents=0, expired_cents=cents)


def end(uow: Uow, one: Reserved, cents: int, state: ReservationState) -> str:
    """Take so much out of a reservation, and name the row that tells what became of it.

    Where a part stays reserved, the ended part gets a row of its own.
    """
    one.lot.reserved_cents -= cents
    row = one.reservation
    if cents == row.cents:
        row.state = state
        row.ended_at = uow.now
        return row.id
    row.cents -= cents
    part = CreditReservation(
        id=new_id(),
        lot_id=row.lot_id,
        reference=row.reference,
        cents=cents,
        state=state,
        reserved_at=row.reserved_at,
        ended_at=uow.now,
    )
    uow.session.add(part)
    return part.id


def post_expiry(uow: Uow, lot: CreditLot, cents: int, *, key: str, reference: str) -> None:
    """Write down that so much of a lot has expired."""
    ledger.post(
        uow,
        key=f"credits.expire:{key}",
        fact="credit_expired",
        reference=reference,
        entries=[
            debit(AccountKind.CREDITS_LIABILITY, cents, lot.user_id),
            credit(AccountKind.BREAKAGE, cents),
        ],
    )


def no_longer_owed(by_user: Mapping[str, int]) -> Iterable[Entry]:
    """So much less credit that people may spend."""
    return (
        debit(AccountKind.CREDITS_LIABILITY, cents, user_id) for user_id, cents in by_user.items()
    )
