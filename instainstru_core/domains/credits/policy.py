"""The rules of the wallet: which credit is taken first, when it ends, what a milestone earns."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from instainstru_core.domains.credits.types import (
    CreditSource,
    Expiry,
    Held,
    Lot,
    Part,
    Revocable,
    Revocation,
)

LIFE = timedelta(days=365)
"""365 x 24 hours from the instant of issue."""

SOON = timedelta(days=30)
"""Credit that ends within this time is shown as ending soon."""

MILESTONE_CYCLE = 11
MILESTONES = {
    5: (CreditSource.MILESTONE_5, 1_000),
    0: (CreditSource.MILESTONE_11, 2_000),
}
"""What completed lessons earn, by their number modulo the cycle."""

NEVER = datetime.max.replace(tzinfo=UTC)


class Ending(Protocol):
    """Something that is taken in order of expiry."""

    @property
    def id(self) -> str: ...

    @property
    def expires_at(self) -> datetime | None: ...

    @property
    def issued_at(self) -> datetime: ...


def expiry(wanted: datetime | Expiry, *, now: datetime) -> datetime | None:
    """When credit that is issued now ends; None is never."""
    if isinstance(wanted, datetime):
        return wanted
    return None if wanted is Expiry.NEVER else now + LIFE


def is_expired(expires_at: datetime | None, now: datetime) -> bool:
    """Credit is expired at its instant of expiry."""
    return expires_at is not None and expires_at <= now


def is_spendable(lot: Lot, now: datetime) -> bool:
    """Whether what is available of a lot may be reserved."""
    return not lot.is_frozen and not is_expired(lot.expires_at, now)


def spending_order(thing: Ending) -> tuple[datetime, datetime, str]:
    """What expires first comes first, what never expires last; then the oldest."""
    return thing.expires_at or NEVER, thing.issued_at, thing.id


def spendable(lot: Lot, now: datetime) -> int:
    """How much of a lot the reference that asks may have."""
    return lot.kept_cents + (lot.available_cents if is_spendable(lot, now) else 0)


def plan_reservation(lots: Iterable[Lot], cents: int, now: datetime) -> list[Part]:
    """What to take of each lot for so much, or for as much as there is."""
    ordered = sorted(lots, key=spending_order)
    return _take(((lot.id, spendable(lot, now)) for lot in ordered), cents)


def plan_use(held: Iterable[Held], cents: int | None) -> list[Part]:
    """Which reservations are used up for so much, or all: the earliest to expire first."""
    ordered = sorted(held, key=spending_order)
    return _take(((one.id, one.cents) for one in ordered), cents)


def plan_release(held: Iterable[Held], cents: int | None) -> list[Part]:
    """Which reservations to give back for so much, or all: the latest to expire first.

    What stays is the earliest to expire, so that this is what is forfeited.
    """
    ordered = sorted(held, key=spending_order, reverse=True)
    return _take(((one.id, one.cents) for one in ordered), cents)


def plan_revocation(lots: Sequence[Revocable], cents: int | None) -> list[Revocation]:
    """What to take back of lots for so much in total, or for all that is open.

    What is there is taken first, the earliest to expire of it first; the rest is spent.
    """
    ordered = sorted(lots, key=spending_order)
    there = [(lot.id, min(lot.available_cents, lot.open_cents)) for lot in ordered]
    revoked = {part.id: part.cents for part in _take(there, cents)}
    gone = [
        (lot.id, lot.open_cents - least) for lot, (_, least) in zip(ordered, there, strict=True)
    ]
    left = None if cents is None else cents - sum(revoked.values())
    spent = {part.id: part.cents for part in _take(gone, left)}
    found = (Revocation(lot.id, revoked.get(lot.id, 0), spent.get(lot.id, 0)) for lot in ordered)
    return [one for one in found if one.revoked_cents or one.spent_cents]


def milestone(completed: int) -> tuple[CreditSource, int] | None:
    """What the lesson with this number earns, if anything: the 5th, the 11th, the 16th."""
    return MILESTONES.get(completed % MILESTONE_CYCLE) if completed > 0 else None


def milestone_cents(completed: int) -> int:
    """How much the lesson with this number earns."""
    earned = milestone(completed)
    return 0 if earned is None else earned[1]


def _take(amounts: Iterable[tuple[str, int]], cents: int | None) -> list[Part]:
    """Of amounts in order, so much, or all; what would be nothing is left out."""
    parts: list[Part] = []
    left = cents
    for name, amount in amounts:
        part = amount if left is None else min(amount, left)
        if part > 0:
            parts.append(Part(name, part))
            left = None if left is None else left - part
    return parts
