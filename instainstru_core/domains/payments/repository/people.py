"""Named queries over those who pay and those who are paid."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.ledger.models import LedgerEntry
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments.models import (
    ConnectAccount,
    IdentityCheck,
    PayerStanding,
    PaymentCustomer,
    PaymentMethod,
)
from instainstru_core.domains.payments.types import AccountSeen, IdentityStatus
from instainstru_core.kernel.direct import Direct


class Standing(NamedTuple):
    """What may be in a student's way."""

    locked_at: datetime | None
    restricted_at: datetime | None
    debt_cents: int


class KnownCard(NamedTuple):
    """A saved card and how the provider calls its owner."""

    id: str
    vendor_id: str
    customer_vendor_id: str
    exp_month: int
    exp_year: int


class KnownAccount(NamedTuple):
    """How an instructor's account stood when the provider last told."""

    vendor_id: str
    payouts_enabled: bool
    details_submitted: bool
    disabled_reason: str | None


class Sides(NamedTuple):
    """The two sides of a payment: the payer's standing and card, the payee's account."""

    standing: Standing
    card: KnownCard | None
    account: KnownAccount | None
    is_identified: bool


class PayeePerson(NamedTuple):
    """An instructor, as the provider is told of them, and how it calls their account."""

    instructor_id: str
    email: str
    vendor_id: str | None


def standing(session: Session, user_id: str) -> Standing:
    """A student's standing and debt, in one statement."""
    return Standing._make(session.execute(_standing(), {"user_id": user_id}).one())


def locked_standing(session: Session, user_id: str) -> PayerStanding:
    """The student's own row, made where there is none, held until the transaction ends."""
    session.execute(insert(PayerStanding).values(user_id=user_id).on_conflict_do_nothing())
    query = (
        select(PayerStanding)
        .filter_by(user_id=user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one()


def card(session: Session, user_id: str, card_id: str | None) -> KnownCard | None:
    """One of someone's cards; without an id, the default one."""
    asked = {"user_id": user_id} if card_id is None else {"user_id": user_id, "card_id": card_id}
    row = session.execute(_card(named=card_id is not None), asked).one_or_none()
    return None if row is None else KnownCard._make(row)


def sides(session: Session, *, student_id: str, instructor_id: str, card_id: str | None) -> Sides:
    """What decides whether one may pay and the other be paid, in one statement."""
    asked = {"user_id": student_id, "instructor_id": instructor_id}
    if card_id is not None:
        asked["card_id"] = card_id
    (row,) = _SIDES[card_id is not None].afresh(session, asked)
    standing, card, account, identified = row[:3], row[3:8], row[8:12], row[12]
    return Sides(
        standing=Standing._make(standing),
        card=None if card[0] is None or card[2] is None else KnownCard._make(card),
        account=None if account[0] is None else KnownAccount._make(account),
        is_identified=identified is not None,
    )


def own_cards(session: Session, user_id: str) -> Sequence[PaymentMethod]:
    """Someone's cards, the default first, then the newest."""
    query = _attached(user_id).order_by(PaymentMethod.is_default.desc(), PaymentMethod.id.desc())
    return session.scalars(query).all()


def own_card(session: Session, user_id: str, card_id: str) -> PaymentMethod | None:
    """One of someone's cards, with all its columns."""
    return session.scalars(_attached(user_id).where(PaymentMethod.id == card_id)).one_or_none()


def seen_card(session: Session, vendor_id: str) -> PaymentMethod | None:
    """The card that the provider calls so, whoever's it is and whether or not it is removed."""
    query = select(PaymentMethod).filter_by(vendor_id=vendor_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def clear_default(session: Session, user_id: str) -> None:
    """Let none of someone's cards be the default."""
    session.execute(
        update(PaymentMethod)
        .where(PaymentMethod.user_id == user_id, PaymentMethod.is_default)
        .values(is_default=False)
        .execution_options(synchronize_session="fetch")
    )


def customer(session: Session, user_id: str) -> str | None:
    """How the provider calls this person, once it knows them."""
    return session.scalar(select(PaymentCustomer.vendor_id).filter_by(user_id=user_id))


def customer_owner(session: Session, vendor_id: str) -> str | None:
    """Whom the provider calls so."""
    return session.scalar(select(PaymentCustomer.user_id).filter_by(vendor_id=vendor_id))


def keep_customer(session: Session, user_id: str, vendor_id: str, *, now: datetime) -> str:
    """Write down how the provider calls this person. Who comes second gets what the first wrote."""
    session.execute(
        insert(PaymentCustomer)
        .values(user_id=user_id, vendor_id=vendor_id, created_at=now)
        .on_conflict_do_nothing()  # whichever of the keys is seen to be taken first
    )
    return session.scalars(select(PaymentCustomer.vendor_id).filter_by(user_id=user_id)).one()


def account(session: Session, instructor_id: str) -> KnownAccount | None:
    """The account of an instructor, in one statement."""
    row = session.execute(_account(), {"instructor_id": instructor_id}).one_or_none()
    return None if row is None else KnownAccount._make(row)


def account_row(session: Session, instructor_id: str) -> ConnectAccount | None:
    """The account of an instructor with all its columns."""
    return session.scalars(select(ConnectAccount).filter_by(instructor_id=instructor_id)).first()


def payee_person(session: Session, instructor_id: str) -> PayeePerson | None:
    """An instructor, and how the provider calls their account, if there is one."""
    row = session.execute(_payees().where(Instructor.id == instructor_id)).one_or_none()
    return None if row is None else PayeePerson._make(row)


def accounts_after(session: Session, after: str, *, limit: int) -> Sequence[PayeePerson]:
    """Instructors with accounts beyond this id, in order."""
    query = (
        _payees()
        .where(Instructor.id > after, ConnectAccount.vendor_id.is_not(None))
        .order_by(Instructor.id)
        .limit(limit)
    )
    return [PayeePerson._make(row) for row in session.execute(query)]


def keep_account(
    session: Session,
    instructor_id: str,
    seen: AccountSeen,
    *,
    on_our_day: bool,
    now: datetime,
    asked_at: datetime,
) -> str:
    """Write down a new account. Who comes second gets what the first one wrote."""
    session.execute(
        insert(ConnectAccount)
        .values(
            instructor_id=instructor_id,
            vendor_id=seen.id,
            charges_enabled=seen.charges_enabled,
            payouts_enabled=seen.payouts_enabled,
            details_submitted=seen.details_submitted,
            disabled_reason=seen.disabled_reason,
            schedule_applied_at=now if on_our_day else None,
            created_at=now,
            updated_at=asked_at,
        )
        .on_conflict_do_nothing()  # whichever of the keys is seen to be taken first
    )
    query = select(ConnectAccount.vendor_id).filter_by(instructor_id=instructor_id)
    return session.scalars(query).one()


def locked_account(session: Session, vendor_id: str) -> ConnectAccount | None:
    """The account that the provider calls so, held until the transaction ends."""
    query = (
        select(ConnectAccount)
        .filter_by(vendor_id=vendor_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one_or_none()


def note_schedule(session: Session, vendor_id: str, *, now: datetime) -> None:
    """Write down when the account was last told to pay out on our day."""
    session.execute(
        update(ConnectAccount).filter_by(vendor_id=vendor_id).values(schedule_applied_at=now)
    )


def identity(session: Session, instructor_id: str) -> IdentityCheck | None:
    """The latest check of this instructor's identity."""
    query = select(IdentityCheck).filter_by(instructor_id=instructor_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def locked_identity(session: Session, vendor_id: str) -> IdentityCheck | None:
    """The check whose latest session is this, held until the transaction ends."""
    query = (
        select(IdentityCheck)
        .filter_by(vendor_id=vendor_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one_or_none()


def identities_to_ask(
    session: Session, before: Mapping[IdentityStatus, datetime], *, after: str, limit: int
) -> Sequence[IdentityCheck]:
    """Checks that are not over and of which nobody sent word since, in order of instructors."""
    quiet = [
        and_(IdentityCheck.status == status, IdentityCheck.updated_at <= since)
        for status, since in before.items()
    ]
    query = select(IdentityCheck).where(or_(*quiet), IdentityCheck.instructor_id > after)
    return session.scalars(query.order_by(IdentityCheck.instructor_id).limit(limit)).all()


def is_verified(session: Session, instructor_id: str) -> bool:
    """Whether the latest check of this instructor's identity succeeded."""
    return session.scalar(_verified(), {"instructor_id": instructor_id}) is not None


def _payees() -> Select[str, str, str]:
    return (
        select(Instructor.id, User.email, ConnectAccount.vendor_id)
        .join(User, User.id == Instructor.id)
        .outerjoin(ConnectAccount, ConnectAccount.instructor_id == Instructor.id)
    )


def _attached(user_id: str) -> Select[PaymentMethod]:
    return select(PaymentMethod).where(
        PaymentMethod.user_id == user_id, PaymentMethod.detached_at.is_(None)
    )


# Statements that nearly every booking asks are built once: building costs more than asking.


@cache
def _standing() -> Select[datetime | None, datetime | None, int]:
    who = bindparam("user_id", type_=String)
    debt = (
        select(cast(func.coalesce(func.sum(LedgerEntry.cents), 0), BigInteger))
        .where(LedgerEntry.account == AccountKind.STUDENT_DEBT, LedgerEntry.owner_id == who)
        .scalar_subquery()
    )
    asked = select(who.label("user_id")).subquery("asked")
    return (
        select(PayerStanding.locked_at, PayerStanding.restricted_at, debt)
        .select_from(asked)
        .outerjoin(PayerStanding, PayerStanding.user_id == asked.c.user_id)
    )


def _is_active() -> ColumnElement[bool]:
    """Whether the payee's account is neither suspended nor closed: else nobody pays them more."""
    account = aliased(User)
    active = account.status == AccountStatus.ACTIVE
    return exists(select(account.id).where(account.id == ConnectAccount.instructor_id, active))


def _sides(*, named: bool) -> Select[*tuple[Any, ...]]:
    known = PaymentMethod.id == bindparam("card_id", type_=String)
    return (
        _standing()
        .outerjoin(
            PaymentMethod,
            and_(
                PaymentMethod.user_id == bindparam("user_id", type_=String),
                PaymentMethod.detached_at.is_(None),
                known if named else PaymentMethod.is_default,
            ),
        )
        .outerjoin(PaymentCustomer, PaymentCustomer.user_id == PaymentMethod.user_id)
        .outerjoin(
            ConnectAccount,
            and_(
                ConnectAccount.instructor_id == bindparam("instructor_id", type_=String),
                _is_active(),
            ),
        )
        .outerjoin(IdentityCheck, IdentityCheck.instructor_id == ConnectAccount.instructor_id)
        .add_columns(
            PaymentMethod.id,
            PaymentMethod.vendor_id,
            PaymentCustomer.vendor_id,
            PaymentMethod.exp_month,
            PaymentMethod.exp_year,
            ConnectAccount.vendor_id,
            ConnectAccount.payouts_enabled,
            ConnectAccount.details_submitted,
            ConnectAccount.disabled_reason,
            IdentityCheck.verified_at,
        )
    )


_SIDES = {
    True: Direct(lambda: _sides(named=True)),
    False: Direct(lambda: _sides(named=False)),
}


@cache
def _card(*, named: bool) -> Select[str, str, str, int, int]:
    query = (
        select(
            PaymentMethod.id,
            PaymentMethod.vendor_id,
            PaymentCustomer.vendor_id,
            PaymentMethod.exp_month,
            PaymentMethod.exp_year,
        )
        .join(PaymentCustomer, PaymentCustomer.user_id == PaymentMethod.user_id)
        .where(PaymentMethod.user_id == bindparam("user_id", type_=String))
        .where(PaymentMethod.detached_at.is_(None))
    )
    if named:
        return query.where(PaymentMethod.id == bindparam("card_id", type_=String))
    return query.where(PaymentMethod.is_default)


@cache
def _account() -> Select[str, bool, bool, str | None]:
    return select(
        ConnectAccount.vendor_id,
        ConnectAccount.payouts_enabled,
        ConnectAccount.details_submitted,
        ConnectAccount.disabled_reason,
    ).where(ConnectAccount.instructor_id == bindparam("instructor_id", type_=String))


@cache
def _verified() -> Select[str]:
    return (
        select(IdentityCheck.instructor_id)
        .where(IdentityCheck.instructor_id == bindparam("instructor_id", type_=String))
        .where(IdentityCheck.status == IdentityStatus.VERIFIED)
    )
