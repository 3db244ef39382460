"""Setting credit aside for a lesson, giving it back, and using it up."""

from collections import Counter
from collections.abc import Mapping, Sequence

from instainstru_core.domains.credits import policy, repository
from instainstru_core.domains.credits.models import CreditLot, CreditReservation
from instainstru_core.domains.credits.repository import Reserved
from instainstru_core.domains.credits.service.lots import (
    as_held,
    as_lot,
    end,
    give_back,
    no_longer_owed,
)
from instainstru_core.domains.credits.types import Released, ReservationState
from instainstru_core.domains.ledger import policy as books
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("credits.reserve")
def reserve(uow: Uow, *, user_id: str, reference: str, cents: int) -> int:
    """Make what is reserved for a reference so much, or as much as there is; return how much.

    What is reserved for it already counts, even where it expired or was frozen meanwhile. Asked
    for less, the latest to expire is given back.
    """
    wallet = {lot.id: lot for lot in repository.lock_wallet(uow.session, user_id)}
    before = repository.lock_reserved(uow.session, reference)
    wallet |= {one.lot.id: one.lot for one in before}
    had: Counter[str] = Counter()
    for one in before:
        had[one.lot.id] += one.reservation.cents
    offered = [as_lot(lot, kept_cents=had[lot.id]) for lot in wallet.values()]
    parts = policy.plan_reservation(offered, cents, uow.now)
    planned = Counter({part.id: part.cents for part in parts})
    for one in before:
        surplus = min(had[one.lot.id] - planned[one.lot.id], one.reservation.cents)
        if surplus > 0:
            had[one.lot.id] -= surplus
            give_back(uow, one, surplus)
    for lot_id, wanted in planned.items():
        if wanted > had[lot_id]:
            _set_aside(uow, wallet[lot_id], reference, wanted - had[lot_id])
    return planned.total()


@operation("credits.reserved")
def reserved(uow: Uow, reference: str) -> int:
    """How much is reserved for a reference."""
    return repository.reserved_cents(uow.session, reference)


@operation("credits.release")
def release(uow: Uow, *, reference: str, cents: int | None = None) -> Released:
    """Give back so much of what is reserved, or all, each part on its old expiry.

    What expired meanwhile counts towards the amount and becomes expired. What stays reserved is
    the earliest to expire.
    """
    held = _by_id(repository.lock_reserved(uow.session, reference))
    parts = policy.plan_release(map(as_held, held.values()), cents)
    done = [give_back(uow, held[part.id], part.cents) for part in parts]
    return Released(
        released_cents=sum(one.released_cents for one in done),
        expired_cents=sum(one.expired_cents for one in done),
    )


@operation("credits.consume")
def consume(uow: Uow, *, reference: str, cents: int | None = None) -> int:
    """Use up so much of what is reserved, or all: it goes into the pot of the reference."""
    return _use(uow, reference, cents, ReservationState.CONSUMED)


@operation("credits.forfeit")
def forfeit(uow: Uow, *, reference: str) -> int:
    """The student loses all that is reserved: it goes into the pot of the reference."""
    return _use(uow, reference, None, ReservationState.FORFEITED)


def _use(uow: Uow, reference: str, cents: int | None, state: ReservationState) -> int:
    held = _by_id(repository.lock_reserved(uow.session, reference))
    parts = policy.plan_use(map(as_held, held.values()), cents)
    if not parts:
        return 0
    by_user: Counter[str] = Counter()
    ended: list[str] = []
    for part in parts:
        one = held[part.id]
        ended.append(end(uow, one, part.cents, state))
        if state is ReservationState.CONSUMED:
            one.lot.consumed_cents += part.cents
        else:
            one.lot.forfeited_cents += part.cents
        by_user[one.lot.user_id] += part.cents
    verb = "consume" if state is ReservationState.CONSUMED else "forfeit"
    pot = books.pot(reference)
    total = by_user.total()
    ledger.post(
        uow,
        key=f"credits.{verb}:{ended[0]}",
        fact=f"credit_{state}",
        reference=reference,
        entries=[*no_longer_owed(by_user), books.credit(pot.kind, total, pot.owner_id)],
    )
    return total


def _set_aside(uow: Uow, lot: CreditLot, reference: str, cents: int) -> None:
    lot.available_cents -= cents
    lot.reserved_cents += cents
    uow.session.add(
        CreditReservation(
            id=new_id(),
            lot_id=lot.id,
            reference=reference,
            cents=cents,
            state=ReservationState.RESERVED,
            reserved_at=uow.now,
        )
    )


def _by_id(held: Sequence[Reserved]) -> Mapping[str, Reserved]:
    return {one.reservation.id: one for one in held}
