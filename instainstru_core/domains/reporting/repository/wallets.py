"""What people paid and earned, by the ledger."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Select, Text, cast, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.types import Outcome
from instainstru_core.domains.ledger.models import Journal, LedgerEntry
from instainstru_core.domains.ledger.types import REFUNDS, SENT, AccountKind
from instainstru_core.domains.payments.models import Charge, Chargeback
from instainstru_core.domains.reporting.policy.positions import PAYABLE

TAKEN_AND_BACK = ("captured", *REFUNDS)
SPENT, CONTESTED, EARNED, OLDER = "spent", "contested", "earned", "older"


@dataclass(frozen=True, slots=True)
class Wallets:
    """What these people paid and earned, in cents, and whether some of it is from before."""

    spent: dict[str, int] = field(default_factory=dict[str, int])
    earned: dict[str, int] = field(default_factory=dict[str, int])
    older: set[str] = field(default_factory=set[str])
    """Those who had lessons before there was a ledger."""


def wallets(session: Session, ids: Collection[str]) -> Wallets:
    """All of it in one statement. Who is not in it has nothing on record."""
    found = Wallets()
    parts = union_all(_spent(ids), _contested(ids), _earned(ids), _older(ids))
    for kind, user_id, cents in session.execute(parts):
        match kind:
            case "spent" | "contested":
                found.spent[user_id] = found.spent.get(user_id, 0) + cents
            case "earned":
                found.earned[user_id] = cents
            case _:
                found.older.add(user_id)
    return found


def _spent(ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    """What was taken from the cards of these people, less what went back."""
    theirs = (
        select(Charge.student_id, Charge.reference)
        .where(Charge.student_id.in_(ids))
        .distinct()
        .subquery()
    )
    return (
        select(
            literal(SPENT, Text),
            theirs.c.student_id,
            cast(-func.sum(LedgerEntry.cents), BigInteger),
        )
        .join(Journal, Journal.reference == theirs.c.reference)
        .join(LedgerEntry, LedgerEntry.journal_id == Journal.id)
        .where(Journal.fact.in_(TAKEN_AND_BACK), LedgerEntry.account == AccountKind.HELD)
        .group_by(theirs.c.student_id)
    )


def _contested(ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    """What banks took back for these people, less what they returned; fees are not theirs."""
    return (
        select(
            literal(CONTESTED, Text),
            Charge.student_id,
            cast(-func.sum(Chargeback.withdrawn_cents), BigInteger),
        )
        .join(Charge, Charge.id == Chargeback.charge_id)
        .where(Charge.student_id.in_(ids))
        .group_by(Charge.student_id)
    )


def _earned(ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    """What these people were credited for lessons and tips, less what was taken back."""
    return (
        select(
            literal(EARNED, Text),
            LedgerEntry.owner_id,
            cast(-func.sum(LedgerEntry.cents), BigInteger),
        )
        .join(Journal, Journal.id == LedgerEntry.journal_id)
        .where(
            LedgerEntry.account.in_(PAYABLE),
            LedgerEntry.owner_id.in_(ids),
            Journal.fact.not_in(SENT),
        )
        .group_by(LedgerEntry.owner_id)
    )


def _older(ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    """Which of these people had lessons before there was a ledger."""
    person = func.unnest(array([Booking.student_id, Booking.instructor_id]))
    found = (
        select(person.label("user_id"))
        .join(LessonMoney, LessonMoney.booking_id == Booking.id)
        .where(
            or_(Booking.student_id.in_(ids), Booking.instructor_id.in_(ids)),
            LessonMoney.outcome == Outcome.BEFORE_PAYMENTS,
        )
        .distinct()
        .subquery()
    )
    return select(literal(OLDER, Text), found.c.user_id, cast(literal(0), BigInteger)).where(
        found.c.user_id.in_(ids)
    )
