"""Students' credit: lots that are issued, set aside, used up, given back, and expire at night."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

import psycopg

from devstack.seeding.money.books import HELD, Books
from devstack.seeding.money.rows import Table
from devstack.seeding.world import at_night
from instainstru_core.domains.credits import policy
from instainstru_core.domains.credits.types import CreditSource, Held, Lot, Part, ReservationState
from instainstru_core.domains.ledger.types import AccountKind

LIABILITY = str(AccountKind.CREDITS_LIABILITY)
EXPENSE = str(AccountKind.CREDIT_EXPENSE)
BREAKAGE = str(AccountKind.BREAKAGE)
SWEEP = timedelta(hours=3, minutes=35)
"""When in the night what has ended is swept."""


Plan: TypeAlias = Callable[[Iterable[Held], int | None], list[Part]]


@dataclass(slots=True)
class LotRow:
    """One issue of credit."""

    id: str
    key: str
    user_id: str
    source: CreditSource
    reference: str | None
    issued: int
    at: datetime
    expires_at: datetime | None
    available: int
    reserved: int = 0
    consumed: int = 0
    expired: int = 0
    forfeited: int = 0
    note: str | None = None
    milestone: int | None = None


@dataclass(slots=True)
class Reservation:
    """A part of a lot that is set aside."""

    id: str
    lot: LotRow
    reference: str
    cents: int
    at: datetime
    state: ReservationState = ReservationState.RESERVED
    ended_at: datetime | None = None

    @property
    def facts(self) -> Held:
        return Held(self.id, self.lot.id, self.cents, self.lot.expires_at, self.lot.at)


@dataclass(slots=True)
class Wallet:
    """The credit of one student."""

    books: Books
    user_id: str
    lots: list[LotRow] = field(default_factory=list[LotRow])
    reservations: list[Reservation] = field(default_factory=list[Reservation])

    def issue(
        self,
        at: datetime,
        cents: int,
        source: CreditSource,
        *,
        key: str,
        funded_by: tuple[str, str],
        reference: str | None = None,
        note: str | None = None,
        actor: str | None = None,
        milestone: int | None = None,
    ) -> None:
        """New credit, out of this account; it lives as long as the policy says."""
        if cents == 0:
            return
        lot_id = self.books.names.at(at)
        about = reference or f"credit:{lot_id}"
        self.lots.append(
            LotRow(lot_id, key, self.user_id, source, reference, cents, at, at + policy.LIFE, cents,
                   note=note, milestone=milestone)
        )  # fmt: skip
        self.books.post(
            at, f"credits.issue:{key}", "credit_issued", about,
            (*funded_by, cents), (LIABILITY, self.user_id, -cents), actor=actor,
        )  # fmt: skip

    def reserve(self, at: datetime, reference: str, cents: int) -> int:
        """Set aside so much, or as much as there is; how much it was."""
        if not self.lots:
            return 0
        self.sweep(at)
        by_id = {lot.id: lot for lot in self.lots if lot.available}
        offered = [Lot(lot.id, lot.available, lot.expires_at, lot.at) for lot in by_id.values()]
        parts = policy.plan_reservation(offered, cents, at)
        for part in parts:
            lot = by_id[part.id]
            lot.available -= part.cents
            lot.reserved += part.cents
            made = Reservation(self.books.names.at(at), lot, reference, part.cents, at)
            self.reservations.append(made)
        return sum(part.cents for part in parts)

    def release(self, at: datetime, reference: str, cents: int) -> None:
        """Give so much back, each part on its old expiry; what has ended meanwhile expires."""
        for made, part in self._chosen(reference, cents, plan=policy.plan_release):
            lot = made.lot
            if policy.is_expired(lot.expires_at, at):
                ended = self._end(at, made, part.cents, ReservationState.EXPIRED)
                lot.expired += part.cents
                self._expire(at, lot, part.cents, key=ended, reference=reference)
            else:
                self._end(at, made, part.cents, ReservationState.RELEASED)
                lot.available += part.cents

    def consume(self, at: datetime, reference: str) -> None:
        """All that is set aside is used up: it goes into the pot."""
        self._use(at, reference, ReservationState.CONSUMED)

    def forfeit(self, at: datetime, reference: str) -> None:
        """All that is set aside is lost: it goes into the pot."""
        self._use(at, reference, ReservationState.FORFEITED)

    def sweep(self, now: datetime) -> None:
        """Let expire what ended before the last night's sweep."""
        for lot in self.lots:
            if lot.available and lot.expires_at is not None and lot.expires_at < now:
                at = at_night(lot.expires_at, SWEEP)
                if at <= now:
                    cents, lot.available = lot.available, 0
                    lot.expired += cents
                    self._expire(
                        at, lot, cents, key=f"{lot.id}:{lot.expired}", reference=f"credit:{lot.id}"
                    )

    def _use(self, at: datetime, reference: str, state: ReservationState) -> None:
        consumed = state is ReservationState.CONSUMED
        ended: list[str] = []
        total = 0
        for made, part in self._chosen(reference, None, plan=policy.plan_use):
            ended.append(self._end(at, made, part.cents, state))
            if consumed:
                made.lot.consumed += part.cents
            else:
                made.lot.forfeited += part.cents
            total += part.cents
        if ended:
            verb = "consume" if consumed else "forfeit"
            self.books.post(
                at, f"credits.{verb}:{ended[0]}", f"credit_{state}", reference,
                (LIABILITY, self.user_id, total), (HELD, reference.partition(":")[2], -total),
            )  # fmt: skip

    def _chosen(
        self, reference: str, cents: int | None, *, plan: Plan
    ) -> list[tuple[Reservation, Part]]:
        held = {
            made.id: made
            for made in self.reservations
            if made.reference == reference and made.state is ReservationState.RESERVED
        }
        parts = plan((made.facts for made in held.values()), cents)
        return [(held[part.id], part) for part in parts]

    def _end(self, at: datetime, made: Reservation, cents: int, state: ReservationState) -> str:
        made.lot.reserved -= cents
        if cents == made.cents:
            made.state, made.ended_at = state, at
            return made.id
        made.cents -= cents
        part = Reservation(
            self.books.names.at(at), made.lot, made.reference, cents, made.at, state, at
        )
        self.reservations.append(part)
        return part.id

    def _expire(self, at: datetime, lot: LotRow, cents: int, *, key: str, reference: str) -> None:
        self.books.post(
            at, f"credits.expire:{key}", "credit_expired", reference,
            (LIABILITY, lot.user_id, cents), (BREAKAGE, "", -cents),
        )  # fmt: skip


def write(connection: psycopg.Connection, wallets: Iterable[Wallet]) -> None:
    """All lots and what was set aside of them."""
    lots = Table(
        "credit_lots",
        ("id", "key", "user_id", "source", "reference", "issued_cents", "available_cents",
         "reserved_cents", "consumed_cents", "expired_cents", "forfeited_cents", "issued_at",
         "expires_at", "note", "milestone"),
    )  # fmt: skip
    reservations = Table(
        "credit_reservations",
        ("id", "lot_id", "reference", "cents", "state", "reserved_at", "ended_at"),
    )
    for wallet in wallets:
        for lot in wallet.lots:
            lots.add(
                lot.id, lot.key, lot.user_id, lot.source, lot.reference, lot.issued, lot.available,
                lot.reserved, lot.consumed, lot.expired, lot.forfeited, lot.at, lot.expires_at,
                lot.note, lot.milestone,
            )  # fmt: skip
        for made in wallet.reservations:
            reservations.add(
                made.id, made.lot.id, made.reference, made.cents, made.state, made.at,
                made.ended_at,
            )  # fmt: skip
    lots.write(connection)
    reservations.write(connection)
